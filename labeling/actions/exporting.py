"""Labeled solutions out, for training and for publication: JSON lines in constant memory, or a parquet file.

Rows are read a page at a time by id, so that neither memory nor an open transaction grows with the campaign, and their
order is that in which the labels came.
"""

from array import array
from collections.abc import Callable, Iterator
from enum import StrEnum
from itertools import islice
from tempfile import TemporaryFile
from typing import Any

import orjson
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from labeling.actions import events, export_consensus, export_shapes
from labeling.actions.errors import ActionError
from labeling.actions.export_consensus import Agreed
from labeling.actions.export_shapes import FIELDS, LabelFacts
from labeling.models import (
    Campaign,
    Label,
    LabelerKind,
    Mode,
    Origin,
    QueueItem,
    SelectorState,
    SelectorVersion,
    Solution,
    SolutionScore,
    Split,
)
from labeling.models.reading import only_value

PAGE = 1_000


class Format(StrEnum):
    """What can be asked for."""

    PRM800K = "prm800k"
    STEPWISE = "stepwise"
    FIRST_ERROR = "first-error"
    PARQUET = "parquet"
    SCORED = "scored"
    CONSENSUS = "consensus"


def rows(
    campaign: Campaign,
    format: str,
    *,
    round: int | None = None,
    split: str | None = None,
    include_external: bool = False,
    include_simulated: bool = False,
    neutral_false: bool = False,
) -> Iterator[bytes]:
    """JSON lines, each ended by a newline. What is wrong with the request is raised at once, not at the first row.

    `include_external`: first-error labels from elsewhere as PRM800K rows too. `neutral_false`: in stepwise rows a
    neutral step counts as false. Raises ActionError for an unknown format, round or split.
    """
    wanted = check_format(format, among=[one for one in Format if one != Format.PARQUET])
    if wanted == Format.SCORED:
        return _scored_lines(campaign, scored(campaign, round=round, split=split))
    if wanted == Format.CONSENSUS:
        return export_consensus.lines(consensus(campaign, round=round, split=split))
    found = labels_in(
        campaign,
        wanted,
        round=round,
        split=split,
        include_external=include_external,
        include_simulated=include_simulated,
    )
    if wanted == Format.PRM800K:
        return prm800k_lines(found)
    if wanted == Format.FIRST_ERROR:
        return _lines(found, export_shapes.first_error)
    return _lines(found, lambda label: export_shapes.stepwise(label, neutral_false=neutral_false))


def note(campaign: Campaign, format: str, *, by: User | None, **asked: Any) -> None:
    """Keep that this was taken out, and by whom; nobody: by a command."""
    # Round 0 is asked for too: it merely equals False.
    chosen = {name: value for name, value in asked.items() if value is not None and value is not False}
    events.record(campaign=campaign, actor=by, verb="labels.exported", subject=format, after=chosen or None)


def labels_in(campaign: Campaign, format: Format, *, include_external: bool = False, **asked: Any) -> QuerySet[Label]:
    """The labels that a file of this format has rows of. Raises ActionError for an unknown round or split."""
    found = labels(campaign, **asked)
    if format == Format.PRM800K:
        return found if include_external else found.exclude(origin=Origin.FIRST_ERROR)
    return found if format == Format.PARQUET else _one_verdict_each(found)


def labels(
    campaign: Campaign, *, round: int | None = None, split: str | None = None, include_simulated: bool = False
) -> QuerySet[Label]:
    """The current labels of a campaign that an export holds."""
    found: QuerySet[Label] = Label.objects.current().filter(labeler__campaign=campaign)
    if round is not None:
        found = found.filter(round__number=_check_round(campaign, round))
    if split is not None:
        found = found.filter(problem__split=_check_split(split))
    if not include_simulated:
        found = found.exclude(labeler__kind=LabelerKind.SIMULATED)
    return found


def check_format(format: str, *, among: list[Format] | None = None) -> Format:
    """The format of this name. Raises ActionError naming those that there are."""
    known = among or list(Format)
    if format not in known:
        names = ", ".join(known)
        raise ActionError(
            _("There is no format “{format}” here. Formats: {names}.").format(format=format, names=names),
            {"format": _("one of {names}").format(names=names)},
        )
    return Format(format)


def _check_round(campaign: Campaign, number: int) -> int:
    if not campaign.rounds.filter(number=number).exists():
        known = ", ".join(str(one) for one in campaign.rounds.values_list("number", flat=True)) or _("none yet")
        raise ActionError(
            _("There is no round {number}. Rounds of this campaign: {known}.").format(number=number, known=known),
            {"round": _("one of: {known}").format(known=known)},
        )
    return number


def _check_split(split: str) -> str:
    if split not in Split.values:
        raise ActionError(
            _("There is no split “{split}”. Splits: train, test.").format(split=split), {"split": _("train or test")}
        )
    return split


