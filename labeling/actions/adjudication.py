"""Adjudication: where people differ or were unsure, one decision, a final label, and a precedent."""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Case, Exists, F, IntegerField, Max, Min, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext as _

from labeling.actions import events, gold, passes, references, rounds
from labeling.actions.errors import RuleBroken
from labeling.models import (
    HAS_VERDICT,
    IS_UNSURE,
    Campaign,
    CandidateTree,
    FinishReason,
    Gold,
    GoldSource,
    GoldUse,
    ItemState,
    Label,
    Labeler,
    LabelerKind,
    LabelQuerySet,
    Problem,
    ProblemState,
    Purpose,
    QueueItem,
    Ruling,
    RulingAbout,
    Solution,
)

MAX_REASON = 5_000
NO_ERROR = 100_000  # as a place behind every step
PLACE = Case(
    When(finish_reason=FinishReason.FOUND_ERROR, then=Length("ratings")),
    default=Value(NO_ERROR),
    output_field=IntegerField(),
)


def _said(campaign: Campaign) -> LabelQuerySet:
    """Labels of whole solutions that people gave in answer to the queue; no final ones, no checks."""
    labels = Label.objects.filter(
        is_current=True, requeue__isnull=True, import_job__isnull=True, solution__isnull=False
    )
    return labels.filter(labeler__campaign=campaign).exclude(labeler__kind=LabelerKind.ADJUDICATOR).not_of_gold()


def _judged(campaign: Campaign) -> QuerySet[Label]:
    """Those with a verdict."""
    return _said(campaign).with_verdict_on_steps()


def disagreements(campaign: Campaign) -> QuerySet[Solution]:
    """Solutions whose labels put the first error at different steps, and on which nobody has ruled."""
    places = _judged(campaign).order_by().values("solution").annotate(first=Min(PLACE), last=Max(PLACE))
    return _open(campaign).filter(pk__in=places.filter(first__lt=F("last")).values("solution"))


def unsure(campaign: Campaign) -> QuerySet[Solution]:
    """Solutions with a step or an alternative that somebody was unsure of, and on which nobody has ruled."""
    return _open(campaign).filter(pk__in=_said(campaign).filter(IS_UNSURE).order_by().values("solution"))


def unsure_trees(campaign: Campaign) -> QuerySet[CandidateTree]:
    """Candidate trees with a candidate that somebody was unsure of; nobody decided about their problem since."""
    labels = Label.objects.current().filter(import_job__isnull=True, tree__isnull=False, labeler__campaign=campaign)
    decided = Ruling.objects.filter(
        problem=OuterRef("problem"), about=RulingAbout.PROBLEM, created_at__gte=OuterRef("submitted_at")
    )
    asked = labels.filter(IS_UNSURE).filter(~Exists(decided)).order_by()
    found = CandidateTree.objects.filter(problem__campaign=campaign, problem__state=ProblemState.ACTIVE)
    return found.filter(pk__in=asked.values("tree")).select_related("problem").order_by("pk")


def _open(campaign: Campaign) -> QuerySet[Solution]:
    ruled = Ruling.objects.filter(solution=OuterRef("pk"), about=RulingAbout.FIRST_ERROR)
    found: QuerySet[Solution] = Solution.objects.of(campaign).filter(~Exists(ruled), problem__state="active")
    return found.select_related("problem").order_by("pk")


Places = list[tuple[int | None, int]]


def with_places(solutions: Iterable[Solution], campaign: Campaign) -> list[tuple[Solution, Places]]:
    """Each with where people put its first error, and how many did; None: nowhere. One query for all of them."""
    found = list(solutions)
    counts: dict[int, Counter[int | None]] = {solution.pk: Counter() for solution in found}
    for label in _judged(campaign).filter(solution__in=counts).only("solution", "ratings"):
        counts[label.solution_id or 0][label.first_error_index] += 1
    last = (NO_ERROR, 0)
    return [
        (solution, sorted(counts[solution.pk].items(), key=lambda place: last if place[0] is None else place))
        for solution in found
    ]


@dataclass(frozen=True, slots=True)
class Side:
    """What some said of a solution: how many, and each one's words; no names."""

    letter: str
    ratings: str
    first_error: int | None
    count: int
    flagged: list[int]
    alternatives: list[str]  # which one of them was unsure of
    reasons: list[str]


def sides(solution: Solution) -> list[Side]:
    """The labels of a solution by where they put the first error, in an order that says nothing of who they are."""
    labels = list(_judged(solution.problem.campaign).filter(solution=solution).order_by("submission_id"))
    groups: dict[int | None, list[Label]] = {}
    for label in labels:
        groups.setdefault(label.first_error_index, []).append(label)
    ordered = sorted(groups.items(), key=lambda group: (group[0] is None, group[0] or 0))
    return [
        Side(
            letter=chr(ord("A") + number),
            ratings=_usual([label.ratings for label in group]),
            first_error=first_error,
            count=len(group),
            flagged=sorted({index for label in group for index in label.flagged}),
            alternatives=sorted({one["text"] for label in group for one in label.alternatives if one.get("flagged")}),
            reasons=[label.reason for label in group if label.reason],
        )
        for number, (first_error, group) in enumerate(ordered)
    ]


def undecided(solution: Solution) -> list[Label]:
    """What those said who gave up or reported the problem, in an order that says nothing of who they are."""
    said = _said(solution.problem.campaign).filter(solution=solution).exclude(HAS_VERDICT)
    return list(said.order_by("submission_id"))


