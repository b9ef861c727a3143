"""Every sample as likely as every other; a text that was sampled often is likelier, but chosen once."""

from selector.strategies.plan import Places, Plan, Share, Strategy, by_chance, gettext_noop
from selector.strategies.pool import Pool
from selector.strategies.settings import Settings


def _plan(pool: Pool, settings: Settings, _places: Places) -> Plan:
    return Plan([Share("uniform", by_chance(pool.train_samples, settings))])


STRATEGY = Strategy(
    name="uniform",
    title=gettext_noop("uniform"),
    help=gettext_noop("Any solution, equally likely: the yardstick"),
    reasons={"uniform": gettext_noop("drawn uniformly")},
    plan=_plan,
)
