"""Practice: exercises that are what they say, a judgement that is fair, and results that count nowhere."""

from itertools import combinations
from math import comb, factorial, gcd, hypot

import pytest
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from labeling.actions import passes, practice
from labeling.actions.errors import RuleBroken
from labeling.actions.practice import Exercise, Outcome, Verdict, judge
from labeling.models import SIGNS, Label, PracticeResult
from tests.labeling.pages import signed_in, text_of

ALL = list(practice.exercises().values())


@pytest.mark.parametrize("of", ALL, ids=lambda of: of.name)
def test_an_exercise_is_a_pass_that_could_be_submitted_with_a_reason_for_each_rating(of: Exercise) -> None:
    ending = "solution" if of.first_error is None else "found_error"
    passes.check(passes.Pass(of.ratings, ending, 0), step_count=len(of.steps), alternatives=[])
    assert len(of.why) == len(of.ratings)
    assert all(str(text) for text in (*of.why, of.title, of.lesson))
    assert "%" not in "".join(map(str, of.why)) + str(of.lesson)  # translators' tools would take it for a placeholder


def test_there_are_errors_early_and_late_and_a_solution_without_any() -> None:
    places = [of.first_error for of in ALL]
    assert [of.number for of in ALL] == list(range(1, 8))
    assert None in places
    assert {2, 4, 6, 7} <= set(places)


def test_what_the_explanations_claim_is_so() -> None:
    assert min((a**2 + 6 * a - 7, a) for a in range(-9, 9)) == (-16, -3)
    pairs = list(combinations(range(6), 2))
    assert (comb(6, 2), sum((b - a) % 6 not in (1, 5) for a, b in pairs)) == (15, 9)
    assert (6 + 9 / 2 + 15 / 2, hypot(6, 9 / 2)) == (18, 15 / 2)
    assert (12**2 + 5**2 - 160, hypot(12, -5) - 3) == (9, 10)
    at_most_two = sum(comb(5, sixes) * 5 ** (5 - sixes) for sixes in range(3))
    assert (at_most_two / 6**5, 5285 / 7776 == 625 / 648) == (625 / 648, False)
    assert (2**5 * 10**4, 2**6 * 5**5, gcd(factorial(20), 200_000)) == (320_000, 200_000, 40_000)
    assert factorial(2) * factorial(5) ** 2 == 28_800


# --- the judgement


def own(name: str, signs: str) -> list[int]:
    values = {sign: rating for rating, sign in SIGNS.items()}
    assert name in practice.exercises()
    return [values[sign] for sign in signs]


@pytest.mark.parametrize(
    ("name", "signs", "outcome", "verdicts"),
    [
        ("diagonals", "0+-", Outcome.AGREES, ["agrees", "agrees", "agrees"]),
        ("diagonals", "+0-", Outcome.AGREES, ["judgement", "judgement", "agrees"]),
        ("diagonals", "0-", Outcome.TOO_EARLY, ["agrees", "no_error", "not_rated"]),
        ("diagonals", "0++-", Outcome.TOO_LATE, ["agrees", "agrees", "missed"]),
        ("diagonals", "0+00000", Outcome.TOO_LATE, ["agrees", "agrees", "missed"]),
        ("circle", "+++++", Outcome.AGREES, ["agrees"] * 5),
        ("circle", "++-", Outcome.TOO_EARLY, ["agrees", "agrees", "no_error", "not_rated", "not_rated"]),
    ],
)
def test_a_pass_is_held_against_what_is_known(name: str, signs: str, outcome: Outcome, verdicts: list[str]) -> None:
    found = judge(practice.exercises()[name], own(name, signs))
    assert found.outcome == outcome
    assert [step.verdict.value for step in found.steps] == verdicts


@st.composite
def finished_passes(draw: st.DrawFn) -> tuple[Exercise, list[int]]:
    of = draw(st.sampled_from(ALL))
    right = draw(st.lists(st.sampled_from([0, 1]), min_size=len(of.steps), max_size=len(of.steps)))
    end = draw(st.integers(0, len(of.steps)))
    return of, right if end == len(of.steps) else [*right[:end], -1]


@given(finished_passes())
def test_only_the_place_of_the_first_error_decides(drawn: tuple[Exercise, list[int]]) -> None:
    of, ratings = drawn
    found = judge(of, ratings)
    place, known = (values.index(-1) if -1 in values else len(of.steps) for values in (ratings, of.ratings))
    assert (found.outcome == Outcome.AGREES) == (place == known)
    assert (found.outcome == Outcome.TOO_EARLY) == (place < known)
    wrong = {Verdict.MISSED, Verdict.NO_ERROR}
    assert any(step.verdict in wrong for step in found.steps) == (found.outcome != Outcome.AGREES)


# --- what is kept


@pytest.mark.django_db
def test_each_pass_is_a_row_of_its_own_and_no_label(stranger: User) -> None:
    of = practice.exercises()["diagonals"]
    for signs in ("0-", "0+-"):
        practice.take(account=stranger, of=of, ratings=own("diagonals", signs))
    assert list(PracticeResult.objects.values_list("exercise", "ratings")) == [
        ("diagonals", "0-"),
        ("diagonals", "0+-"),
    ]
    assert not Label.objects.exists()
    times = practice.times_done(stranger)
    assert (times["diagonals"], times["minimum"]) == (2, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("signs", ["", "0", "0+", "0--", "0+0000000"])
def test_a_pass_that_could_not_be_submitted_is_not_judged(stranger: User, signs: str) -> None:
    with pytest.raises(RuleBroken):
        practice.take(account=stranger, of=practice.exercises()["diagonals"], ratings=own("diagonals", signs))
    assert not PracticeResult.objects.exists()


def test_the_next_exercise_is_one_that_is_not_done() -> None:
    names = list(practice.exercises())
    none_done = dict.fromkeys(names, 0)
    assert practice.next_after(None, none_done) == names[0]
    assert practice.next_after(names[2], none_done | {names[3]: 1}) == names[4]
    assert practice.next_after(names[-1], none_done | dict.fromkeys(names[1:], 1)) == names[0]
    assert practice.next_after(names[0], dict.fromkeys(names, 1)) is None


# --- its pages


def test_practice_is_open_to_everybody_with_an_account(stranger: User) -> None:
    for path in ("/practice/", "/practice/circle/"):
        assert Client().get(path).status_code == 302
        assert signed_in(stranger).get(path).status_code == 200
    assert signed_in(stranger).get("/practice/square/").status_code == 404


def test_a_page_with_an_exercise_does_not_tell_what_is_known_of_it(stranger: User) -> None:
    shown = text_of(signed_in(stranger).get("/practice/factor/"))
    of = practice.exercises()["factor"]
    assert "For each prime number" in shown
    assert not any(str(text) in shown for text in (*of.why, of.lesson))


def test_home_offers_practice_first_to_whoever_is_new(stranger: User, labeler: User) -> None:
    assert "Practice meanwhile" in text_of(signed_in(stranger).get("/"))
    client = signed_in(labeler)
    assert "New here?" in text_of(client.get("/"))
    practice.take(account=labeler, of=ALL[0], ratings=ALL[0].ratings)
    begun = text_of(client.get("/"))
    assert "New here?" not in begun
    assert "1 of 7 done" in begun
    assert "Go on practicing" in begun
    for of in ALL[1:]:
        practice.take(account=labeler, of=of, ratings=of.ratings)
    shown = text_of(client.get("/"))
    assert "New here?" not in shown
    assert "7 of 7 done" in shown
    assert "Practice is done" in text_of(client.get("/practice/"))