def _usual(ratings: Sequence[str]) -> str:
    """Step by step what most gave; of a tie the better rating."""
    columns = ["".join(column) for column in zip(*ratings, strict=False)]
    return "".join(max("+0-", key=lambda sign: (Counter(column)[sign], "-0+".index(sign))) for column in columns)


def usual_ratings(solution: Solution, first_error: int | None) -> list[int]:
    """A whole pass with this first error: before it what most people gave, else positive; none of it negative."""
    end = solution.step_count if first_error is None else first_error
    given = [side.ratings.rstrip("-") for side in sides(solution)]
    before = []
    for index in range(end):
        signs = Counter(ratings[index] for ratings in given if index < len(ratings))
        before.append(0 if signs["0"] > signs["+"] else 1)
    return before if first_error is None else [*before, -1]


def decide(*, solution: Solution, ratings: Sequence[int], reason: str, by: User, makes_gold: bool = False) -> Ruling:
    """Make the final label of a solution. Raises RuleBroken where it breaks a rule of the pass or says no reason."""
    reason = reason.strip()
    if not reason or len(reason) > MAX_REASON:
        raise RuleBroken("reason", _("a ruling needs a written reason: it is a precedent"))
    ending = FinishReason.FOUND_ERROR if -1 in ratings else FinishReason.SOLUTION
    done = passes.Pass(ratings=list(ratings), finish_reason=ending, total_time=0)
    passes.check(done, step_count=solution.step_count, alternatives=[])
    campaign = solution.problem.campaign
    with transaction.atomic():
        Problem.objects.select_for_update(no_key=True).get(pk=solution.problem_id)
        label = _final_label(campaign, solution, done)
        ruling = Ruling.objects.create(
            campaign=campaign,
            problem=solution.problem,
            solution=solution,
            about=RulingAbout.FIRST_ERROR,
            outcome=done.signs,
            label=label,
            reason=reason,
            created_by=by,
        )
        _withdraw_extra(solution)
        _make_gold(solution, label, by, is_wanted=makes_gold)
        events.record(
            campaign=campaign,
            actor=by,
            verb="ruling.made",
            subject=f"solution {solution.pk}",
            before=label.revises.ratings if label.revises else None,
            after=done.signs,
        )
    return ruling


def _make_gold(solution: Solution, label: Label, by: User, *, is_wanted: bool) -> None:
    """Where it is wanted, or where gold was made of an earlier ruling or of a label: that follows the newest ruling."""
    known = Gold.objects.filter(solution=solution, source=GoldSource.ADJUDICATED).first()
    if is_wanted or (known is not None and gold.why_not_gold(solution) is None):
        gold.make_from_label(label=label, by=by, use=known.use if known else GoldUse.STREAM)


def _final_label(campaign: Campaign, solution: Solution, done: passes.Pass) -> Label:
    adjudicator, _is_new = Labeler.objects.get_or_create(
        campaign=campaign, kind=LabelerKind.ADJUDICATOR, defaults={"name": "adjudication"}
    )
    before = Label.objects.filter(solution=solution, labeler=adjudicator, is_current=True).first()
    if before is not None:
        Label.objects.filter(pk=before.pk).update(is_current=False)
    return Label.objects.create(
        problem=solution.problem,
        solution=solution,
        labeler=adjudicator,
        ratings=done.signs,
        finish_reason=done.finish_reason,
        guide=campaign.guide,
        submission_id=uuid.uuid4(),
        submitted_at=timezone.now(),
        revises=before,
    )


def _withdraw_extra(solution: Solution) -> None:
    """A further opinion is not needed any more, where nobody has begun it."""
    extra = QueueItem.objects.filter(solution=solution, purpose=Purpose.EXTRA)
    wanted = extra.filter(state__in=[ItemState.WAITING, ItemState.PLANNED])
    locked = rounds.lock(set(wanted.values_list("round_id", flat=True)))
    if wanted.update(state=ItemState.WITHDRAWN):
        rounds.after_withdrawal(locked)


def change_reference(*, problem: Problem, answer: str, reason: str, by: User) -> Ruling:
    """Another reference answer: every solution of the problem is graded again."""
    if not answer.strip():
        raise RuleBroken("reference_answer", _("the new reference answer"))
    with transaction.atomic():
        references.change(problem=problem, answer=answer.strip(), by=by, reason=reason)
        references.accept_disputes(problem=problem, answer=answer.strip(), by=by, reason=reason)
        return note(problem=problem, about=RulingAbout.REFERENCE, outcome=answer.strip(), reason=reason, by=by)


def note(*, problem: Problem, about: str, outcome: str, reason: str, by: User) -> Ruling:
    """Keep another decision as a precedent."""
    return Ruling.objects.create(
        campaign=problem.campaign, problem=problem, about=about, outcome=outcome, reason=reason, created_by=by
    )


def precedents(campaign: Campaign, text: str = "") -> QuerySet[Ruling]:
    """Rulings, the newest first; those that speak of a text, in their reason or their problem."""
    found = Ruling.objects.filter(campaign=campaign).select_related("problem", "solution", "created_by")
    if text:
        found = found.filter(Q(reason__icontains=text) | Q(problem__text__icontains=text))
    return found.order_by("-pk")
