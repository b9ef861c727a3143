"""The charts of a campaign's page, each with the table behind it and the same to take along."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain
from statistics import median
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from labeling import code_words, work_charts
from labeling.models import Mode
from labeling.views.dashboard import CONVINCES, Cells, Dashboard
from labeling.views.errors_found import LEAST_ERRORS, LEAST_LABELS
from labeling.views.multiplier import MULTIPLIERS
from labeling.views.overview import RoundProgress
from labeling.views.work import Bounded
from labeling.wording import decimal, grouped, percent, sentences
from labeling.work_charts import Row
from selector.trials import FARTHEST

SHOWN_ROUNDS, SHOWN_DAYS, SHOWN_STEPS = 5, 30, 12
AGREEMENT = ("exact", "within_one", "any_error", "alpha")
MIX = ("errors", "good", "gave_up", "bad_problem")
ENDINGS = ("found_error", "solution", "give_up", "bad_problem")  # the same, as labels say it
SIGNS = {"negative": "-", "positive": "+", "neutral": "0"}


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart with the conclusion it draws, the table behind it, and the same as it is taken along."""

    name: str
    heading: str
    chart: SafeString | str
    head: Sequence[str]
    rows: list[Cells]  # as people read them
    columns: Sequence[str]
    lines: list[Cells]  # as programs do
    note: str = ""
    legend: list[tuple[str, str]] = field(default_factory=list)
    page: str = ""  # the name of the address that says more


def days(board: Dashboard) -> Panel | None:
    """Labels of the round in hand, day by day."""
    if board.current is None or len(by_day := board.labels_by_day(board.current)) < 2:
        return None
    found = board.work.by_day(board.current.round.pk)
    chart = work_charts.labels_by_day(by_day, wanted=board.current.wanted, today=board.today, ahead=board.ahead)
    head = [_("Day"), _("Labels"), _("Steps rated"), _("First errors found"), _("Active minutes")]
    return Panel(
        "days",
        _("Labels, day by day"),
        chart,
        head,
        [
            [work_charts.day_words(day), *map(grouped, (of.labels, of.steps, of.errors)), decimal(of.minutes, 0)]
            for day, of in found.items()
        ],
        ("day", "labels", "steps", "errors", "active_minutes"),
        [[day.isoformat(), of.labels, of.steps, of.errors, round(of.minutes, 2)] for day, of in found.items()],
    )


def panels(board: Dashboard) -> list[Panel]:
    """The smaller ones, as far as there is anything to show."""
    made = (
        _by_round(board), _chosen(board), _worth(board), _agreement(board), _convincing(board), _left(board),
        _mix(board), _ratings(board), _times(board),
    )  # fmt: skip
    return [panel for panel in made if panel is not None]


def _shown_rounds(board: Dashboard) -> list[RoundProgress]:
    return [one for one in board.rounds if one.found.labels][:SHOWN_ROUNDS][::-1]


def _by_round(board: Dashboard) -> Panel | None:
    """What an error cost in each round, or how often one was found where no cost is set."""
    shown = _shown_rounds(board)
    if not shown:
        return None
    costs = {one.round.number: one.found.cost_of_error(board.campaign.hourly_rate) for one in shown}
    has_costs, words = any(costs.values()), _("Cost of a found error")
    rows = [_round_row(board, one, costs[one.round.number], has_costs) for one in shown]
    most = max((row.high or 0.0 for row in rows), default=1.0) if has_costs else 1.0
    ends = ("0", "", board.amount(most)) if has_costs else ("0", decimal(0.5, 1), "1")
    note = _("The interval is that of the share of labels in which an error was found.")
    if has_costs:
        rate = board.amount(board.campaign.hourly_rate or 0.0)
        paid = _("At {rate} an hour of active time, that on gold and on labels sent back included.").format(rate=rate)
        once = _("An error that several people found counts once.")
        note = sentences(paid, once, _("The interval is that of the share of solutions with an error."))
    return Panel(
        "rounds",
        words if has_costs else _("Labels with a found error"),
        work_charts.rows(rows, most=most, ends=ends),
        [_("Round"), _("Labels"), _("First errors found"), _("Active minutes"), *([words] if has_costs else [])],
        [
            [
                one.round.number, grouped(one.found.labels), grouped(one.found.errors),
                decimal(one.found.minutes, 0), *([board.cost_words(one.found)] if has_costs else []),
            ]
            for one in shown
        ],
        ("round", "labels", "steps", "errors", "good", "gave_up", "bad_problem", "active_minutes",
         "cost_of_error", "cost_low", "cost_high"),
        [_round_line(board, one) for one in board.rounds],
        sentences(note, board.gain_words()),
    )  # fmt: skip


