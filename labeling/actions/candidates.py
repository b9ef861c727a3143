"""Rows -> the table of candidates that a strategy sees: solutions, or candidate trees."""

from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from labeling.actions.exclusions import left_out
from labeling.models import (
    UNFINISHED,
    Campaign,
    CandidateTree,
    Gold,
    GoldUse,
    ItemState,
    Label,
    Mode,
    ProblemState,
    QueueItem,
    RoundState,
    SelectorVersion,
    Solution,
    SolutionScore,
    Split,
)
from selector.records import Candidate
from selector.votes import Votes


def selector_in_use(campaign: Campaign) -> SelectorVersion | None:
    """The published version whose scores of the pool are complete, None before the first."""
    return SelectorVersion.objects.filter(campaign=campaign, state="published", scored_at__isnull=False).first()


def _wanted() -> QuerySet[QueueItem]:
    """Items whose label may still come.

    What was left over when a lead closed a round is not wanted any more, and may be chosen again.
    """
    left_over = Q(state=ItemState.PLANNED, round__state=RoundState.CLOSED)
    return QueueItem.objects.filter(~left_over, state__in=UNFINISHED)


def eligible(campaign: Campaign) -> QuerySet[Any]:
    """Solutions that could be wanted now: one of identical texts, problem active, not wanted already, no gold."""
    wanted = _wanted().filter(solution=OuterRef("pk"))
    gold = Gold.objects.exclude(use=GoldUse.RETIRED)
    return (
        Solution.objects.of(campaign)
        .distinct_texts()
        .filter(problem__state=ProblemState.ACTIVE)
        .filter(~Exists(wanted))
        .exclude(pk__in=gold.values("solution"))
        .with_verdict()
    )


def labeled_solutions(campaign: Campaign) -> set[int]:
    """Solutions with a current label, under the number of the text's first solution."""
    labels = Label.objects.current().filter(problem__campaign=campaign, solution__isnull=False).order_by()
    return set(labels.values_list(Coalesce("solution__duplicate_of_id", "solution_id"), flat=True).distinct())


def table(
    campaign: Campaign,
    version: SelectorVersion | None,
    needs: Collection[str] = frozenset(),
    *,
    exclude: str = "",
) -> Iterator[Candidate]:
    """All candidates of a campaign, but for what a plan leaves out, with what one selector version says of them; ids
    are the rows' numbers.

    Beyond the score only what the strategy `needs` is read: votes, for one, are a read of the whole pool.
    """
    labeled = labeled_solutions(campaign)
    marks = Marks(version, needs)
    votes = _votes(campaign) if "votes" in needs else Votes.count(())
    there = eligible(campaign).exclude(left_out(exclude))
    rows = there.values_list("pk", "problem_id", "verdict", "answer", "problem__split")
    for pk, problem, verdict, answer, split in rows.iterator(chunk_size=5000):
        subject = name(pk)
        yield Candidate(
            solution_id=subject,
            problem_id=name(problem),
            verdict=verdict,
            answer=answer,
            split=split,
            text_key=subject,
            is_labeled=pk in labeled,
            votes=votes.votes(name(problem), answer),
            samples=votes.of_problem[name(problem)],
            is_too_long=marks.is_too_long(pk),
            **marks.of(pk),
        )


_MARKS = {"likelihood": ("likelihood",), "committee": ("spread", "doubt")}


class Marks:
    """What one selector version says of each solution: its score, and what else a strategy `needs`."""

    def __init__(self, version: SelectorVersion | None, needs: Collection[str]) -> None:
        self.names = ["score", *(name for need, marks in _MARKS.items() if need in needs for name in marks)]
        self._nothing = (None,) * len(self.names)
        rows = SolutionScore.objects.filter(version=version) if version else SolutionScore.objects.none()
        self._known = {row[0]: row[1:] for row in rows.values_list("solution_id", *self.names)}

    def of(self, solution: int) -> dict[str, Any]:
        """By the names of a candidate's fields, None where the version did not score it."""
        return dict(zip(self.names, self._known.get(solution, self._nothing), strict=True))

    def is_too_long(self, solution: int) -> bool:
        """Whether the version met it and could not read it, its base's context being shorter."""
        known = self._known.get(solution)
        return known is not None and known[0] is None


def name(pk: int) -> str:
    """Strategies sort names as text: padded, rows keep their order when their numbers gain a digit."""
    return f"{pk:019d}"


def _votes(campaign: Campaign) -> Votes:
    """Every sample votes: identical texts each for itself, labeled ones and those in hand too."""
    votes = Votes.count(())
    counts = Solution.objects.of(campaign).order_by().values_list("problem_id", "answer").annotate(count=Count("pk"))
    for problem, answer, count in counts.iterator(chunk_size=5000):
        votes.add(name(problem), answer, count)
    return votes


def trees_of(campaign: Campaign) -> QuerySet[CandidateTree]:
    """All candidate trees of a campaign, those of an unfinished import left out."""
    return CandidateTree.objects.filter(problem__campaign=campaign, import_job__state="done")


def eligible_trees(campaign: Campaign) -> QuerySet[Any]:
    """Candidate trees that could be wanted now: problem active, not wanted already."""
    return (
        trees_of(campaign)
        .filter(problem__state=ProblemState.ACTIVE)
        .filter(~Exists(_wanted().filter(tree=OuterRef("pk"))))
    )


def tree_table(campaign: Campaign, *, exclude: str = "") -> Iterator[Candidate]:
    """All candidate trees, but for what a plan leaves out; nothing scores them, and each is a text of its own."""
    labels = Label.objects.current().filter(problem__campaign=campaign, tree__isnull=False)
    labeled = set(labels.values_list("tree_id", flat=True))
    there = eligible_trees(campaign).exclude(left_out(exclude, of_trees=True))
    rows = there.values_list("pk", "problem_id", "problem__split")
    for pk, problem, split in rows.iterator(chunk_size=5000):
        subject = name(pk)
        yield Candidate(subject, name(problem), "unknown", split=split, text_key=subject, is_labeled=pk in labeled)


def excluded_count(campaign: Campaign, exclude: str, *, of_trees: bool) -> int:
    """How many candidates a plan leaves out."""
    there = eligible_trees(campaign) if of_trees else eligible(campaign)
    return there.filter(left_out(exclude, of_trees=of_trees)).count()


def unlabeled_count(campaign: Campaign) -> int:
    """How many solutions, or candidate trees, a next round could still want under the campaign's settings."""
    if campaign.mode == Mode.CANDIDATES:
        labeled = Label.objects.current().filter(tree=OuterRef("pk"))
        return eligible_trees(campaign).filter(~Exists(labeled)).count()
    labels = Label.objects.current()
    own, of_duplicate = labels.filter(solution=OuterRef("pk")), labels.filter(solution__duplicate_of=OuterRef("pk"))
    # Each its own condition: one with OR inside would be answered by reading all labels for each solution.
    too_long = SolutionScore.objects.filter(version=selector_in_use(campaign), score=None, solution=OuterRef("pk"))
    left = eligible(campaign).filter(~Exists(own), ~Exists(of_duplicate), ~Exists(too_long))
    if campaign.leave_out_uncertain:
        left = left.exclude(verdict="uncertain")
    if not campaign.evaluation_share:  # which alone wants those of the test split
        left = left.filter(problem__split=Split.TRAIN)
    return left.count()
