"""The difference between two texts: both can be read out of it, and it shows little else."""

from hypothesis import given
from hypothesis import strategies as st

from labeling.differences import Passage, difference

TEXTS = st.lists(st.sampled_from(["a", "b c", "b d", "", "long line, with words"]), max_size=12).map("\n".join)


def one_side(passages: list[Passage], left_out: str) -> list[str]:
    """The lines of one of the two texts, as far as they are shown; None for those that are skipped."""
    return [
        "".join(piece.text for piece in passage.pieces if piece.kind != left_out)
        for passage in passages
        if passage.kind != "skipped"
    ]


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_out_of_it(old: str, new: str) -> None:
    passages = difference(old, new)
    assert bool(passages) == (old != new)
    skipped = sum(passage.skipped for passage in passages)
    for text, other in ((old, "added"), (new, "removed")):
        shown = [line for side in one_side(passages, other) for line in side.split("\n")] if passages else []
        assert set(shown) <= set(text.split("\n")) | {""}
        assert len(text.split("\n")) <= len(shown) + skipped or not passages


def test_a_changed_word_stands_between_those_around_it() -> None:
    (passage,) = difference("It is rarely so.", "It is never so.")
    assert [(piece.kind, piece.text) for piece in passage.pieces] == [
        ("same", "It is "),
        ("removed", "rarely"),
        ("added", "never"),
        ("same", " so."),
    ]


def test_lines_far_from_a_change_are_counted_not_shown() -> None:
    lines = [str(number) for number in range(20)]
    passages = difference("\n".join(lines), "\n".join([*lines[:10], "new", *lines[10:]]))
    assert [(passage.kind, passage.skipped) for passage in passages] == [
        ("skipped", 8),
        ("same", 0),
        ("changed", 0),
        ("same", 0),
        ("skipped", 8),
    ]


def test_a_rewritten_passage_of_many_words_is_not_compared_word_by_word() -> None:
    old, new = " ".join("ab" * 3_000), " ".join("ba" * 3_000)
    assert [piece.kind for piece in difference(old, new)[0].pieces] == ["removed", "added"]