def _round_row(board: Dashboard, one: RoundProgress, cost: Bounded | None, has_costs: bool) -> Row:
    name = _("Round {number}").format(number=one.round.number)
    if one.round.selector_id is None:
        name = _("Round {number}, no selector").format(number=one.round.number)
    is_here = board.current is not None and one.round.pk == board.current.round.pk
    if not has_costs:
        share = one.found.error_share
        said = _("{share} of {count}").format(share=percent(share.share), count=grouped(share.count))
        return Row(name, said, share.share, share.low, share.high, is_here)
    if cost is None:
        return Row(name, pgettext("a cost", "not known"), is_here=is_here)
    return Row(name, board.cost_words(one.found), *cost, is_here)


def _round_line(board: Dashboard, one: RoundProgress) -> Cells:
    found = one.found
    cost = found.cost_of_error(board.campaign.hourly_rate) or (None, None, None)
    counts = [getattr(found, name) for name in ("labels", "steps", *MIX)]
    return [one.round.number, *counts, round(found.minutes, 2), *cost]


def _chosen(board: Dashboard) -> Panel | None:
    """How many times as many errors people found among chosen labels as among those that chance drew."""
    if board.campaign.mode != Mode.SOLUTION or not _shown_rounds(board):
        return None
    found = board.errors_found
    names = {"labels": _("Errors per label"), "steps": _("Errors per step read")}
    ratios = {cost: found.ratio(cost) for cost in names}
    rows = [_ratio_row(name, ratios[cost]) for cost, name in names.items()]
    most = max(2.0, *(row.high or 0.0 for row in rows))
    counts = {
        cost: [(side.total("errors"), side.total(cost)) for side in (found.chosen, found.uniform)] for cost in names
    }
    note = _(
        "People’s labels in closed rounds: chosen ones over those of round 0 that chance drew. Wrong answers mostly "
        "hold an error, so choosing them finds more by itself; and a found error is not yet a better selector: what a "
        "chosen label is worth in training is not measured here."
    )
    if not all(ratios.values()):
        needed = _("It takes {labels} labels and {errors} found errors on either side.")
        note = sentences(needed.format(labels=LEAST_LABELS, errors=LEAST_ERRORS), note)
    return Panel(
        "chosen",
        _("Errors found, chosen labels over chance"),
        work_charts.rows(rows, most=most, ends=("0", decimal(most / 2, 1), decimal(most, 1)), mark=1.0),
        [_("Figure"), _("Chosen"), _("By chance"), _("Ratio, its interval")],
        [[row.name, *(_part(*pair) for pair in counts[cost]), row.said] for cost, row in zip(names, rows, strict=True)],
        ("errors_per", "chosen_errors", "chosen", "chance_errors", "chance", "ratio", "low", "high"),
        [[cost, *chain(*counts[cost]), *(ratios[cost] or (None,) * 3)] for cost in names],
        note,
    )


def _worth(board: Dashboard) -> Panel | None:
    """How many uniform labels one chosen label is worth in training, as last measured."""
    if board.campaign.mode != Mode.SOLUTION or not _shown_rounds(board):
        return None
    rows = [Row(_("In training"), _("not known yet"))]
    lines: list[Cells] = []
    note = _("It takes trainings on equal numbers of labels of either way; a lead asks for them.")
    if board.worth is not None:
        rows, lines = [one.row() for one in board.worth.measures], [*board.worth.lines()]
        note = ngettext(
            "From {trainings} trainings on up to {count} label of either way, measured on the same problems.",
            "From {trainings} trainings on up to {count} labels of either way, measured on the same problems.",
            board.worth.figures["trained_on"],
        ).format(trainings=board.worth.figures["trainings"], count=grouped(board.worth.figures["trained_on"]))
    return Panel(
        "worth",
        _("Uniform labels that a chosen one is worth"),
        work_charts.rows(rows, most=FARTHEST, ends=("0", decimal(FARTHEST / 2, 0), decimal(FARTHEST, 0)), mark=1.0),
        [_("Figure"), _("Worth, its interval")],
        [[row.name, row.said] for row in rows],
        MULTIPLIERS,
        lines,
        note,
        page="multiplier",
    )


