"""Losses, sums and reductions, with numbers worked out by hand."""

import math
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from selector import implicit
from selector.batches import Batch, batches_of_tokens, collate, shuffled_batches
from selector.encoding import Encoded
from selector.model import (
    IGNORED,
    StepClass,
    orm_loss,
    prm_loss,
    solution_log_score,
    step_log_scores,
    step_sums,
    step_targets,
    token_log_probabilities,
)
from selector.training import learning_rate_share


@pytest.fixture
def batch() -> Batch:
    """Two solutions: a problem of 2 tokens with steps of 2 and 1 tokens, and one of 1 with a step of 2."""
    return collate([Encoded((5, 6, 7, 8, 9), (3, 4), 2), Encoded((5, 6, 7), (2,), 1)])


def test_a_step_is_correct_when_it_is_positive_or_neutral() -> None:
    logits = torch.tensor([[[0.2, 0.3, 0.5]]]).log()
    assert step_log_scores(logits).exp().item() == pytest.approx(0.8)


def test_a_solution_scores_the_product_of_its_steps_without_padding() -> None:
    logits = torch.tensor([[[0.2, 0.3, 0.5], [0.5, 0.25, 0.25]], [[0.1, 0.1, 0.8], [1.0, 1e-9, 1e-9]]]).log()
    mask = torch.tensor([[True, True], [True, False]])
    assert solution_log_score(logits, mask).exp().tolist() == pytest.approx([0.4, 0.9])


def test_a_solution_without_steps_has_no_score() -> None:
    with pytest.raises(ValueError, match="no step"):
        solution_log_score(torch.zeros(1, 1, 3), torch.tensor([[False]]))


def test_targets_end_at_the_first_error_and_leave_out_unrated_steps() -> None:
    targets = step_targets([(1, None, 0, -1, 1), (1,)], 5)
    assert targets.tolist() == [
        [StepClass.POSITIVE, IGNORED, StepClass.NEUTRAL, StepClass.NEGATIVE, IGNORED],
        [StepClass.POSITIVE, IGNORED, IGNORED, IGNORED, IGNORED],
    ]


def test_the_step_loss_is_the_mean_over_rated_steps_alone() -> None:
    logits = torch.tensor([[[0.2, 0.3, 0.5], [0.25, 0.25, 0.5], [0.9, 0.05, 0.05]]]).log()
    loss = prm_loss(logits, torch.tensor([[StepClass.POSITIVE, StepClass.NEGATIVE, IGNORED]]))
    assert loss.item() == pytest.approx((math.log(2) + math.log(4)) / 2)


def test_the_outcome_loss_counts_every_token_of_the_solutions_and_none_of_the_problems(batch: Batch) -> None:
    logits = torch.tensor([0.25, 0.75]).log().expand(2, 5, 2)
    loss = orm_loss(logits, torch.tensor([True, False]), batch)
    assert loss.item() == pytest.approx((3 * -math.log(0.75) + 2 * -math.log(0.25)) / 5)


def test_token_values_are_summed_over_each_step(batch: Batch) -> None:
    values = torch.tensor([[1.0, 2.0, 4.0, 8.0, 16.0], [1.0, 2.0, 4.0, 99.0, 99.0]])
    assert step_sums(values, batch).tolist() == [[12.0, 16.0], [6.0, 0.0]]


def test_token_log_probabilities_are_those_of_each_token_after_the_ones_before_it() -> None:
    weights = nn.Linear(1, 2, bias=False)
    weights.weight.data = torch.tensor([[math.log(0.25)], [math.log(0.75)]])
    base = SimpleNamespace(get_output_embeddings=lambda: weights)
    found = token_log_probabilities(base, torch.ones(1, 3, 1), torch.tensor([[0, 1, 0]]))
    assert found.exp().tolist()[0] == pytest.approx([1.0, 0.75, 0.25])


def test_an_implicit_reward_is_the_scaled_log_ratio_and_the_lowest_step_ranks(batch: Batch) -> None:
    ratio = torch.tensor([[9.0, 9.0, 1.0, 2.0, -4.0], [9.0, 3.0, 1.0, 9.0, 9.0]])
    rewards = 0.05 * step_sums(ratio, batch)
    assert rewards.tolist()[0] == pytest.approx([0.15, -0.2])
    assert implicit.lowest_reward(rewards, batch.step_mask).tolist() == pytest.approx([-0.2, 0.2])
    loss = implicit.outcome_loss(rewards, torch.tensor([True, False]))
    expected = (-math.log(1 / (1 + math.exp(0.05))) - math.log(1 - 1 / (1 + math.exp(-0.2)))) / 2
    assert loss.item() == pytest.approx(expected)


def test_every_epoch_holds_each_example_once_in_another_order() -> None:
    lengths = [7 * i % 50 for i in range(100)]
    epochs = [shuffled_batches(lengths, 8, seed=1, epoch=e) for e in (0, 1)]
    for batches in epochs:
        assert sorted(i for batch in batches for i in batch) == list(range(100))
    assert epochs[0] != epochs[1]
    assert epochs[0] == shuffled_batches(lengths, 8, seed=1, epoch=0)


def test_scoring_batches_keep_to_their_tokens_unless_one_solution_is_longer() -> None:
    batches = batches_of_tokens([5, 1, 9, 4, 40], max_tokens=10)
    assert batches == [[1, 3], [0], [2], [4]]


def test_the_learning_rate_rises_in_a_line_and_falls_to_a_tenth() -> None:
    shares = [learning_rate_share(update, 20, 0.1) for update in range(20)]
    assert shares[:3] == pytest.approx([0.5, 1.0, 1.0])
    assert shares == [*shares[:2], *sorted(shares[2:], reverse=True)]
    assert 0.1 < shares[-1] < 0.12
