"""Shares of other strategies: some to learn from, some by chance for calibration and honest comparison."""

from collections.abc import Mapping

from selector.strategies import convincing_wrong, popular_wrong, surprise, uncertain, uniform, uniform_distinct
from selector.strategies.plan import Places, Plan, Share, Strategy, gettext_noop
from selector.strategies.pool import Pool
from selector.strategies.rounding import apportioned
from selector.strategies.settings import Settings

PARTS = {
    part.STRATEGY.name: part.STRATEGY
    for part in (convincing_wrong, popular_wrong, surprise, uncertain, uniform, uniform_distinct)
}


def check_parts(mixture: Mapping[str, float]) -> None:
    """Raise ValueError where one of them cannot be mixed in."""
    for name in mixture:
        if name not in PARTS:
            raise ValueError(f"mixture: expected strategies among {', '.join(PARTS)}, not {name!r}")


def _plan(pool: Pool, settings: Settings, places: Places) -> Plan:
    """Each part's own shares, of its own places; what one part cannot fill falls to all of them in turn."""
    check_parts(settings.mixture)
    shares: list[Share] = []
    notes: dict[str, None] = {}
    for name, count in apportioned(places.free, settings.mixture).items():
        part = PARTS[name].plan(pool, settings, Places(count, count))
        left = count
        for share in part.shares:
            wanted = left if share.wanted is None else min(share.wanted, left)
            left -= wanted
            shares.append(Share(share.reason, share.entries, wanted))
        notes |= dict.fromkeys(part.notes)
    return Plan([*shares, *(Share(share.reason, share.entries) for share in shares)], tuple(notes))


STRATEGY = Strategy(
    name="mixture",
    title=gettext_noop("mixture"),
    help=gettext_noop("Undecided solutions, convincing wrong answers, and some by chance"),
    reasons={},
    plan=_plan,
    needs=frozenset(need for part in PARTS.values() for need in part.needs),
    ranks_wrong=True,
)
