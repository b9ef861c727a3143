"""The guide of a campaign: its text, version by version, and what is new in it for one person."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Count, Max, QuerySet
from django.utils.translation import gettext as _

from labeling.actions import events, precedents
from labeling.actions.errors import ActionError, Conflict, RuleBroken
from labeling.models import MAX_GUIDE, MAX_NOTE, Campaign, GuideReading, GuideVersion, Label
from labeling.wording import grouped

FOLDER = Path(__file__).parents[1] / "guide"  # the text that ships: one Markdown file a language
EARLIER = FOLDER / "earlier"  # a folder for each that shipped before: campaigns that began with it have it still
ENGLISH = "en"


@cache
def shipped_texts() -> list[dict[str, str]]:
    """Each guide that ships or has shipped, the newest first, by language."""
    folders = [FOLDER, *sorted(EARLIER.iterdir(), reverse=True)]
    return [{path.stem: path.read_text(encoding="utf-8").strip() for path in of.glob("*.md")} for of in folders]


def default_text(language: str = ENGLISH) -> str:
    """The guide that ships, in this language where there is one, else in English."""
    newest = shipped_texts()[0]
    return newest.get(language.lower(), newest[ENGLISH])


def text_in(version: GuideVersion | None, language: str) -> str:
    """What the guide says to somebody who reads this language.

    A text that a campaign wrote is shown as it was written. The one that ships is shown in the reader's language.
    """
    if version is None:
        return default_text(language)
    of = next((texts for texts in shipped_texts() if texts[ENGLISH] == version.text), {})
    return of.get(language.lower(), version.text)


def begin(*, campaign: Campaign, by: User | None) -> GuideVersion:
    """Version 1 of a new campaign: the text that ships."""
    return _append(campaign, text=default_text(), note="", by=by, number=1)


def publish(*, campaign: Campaign, text: str, note: str, by: User | None, replaces: int | None = None) -> GuideVersion:
    """Put a further version in force. `replaces` is the version that this text was written from.

    Raises ActionError naming the field, Conflict where another version came in between.
    """
    text, note = text.replace("\r\n", "\n").strip(), note.replace("\r\n", "\n").strip()
    _check(text, note)
    precedents.check_citations(campaign=campaign, text=text)
    current = campaign.guide
    number = current.number if current else 0
    if replaces is not None and replaces != number:
        raise _overtaken(number)
    if current is not None and text == current.text:
        raise ActionError(
            _("This is the text of the guide already."), {"text": _("a text other than the one in force")}
        )
    if number and not note:
        raise ActionError(_("Say what changed: labelers are shown it once."), {"note": _("a sentence on what changed")})
    try:
        return _append(campaign, text=text, note=note, by=by, number=number + 1)
    except IntegrityError as error:  # somebody else published at this moment
        raise _overtaken(number + 1) from error


def _check(text: str, note: str) -> None:
    if not text:
        raise ActionError(_("The guide has no text."), {"text": "a text"})
    for name, value, most in (("text", text, MAX_GUIDE), ("note", note, MAX_NOTE)):
        if len(value) > most:
            raise ActionError(
                _("{name}: at most {most} characters.").format(name=name, most=grouped(most)),
                {name: _("at most {most} characters").format(most=grouped(most))},
            )
        if "\0" in value:
            raise ActionError(
                _("{name}: no NUL characters.").format(name=name), {name: _("a text without NUL characters")}
            )


def _overtaken(number: int) -> Conflict:
    return Conflict(
        _(
            "Version {number} of the guide came in meanwhile. Your text was not saved; look at the difference first."
        ).format(number=number)
    )


def _append(campaign: Campaign, *, text: str, note: str, by: User | None, number: int) -> GuideVersion:
    with transaction.atomic():
        made = GuideVersion.objects.create(campaign=campaign, number=number, text=text, note=note, author=by)
        Campaign.objects.filter(pk=campaign.pk).update(guide=made)
        events.record(campaign=campaign, actor=by, verb="guide.published", subject=f"guide {number}", after=note)
    campaign.guide = made
    return made


def versions(campaign: Campaign) -> QuerySet[Any]:
    """Every version by number, with how many people have taken note of it."""
    found = campaign.guide_versions.select_related("author")
    return found.annotate(reading_count=Count("readings")).order_by("number")


def labels_by_version(campaign: Campaign) -> dict[int, int]:
    """How many current labels were made under each version; a version without any is left out."""
    labels = Label.objects.current().filter(problem__campaign=campaign, guide__isnull=False).order_by()
    return dict(labels.values_list("guide__number").annotate(Count("pk")))


def version_shown(campaign: Campaign, number: int | None) -> int | None:
    """The row of the version that a labeler says they had beside them; of the one in force where nothing is said.

    Raises RuleBroken where the campaign has no such version.
    """
    if number is None or (campaign.guide is not None and campaign.guide.number == number):
        return campaign.guide_id
    found = campaign.guide_versions.filter(number=number).values_list("pk", flat=True).first()
    if found is None:
        raise RuleBroken("guide", _("the guide of this campaign has no version {number}").format(number=number))
    return found


@dataclass(frozen=True, slots=True)
class News:
    """What a person has not taken note of: the versions since `known`, oldest first. `known` None: all of it is new."""

    known: GuideVersion | None
    versions: list[GuideVersion]


def news_for(*, campaign: Campaign, account: User) -> News:
    """What changed in the guide since this person took note of it, or else since they began to label under it.

    Whoever has not labeled yet reads the guide as a whole: to them nothing changed.
    """
    if campaign.guide is None:
        return News(None, [])
    known = _known(campaign, account)
    if known is None:
        return News(None, [])
    since = list(campaign.guide_versions.filter(number__gte=known).order_by("number"))
    return News(since[0], since[1:])


def _known(campaign: Campaign, account: User) -> int | None:
    readings = GuideReading.objects.filter(account=account, version__campaign=campaign)
    noted: int | None = readings.aggregate(last=Max("version__number"))["last"]
    if noted is not None:
        return noted
    labels = Label.objects.filter(labeler__account=account, labeler__campaign=campaign).order_by("submitted_at", "pk")
    first = labels.values_list("guide__number").first()
    return None if first is None else first[0] or 1  # labels from before there were versions: under the first


def note(*, version: GuideVersion, account: User) -> None:
    """This person has taken note of what changed, up to this version."""
    GuideReading.objects.get_or_create(version=version, account=account)
