"""Every distinct text as likely as every other, however often it was sampled."""

from selector.strategies.plan import Places, Plan, Share, Strategy, by_chance, gettext_noop
from selector.strategies.pool import Pool
from selector.strategies.settings import Settings


def _plan(pool: Pool, settings: Settings, _places: Places) -> Plan:
    return Plan([Share("uniform_distinct", by_chance(pool.train, settings))])


STRATEGY = Strategy(
    name="uniform_distinct",
    title=gettext_noop("uniform over distinct texts"),
    help=gettext_noop("As uniform, but a text that was sampled often is no likelier"),
    reasons={"uniform_distinct": gettext_noop("drawn uniformly from distinct texts")},
    plan=_plan,
)
