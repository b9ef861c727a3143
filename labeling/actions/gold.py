"""Gold: solutions whose right label is known. Made, corrected, retired; and which stand in it."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from labeling.actions import events, gold_draw
from labeling.actions.errors import ActionError, Conflict
from labeling.models import (
    BITS,
    Campaign,
    Gold,
    GoldSource,
    GoldUse,
    Label,
    Origin,
    ProblemState,
    Solution,
    Split,
    digit_of,
)

MAX_EXPLANATION = 5_000
ANY_GOOD = "0+"  # between neutral and positive people may differ
# Its reference label in PRM800K is wrong: the first two terms of 2^a + 4^b + 8^c = 328 are misjudged there.
KNOWN_WRONG = ("2^a+4^b+8^c=328",)


def of(campaign: Campaign) -> QuerySet[Gold]:
    """All gold of a campaign."""
    return Gold.objects.filter(solution__problem__campaign=campaign)


def make(
    *,
    solution: Solution,
    by: User | None,
    sets: Sequence[str],
    use: str = GoldUse.STREAM,
    source: str = GoldSource.HAND,
    label: Label | None = None,
    explanation: str = "",
) -> Gold:
    """Make gold of a solution, or say anew what is right of it. `sets`: the acceptable signs of each step, as in `0+`.

    Raises ActionError, naming the field, where the sets contradict each other or the solution cannot be gold.
    """
    accepted = _checked(solution, sets, use, explanation)
    campaign = solution.problem.campaign
    said = {"accepted": accepted, "use": use, "source": source, "label": label, "explanation": explanation.strip()}
    with transaction.atomic():
        before = Gold.objects.filter(solution=solution).first()
        made, _is_new = Gold.objects.update_or_create(
            solution=solution, defaults=said, create_defaults=said | {"created_by": by}
        )
        events.record(
            campaign=campaign,
            actor=by,
            verb="gold.changed" if before else "gold.made",
            subject=f"solution {solution.pk}",
            before={"accepted": before.accepted, "use": before.use} if before else None,
            after={"accepted": accepted, "use": use},
        )
        if use == GoldUse.STREAM:
            gold_draw.draw_for_all(campaign)
    return made


def _checked(solution: Solution, sets: Sequence[str], use: str, explanation: str) -> str:
    if use not in GoldUse.values:
        raise ActionError(
            _("There is no use “{use}” of gold.").format(use=use),
            {"use": _("one of {values}").format(values=", ".join(GoldUse.values))},
        )
    if len(explanation) > MAX_EXPLANATION:
        raise ActionError(
            _("The explanation is too long."),
            {"explanation": _("at most {limit} characters").format(limit=MAX_EXPLANATION)},
        )
    if why_not := why_not_gold(solution):
        raise Conflict(why_not)
    if not 1 <= len(sets) <= solution.step_count or any(not one or set(one) - set(BITS) for one in sets):
        raise _bad_sets(_("for each step one or more of -, 0 and +"))
    accepted = "".join(map(digit_of, sets))
    certain = accepted.find(digit_of("-"))
    if 0 <= certain < len(accepted) - 1:
        raise _bad_sets(_("nothing behind a step that can only be negative"))
    if certain < 0 and len(accepted) < solution.step_count:
        raise _bad_sets(_("every step, or the last one given can only be negative"))
    return accepted


def _bad_sets(rule: str) -> ActionError:
    return ActionError(_("The acceptable ratings contradict each other."), {"steps": rule})


def why_not_gold(solution: Solution) -> str | None:
    """Why this solution cannot be gold, in words; None where it can be."""
    if solution.duplicate_of_id is not None:
        return _("Its text is the same as an earlier one’s: make that one gold.")
    if solution.problem.split == Split.TEST:
        return _("Its problem is of the test split, which is labeled only to measure selectors.")
    if solution.problem.state == ProblemState.EXCLUDED:
        return _("Its problem is excluded.")
    if _is_known_wrong(solution.problem.text):
        return _("The published label of this problem is known to be wrong.")
    return None


def _is_known_wrong(problem: str) -> bool:
    text = "".join(problem.split())
    return any(one in text for one in KNOWN_WRONG)


def retire(*, gold: Gold, by: User) -> None:
    """Give it to nobody any more; labels made of it are judged by it still."""
    with transaction.atomic():
        Gold.objects.filter(pk=gold.pk).update(use=GoldUse.RETIRED)
        events.record(
            campaign=gold.solution.problem.campaign,
            actor=by,
            verb="gold.retired",
            subject=f"solution {gold.solution_id}",
            before=gold.use,
        )
    gold.refresh_from_db()


def known_from_imports(campaign: Campaign) -> QuerySet[Label]:
    """Imported first-error labels of which gold can be made, of solutions that are not gold yet.

    A solution that several call differently is left out: which of them is right would have to be decided first.
    """
    known = (
        Label.objects.current()
        .filter(problem__campaign=campaign, origin=Origin.FIRST_ERROR)
        .with_verdict_on_steps()
        .exclude(problem__split=Split.TEST)
        .exclude(problem__state=ProblemState.EXCLUDED)
        .filter(solution__duplicate_of__isnull=True)
    )
    other = (
        Label.objects.current()
        .with_verdict_on_steps()
        .filter(solution=OuterRef("solution"))
        .exclude(pk=OuterRef("pk"))
        .annotate(length=Length("ratings"))
        .exclude(length=OuterRef("length"), finish_reason=OuterRef("finish_reason"))
    )
    return (
        known.annotate(length=Length("ratings"))
        .filter(~Exists(other), ~Exists(Gold.objects.filter(solution=OuterRef("solution"))))
        .select_related("solution__problem__campaign")
    )


def make_from_imports(*, campaign: Campaign, by: User | None, count: int, use: str = GoldUse.STREAM) -> list[Gold]:
    """Gold of up to `count` imported first-error labels: as many with an error as without, while both last.

    Raises Conflict where there is none of which gold could be made.
    """
    known = list(known_from_imports(campaign).order_by("solution", "pk"))
    one_each = list({label.solution_id: label for label in known}.values())
    usable = [label for label in one_each if label.solution and not _is_known_wrong(label.solution.problem.text)]
    with_error = [label for label in usable if label.first_error_index is not None]
    without = [label for label in usable if label.first_error_index is None]
    most_of_one = max(count - min(len(with_error), len(without)), -(-count // 2))
    chosen = (with_error[:most_of_one] + without[: count - len(with_error[:most_of_one])])[:count]
    if not chosen:
        raise Conflict(_("No imported first-error label is left of which gold could be made."))
    return [_from(label, by, use, GoldSource.IMPORTED) for label in chosen]


def _from(label: Label, by: User | None, use: str, source: str) -> Gold:
    if label.solution is None:
        raise ValueError(f"{label} is of no solution")
    sets: list[Any] = ["-" if sign == "-" else ANY_GOOD for sign in label.ratings]
    return make(solution=label.solution, by=by, sets=sets, use=use, source=source, label=label)


def make_from_label(*, label: Label, by: User, use: str = GoldUse.STREAM) -> Gold:
    """Gold of one label that a lead holds to be right: any good rating is acceptable before its first error."""
    if label.solution is None or label.finish_reason not in ("found_error", "solution"):
        raise Conflict(_("Gold is made of labels that say where the first error of a solution is."))
    source = GoldSource.IMPORTED if label.origin == Origin.FIRST_ERROR else GoldSource.ADJUDICATED
    return _from(label, by, use, source)
