"""Intervals of shares."""

from labeling.intervals import wilson


def test_wilsons_interval_is_that_of_the_books() -> None:
    low, high = wilson(8 / 10, 10)
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)
