"""The most convincing wrong answers, and a smaller share of what is convincing, right or wrong.

Source: "Let's Verify Step by Step" (arXiv:2305.20050), section 4.2: 80 % wrong-answer solutions, the rest the most
convincing of what remains.
"""

from selector.records import Candidate
from selector.strategies.plan import Entry, Places, Plan, Strategy, gettext_noop
from selector.strategies.pool import Pool
from selector.strategies.settings import Settings
from selector.strategies.wrong_first import wrong_first


def _plan(pool: Pool, settings: Settings, places: Places) -> Plan:
    note = "No solution has a score yet: chosen uniformly."
    return wrong_first(pool, settings, places, _worth, wrong="convincing_wrong", rest="convincing", note=note)


def _worth(candidate: Candidate) -> Entry | None:
    if candidate.score is None:
        return None
    return Entry(candidate, candidate.score, {"score": candidate.score})


STRATEGY = Strategy(
    name="convincing_wrong",
    title=gettext_noop("convincing wrong answers"),
    help=gettext_noop("Wrong final answer, high score: where the selector is fooled"),
    reasons={
        "convincing_wrong": gettext_noop("wrong answer, among the most convincing"),
        "convincing": gettext_noop("most convincing of what remained"),
    },
    plan=_plan,
    needs=frozenset({"score"}),
    ranks_wrong=True,
)