def _ratio_row(name: str, ratio: Bounded | None) -> Row:
    if ratio is None:
        return Row(name, _("not known yet"))
    value, low, high = map(decimal, ratio)
    return Row(name, _("{value} ({low} to {high})").format(value=value, low=low, high=high), *ratio)


def _part(part: int, whole: int) -> str:
    if not whole:
        return _("none yet")
    return _("{part} of {all}").format(part=grouped(part), all=grouped(whole))


def _agreement(board: Dashboard) -> Panel | None:
    if board.report is None or not board.report.figures["all"]["pairs"]:
        return None
    found = board.report.figures["all"]
    names = (
        _("First error, same step"), _("First error, within one"), _("Any error at all"), _("Alpha, steps both rated"),
    )  # fmt: skip
    rows = [_figure_row(name, found[key]) for name, key in zip(names, AGREEMENT, strict=True)]
    count = ngettext(
        "{count} solution with labels of two or more. Steps behind a first error count as missing.",
        "{count} solutions with labels of two or more. Steps behind a first error count as missing.",
        found["solutions"],
    )
    return Panel(
        "agreement",
        _("Do people agree?"),
        work_charts.rows(rows, most=1.0, ends=("0", decimal(0.5, 1), "1")),
        [_("Figure"), _("Value, its interval, cases")],
        [[row.name, row.said] for row in rows],
        ("figure", "value", "low", "high", "cases"),
        [[key, *(found[key][name] for name in ("value", "low", "high", "count"))] for key in AGREEMENT],
        count.format(count=grouped(found["solutions"])),
    )


def _convincing(board: Dashboard) -> Panel | None:
    shown = [one for one in board.rounds if one.round.convincing][:SHOWN_ROUNDS][::-1]
    if not shown:
        return None
    rows = [
        _spread_row(
            _("Round {number}").format(number=one.round.number),
            one.round.convincing["chosen"],
            _("{share} with an error").format(share=percent(one.found.error_share.share)) if one.found.labels else "",
        )
        for one in shown
    ]
    following = shown[-1].round.convincing["next"]
    rows.append(
        _spread_row(_("The next {count}").format(count=grouped(following["count"])), following, "", is_here=True)
    )
    lines: list[Cells] = [[one.round.number, *_spread(one.round.convincing["chosen"])] for one in shown]
    return Panel(
        "convincing",
        _("How convincing the queue still is"),
        work_charts.rows(rows, most=1.0, ends=("0", _("0.5, stop below"), _("score 1")), mark=CONVINCES),
        [_("Round"), _("Wrong answers"), _("Median score"), _("Middle four fifths")],
        [[row.name, *_spread_words(spread)] for row, spread in zip(rows, _spreads(shown), strict=True)],
        ("round", "wrong_answers", "low", "median", "high"),
        [*lines, ["next", *_spread(following)]],
        _(
            "Scores of the wrong answers chosen: median and middle four fifths. Right: labels in which people found "
            "an error."
        ),
    )


def _left(board: Dashboard) -> Panel | None:
    planned = next((one.round for one in board.rounds if one.round.convincing), None)
    if planned is None or not planned.convincing["left"]["count"]:
        return None
    bins = planned.convincing["left"]["bins"]
    note = _("As it was when round {number} was planned: solutions with a wrong answer, unlabeled and not chosen.")
    width = 1 / len(bins)
    return Panel(
        "left",
        _("Scores of the wrong answers that are left"),
        work_charts.columns(bins, ends=(_("score 0"), "1")),
        [_("Score"), _("Solutions")],
        [[_span(decimal(at * width, 3), decimal((at + 1) * width, 3)), grouped(count)]
         for at, count in enumerate(bins)],
        ("from", "to", "solutions"),
        [[at * width, (at + 1) * width, count] for at, count in enumerate(bins)],
        note.format(number=planned.number),
    )  # fmt: skip


def _mix(board: Dashboard) -> Panel | None:
    names = [str(code_words.FINISHED[code]) for code in ENDINGS]
    return _by_day(board, "mix", _("How labels end, day by day"), dict(zip(MIX, names, strict=True)), ENDINGS)


def _ratings(board: Dashboard) -> Panel | None:
    names = {name: str(code_words.RATINGS[sign]) for name, sign in SIGNS.items()}
    return _by_day(board, "ratings", _("How steps are rated, day by day"), names, [*SIGNS])


