"""Wrong answers that many samples agree on: convincing without any model, so also before there is one.

An answer counts for as much as its share of the problem's samples, but for one vote: what a single sample says is no
agreement, and without that a problem with one sample would come first.
"""

from selector.records import Candidate
from selector.strategies.plan import Entry, Places, Plan, Strategy, gettext_noop
from selector.strategies.pool import Pool
from selector.strategies.settings import Settings
from selector.strategies.wrong_first import wrong_first


def _plan(pool: Pool, settings: Settings, places: Places) -> Plan:
    note = "No solution has an answer that could be counted: chosen uniformly."
    return wrong_first(pool, settings, places, _worth, wrong="popular_wrong", rest="popular", note=note)


def _worth(candidate: Candidate) -> Entry | None:
    if not candidate.votes:
        return None
    parts = {"votes": candidate.votes, "samples": candidate.samples, "vote_share": candidate.votes / candidate.samples}
    return Entry(candidate, (candidate.votes - 1) / candidate.samples, parts)


STRATEGY = Strategy(
    name="popular_wrong",
    title=gettext_noop("popular wrong answers"),
    help=gettext_noop("Wrong final answers that many solutions of the problem share; needs no selector"),
    reasons={
        "popular_wrong": gettext_noop("wrong answer that many solutions share"),
        "popular": gettext_noop("answer that many solutions share"),
    },
    plan=_plan,
    needs=frozenset({"votes"}),
    ranks_wrong=True,
)
