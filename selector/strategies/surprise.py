"""Wrong answers whose steps surprise the base model least: likely text, wrong end. Needs no label."""

from selector.records import Candidate
from selector.strategies.plan import Entry, Places, Plan, Strategy, gettext_noop
from selector.strategies.pool import Pool
from selector.strategies.settings import Settings
from selector.strategies.wrong_first import wrong_first


def _plan(pool: Pool, settings: Settings, places: Places) -> Plan:
    note = "The base model has not read the pool yet: chosen uniformly."
    return wrong_first(pool, settings, places, _worth, wrong="unsurprising_wrong", rest="unsurprising", note=note)


def _worth(candidate: Candidate) -> Entry | None:
    if candidate.likelihood is None:
        return None
    return Entry(candidate, candidate.likelihood, {"likelihood": candidate.likelihood})


STRATEGY = Strategy(
    name="surprise",
    title=gettext_noop("unsurprising wrong answers"),
    help=gettext_noop("Wrong final answers whose steps the base model finds most likely; needs no label"),
    reasons={
        "unsurprising_wrong": gettext_noop("wrong answer whose steps surprised the base model least"),
        "unsurprising": gettext_noop("its steps surprised the base model little"),
    },
    plan=_plan,
    needs=frozenset({"likelihood"}),
    ranks_wrong=True,
)
