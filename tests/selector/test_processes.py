"""Several processes as one: who gets what, and what is added up. (test_cli.py runs two of them.)"""

from types import SimpleNamespace

import torch

from selector.processes import Processes


def three(rank: int) -> Processes:
    together = Processes()
    together.count, together.rank = 3, rank
    return together


def test_every_process_has_its_own_share_and_all_of_them_are_the_batch() -> None:
    shares = [three(rank).own_share(range(7)) for rank in range(3)]
    assert shares == [[0, 3, 6], [1, 4], [2, 5]]


def test_gradients_are_added_up_and_weights_without_any_keep_none() -> None:
    together = Processes()
    together._accelerator = SimpleNamespace(reduce=lambda message, _: 2 * message)  # two processes with the same
    weights = [torch.zeros(2), torch.zeros(3)]
    together.add_up([torch.tensor([1.0, -2.0]), None], weights)
    assert weights[0].grad is not None
    assert weights[0].grad.tolist() == [2.0, -4.0]
    assert weights[1].grad is None


def test_one_process_alone_changes_nothing() -> None:
    together = Processes()
    assert (together.own_share([1, 2]), together.in_turn([3]), together.total(4.0)) == ([1, 2], [3], 4.0)
