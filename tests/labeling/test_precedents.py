"""Rulings that a guide cites: refused where it may not, read by labelers where it may, and by nobody else."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from labeling.actions import adjudication, guides
from labeling.actions.errors import RuleBroken
from labeling.models import Campaign, Gold, QueueItem, Ruling
from tests import factories as make
from tests.labeling.pages import signed_in, text_of

BASE = "/campaigns/campaign"


@pytest.fixture
def lead(owner: User) -> Client:
    return signed_in(owner)


@pytest.fixture
def ruling(campaign: Campaign, owner: User) -> Ruling:
    """The first error is in the second step."""
    solution = make.make_solution(make.make_problem(campaign, text="How many apples?"))
    make.make_label(solution, make.make_labeler(campaign, make.make_account("canary")), [1, -1])
    return adjudication.decide(solution=solution, ratings=[1, -1], reason="Rounding $\\pi$ is one.", by=owner)


def cite(campaign: Campaign, *rulings: Ruling | int) -> None:
    numbers = [one if isinstance(one, int) else one.pk for one in rulings]
    text = "Rounding:\n" + "\n".join(f"see [this](ruling:{number})" for number in numbers)
    guides.publish(campaign=campaign, text=text, note="Rulings.", by=None)


def address(ruling: Ruling) -> str:
    return f"{BASE}/rulings/{ruling.pk}/"


def test_a_cited_ruling_is_a_link_for_labelers_and_tells_what_was_decided_without_names(
    campaign: Campaign, ruling: Ruling, labeler: User, stranger: User, lead: Client
) -> None:
    person = signed_in(labeler)
    assert person.get(address(ruling)).status_code == 404, "nothing cites it yet"
    cite(campaign, ruling)

    for page in ("label/", "guide/panel/"):
        assert f'href="{address(ruling)}"' in text_of(person.get(f"{BASE}/{page}"))
    said = text_of(person.get(address(ruling)))
    for words in ("First error: step 2", "How many apples?", "Rounding $\\pi$ is one.", "As it was decided"):
        assert words in said
    for secret in ("owner", "canary", "score", "solutions/", "gold", "cite"):
        assert secret not in said.lower().partition("<main")[2].partition("</main")[0]
    assert signed_in(stranger).get(address(ruling)).status_code == 404
    assert f"[ruling {ruling.pk}](ruling:{ruling.pk})" in text_of(lead.get(address(ruling)))
    assert f'href="{address(ruling)}">{ruling.pk}</a>' in text_of(lead.get(f"{BASE}/rulings/"))

    guides.publish(campaign=campaign, text="Nothing of it.", note="Without.", by=None)
    assert person.get(address(ruling)).status_code == 404
    assert lead.get(address(ruling)).status_code == 200


def makes_gold(ruling: Ruling) -> None:
    make.make_gold(ruling.solution)


def is_wanted(ruling: Ruling) -> None:
    make.make_item(ruling.solution, make.make_round(ruling.campaign))


@pytest.mark.parametrize("then", [makes_gold, is_wanted])
def test_what_labelers_have_yet_to_judge_they_are_not_told_though_it_was_cited(
    campaign: Campaign, ruling: Ruling, labeler: User, lead: Client, then: Callable[[Ruling], None]
) -> None:
    cite(campaign, ruling)
    then(ruling)

    person = signed_in(labeler)
    assert person.get(address(ruling)).status_code == 404
    assert f'href="{address(ruling)}"' not in text_of(person.get(f"{BASE}/guide/panel/"))
    assert lead.get(address(ruling)).status_code == 200

    Gold.objects.update(use="retired")
    QueueItem.objects.update(state="withdrawn")
    assert person.get(address(ruling)).status_code == 200


def test_a_ruling_that_does_not_exist_is_refused_with_its_line(campaign: Campaign, ruling: Ruling) -> None:
    make.make_guide(campaign)
    elsewhere = make.make_ruling(make.make_problem(make.make_campaign("other")))
    for number in (elsewhere.pk, 10**17):
        with pytest.raises(RuleBroken) as refused:
            cite(campaign, ruling, number)
        rule = f"in line 3 the number of a ruling of this campaign, not “{number}”"
        assert refused.value.fields == {"text": rule}
    with pytest.raises(RuleBroken, match="in line 1 the number of a ruling of this campaign, not “twelve”"):
        guides.publish(campaign=campaign, text="[x](ruling:twelve)", note="x", by=None)
    assert campaign.guide_versions.count() == 1


def test_neither_gold_nor_a_hidden_answer_is_cited(campaign: Campaign, ruling: Ruling, labeler: User) -> None:
    reference = make.make_ruling(ruling.problem, about="reference", outcome="5", reason="The key was wrong.")
    cite(campaign, reference)
    assert "5" in text_of(signed_in(labeler).get(address(reference)))
    Campaign.objects.update(reference_answer="hidden")
    campaign.refresh_from_db()
    assert signed_in(labeler).get(address(reference)).status_code == 404
    with pytest.raises(RuleBroken, match="in line 2 a ruling that tells no reference answer"):
        cite(campaign, reference)
    make.make_gold(ruling.solution)
    with pytest.raises(RuleBroken, match="in line 2 a ruling whose solution is not gold"):
        cite(campaign, ruling)


def test_the_editor_says_it_beside_the_text_also_before_it_is_in_force(campaign: Campaign, lead: Client) -> None:
    make.make_guide(campaign)
    sent = {"text": "A\n\n[b](ruling:99)", "note": "x", "replaces": 1}
    for more in ({}, {"preview": "1"}):
        shown = text_of(lead.post(f"{BASE}/guide/edit/", sent | more))
        assert "Expected: in line 3 the number of a ruling of this campaign, not “99”" in shown
        assert "[b](ruling:99)</textarea>" in shown
    assert campaign.guide_versions.count() == 1


def test_a_ruling_says_which_later_one_holds(campaign: Campaign, ruling: Ruling, owner: User, lead: Client) -> None:
    assert ruling.solution is not None
    later = adjudication.decide(solution=ruling.solution, ratings=[1, 1, 1], reason="On a second look.", by=owner)
    assert f"ruling {later.pk} holds" in text_of(lead.get(address(ruling)))
    assert "holds" not in text_of(lead.get(address(later)))


def test_many_citations_are_looked_up_at_once(
    campaign: Campaign, ruling: Ruling, labeler: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    person = signed_in(labeler)
    cite(campaign, ruling)
    with django_assert_num_queries(7) as few:
        person.get(f"{BASE}/guide/panel/")
    cite(campaign, ruling, *[make.make_ruling(ruling.problem, outcome="active") for _ in range(5)])
    with django_assert_num_queries(len(few)):
        assert text_of(person.get(f"{BASE}/guide/panel/")).count("/rulings/") == 6
