"""What an export holds and how it came about, as one object beside its rows: `labeling.data_card` writes it as text.

Counts are of the rows that the export has; agreement, gold and graders are those of the whole campaign and say so. A
dozen queries, however many labels: a pass over the labels, one over the grades.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Length, Replace
from django.utils import timezone

from labeling.accuracy import Accuracy
from labeling.actions import agreements, exporting, gold_accuracy
from labeling.actions.exporting import Format
from labeling.actions.pool_size import solution_count
from labeling.models import (
    CHECKS,
    AgreementReport,
    Campaign,
    Grade,
    Label,
    Labeler,
    LabelerKind,
    Problem,
    QueueItem,
    Round,
    Solution,
)

POLICY = (
    *("number", "state", "mode", "strategy", "scope", "size", "wrong_share", "evaluation_share", "seed", "overlap"),
    *("overlap_share", "rails", "shortfall", "kept_out", "notes", "planned_at", "opened_at", "closed_at"),
)
SIGN_NAMES = (("positive", "+"), ("neutral", "0"), ("negative", "-"))
SHARES = ("exact", "within_one", "any_error", "alpha")


def card(
    campaign: Campaign, format: str, *, round: int | None = None, neutral_false: bool = False, **asked: Any
) -> dict[str, Any]:
    """The card of the export that is asked for in the same words (`exporting.rows`).

    Raises ActionError for an unknown format, round or split.
    """
    wanted = exporting.check_format(format)
    if wanted == Format.SCORED:
        solutions = exporting.scored(campaign, round=round, split=asked.get("split"))
        labels: QuerySet[Label] = Label.objects.none()
        rows: int | None = solutions.count()
    elif wanted == Format.CONSENSUS:
        labels = Label.objects.none()
        rows = exporting.consensus(campaign, round=round, split=asked.get("split")).count()
    else:
        labels, rows = exporting.labels_in(campaign, wanted, round=round, **asked), None
    counts = _label_counts(labels)
    chosen = {"round": round, **asked} | ({"neutral_false": neutral_false} if wanted == Format.STEPWISE else {})
    return {
        "campaign": campaign.slug,
        "name": campaign.name,
        "made_at": timezone.now().isoformat(),
        "sources_and_licence": campaign.sources or None,
        "export": {
            "format": str(wanted),
            "asked": {name: value for name, value in chosen.items() if value is not None and value is not False},
            "rows": counts["labels"] if rows is None else rows,
            **({"neutral_steps_are": not neutral_false} if wanted == Format.STEPWISE else {}),
        },
        "labels": counts,
        "labelers": _labelers(campaign, labels),
        "guide_versions": _guides(labels),
        "rounds": _rounds(campaign, labels, round),
        "pool": _pool(campaign),
        "agreement": _agreement(campaign),
        "graders": _graders(campaign),
    }


def _label_counts(labels: QuerySet[Label]) -> dict[str, Any]:
    """How many labels, steps and minutes, and of which kind: one pass over the rows by their few kinds."""
    kinds = ("origin", "finish_reason", "mode", "problem__split")
    signs = {
        name: Sum(Length("ratings") - Length(Replace("ratings", Value(sign), Value("")))) for name, sign in SIGN_NAMES
    }
    groups = list(
        labels.order_by().values(*kinds).annotate(count=Count("pk"), milliseconds=Sum("total_time_ms"), **signs)
    )
    return {
        "labels": sum(group["count"] for group in groups),
        **{f"by_{kind.rsplit('__', 1)[-1]}": _totals(groups, kind) for kind in kinds},
        "rated_steps": {name: sum(group[name] or 0 for group in groups) for name, _sign in SIGN_NAMES},
        "active_minutes": round(sum(group["milliseconds"] or 0 for group in groups) / 60_000, 1),
    }


def _totals(groups: Iterable[dict[str, Any]], kind: str) -> dict[str, int]:
    totals: dict[str, int] = {}
    for group in groups:
        totals[group[kind]] = totals.get(group[kind], 0) + group["count"]
    return dict(sorted(totals.items()))


def _labelers(campaign: Campaign, labels: QuerySet[Label]) -> dict[str, Any]:
    """Who made the labels, by pseudonym alone, and how right they were on gold."""
    counts = dict(labels.order_by().values_list("labeler").annotate(count=Count("pk")))
    judged = gold_accuracy.by_labeler(campaign)
    people = Labeler.objects.filter(campaign=campaign).filter(pk__in=labels.order_by().values("labeler"))
    listed = [
        {
            "labeler": str(one.uuid),
            "kind": one.kind,
            "labels": counts[one.pk],
            "gold": _accuracy(judged.get(one.pk, [])),
        }
        for one in people.only("uuid", "kind").order_by("uuid")
    ]
    return {
        "count": len(listed),
        "by_kind": {kind: n for kind in LabelerKind.values if (n := sum(one["kind"] == kind for one in listed))},
        "gold_of_the_campaign": _accuracy([one for ones in judged.values() for one in ones]),
        "each": listed,
    }


def _accuracy(judged: list[gold_accuracy.GoldLabel]) -> dict[str, Any] | None:
    if not judged:
        return None
    found = Accuracy(sum(one.is_right for one in judged), len(judged))
    return {"right": found.right, "count": found.count, "share": found.share, "low": found.low, "high": found.high}


def _guides(labels: QuerySet[Label]) -> list[dict[str, Any]]:
    """Under which versions of the guide; null: not told here (labels made elsewhere)."""
    names = {"version": F("guide__number"), "published_at": F("guide__created_at"), "changed": F("guide__note")}
    rows: Iterable[Any] = labels.order_by().values(**names).annotate(labels=Count("pk"))
    return sorted(map(_said, rows), key=lambda row: row["version"] or 0)


def _rounds(campaign: Campaign, labels: QuerySet[Label], only: int | None) -> list[dict[str, Any]]:
    """The selection policy of each round, with the selector that scored for it; checks are counted apart from work."""
    found = campaign.rounds.filter(Q() if only is None else Q(number=only)).select_related("selector")
    is_check = Q(item__purpose__in=CHECKS)
    both = {"work": Count("pk", filter=~is_check), "checks": Count("pk", filter=is_check)}
    groups: Iterable[Any] = labels.order_by().filter(round__isnull=False).values("round").annotate(**both)
    counts = {group["round"]: (group["work"], group["checks"]) for group in groups}
    wanted = QueueItem.objects.filter(campaign=campaign, round__isnull=False).wanted()
    asked = dict(wanted.order_by().exclude(state="withdrawn").values_list("round").annotate(count=Count("pk")))
    return [
        _said({name: getattr(one, name) for name in POLICY})
        | {"selector": _selector(one), "wanted": asked.get(one.pk, 0)}
        | dict(zip(("labels", "labels_of_gold"), counts.get(one.pk, (0, 0)), strict=True))
        for one in found.order_by("number")
    ]


def _selector(of: Round) -> dict[str, Any] | None:
    version = of.selector
    if version is None:
        return None
    return {"version": version.number, "kind": version.kind, "base_model": version.base_model, "seed": version.seed}


def _pool(campaign: Campaign) -> dict[str, Any]:
    problems = Problem.objects.filter(campaign=campaign).visible().order_by()
    solutions = solution_count(campaign)
    repeated = Solution.objects.of(campaign).filter(duplicate_of__isnull=False).count()  # few, by an index of theirs
    groups: list[Any] = list(problems.values("split", "state").annotate(count=Count("pk")))
    return {
        "problems": sum(group["count"] for group in groups),
        "problems_by_split": _totals(groups, "split"),
        "problems_by_state": _totals(groups, "state"),
        "solutions": solutions,
        "distinct_texts": solutions - repeated,
    }


def _agreement(campaign: Campaign) -> dict[str, Any] | None:
    """The figures that were last computed, of the whole campaign; None: not computed."""
    report = AgreementReport.objects.filter(campaign=campaign).select_related("campaign").first()
    if report is None:
        return None
    shown = ("pairs", "solutions", *SHARES)
    return {
        "computed_at": report.computed_at.isoformat(),
        "labels_compared": report.labels,
        "labels_since": agreements.since(report),
        "all": {name: report.figures["all"][name] for name in shown},
        "rounds": [
            {"round": number, **{name: found[name] for name in shown}} for number, found in report.figures["rounds"]
        ],
    }


def _graders(campaign: Campaign) -> dict[str, int]:
    """How many final answers of the pool each version of the graders judged, as the grades stand."""
    grades = Grade.objects.filter(solution__problem__campaign=campaign, is_current=True)
    return dict(grades.order_by("grader_version").values_list("grader_version").annotate(count=Count("pk")))


def _said(values: dict[str, Any]) -> dict[str, Any]:
    """Moments as text, so that the object is JSON."""
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}
