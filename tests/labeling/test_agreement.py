"""Agreement: published worked examples, and cases worked out by hand."""

import numpy as np
import pytest

from labeling import agreement
from labeling.agreement import Pair, Rated, grouped, measure, measure_by_position, pairs_of

SIGNS = {"+": 1, "0": 0, "-": -1}


def rated(solution: int, labeler: int, signs: str) -> Rated:
    return Rated(solution, labeler, tuple(SIGNS[sign] for sign in signs))


def pair(one: str, other: str, solution: int = 1) -> Pair:
    return pairs_of([rated(solution, 1, one), rated(solution, 2, other)])[0]


def pairs(*signs: tuple[str, str]) -> list[Pair]:
    return [pair(one, other, solution) for solution, (one, other) in enumerate(signs)]


@pytest.mark.parametrize(
    ("one", "other", "exact", "within_one", "same_verdict"),
    [
        ("++-", "++-", True, True, True),
        ("+-", "++-", False, True, True),
        ("-", "++-", False, False, True),
        ("+++", "++-", False, False, False),
        ("+++", "+0+", True, True, True),
    ],
)
def test_first_errors_compare_by_place(one: str, other: str, exact: bool, within_one: bool, same_verdict: bool) -> None:
    both = pair(one, other)

    assert agreement.is_exact(both) is exact
    assert agreement.is_within_one(both) is within_one
    assert agreement.is_same_verdict(both) is same_verdict


def test_steps_behind_a_first_error_are_missing_and_no_disagreement() -> None:
    assert pair("+-", "++0+").steps == [(1, 1), (-1, 1)]


def test_three_people_make_three_pairs_and_nobody_is_paired_with_themselves() -> None:
    labels = [rated(1, 3, "+"), rated(1, 1, "-"), rated(1, 2, "+"), rated(1, 2, "0"), rated(2, 1, "+")]

    assert [both.labelers for both in pairs_of(labels[:3])] == [(1, 2), (1, 3), (2, 3)]
    assert (2, 2) not in [both.labelers for both in pairs_of(labels)]
    assert {both.solution for both in pairs_of(labels)} == {1}


def test_full_disagreement_is_never_read_as_agreement() -> None:
    """The case that another tool reads as kappa 1.0: by hand, with n = 8 and n(-) = n(+) = 4, alpha is 1 - 7/4."""
    found = measure(pairs(("-", "+"), ("+", "-"), ("-", "+"), ("+", "-")))

    assert (found.exact.value, found.within_one.value, found.any_error.value) == (0, 0, 0)
    assert found.alpha.value == pytest.approx(1 - 7 / 4)


def test_ordinal_alpha_of_a_case_worked_out_by_hand() -> None:
    """Units ++, 00, +0, --: n(-) = 2, n(0) = 3, n(+) = 3, n = 8.

    Ordinal distances: d(-0) = (2 + 3 - 5/2)^2 = 6.25, d(0+) = (3 + 3 - 6/2)^2 = 9, d(-+) = (2 + 3 + 3 - 5/2)^2 = 30.25.
    Observed: one pair 0+ counted both ways, 2 * 9 / 8 = 2.25. Expected: 2 * (6 * 6.25 + 9 * 9 + 6 * 30.25) / (8 * 7).
    """
    found = measure(pairs(("+", "+"), ("0", "0"), ("+", "0"), ("-", "-")))

    assert found.alpha.value == pytest.approx(1 - 2.25 / (600 / 56))
    assert found.alpha.count == 8
    assert found.confusion == ((2, 0, 0), (0, 2, 1), (0, 1, 2))


def test_the_librarys_alpha_is_the_published_one() -> None:
    """Krippendorff, "Computing Krippendorff's alpha-reliability" (2011), example C: ordinal .815."""
    observers = ["123321412***", "1233224125*3", "*3332342251*", "12332441251*"]
    columns = zip(*observers, strict=True)
    counts = np.array([[column.count(str(value)) for value in range(1, 6)] for column in columns])

    alpha = agreement.krippendorff.alpha(
        value_counts=counts, value_domain=[1, 2, 3, 4, 5], level_of_measurement="ordinal"
    )

    assert alpha == pytest.approx(0.815, abs=0.0005)


def test_nothing_to_compare_is_said_and_not_counted_as_zero() -> None:
    nothing, only_good = measure([]), measure(pairs(("++", "++")))

    assert (nothing.exact, nothing.alpha) == (agreement.Figure(None, 0), agreement.Figure(None, 0))
    assert (only_good.exact.value, only_good.alpha.value, only_good.alpha.count) == (1, None, 4)


def test_intervals_hold_the_figure_and_narrow_with_more_cases() -> None:
    some = [("+-", "+-"), ("++", "+-"), ("0+", "++"), ("-", "-")]
    few, many = measure(pairs(*some * 3)), measure(pairs(*some * 30))

    for figure in (few.exact, few.alpha, many.exact, many.alpha):
        assert figure.low is not None
        assert figure.value is not None
        assert figure.high is not None
        assert figure.low <= figure.value <= figure.high
    assert width(many.exact) < width(few.exact)
    assert width(many.alpha) < width(few.alpha)
    assert measure(pairs(*some * 3)) == few


def width(figure: agreement.Figure) -> float:
    assert figure.low is not None
    assert figure.high is not None
    return figure.high - figure.low


