"""Labelers of known skill, many times over: how often gold pauses each, and whether gold and agreement rank them."""

import random
from collections.abc import Iterator, Sequence

from bench.figures import Figure, Goal
from labeling.accuracy import of_last
from labeling.agreement import Rated, grouped, is_exact, pairs_of
from labeling.skills import SKILLS, FirstError, Skill, careless, lenient, perfect, spammer

BAR = 0.7  # as a campaign has it unless a lead says otherwise
STEPS, WITHOUT_ERROR = 6, 0.4
SPANS = (30, 150)  # gold labels: two rounds, ten rounds
HONEST = (0.95, 0.9, 0.85, 0.8, 0.75)  # right on gold so often: all above the bar
SPARED = {30: {0.95: 0.1, 0.9: 0.5, 0.85: 2, 0.8: 4, 0.75: 9}, 150: {0.95: 0.1, 0.9: 0.5, 0.85: 3, 0.8: 8, 0.75: 25}}
SOLUTIONS = 60
WORSE_THAN = ((careless, perfect), (lenient, perfect), (spammer, careless), (spammer, lenient))


def run(is_quick: bool) -> Iterator[Figure]:
    """Rates in percent, each of so many labelers or campaigns."""
    labelers, campaigns = (400, 20) if is_quick else (10_000, 400)
    for span in SPANS:
        for name, skill in SKILLS.items():
            goal = {perfect: Goal(0), spammer: Goal(99, is_least=True)}.get(skill)
            yield _paused(f"{name}: paused", span, [_by_skill(skill, span, seed) for seed in range(labelers)], goal)
        for share in HONEST:
            found = [_by_share(share, span, seed) for seed in range(labelers)]
            yield _paused(f"right {share:.0%} of the time: paused", span, found, Goal(SPARED[span][share]))
    yield from _ranked([_campaign(seed) for seed in range(campaigns)])


def is_paused(judged: Sequence[bool]) -> bool:
    """Whether somebody was below the bar after any of these gold labels, as each is looked at when it comes in."""
    return any(of_last(judged[:count]).is_below(BAR) for count in range(1, len(judged) + 1))


def _by_skill(skill: Skill, span: int, seed: int) -> list[bool]:
    chance = random.Random(seed)
    truths = [_truth(chance) for _ in range(span)]
    return [skill(truth, STEPS, chance) == truth for truth in truths]


def _by_share(share: float, span: int, seed: int) -> list[bool]:
    chance = random.Random(seed)
    return [chance.random() < share for _ in range(span)]


def _truth(chance: random.Random) -> FirstError:
    return None if chance.random() < WITHOUT_ERROR else chance.randrange(STEPS)


def _paused(name: str, span: int, labelers: Sequence[list[bool]], goal: Goal | None) -> Figure:
    right = sum(map(sum, labelers)) / (span * len(labelers))
    share = 100 * sum(map(is_paused, labelers)) / len(labelers)
    return Figure(f"{name} within {span} of gold", share, "%", goal, counts={"labelers": len(labelers), "right": right})


def _campaign(seed: int) -> tuple[dict[Skill, float], dict[Skill, float]]:
    """By skill: the share of right gold, and of first errors that are where the others have them.

    Another one who knows it all is there, so that agreement has somebody to lean on.
    """
    chance = random.Random(seed)
    truths = [_truth(chance) for _ in range(SOLUTIONS)]
    people = [*SKILLS.values(), perfect]
    said = [[skill(truth, STEPS, chance) for truth in truths] for skill in people]
    pairs = pairs_of(
        Rated(solution, labeler, _ratings(first_error))
        for labeler, of in enumerate(said)
        for solution, first_error in enumerate(of)
    )
    shared = grouped(pairs, lambda pair: pair.labelers)
    gold = {skill: sum(map(_same, of, truths)) / SOLUTIONS for skill, of in zip(people, said, strict=True)}
    agreed = {skill: sum(map(is_exact, shared[who])) / len(shared[who]) for who, skill in enumerate(people[:-1])}
    return gold, agreed


def _same(one: FirstError, other: FirstError) -> bool:
    return one == other


def _ratings(first_error: FirstError) -> tuple[int, ...]:
    return (1,) * STEPS if first_error is None else (*(1,) * first_error, -1)


def _ranked(campaigns: Sequence[tuple[dict[Skill, float], dict[Skill, float]]]) -> Iterator[Figure]:
    for place, by in enumerate(("gold", "the same first error as others")):
        for worse, better in WORSE_THAN:
            right = sum(found[place][worse] < found[place][better] for found in campaigns)
            name = f"{worse.__name__} below {better.__name__} by {by}"
            counts = {"campaigns": len(campaigns), "solutions": SOLUTIONS}
            yield Figure(name, 100 * right / len(campaigns), "%", Goal(99, is_least=True), counts=counts)
