"""The guide: versions that are only ever added, labels that know theirs, and what is new to whom."""

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from labeling.actions import campaigns, guides
from labeling.actions.errors import ActionError, Conflict, RuleBroken
from labeling.models import MAX_GUIDE, MAX_NOTE, Campaign, Event, GuideVersion, Labeler
from tests import factories as make
from tests.labeling.working import a_pass, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(campaign: Campaign, labeler: User) -> Labeler:
    return make.make_labeler(campaign, labeler)


def publish(
    campaign: Campaign, text: str = "Another text.", note: str = "Another word.", **more: object
) -> GuideVersion:
    return guides.publish(campaign=campaign, text=text, note=note, by=None, **more)  # type: ignore[arg-type]


def test_a_new_campaign_begins_with_the_guide_that_ships(stranger: User) -> None:
    made = campaigns.create(slug="new", name="New", by=stranger)
    assert made.guide is not None
    assert (made.guide.number, made.guide.text, made.guide.author) == (1, guides.default_text(), stranger)


def test_a_campaign_that_an_import_makes_has_one_too(tmp_path: object, capsys: pytest.CaptureFixture[str]) -> None:
    file = f"{tmp_path}/rows.jsonl"
    with open(file, "w") as rows:
        rows.write('{"problem": "1 + 1?", "steps": ["It is 2."]}\n')
    call_command("import_solutions", file, campaign="fresh", create=True)
    guide = Campaign.objects.get(slug="fresh").guide
    assert guide is not None
    assert guide.number == 1


def test_each_version_is_a_further_row_and_the_newest_is_in_force(campaign: Campaign, owner: User) -> None:
    make.make_guide(campaign, text="First.")
    second = guides.publish(campaign=campaign, text=" Second.\r\nLine. ", note=" Why. ", by=owner, replaces=1)
    assert (second.number, second.text, second.note, second.author) == (2, "Second.\nLine.", "Why.", owner)
    assert Campaign.objects.get(pk=campaign.pk).guide == second
    assert campaign.guide_versions.get(number=1).text == "First."
    assert Event.objects.get(verb="guide.published").subject == "guide 2"


def test_going_back_is_a_further_version(campaign: Campaign) -> None:
    first = make.make_guide(campaign)
    publish(campaign)
    third = publish(campaign, text=first.text, note="Back to the first.")
    assert (third.number, third.text) == (3, first.text)


@pytest.mark.parametrize(
    ("text", "note", "field"),
    [
        ("", "Why.", "text"),
        (" \n ", "Why.", "text"),
        ("Text 1.", "The same text.", "text"),
        ("x" * (MAX_GUIDE + 1), "Why.", "text"),
        ("x" * 10**6, "Why.", "text"),
        ("a\0b", "Why.", "text"),
        ("Other.", "", "note"),
        ("Other.", " \n", "note"),
        ("Other.", "x" * (MAX_NOTE + 1), "note"),
    ],
)
def test_a_version_that_cannot_be_is_refused_by_name(campaign: Campaign, text: str, note: str, field: str) -> None:
    make.make_guide(campaign)
    with pytest.raises(ActionError) as refused:
        publish(campaign, text=text, note=note)
    assert list(refused.value.fields) == [field]
    assert campaign.guide_versions.count() == 1


def test_a_text_written_from_an_older_version_overwrites_nothing(campaign: Campaign) -> None:
    make.make_guide(campaign)
    publish(campaign)
    with pytest.raises(Conflict):
        publish(campaign, text="Written from the first.", replaces=1)
    assert campaign.guide_versions.count() == 2


def test_of_two_that_publish_at_once_one_is_told(campaign: Campaign) -> None:
    make.make_guide(campaign)
    at_the_same_time = Campaign.objects.select_related("guide").get(pk=campaign.pk)
    publish(campaign)
    with pytest.raises(Conflict):
        publish(at_the_same_time, text="Too late.")
    assert Campaign.objects.get(pk=campaign.pk).guide == campaign.guide


# --- which version a label was made under


@pytest.mark.parametrize(("said", "kept"), [(None, 2), (1, 1), (2, 2)])
def test_a_label_keeps_the_version_that_was_shown(
    campaign: Campaign, person: Labeler, said: int | None, kept: int
) -> None:
    make.make_guide(campaign)
    make.make_guide(campaign)
    make.make_item(round=make.make_round(campaign))
    label = work(campaign, person, a_pass(guide=said))
    assert label.guide is not None
    assert label.guide.number == kept


def test_a_version_that_there_is_not_is_refused(campaign: Campaign, person: Labeler) -> None:
    make.make_guide(campaign)
    make.make_guide(make.make_campaign(), 2)
    make.make_item(round=make.make_round(campaign))
    with pytest.raises(RuleBroken, match="guide"):
        work(campaign, person, a_pass(guide=2))


# --- what is new to whom


def news(campaign: Campaign, account: User) -> list[int]:
    return [version.number for version in guides.news_for(campaign=campaign, account=account).versions]


def label_under(campaign: Campaign, person: Labeler, number: int | None) -> None:
    version = campaign.guide_versions.get(number=number) if number else None
    solution = make.make_solution(make.make_problem(campaign))
    make.make_label(solution, person, guide=version)


def test_to_whoever_has_not_labeled_yet_nothing_changed(campaign: Campaign, labeler: User) -> None:
    make.make_guide(campaign)
    make.make_guide(campaign)
    assert news(campaign, labeler) == []


def test_what_came_since_somebody_began_to_label_is_new_until_they_note_it(campaign: Campaign, person: Labeler) -> None:
    account = person.account
    assert account is not None
    make.make_guide(campaign)
    make.make_guide(campaign)
    label_under(campaign, person, 1)
    label_under(campaign, person, 2)  # labeled beside the note, which they did not take note of
    third = make.make_guide(campaign)
    assert news(campaign, account) == [2, 3]
    for _ in range(2):
        guides.note(version=third, account=account)
    assert news(campaign, account) == []
    make.make_guide(campaign)
    assert news(campaign, account) == [4]


def test_noting_an_older_version_hides_no_newer_one(campaign: Campaign, person: Labeler) -> None:
    account = person.account
    assert account is not None
    first = make.make_guide(campaign)
    label_under(campaign, person, 1)
    guides.note(version=make.make_guide(campaign), account=account)
    guides.note(version=first, account=account)
    assert news(campaign, account) == []


def test_labels_from_before_there_were_versions_count_as_made_under_the_first(
    campaign: Campaign, person: Labeler
) -> None:
    account = person.account
    assert account is not None
    label_under(campaign, person, None)
    make.make_guide(campaign)
    assert news(campaign, account) == []
    make.make_guide(campaign)
    assert news(campaign, account) == [2]


# --- in whose language


def test_the_text_that_ships_speaks_the_readers_language_and_a_campaigns_own_its_own(campaign: Campaign) -> None:
    shipped = make.make_guide(campaign, text=guides.default_text())
    own = make.make_guide(campaign, text="Ours.")
    assert guides.text_in(shipped, "ko") == guides.default_text("ko")
    assert guides.text_in(own, "ko") == "Ours."
    for texts in guides.shipped_texts():  # also one that a campaign began with before there was a newer one
        before = make.make_guide(campaign, text=texts["en"])
        assert guides.text_in(before, "ko") == texts["ko"] != guides.text_in(before, "xx") == texts["en"]
    assert guides.default_text("xx") == guides.default_text("en") == guides.default_text("../../annotator/settings")


def test_the_text_that_ships_fits() -> None:
    assert 0 < len(guides.default_text()) <= MAX_GUIDE
