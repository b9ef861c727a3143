"""The most convincing wrong answers, and a smaller share of what is convincing, right or wrong.

Source: "Let's Verify Step by Step" (arXiv:2305.20050), section 4.2: 80 % wrong-answer solutions, the rest the most
convincing of what remains. The shares are of the whole round, since rounding them for each problem would leave nothing
but wrong answers.
"""

from collections import Counter
from typing import Literal

from selector.records import Candidate
from selector.strategies import uniform
from selector.strategies.draft import Draft, rounded
from selector.strategies.pool import shuffled


def fill(draft: Draft, *, wrong_share: float, scope: Literal["campaign", "problem"]) -> None:
    """Wrong answers first, then the evaluation share, then the rest; each may leave places to the next."""
    train = draft.pool.train
    if train and all(candidate.score is None for candidate in train):
        draft.notes.append("No solution has a score yet: chosen uniformly.")
        uniform.fill(draft)
        return
    draft.wanted["convincing_wrong"] = min(rounded(wrong_share * draft.size), draft.size - draft.wanted["evaluation"])
    by_score = _most_convincing_first(train, scope)
    wrong = _most_convincing_first([candidate for candidate in train if candidate.verdict == "wrong"], scope)
    unscored = shuffled([candidate for candidate in train if candidate.score is None], draft.seed, "unscored")
    for is_capped in (True, False):
        before = draft.missing
        draft.take(wrong, draft.lacking("convincing_wrong"), "convincing_wrong", is_capped=is_capped)
        draft.take_evaluation(is_capped=is_capped)
        draft.take(by_score, draft.missing, "convincing", is_capped=is_capped)
        draft.take(unscored, draft.missing, "uniform", is_capped=is_capped)
        draft.take_evaluation(is_capped=is_capped, beyond_share=True)
        if not is_capped and draft.missing < before:
            draft.note_relaxed_cap()


def _most_convincing_first(candidates: list[Candidate], scope: Literal["campaign", "problem"]) -> list[Candidate]:
    """The scored ones, highest first, ties by id; spread over problems: each problem's best, then each one's second."""
    ordered = sorted(
        (candidate for candidate in candidates if candidate.score is not None),
        key=lambda candidate: (-(candidate.score or 0.0), candidate.solution_id),
    )
    if scope == "campaign":
        return ordered
    seen: Counter[str] = Counter()
    places = []
    for candidate in ordered:
        places.append(seen[candidate.problem_id])
        seen[candidate.problem_id] += 1
    by_place = sorted(range(len(ordered)), key=lambda index: places[index])
    return [ordered[index] for index in by_place]
