"""Which selector version is in use: one, complete, and a lead can go back."""

import pytest
from django.contrib.auth.models import User

from labeling.actions import candidates, selectors
from labeling.actions.errors import Conflict
from labeling.models import Campaign, Event, SelectorVersion
from tests import factories as make

pytestmark = pytest.mark.django_db


def scored(campaign: Campaign, number: int, state: str = "evaluated") -> SelectorVersion:
    return make.make_selector(campaign, number, state, scored_at=make.A_MOMENT)


def states(campaign: Campaign) -> dict[int, str]:
    return dict(campaign.selectors.values_list("number", "state"))


def test_the_first_version_is_put_in_use(campaign: Campaign) -> None:
    version = scored(campaign, 1)

    selectors.publish(version=version, by=None, why="There was none.")

    assert (version.state, version.why) == ("published", "There was none.")
    assert version.published_at is not None
    assert candidates.selector_in_use(campaign) == version


def test_a_published_version_retires_the_one_before(campaign: Campaign, owner: User) -> None:
    selectors.publish(version=scored(campaign, 1), by=None, why="first")

    selectors.publish(version=scored(campaign, 2), by=owner, why="better")

    assert states(campaign) == {1: "retired", 2: "published"}
    event = Event.objects.filter(verb="selector.published").first()
    assert (event.actor, event.before, event.after) == (owner, 1, 2)  # type: ignore[union-attr]


def test_a_lead_goes_back_to_an_earlier_version(campaign: Campaign, owner: User) -> None:
    first = scored(campaign, 1)
    selectors.publish(version=first, by=None, why="first")
    selectors.publish(version=scored(campaign, 2), by=None, why="better")

    selectors.publish(version=first, by=owner, why="The second likes long answers.")

    assert states(campaign) == {1: "published", 2: "retired"}


def test_a_version_that_was_held_back_can_be_published_by_a_lead(campaign: Campaign, owner: User) -> None:
    version = scored(campaign, 1)
    selectors.hold_back(version=version, why="worse on 40 labels")
    assert (version.state, version.why) == ("held_back", "worse on 40 labels")

    selectors.publish(version=version, by=owner, why="looked at it")

    assert version.state == "published"


def test_publishing_the_one_in_use_changes_nothing(campaign: Campaign) -> None:
    version = scored(campaign, 1)
    selectors.publish(version=version, by=None, why="first")

    selectors.publish(version=version, by=None, why="again")

    assert version.why == "first"
    assert Event.objects.filter(verb="selector.published").count() == 1


@pytest.mark.parametrize(("state", "scored_at"), [("training", make.A_MOMENT), ("training", None), ("evaluated", None)])
def test_an_incomplete_version_is_not_published(state: str, scored_at: object, campaign: Campaign) -> None:
    make.make_selector(campaign)
    version = make.make_selector(campaign, 2, state, scored_at=scored_at)

    with pytest.raises(Conflict, match="not complete"):
        selectors.publish(version=version, by=None, why="x")

    assert states(campaign) == {1: "published", 2: state}


def test_only_an_evaluated_version_is_held_back(campaign: Campaign) -> None:
    version = scored(campaign, 1)
    selectors.publish(version=version, by=None, why="first")

    selectors.hold_back(version=version, why="worse")

    assert (version.state, version.why) == ("published", "first")


def test_versions_of_another_campaign_stay_in_use(campaign: Campaign) -> None:
    elsewhere = make.make_selector(make.make_campaign())

    selectors.publish(version=scored(campaign, 1), by=None, why="first")

    elsewhere.refresh_from_db()
    assert elsewhere.state == "published"
