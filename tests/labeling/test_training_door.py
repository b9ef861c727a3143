"""What may enter a training snapshot: nothing of the test split, of excluded problems, or of unfinished imports."""

import pytest

from labeling.models import Campaign, Label, Problem, Solution
from selector import examples
from selector.rows import parse_line
from tests import factories as make
from workers import snapshots

pytestmark = pytest.mark.django_db


@pytest.fixture
def train(campaign: Campaign) -> Label:
    return make.make_label(make.make_solution(make.make_problem(campaign)))


@pytest.fixture
def test(campaign: Campaign) -> Label:
    return make.make_label(make.make_solution(make.make_problem(campaign, split="test")))


def test_only_labels_of_train_problems_are_for_training(train: Label, test: Label) -> None:
    assert list(Label.objects.for_training()) == [train]
    assert list(Label.objects.for_evaluation()) == [test]


def test_only_solutions_of_train_problems_are_for_training(train: Label, test: Label) -> None:
    assert list(Solution.objects.for_training()) == [train.solution]


def test_a_problem_that_moves_to_the_test_split_takes_its_labels_along(train: Label, test: Label) -> None:
    Problem.objects.filter(pk=train.problem_id).update(split="test")

    assert not Label.objects.for_training().exists()
    assert not Solution.objects.for_training().exists()
    assert Label.objects.for_evaluation().count() == 2


def test_the_snapshot_itself_holds_no_test_split_text(campaign: Campaign, train: Label, test: Label) -> None:
    lines = b"".join(snapshots.training_lines(campaign)).decode()

    assert train.problem.text in lines
    assert test.problem.text not in lines


@pytest.mark.parametrize("split", ["train", "test"])
def test_excluded_problems_are_neither_trained_nor_measured_on(split: str, campaign: Campaign) -> None:
    make.make_label(make.make_solution(make.make_problem(campaign, split=split, state="excluded")))

    assert not Label.objects.for_training().exists()
    assert not Label.objects.for_evaluation().exists()
    assert not Solution.objects.for_training().exists()


@pytest.mark.parametrize("finish_reason", ["give_up", "bad_problem"])
def test_labels_without_a_verdict_are_not_trained_on(finish_reason: str, train: Label) -> None:
    make.make_label(train.solution, ratings=[1, -1], finish_reason=finish_reason, reason="tired")

    assert list(Label.objects.for_training()) == [train]


def test_labels_that_grew_a_solution_are_trained_on_and_measure_nothing(train: Label, test: Label) -> None:
    grown = make.make_tree_label(make.make_candidate_tree(train.problem))
    make.make_tree_label(make.make_candidate_tree(train.problem), finish_reason="give_up", reason="tired")
    make.make_tree_label(make.make_candidate_tree(test.problem))

    assert set(Label.objects.for_training()) == {train, grown}
    assert list(Label.objects.for_evaluation()) == [test]


def test_the_snapshot_holds_what_was_rated_while_a_solution_grew(campaign: Campaign) -> None:
    tree = make.make_candidate_tree(make.make_problem(campaign))
    make.make_tree_label(tree)

    found = examples.of_rows(map(parse_line, snapshots.training_lines(campaign)), "prm")

    rated = [(one.steps, one.ratings) for one in found.solutions]
    assert rated == [(("Subtract them.",), (-1,)), (("Add them.",), (1,))]


def test_a_revised_label_is_trained_on_once(train: Label) -> None:
    Label.objects.filter(pk=train.pk).update(is_current=False)
    newest = make.make_label(train.solution, train.labeler, [1, 0, -1], revises=train)

    assert list(Label.objects.for_training()) == [newest]


@pytest.mark.parametrize("state", ["requested", "running", "failed", "cancelled"])
def test_labels_of_an_unfinished_import_are_not_trained_on(state: str, campaign: Campaign, train: Label) -> None:
    job = make.make_job(campaign, state=state)
    label = make.make_label(train.solution, origin="first_error", import_job=job)
    assert list(Label.objects.for_training()) == [train]

    job.state, job.leased_until, job.error, job.finished_at = "done", None, "", make.A_MOMENT
    job.save()

    assert set(Label.objects.for_training()) == {train, label}
