"""Losses, sums and reductions, with numbers worked out by hand."""

import math
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from selector.batches import Batch, batches_of_tokens, collate, shuffled_batches
from selector.encoding import Encoded
from selector.heads import mean_and_spread
from selector.kinds import implicit, orm
from selector.kinds.prm import IGNORED, StepClass, step_log_scores, step_loss, step_targets
from selector.reading import Reading, running_of_steps, step_lowest, step_sums, token_log_probabilities
from selector.reductions import reduced
from selector.training import learning_rate_share


@pytest.fixture
def batch() -> Batch:
    """Two solutions: a problem of 2 tokens with steps of 2 and 1 tokens, and one of 1 with a step of 2."""
    return collate([Encoded((5, 6, 7, 8, 9), (3, 4), 2), Encoded((5, 6, 7), (2,), 1)])


def test_a_step_is_correct_when_it_is_positive_or_neutral() -> None:
    logits = torch.tensor([[[0.2, 0.3, 0.5]]]).log()
    assert step_log_scores(logits).exp().item() == pytest.approx(0.8)


def test_a_solution_scores_by_product_root_worst_or_last_step_without_padding() -> None:
    """Steps of 0.8 and 0.2, and one of 0.9: product 0.16, mean log the square root of it."""
    logs = torch.tensor([[0.8, 0.2], [0.9, 0.001]]).log()
    found = reduced(logs, torch.tensor([[True, True], [True, False]]))
    expected = {"product": [0.16, 0.9], "mean_log": [0.4, 0.9], "min": [0.2, 0.9], "last": [0.2, 0.9]}
    assert {name: values.exp().tolist() for name, values in found.items()} == {
        name: pytest.approx(values) for name, values in expected.items()
    }


def test_a_long_solution_of_small_scores_does_not_sink_to_nothing() -> None:
    logs = torch.full((1, 300), -2.0)
    assert reduced(logs, torch.ones(1, 300, dtype=torch.bool))["product"].exp().item() == pytest.approx(math.exp(-600))


def test_a_solution_without_steps_has_no_score() -> None:
    with pytest.raises(ValueError, match="no step"):
        reduced(torch.zeros(1, 1), torch.tensor([[False]]))


def test_a_committee_says_the_mean_and_how_far_it_disagrees() -> None:
    """Heads of 0.9 and 0.5: mean 0.7, standard deviation 0.2; one head alone has none."""
    mean, spread = mean_and_spread(torch.tensor([[0.9, 0.5]]).log())
    assert (mean.exp().tolist(), spread.tolist()) == ([pytest.approx(0.7)], [pytest.approx(0.2)])  # type: ignore[union-attr]
    assert mean_and_spread(torch.tensor([[0.9]]).log())[1] is None


def test_targets_end_at_the_first_error_and_leave_out_unrated_steps() -> None:
    targets = step_targets([(1, None, 0, -1, 1), (1,)], 5)
    assert targets.tolist() == [
        [StepClass.POSITIVE, IGNORED, StepClass.NEUTRAL, StepClass.NEGATIVE, IGNORED],
        [StepClass.POSITIVE, IGNORED, IGNORED, IGNORED, IGNORED],
    ]


def test_the_step_loss_is_summed_over_rated_steps_alone_and_meaned_over_heads() -> None:
    """Each head has three steps of which two are rated; the second head says one half everywhere."""
    first = torch.tensor([[0.2, 0.3, 0.5], [0.25, 0.25, 0.5], [0.9, 0.05, 0.05]])
    second = torch.full((3, 3), 0.5)
    targets = torch.tensor([[StepClass.POSITIVE, StepClass.NEGATIVE, IGNORED]])
    alone = step_loss(first.log()[None, :, None, :], targets)
    assert (alone.total.item(), alone.judged) == (pytest.approx(math.log(2) + math.log(4)), 2)
    together = step_loss(torch.stack([first, second], dim=1).log()[None], targets)
    assert together.total.item() == pytest.approx((math.log(2) + math.log(4) + 2 * math.log(3)) / 2)


def test_the_outcome_loss_counts_every_token_of_the_solutions_and_none_of_the_problems(batch: Batch) -> None:
    logits = torch.tensor([0.25, 0.75]).log().expand(2, 5, 1, 2)
    loss = orm.outcome_loss(logits, torch.tensor([True, False]), batch.solution_mask)
    assert loss.total.item() == pytest.approx(3 * -math.log(0.75) + 2 * -math.log(0.25))
    assert loss.judged == 5


def test_what_is_known_of_steps_so_far_is_their_lowest_and_their_sum(batch: Batch) -> None:
    steps = torch.tensor([[[-1.0, -3.0], [-4.0, -5.0], [-2.0, -2.0]]])
    assert running_of_steps(steps).tolist() == [[[-1.0, -3.0], [-4.0, -8.0], [-4.0, -10.0]]]
    tokens = torch.tensor([[-9.0, -9.0, -1.0, -3.0, -2.0], [-9.0, -5.0, -7.0, -99.0, -99.0]])
    assert step_lowest(tokens, batch).tolist() == [[-3.0, -2.0], [-7.0, 0.0]]


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
    log_probabilities = torch.stack([torch.zeros(2, 2), step_sums(ratio, batch) - 10], dim=-1)
    reading = Reading(torch.zeros(2, 2, 1), log_probabilities, batch.step_mask, reference=torch.full((2, 2), -10.0))
    rewards = implicit.step_rewards(reading, beta=0.05) * batch.step_mask
    assert rewards.flatten().tolist() == pytest.approx([0.15, -0.2, 0.2, 0.0])
    lowest = reduced(implicit.KIND.step_logs(None, reading, 0.05).logs, batch.step_mask)["min"].exp()  # type: ignore[arg-type]
    assert lowest.tolist() == pytest.approx([1 / (1 + math.exp(0.2)), 1 / (1 + math.exp(-0.2))])
    loss = implicit.outcome_loss(rewards, torch.tensor([True, False]))
    expected = -math.log(1 / (1 + math.exp(0.05))) - math.log(1 - 1 / (1 + math.exp(-0.2)))
    assert (loss.total.item(), loss.judged) == (pytest.approx(expected), 2)


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
