"""The plan of strategies that rank wrong answers: most of a round wrong, the rest right or wrong.

The shares are of the whole round, since rounding them for each problem would leave nothing but wrong answers.
"""

from collections.abc import Callable

from selector.records import Candidate
from selector.strategies.plan import Entry, Places, Plan, Share, best_first, by_chance
from selector.strategies.pool import Pool
from selector.strategies.rounding import rounded
from selector.strategies.settings import Settings

Worth = Callable[[Candidate], Entry | None]


def wrong_first(
    pool: Pool, settings: Settings, places: Places, worth: Worth, *, wrong: str, rest: str, note: str
) -> Plan:
    """Wrong answers of most worth, then what is worth most of what remains, then chance for what has no worth.

    `wrong` and `rest` are the reasons of the first two. Where nothing has a worth, chance chooses and `note` says so.
    """
    known, unknown = weighed(pool.train, worth)
    if pool.train and not known:
        return Plan([Share("uniform", by_chance(pool.train_samples, settings))], (note,))
    wrong_ones = best_first((entry for entry in known if entry.candidate.verdict == "wrong"), settings)
    wanted = min(rounded(settings.wrong_share * places.whole), places.free)
    return Plan(
        [
            Share(wrong, wrong_ones, wanted),
            Share(rest, best_first(known, settings)),
            Share("uniform", by_chance(unknown, settings, "unscored")),
        ]
    )


def weighed(candidates: list[Candidate], worth: Worth) -> tuple[list[Entry], list[Candidate]]:
    """Those that have a worth, and the others."""
    entries = [(candidate, worth(candidate)) for candidate in candidates]
    known = [entry for _, entry in entries if entry is not None]
    return known, [candidate for candidate, entry in entries if entry is None]