def test_groups_are_measured_apart_and_a_labeler_against_all_others() -> None:
    labels = [rated(1, 1, "-"), rated(1, 2, "-"), rated(1, 3, "+")]

    groups = grouped(pairs_of(labels), lambda both: both.labelers)
    by_labeler = {labeler: measure(group) for labeler, group in groups.items()}

    assert {labeler: found.exact.value for labeler, found in by_labeler.items()} == {1: 0.5, 2: 0.5, 3: 0}
    assert {labeler: found.pairs for labeler, found in by_labeler.items()} == {1: 2, 2: 2, 3: 2}


def test_alpha_of_a_labeler_leaves_out_what_the_others_say_among_themselves() -> None:
    """By hand, two solutions of one step: 1 and 2 say +, then -; 3 says the opposite. Against all others 1 has the
    units ++ +- -- -+ with n(-) = n(+) = 4: observed 2 * 2 / 8, expected 2 * 4 * 4 / (8 * 7) of one and the same
    distance. 3 has four times +-. All three together would give everybody the same.
    """
    labels = [
        rated(1, 1, "+"),
        rated(1, 2, "+"),
        rated(1, 3, "-"),
        rated(2, 1, "-"),
        rated(2, 2, "-"),
        rated(2, 3, "+"),
    ]

    groups = grouped(pairs_of(labels), lambda both: both.labelers)
    alphas = {labeler: measure(group).alpha for labeler, group in groups.items()}

    assert [alphas[who].value for who in (1, 2, 3)] == pytest.approx([1 - 0.5 / (4 / 7)] * 2 + [1 - 1 / (4 / 7)])
    assert [alphas[who].count for who in (1, 2, 3)] == [8, 8, 8]


def test_positions_count_only_where_both_rated() -> None:
    found = measure_by_position(pairs(("+0+", "++-"), ("+-", "+++")))

    assert {position: (step.same_rating.value, step.same_rating.count) for position, step in found.items()} == {
        0: (1, 2),
        1: (0, 2),
        2: (0, 1),
    }


def test_each_position_has_its_errors_alpha_and_neutral_against_positive() -> None:
    """By hand, of the second step: -- and -+ hold an error, one of the two is shared; of three neutral ratings one
    stands against a positive. Its units are -- -+ 00 0+ with n(-) = 3, n(0) = 3, n(+) = 2; ordinal distances d(-0) = 9,
    d(0+) = 6.25, d(-+) = 30.25; observed 2 * (30.25 + 6.25) / 8, expected 2 * (9 * 9 + 6 * 6.25 + 6 * 30.25) / 56.
    """
    found = measure_by_position(pairs(("+-", "+-"), ("+-", "++"), ("+0", "+0"), ("+0", "++")))[1]

    assert (found.same_error.value, found.same_error.count) == (0.5, 2)
    assert found.alpha.value == pytest.approx(1 - (73 / 8) / (600 / 56))
    assert (found.neutral_positive.value, found.neutral_positive.count) == (pytest.approx(1 / 3), 3)
    assert measure_by_position(pairs(("+", "+")))[0].same_error == agreement.Figure(None, 0)


@pytest.mark.parametrize("count", [1, 3, 30])
def test_a_share_of_cases_that_are_all_alike_is_not_told_as_certain(count: int) -> None:
    agreed, apart = measure(pairs(*[("++", "++")] * count)), measure(pairs(*[("+-", "++")] * count))

    for figure in (agreed.exact, agreed.any_error):
        assert (figure.value, figure.high) == (1, 1)
        assert figure.low == pytest.approx(count / (count + 1.959964**2)), "Wilson of count of count"
    assert (apart.exact.value, apart.exact.low) == (0, 0)
    assert apart.exact.high == pytest.approx(1.959964**2 / (count + 1.959964**2))
    by_place = measure_by_position(pairs(*[("+", "+")] * count))[0]
    assert by_place.same_rating == agreement.Figure(1, count, agreed.exact.low, 1)


def test_many_labels_of_one_solution_are_one_case_of_an_interval() -> None:
    found = measure(pairs_of([rated(1, 1, "+"), rated(1, 2, "+"), rated(1, 3, "-")]))

    assert (found.exact.value, found.exact.count) == (pytest.approx(1 / 3), 3)
    assert width(found.exact) > 0.6


def test_alpha_of_few_solutions_or_of_full_agreement_has_no_interval() -> None:
    few, full = measure(pairs(("+", "+"), ("0", "+"), ("-", "-"))), measure(pairs(*[("+-", "+-")] * 30))

    assert few.alpha.value is not None
    assert (few.alpha.low, few.alpha.high) == (None, None)
    assert (full.alpha.value, full.alpha.low, full.alpha.high) == (1, None, None)


def test_neutral_against_positive_has_its_share_and_interval() -> None:
    """Neutral ratings by hand: two of 00, one of 0+, one of 0-; one of the four stands against a positive one."""
    found = measure(pairs(("0", "0"), ("0", "+"), ("0", "-"), ("+", "+"))).neutral_positive

    assert (found.value, found.count) == (0.25, 4)
    assert found.low is not None
    assert found.high is not None
    assert 0 < found.low < 0.25 < found.high < 1
    assert measure(pairs(("+", "+"))).neutral_positive == agreement.Figure(None, 0)
