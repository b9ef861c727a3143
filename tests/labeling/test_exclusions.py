"""What a plan leaves out by what is known of it: told before, kept with the round, chosen alike again."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from labeling.actions import exclusions, reproducing, rounds
from labeling.actions.errors import ActionError, Conflict
from labeling.actions.round_plans import RoundPlan
from labeling.models import Campaign, Solution
from tests import factories as make
from tests.labeling.pages import signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", {}),
        (" ", {}),
        ("subject=Geometry", {"subject": ["Geometry"]}),
        (
            "level=5, subject = Counting, Probability ,level=4",
            {"level": ["5", "4"], "subject": ["Counting, Probability"]},
        ),
        ("generator=a=b", {"generator": ["a=b"]}),
    ],
)
def test_what_is_left_out_is_understood(text: str, said: dict[str, list[str]]) -> None:
    assert exclusions.parse(text) == said


@pytest.mark.parametrize("text", ["Geometry", "author=me", "subject=", "=x", "subject", "subject=A, author=me"])
def test_what_is_not_understood_is_refused_by_name(text: str, campaign: Campaign) -> None:
    with pytest.raises(ActionError) as refused:
        RoundPlan.of(campaign, exclude=text)
    assert refused.value.fields == {"exclude": "one or more of subject=…, level=…, generator=…"}


@pytest.fixture
def pool(campaign: Campaign) -> dict[str, Solution]:
    """By what they are: a solution of geometry, one of a generator, one of whose problem nothing is known."""
    geometry = make.make_solution(make.make_problem(campaign, subject="Geometry", level="5"))
    hers = make.make_solution(make.make_problem(campaign, subject="Algebra"), generator="gpt-4")
    return {"geometry": geometry, "hers": hers, "plain": make.make_solution(make.make_problem(campaign))}


def chosen(campaign: Campaign, exclude: str) -> set[int | None]:
    wanted = RoundPlan.of(campaign, strategy="uniform", evaluation_share=0.0, size=10, exclude=exclude)
    return {item.solution_id for item in rounds.preview(campaign, wanted)[1]}


@pytest.mark.parametrize(
    ("exclude", "left"),
    [
        ("", {"geometry", "hers", "plain"}),
        ("subject=Geometry", {"hers", "plain"}),
        ("level=5, generator=gpt-4", {"plain"}),
        ("subject=Geometri", {"geometry", "hers", "plain"}),
    ],
)
def test_only_the_rest_is_chosen(exclude: str, left: set[str], campaign: Campaign, pool: dict[str, Solution]) -> None:
    assert chosen(campaign, exclude) == {pool[name].pk for name in left}


def test_trees_of_a_subject_are_left_out_too(campaign: Campaign) -> None:
    make.make_candidate_tree(make.make_problem(campaign, subject="Geometry"))
    plain = make.make_candidate_tree(make.make_problem(campaign))
    wanted = RoundPlan.of(campaign, mode="candidates", size=10, exclude="subject=Geometry, generator=gpt-4")
    planned, items = rounds.preview(campaign, wanted)
    assert ({item.tree_id for item in items}, planned.kept_out["excluded"]) == ({plain.pk}, 1)


def test_a_plan_tells_how_many_it_leaves_out_and_keeps_it(
    campaign: Campaign, owner: User, pool: dict[str, Solution]
) -> None:
    lead, place = signed_in(owner), f"/campaigns/{campaign.slug}/rounds/"
    asked = {"strategy": "uniform", "size": "5", "evaluation_share": "0", "exclude": "subject=Geometry"}
    assert "Left out: as the plan says (1)" in text_of(lead.get(f"{place}plan/", asked))
    assert "as the plan says (0)" in text_of(lead.get(f"{place}plan/", asked | {"exclude": "subject=Geometri"}))
    assert "one or more of subject=…" in text_of(lead.get(f"{place}plan/", asked | {"exclude": "Geometry"}))

    wanted = RoundPlan.of(campaign, strategy="uniform", evaluation_share=0.0, size=5, exclude="subject=Geometry")
    made = rounds.plan(campaign=campaign, wanted=wanted, by=owner)
    assert (made.rails["exclude"], made.kept_out["excluded"]) == ("subject=Geometry", 1)
    assert "<dt>Left out</dt><dd>subject=Geometry</dd>" in text_of(lead.get(f"{place}{made.number}/"))
    again = reproducing.compare(made)
    assert (again.is_same, again.is_pool_same, again.candidates) == (True, True, 2)


def test_a_preview_tells_of_which_subjects_its_problems_are(
    campaign: Campaign, pool: dict[str, Solution], lead_page: Client
) -> None:
    make.make_solution(pool["geometry"].problem)
    asked = {"strategy": "uniform", "size": "5", "evaluation_share": "0", "problem_cap": "100"}
    page = lead_page.get(f"/campaigns/{campaign.slug}/rounds/plan/", asked)
    assert page.context["preview"].by_subject == [("Geometry", 1, 2), ("", 1, 1), ("Algebra", 1, 1)]
    assert "<td>not known</td>" in text_of(page)
    fewer = lead_page.get(f"/campaigns/{campaign.slug}/rounds/plan/", asked | {"exclude": "subject=Geometry"})
    assert "<td>Geometry</td>" not in text_of(fewer)


def test_what_a_campaign_leaves_out_holds_for_its_rounds(
    campaign: Campaign, owner: User, pool: dict[str, Solution], lead_page: Client
) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(exclude="generator=gpt-4")
    campaign.refresh_from_db()
    wanted = RoundPlan.of(campaign, strategy="uniform", evaluation_share=0.0, size=5)
    assert {item.solution_id for item in rounds.preview(campaign, wanted)[1]} == {pool["geometry"].pk, pool["plain"].pk}
    assert 'value="generator=gpt-4"' in text_of(lead_page.get(f"/campaigns/{campaign.slug}/rounds/plan/"))


@pytest.fixture
def lead_page(owner: User) -> Client:
    return signed_in(owner)


def test_where_all_is_left_out_the_plan_says_so(campaign: Campaign) -> None:
    make.make_solution(make.make_problem(campaign, subject="Geometry"))
    with pytest.raises(Conflict, match="but what this plan leaves out"):
        chosen(campaign, "subject=Geometry")
