"""What a labeler must never see, planted in every row, and looked for in everything that a labeler can open or send."""

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat

from labeling.models import (
    Gold,
    Job,
    Labeler,
    Problem,
    QueueItem,
    Round,
    SelectorVersion,
    Solution,
    SolutionScore,
)
from tests.strangers import table
from tests.strangers.bodies import body_of
from tests.strangers.routes import SAFE, Route
from tests.strangers.world import World, world_of

CANARY, SCORE = "canary-", 0.7315924
DONE_BY = {"author", "created_by", "decided_by", "planned_by", "requested_by"}
OWN = "labeler"  # the name of who asks


def plant() -> None:
    """Everybody else gets a name that stands out, and what is kept of choice, score and gold does so too."""
    named = Concat(Value(CANARY), "username")
    User.objects.exclude(username=OWN).update(
        username=named, email=f"{CANARY}mail@example.org", first_name=f"{CANARY}first", last_name=f"{CANARY}last"
    )
    Labeler.objects.exclude(account__username=OWN).update(name=Concat(Value(CANARY), "name"))
    SolutionScore.objects.update(score=SCORE, step_scores=[SCORE, SCORE, SCORE])
    QueueItem.objects.update(score=SCORE, reason=f"{CANARY}reason", rank=731592)
    Round.objects.update(strategy=f"{CANARY}strategy", notes=[f"{CANARY}note"])
    SelectorVersion.objects.update(why=f"{CANARY}why", metrics={"step_auc": SCORE})
    Solution.objects.update(generator=f"{CANARY}generator", metadata={"of": f"{CANARY}metadata"})
    Problem.objects.update(metadata={"of": f"{CANARY}metadata"})
    Gold.objects.update(explanation=f"{CANARY}explanation")
    somebody = User.objects.exclude(username=OWN).first()
    for model in apps.get_app_config("labeling").get_models():
        if names := DONE_BY.intersection(field.name for field in model._meta.fields):
            model._default_manager.update(**dict.fromkeys(names, somebody))
    Job.objects.update(message=f"{CANARY}message", error=f"{CANARY}error", claimed_by=f"{CANARY}worker")


def sights() -> list[tuple[str, Route]]:
    """Every method and address, whichever of the two it is that lets a labeler in or refuses them."""
    found = [(method, Route(address)) for (address, whose, method) in table.read() if whose == "ours"]
    return [(method, route) for method, route in found if method not in ("OPTIONS", "HEAD") and not route.is_admin]


def shown(world: World, method: str, route: Route) -> str:
    rows = world.rows["ours"]
    with transaction.atomic():
        answer = world.person.ask(method, route.address(rows), is_api=route.is_api, **body_of(route, method, rows))
        if method not in SAFE:
            transaction.set_rollback(True)
        body = answer.getvalue() if answer.streaming else answer.content
    return body.decode() + str(dict(answer.headers))


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["labeler", "colleague"])
def test_no_answer_to_a_labeler_holds_a_score_a_gold_mark_or_somebodys_name(role: str) -> None:
    world = world_of(role)
    plant()
    if role != OWN:
        User.objects.filter(username=f"{CANARY}{role}").update(username="me", email="", first_name="", last_name="")
    for method, route in sights():
        text = shown(world, method, route)
        found = [canary for canary in (CANARY, str(SCORE)[2:], "731592") if canary in text]
        assert found == [], f"{method} {route.pattern}: …{text[max(0, text.find(found[0]) - 300) :][:600]}"


@pytest.mark.django_db
def test_a_lead_sees_them() -> None:
    """Else nothing would be looked for above."""
    world = world_of("lead")
    plant()
    read = {
        name: shown(world, "GET", Route(f"api/v1/campaigns/<slug:slug>/{name}/")) for name in ("solutions", "members")
    }
    assert str(SCORE)[2:] in read["solutions"]
    assert CANARY in read["members"]