def _one_verdict_each(found: QuerySet[Label]) -> QuerySet[Label]:
    """Those that say where the first error is; of several by one labeler for one solution the newest.

    PRM800K showed some solutions to one person twice; a first-error row is named by its solution and labeler.
    """
    verdicts = Label.objects.filter(
        mode=Mode.SOLUTION, finish_reason__in=["found_error", "solution"], is_current=True, import_job__state="done"
    )
    later = verdicts.filter(solution=OuterRef("solution"), labeler=OuterRef("labeler"), pk__gt=OuterRef("pk"))
    with_verdict = found.filter(mode=Mode.SOLUTION, finish_reason__in=["found_error", "solution"])
    # Labels made here are one each: asked of imported ones alone, it costs the others nothing, however it is planned.
    return with_verdict.filter(Q(import_job__isnull=True) | ~Exists(later))


def prm800k_lines(found: QuerySet[Label]) -> Iterator[bytes]:
    """These labels as PRM800K rows: imported rows as they came in, others built. Ordered by id."""
    for label in facts(found):
        if label.source is not None:
            yield label.source.encode() + b"\n"
        else:
            shape = export_shapes.prm800k if label.mode == Mode.SOLUTION else export_shapes.prm800k_candidates
            yield orjson.dumps(shape(label)) + b"\n"


def _lines(found: QuerySet[Label], shape: Callable[[LabelFacts], dict[str, Any]]) -> Iterator[bytes]:
    for label in facts(found):
        yield orjson.dumps(shape(label)) + b"\n"


def facts(found: QuerySet[Label]) -> Iterator[LabelFacts]:
    """What is exported of these labels, ordered by id: one query a page, none a row."""
    values = Label.objects.values_list(*FIELDS)
    for row in _pages(found, values):
        yield LabelFacts._make(row)


def _pages(found: QuerySet[Any], values: QuerySet[Any, tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The values of all rows found, ordered by id.

    The ids come first, into a file. "The next thousand above this id" would need none of that, but a planner may read
    and sort all the rest of the campaign for every page.
    """
    with TemporaryFile() as file:
        for some in _batches(found.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=PAGE)):
            file.write(array("q", some).tobytes())
        file.seek(0)
        while content := file.read(PAGE * 8):
            yield from values.filter(pk__in=array("q", content).tolist()).order_by("pk")


def _batches(ids: Iterator[int]) -> Iterator[list[int]]:
    while some := list(islice(ids, PAGE)):
        yield some


def scored(campaign: Campaign, *, round: int | None, split: str | None) -> QuerySet[Solution]:
    """Every solution of the pool; of a round those that it asked for."""
    found: QuerySet[Solution] = Solution.objects.of(campaign)
    if split is not None:
        found = found.filter(problem__split=_check_split(split))
    if round is not None:
        number = _check_round(campaign, round)
        found = found.filter(Exists(QueueItem.objects.filter(solution=OuterRef("pk"), round__number=number)))
    return found


def consensus(campaign: Campaign, *, round: int | None, split: str | None) -> Agreed:
    """What the labels of every solution that two or more labeled add up to, as it was last computed.

    Raises ActionError where that is not known: not computed, or of fewer than three people.
    """
    verdicts = export_consensus.verdicts(campaign)
    return Agreed(verdicts, scored(campaign, round=round, split=split))


def _scored_lines(campaign: Campaign, found: QuerySet[Solution]) -> Iterator[bytes]:
    """With verdict and scores; a duplicate has the scores of the first solution of its text."""
    prm, orm = (_scores(campaign, kind) for kind in ("prm", "orm"))
    values = Solution.objects.all().with_verdict().annotate(prm_score=prm, orm_score=orm)
    names = (
        "id",
        "problem__text",
        "answer",
        "verdict",
        "prm_score",
        "orm_score",
        "problem__external_id",
        "external_id",
    )
    for pk, problem, answer, verdict, prm_score, orm_score, problem_id, solution_id in _pages(
        found, values.values_list(*names)
    ):
        row = {
            "problem": problem,
            "answer": answer,
            "is_correct": {"correct": True, "wrong": False}.get(verdict),
            "prm_score": prm_score,
            "orm_score": orm_score,
            "problem_id": problem_id,
            "solution_id": solution_id or f"solution-{pk}",
        }
        yield orjson.dumps(row) + b"\n"


def _scores(campaign: Campaign, kind: str) -> Subquery:
    """Scores by the version of this kind in use, else by the newest that scored the pool."""
    versions = SelectorVersion.objects.filter(campaign=campaign, kind=kind)
    version = (
        versions.filter(state=SelectorState.PUBLISHED).first()
        or versions.filter(scored_at__isnull=False).order_by("-number").first()
    )
    text = Coalesce(OuterRef("duplicate_of_id"), OuterRef("pk"))
    return only_value(SolutionScore.objects.filter(version=version, solution_id=text), "score")
