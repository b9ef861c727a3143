"""Every promise that one table can state, broken by writes that go past the actions: the database refuses each."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from labeling.models import (
    MAX_GUIDE,
    Campaign,
    Dispute,
    Draft,
    Grade,
    Job,
    Label,
    Membership,
    Problem,
    SelectorVersion,
    Skip,
    SolutionScore,
)
from tests import factories as make
from tests.labeling.breached_parts import BREACHED_PARTS
from tests.labeling.breaches import BREACHES, Breach, Rows, again, leased, update

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(campaign: Campaign) -> Rows:
    of = make.make_round(campaign)
    item = make.make_item(round=of, state="labeled")
    labeler = make.make_labeler(campaign)
    return Rows(campaign, of, item.solution, item, labeler, make.make_label(item=item, labeler=labeler))


def promises() -> set[str]:
    """The names of all constraints of the app, and `Model.field` of each unique column."""
    named = set()
    for model in apps.get_app_config("labeling").get_models():
        named |= {constraint.name for constraint in model._meta.constraints}
        named |= {
            f"{model.__name__}.{field.name}" for field in model._meta.fields if field.unique and not field.primary_key
        }
    return named


def test_every_promise_of_the_tables_is_tried_here() -> None:
    assert set(BREACHES) == promises()


@pytest.mark.parametrize("promise", sorted(BREACHES))
def test_the_database_refuses(promise: str, rows: Rows) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        BREACHES[promise](rows)

    assert names(promise, str(refused.value))


@pytest.mark.parametrize(("promise", "breach"), BREACHED_PARTS)
def test_the_database_refuses_what_breaks_one_part(promise: str, breach: Breach, rows: Rows) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        breach(rows)

    assert names(promise, str(refused.value))


def names(promise: str, message: str) -> bool:
    """Whether the database refused for this reason. SQLite names the columns of a unique constraint instead of it."""
    model_name, _, field = promise.partition(".")
    if field:
        model = apps.get_model("labeling", model_name)
        column = model._meta.get_field(field).column
        return f"{model._meta.db_table}.{column}" in message or f"{model._meta.db_table}_{column}" in message
    if connection.vendor == "sqlite" and "UNIQUE" in message:
        return all(column in message for column in unique_columns(promise))
    return promise in message


def unique_columns(name: str) -> list[str]:
    for model in apps.get_app_config("labeling").get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name:
                assert isinstance(constraint, models.UniqueConstraint)
                return [f"{model._meta.db_table}.{model._meta.get_field(field).column}" for field in constraint.fields]
    raise LookupError(name)


# --- the other halves: what a constraint must let pass


@pytest.mark.parametrize("missing", ["leased_by", "leased_at", "leased_until", "lease_slot"])
def test_a_leased_item_without_a_part_of_its_lease_is_refused(missing: str, rows: Rows) -> None:
    item = leased(rows)

    with pytest.raises(IntegrityError, match="queue_item_lease_iff_leased"), transaction.atomic():
        update(item, **{missing: None})


def test_an_item_of_both_a_solution_and_a_tree_is_refused(rows: Rows) -> None:
    tree = make.make_candidate_tree(rows.solution.problem)

    with pytest.raises(IntegrityError, match="queue_item_of_a_solution_or_a_tree"), transaction.atomic():
        update(rows.item, tree=tree)


@pytest.mark.parametrize("state", ["planned", "waiting", "labeled", "withdrawn"])
def test_an_item_that_is_not_leased_keeps_no_lease(state: str, rows: Rows) -> None:
    item = leased(rows)

    with pytest.raises(IntegrityError, match="queue_item_lease_iff_leased"), transaction.atomic():
        update(item, state=state)


def test_a_running_job_without_a_lease_is_refused(rows: Rows) -> None:
    with pytest.raises(IntegrityError, match="job_lease_iff_running"), transaction.atomic():
        update(make.make_job(rows.campaign, state="requested"), state="running")


def test_a_guide_longer_than_is_rendered_in_a_moment_is_refused(rows: Rows) -> None:
    version = make.make_guide(rows.campaign)
    update(version, text="x" * MAX_GUIDE)

    with pytest.raises(IntegrityError, match="guide_version_has_a_text_of_bounded_length"), transaction.atomic():
        update(version, text="x" * (MAX_GUIDE + 1))


def test_a_practice_result_without_ratings_is_refused(db: None) -> None:
    with pytest.raises(IntegrityError, match="practice_result_ratings_are_signs"), transaction.atomic():
        update(make.make_practice_result(), ratings="")


@pytest.mark.parametrize("ratings", ["-+", "--", "0-0", "+ -", "x", "−", "+0-\n"])
def test_ratings_that_no_pass_could_give_are_refused(ratings: str, rows: Rows) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        update(rows.label, ratings=ratings, finish_reason="give_up", reason="tired")


@pytest.mark.parametrize(
    ("finish_reason", "ratings"),
    [("found_error", ""), ("found_error", "+0"), ("solution", ""), ("solution", "+-"), ("solution", "-")],
)
def test_a_finish_reason_that_the_ratings_deny_is_refused(finish_reason: str, ratings: str, rows: Rows) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        update(rows.label, finish_reason=finish_reason, ratings=ratings)


@pytest.mark.parametrize(
    ("finish_reason", "ratings", "reason"),
    [
        ("found_error", "-", ""),
        ("found_error", "+" * 511 + "-", ""),
        ("solution", "0", ""),
        ("solution", "+0+", ""),
        ("give_up", "", "too hard"),
        ("give_up", "++-", "unsure"),
        ("bad_problem", "+", "a figure is missing"),
    ],
)
def test_what_a_pass_can_give_is_kept(finish_reason: str, ratings: str, reason: str, rows: Rows) -> None:
    update(rows.label, finish_reason=finish_reason, ratings=ratings, reason=reason)

    rows.label.refresh_from_db()
    assert rows.label.ratings == ratings


def test_a_blank_reason_says_nothing(rows: Rows) -> None:
    with pytest.raises(IntegrityError, match="label_ending_early_says_why"), transaction.atomic():
        update(rows.label, finish_reason="give_up", reason="  ")


def test_a_job_that_has_not_ended_says_no_end(rows: Rows) -> None:
    with pytest.raises(IntegrityError, match="job_ended_iff_it_says_when"), transaction.atomic():
        update(make.make_job(rows.campaign, state="requested"), finished_at=timezone.now())


@pytest.mark.parametrize("count", ["round_size", "bad_problem_quorum"])
def test_a_campaign_that_could_not_go_on_is_refused(count: str, rows: Rows) -> None:
    with pytest.raises(IntegrityError, match="campaign_counts_at_least_one"), transaction.atomic():
        update(rows.campaign, **{count: 0})


@pytest.mark.parametrize("finish_reason", ["give_up", "bad_problem"])
def test_an_imported_label_may_end_early_without_a_reason(finish_reason: str, rows: Rows) -> None:
    label = make.make_label(rows.solution, origin="prm800k", finish_reason=finish_reason)

    assert Label.objects.current().filter(pk=label.pk).exists()


def test_one_person_may_have_two_imported_prm800k_labels_of_a_solution(rows: Rows) -> None:
    external = make.make_labeler(rows.campaign, kind="external")

    for _ in range(2):
        make.make_label(rows.solution, external, origin="prm800k")

    assert Label.objects.filter(labeler=external).count() == 2


def test_one_person_may_label_a_tree_and_solutions_of_its_problem(rows: Rows) -> None:
    tree = make.make_candidate_tree(rows.solution.problem)

    make.make_tree_label(tree, rows.labeler)

    assert Label.objects.current().filter(labeler=rows.labeler).count() == 2


def test_an_imported_label_of_candidates_needs_no_tree(rows: Rows) -> None:
    label = make.make_label(rows.solution, ratings=[], origin="prm800k", mode="candidates", steps=[])

    assert label.tree is None


def test_a_revised_label_leaves_room_for_the_next(rows: Rows) -> None:
    update(rows.label, is_current=False)
    again(rows.label, revises_id=rows.label.pk, is_current=True)

    assert Label.objects.current().get().revises == rows.label


def test_imports_may_wait_beside_each_other(rows: Rows) -> None:
    for _ in range(2):
        make.make_job(rows.campaign, kind="import", state="requested")

    assert Job.objects.filter(state="requested").count() == 2


@pytest.mark.parametrize("model", [Membership, Draft, Skip, Grade, SolutionScore, Dispute, SelectorVersion, Problem])
def test_no_model_saves_past_what_the_database_checks(model: type[models.Model]) -> None:
    assert "save" not in model.__dict__
