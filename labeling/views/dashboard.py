"""The figures of a campaign's page: what its work found, took and cost, each with chart, table and CSV."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from labeling import work_charts
from labeling.accuracy import Accuracy
from labeling.actions import gold_accuracy
from labeling.actions.gold_accuracy import GoldLabel
from labeling.forecast import Forecast, forecast
from labeling.models import AgreementReport, Campaign, Label, Labeler, LabelerKind, RoundState
from labeling.templatetags.lead import name_of
from labeling.views import multiplier
from labeling.views.errors_found import ErrorsFound
from labeling.views.multiplier import Measurement
from labeling.views.overview import RoundProgress, in_hand
from labeling.views.selector_report import SelectorReport
from labeling.views.work import Found, Work
from labeling.wording import decimal, grouped, percent

RECENT_LABELS = 2_000  # of which times of steps are told: reading those of a million takes seconds
SHOWN_PEOPLE = 20
CONVINCES = 0.5  # a score under which the selector itself takes a solution for wrong
LEAST_COMPARED = 20  # labels on either side
Cells = Sequence[object]


@dataclass(frozen=True, slots=True)
class Person:
    """One labeler with what they did, each share as a small chart and in words."""

    labeler: Any  # with whether they are a member still
    found: Found
    gold: Accuracy | None
    same: Mapping[str, Any] | None  # the figure of agreement with the others

    @property
    def name(self) -> str:
        """What they are called."""
        return str(name_of(self.labeler))

    @property
    def state(self) -> str:
        """Whether they get work, as a code; those elsewhere and programs by their kind."""
        if self.labeler.paused_at:
            return "paused"
        if self.labeler.kind != LabelerKind.PERSON:
            return str(self.labeler.kind)
        return "working" if self.labeler.is_member else "left"

    @property
    def error_share(self) -> str:
        """In how many of their labels they found an error, with its interval."""
        share = self.found.error_share
        return _between(percent(share.share), percent(share.low), percent(share.high))

    @property
    def minutes(self) -> str:
        """Active minutes of a label, with their interval."""
        each = self.found.minutes_each
        return _between(*(decimal(value, 1) for value in each)) if each else ""

    @property
    def gold_words(self) -> str:
        """How many of their last gold labels were right."""
        if self.gold is None:
            return ""
        return _of(self.gold.right, self.gold.count) if self.gold.count else _("none since they were let go on")

    def gold_whisker(self) -> SafeString | str:
        """The share of right gold labels against the bar."""
        if self.gold is None or self.gold.share is None:
            return ""
        bar = self.labeler.campaign.gold_bar
        return work_charts.whisker(self.gold.share, self.gold.low, self.gold.high, self.gold_words, mark=bar)

    def same_whisker(self) -> SafeString | str:
        """How often they put the first error where the others do."""
        if not self.same or self.same["value"] is None:
            return ""
        return work_charts.whisker(self.same["value"], self.same["low"], self.same["high"], percent(self.same["value"]))


@dataclass(frozen=True, slots=True)
class Dashboard:
    """What is known of a campaign's work; everything but the stored agreement is counted from the rows."""

    campaign: Campaign
    rounds: list[RoundProgress]  # the newest first
    current: RoundProgress | None
    work: Work
    report: AgreementReport | None
    gold: dict[int, list[GoldLabel]]
    people: list[Labeler]
    step_times: list[list[int]]
    errors_found: ErrorsFound
    worth: Measurement | None  # of a chosen label in training
    today: date

    @classmethod
    def of(cls, campaign: Campaign, rounds: list[RoundProgress], work: Work) -> "Dashboard":
        """In six further queries at most, however many labels there are."""
        return cls(
            campaign,
            rounds,
            in_hand(rounds),
            work,
            AgreementReport.objects.filter(campaign=campaign).first(),
            gold_accuracy.by_labeler(campaign),
            list(Labeler.objects.filter(campaign=campaign).with_membership().select_related("account", "campaign")),
            _recent_step_times(campaign),
            ErrorsFound.of(campaign, work.marks),
            multiplier.latest(campaign),
            timezone.localdate(),
        )

    # --- figures

    @property
    def ahead(self) -> Forecast | None:
        """When the open round should be full."""
        if self.current is None or self.current.round.state != RoundState.OPEN or not self.current.round.opened_at:
            return None
        by_day = self.labels_by_day(self.current)
        opened = timezone.localdate(self.current.round.opened_at)
        return forecast(by_day, left=self.current.wanted - self.current.labeled, opened=opened, today=self.today)

    def labels_by_day(self, of: RoundProgress) -> dict[date, int]:
        """How many labels of a round came in on each day."""
        return {day: found.labels for day, found in self.work.by_day(of.round.pk).items()}

    @property
    def all_gold(self) -> Accuracy | None:
        """Everybody's gold labels of all time."""
        judged = [one for of_one in self.gold.values() for one in of_one]
        return Accuracy(sum(one.is_right for one in judged), len(judged)) if judged else None

    def amount(self, value: float) -> str:
        """Money, as the campaign counts it."""
        return _amount(self.campaign, value)

    def cost_words(self, found: Found) -> str:
        """What a found error costs, with its interval; nothing where that is not known."""
        cost = found.cost_of_error(self.campaign.hourly_rate)
        return _between(*(self.amount(value) for value in cost)) if cost else ""

    def cost_in_short(self, found: Found) -> str:
        """The same without its interval."""
        cost = found.cost_of_error(self.campaign.hourly_rate)
        return self.amount(cost[0]) if cost else ""

    def labelers(self) -> list[Person]:
        """Who labeled, the busiest first."""
        found = self.work.by_labeler()
        same = {pk: of["exact"] for pk, of in self.report.figures["labelers"]} if self.report else {}
        people = [
            Person(
                one, found[one.pk], gold_accuracy.standing(one, self.gold[one.pk]) if one.pk in self.gold else None,
                same.get(one.pk),
            )
            for one in self.people
            if one.pk in found and found[one.pk].labels
        ]  # fmt: skip
        return sorted(people, key=lambda person: (-person.found.labels, person.labeler.pk))

    # --- words

    def sentences(self, in_use: SelectorReport | None) -> list[str]:
        """What the page says of the work, under its heading; `in_use` is the selector whose scores rounds go by."""
        return [said for said in (self._forecast_words(), self._cost_sentence(), self._left_words(in_use)) if said]

    def _forecast_words(self) -> str:
        if self.current is None or self.current.round.state != RoundState.OPEN or self.current.is_complete:
            return ""
        ahead = self.ahead
        if ahead is None:
            return _("When it will be full is not known yet: that takes three whole days of labels.")
        day, earliest = work_charts.day_words(ahead.on), work_charts.day_words(ahead.earliest)
        if ahead.latest is None:
            return _(
                "Going by the last {days} days it should be full on {day}, {earliest} at the earliest; the latest day "
                "cannot be told."
            ).format(days=ahead.days, day=day, earliest=earliest)
        latest = work_charts.day_words(ahead.latest)
        return _("Going by the last {days} days it should be full on {day} (between {earliest} and {latest}).").format(
            days=ahead.days, day=day, earliest=earliest, latest=latest
        )

    def _cost_sentence(self) -> str:
        found = self.current.found if self.current and self.current.found.timed_errors else self.work.all()
        cost = found.cost_of_error(self.campaign.hourly_rate)
        if cost is None:
            return ""
        value, low, high = (self.amount(one) for one in cost)
        return _("A found error costs {amount} ({low} to {high}).").format(amount=value, low=low, high=high)

    def _left_words(self, in_use: SelectorReport | None) -> str:
        """Whether another round pays, by what is left to show people."""
        planned = next((one.round for one in self.rounds if one.round.convincing), None)
        if planned is None:
            return ""
        following = planned.convincing["next"]
        if not following["count"]:
            return _("No scored wrong answer is left for another round: bring more solutions in.")
        if in_use is None or not in_use.is_better_than_chance:
            return _("Whether another round pays cannot be told by scores that are not known to be better than chance.")
        words = _(
            "The wrong answers that are left still convince (median score {score} of the next {count}): another round "
            "pays."
        )
        if following["median"] < CONVINCES:
            words = _(
                "The wrong answers that are left hardly convince any more (median score {score} of the next {count}): "
                "another round of them no longer pays."
            )
        return words.format(score=decimal(following["median"]), count=grouped(following["count"]))

    def gain_words(self) -> str:
        """Whether showing people what a selector chose brings more errors than chance."""
        chosen = next((one for one in self.rounds if one.round.selector_id and one.found.picks >= LEAST_COMPARED), None)
        drawn = sum((one.found for one in self.rounds if one.round.selector_id is None), Found()).verdict_share
        if chosen is None or drawn.count < LEAST_COMPARED:
            return ""
        now = chosen.found.picks_wrong_share
        shares = {"number": chosen.round.number, "share": percent(now.share), "other": percent(drawn.share)}
        if now.low > drawn.high:
            return _(
                "In round {number} people found an error in {share} of the labels of chosen solutions, in {other} "
                "where no selector chose."
            ).format(**shares)
        if now.high < drawn.low:
            return _(
                "In round {number} people found an error in {share} of the labels of chosen solutions, fewer than the "
                "{other} where no selector chose."
            ).format(**shares)
        return ""

    def people_table(self) -> tuple[Sequence[str], list[Cells]]:
        """The labelers, to take along."""
        columns = (
            "labeler", "labels", "steps", "errors", "active_minutes", "minutes_a_label", "minutes_low", "minutes_high",
            "error_share", "error_share_low", "error_share_high", "gold_right", "gold_labels", "gold_low", "gold_high",
            "same_first_error", "same_low", "same_high", "pairs", "cost_of_error", "state",
        )  # fmt: skip
        return columns, [self._person_line(person) for person in self.labelers()]

    def _person_line(self, person: Person) -> Cells:
        found, share, gold, same = person.found, person.found.error_share, person.gold, person.same or {}
        golden = (gold.right, gold.count, gold.low, gold.high) if gold else (None,) * 4
        cost = found.cost_of_error(self.campaign.hourly_rate)
        return [
            person.name, found.labels, found.steps, found.errors, round(found.minutes, 2),
            *(found.minutes_each or (None,) * 3), share.share, share.low, share.high, *golden,
            *(same.get(name) for name in ("value", "low", "high", "count")), cost[0] if cost else None,
            person.state,
        ]  # fmt: skip


def _recent_step_times(campaign: Campaign) -> list[list[int]]:
    labels = Label.objects.current().filter(labeler__campaign=campaign, total_time_ms__gt=0).exclude(step_times_ms=[])
    return list(labels.order_by("-pk").values_list("step_times_ms", flat=True)[:RECENT_LABELS])


def _between(value: str, low: str, high: str) -> str:
    return _("{value} ({low} to {high})").format(value=value, low=low, high=high)


def _of(part: int, whole: int) -> str:
    return _("{part} of {all}").format(part=grouped(part), all=grouped(whole))


def _amount(campaign: Campaign, value: float) -> str:
    return f"{campaign.currency}\N{NO-BREAK SPACE}{decimal(value)}" if campaign.currency else decimal(value)