def _by_day(
    board: Dashboard, name: str, heading: str, names: Mapping[str, str], columns: Sequence[str]
) -> Panel | None:
    """What labels found on each of the last days, in shares: a field of `Found` for each part, with its word."""
    recent = board.today - timedelta(days=SHOWN_DAYS)
    by_day = {day: [getattr(of, part) for part in names] for day, of in board.work.by_day().items()}
    shown = [(day, counts) for day, counts in by_day.items() if day > recent]
    if not any(sum(counts) for _day, counts in shown):
        return None
    words = list(names.values())
    return Panel(
        name,
        heading,
        work_charts.mix(shown, words),
        [_("Day"), *words],
        [[work_charts.day_words(day), *map(grouped, counts)] for day, counts in shown],
        ("day", *columns),
        [[day.isoformat(), *counts] for day, counts in by_day.items()],
        legend=list(zip(work_charts.PAINTS, words, strict=False)),
    )


def _times(board: Dashboard) -> Panel | None:
    """Seconds a step took, by its place."""
    by_place: list[list[float]] = []
    for times in board.step_times:
        for place, milliseconds in enumerate(times):
            if place == len(by_place):
                by_place.append([])
            by_place[place].append(milliseconds / 1_000)
    if not by_place:
        return None
    of_places = [(place + 1, len(of), *_quartiles(of)) for place, of in enumerate(by_place)]
    rows = [
        Row(
            _("Step {number}").format(number=place),
            _("{seconds} s, n {count}").format(seconds=decimal(middle, 1), count=grouped(count)),
            middle,
            low,
            high,
        )
        for place, count, low, middle, high in of_places[:SHOWN_STEPS]
    ]
    most = max(row.high or 0.0 for row in rows)
    note = _("Median and middle half, of the last {count} labels with times.")
    return Panel(
        "steps",
        _("Time a step takes, by its place"),
        work_charts.rows(rows, most=most, ends=("0", "", _("{n} s").format(n=decimal(most, 0)))),
        [_("Step"), _("Steps rated"), _("Median, seconds"), _("Middle half, seconds")],
        [
            [place, grouped(count), decimal(middle, 1), _span(decimal(low, 1), decimal(high, 1))]
            for place, count, low, middle, high in of_places
        ],
        ("step", "steps_rated", "lower_quartile", "median", "upper_quartile"),
        [*of_places],
        note.format(count=grouped(len(board.step_times))),
    )


def _figure_row(name: str, figure: Mapping[str, Any]) -> Row:
    if figure["value"] is None:
        return Row(name, _("not known"))
    if figure["low"] is None:
        said = _("{value}, n {count}").format(value=decimal(figure["value"]), count=grouped(figure["count"]))
        return Row(name, said, figure["value"])
    said = _("{value} ({low} to {high}), n {count}").format(
        value=decimal(figure["value"]), low=decimal(figure["low"]), high=decimal(figure["high"]),
        count=grouped(figure["count"]),
    )  # fmt: skip
    return Row(name, said, figure["value"], figure["low"], figure["high"])


def _spread(spread: Mapping[str, Any]) -> Cells:
    return [spread["count"], *(spread.get(name) for name in ("low", "median", "high"))]


def _spreads(shown: Iterable[RoundProgress]) -> list[Mapping[str, Any]]:
    found = [one.round.convincing for one in shown]
    return [*(of["chosen"] for of in found), found[-1]["next"]]


def _spread_words(spread: Mapping[str, Any]) -> Cells:
    if not spread["count"]:
        return [0, "", ""]
    middle = _span(decimal(spread["low"]), decimal(spread["high"]))
    return [grouped(spread["count"]), decimal(spread["median"]), middle]


def _spread_row(name: str, spread: Mapping[str, Any], said: str, *, is_here: bool = False) -> Row:
    score = _("median {score}").format(score=decimal(spread["median"])) if spread["count"] else _("none")
    return Row(name, said or score, spread.get("median"), spread.get("low"), spread.get("high"), is_here)


def _span(low: str, high: str) -> str:
    return _("{low} to {high}").format(low=low, high=high)


def _quartiles(values: list[float]) -> tuple[float, float, float]:
    ordered = sorted(values)
    last = len(ordered) - 1
    return ordered[round(last / 4)], median(ordered), ordered[round(3 * last / 4)]
