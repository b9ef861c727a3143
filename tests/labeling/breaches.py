"""Each promise of the tables with a write that breaks it, past the actions and past `save`."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import models
from django.utils import timezone
from knox.models import AuthToken

from labeling.models import (
    Campaign,
    Label,
    Labeler,
    QueueItem,
    Round,
    Solution,
    TokenTerms,
)
from tests import factories as make


@dataclass
class Rows:
    """Valid rows of one campaign, for a test to spoil."""

    campaign: Campaign
    round: Round
    solution: Solution
    item: QueueItem
    labeler: Labeler
    label: Label


def update(row: models.Model, **changes: object) -> None:
    type(row)._base_manager.filter(pk=row.pk).update(**changes)


def again(row: models.Model, **changes: object) -> None:
    """Write a copy of the row, past `save` and everything that could be in it."""
    values = {
        field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key
    }
    fresh = {field.attname: uuid.uuid4() for field in row._meta.concrete_fields if is_free_uuid(field, values)}
    type(row)._base_manager.bulk_create([type(row)(**values | fresh | changes)])


def is_free_uuid(field: models.Field, values: dict[str, object]) -> bool:  # type: ignore[type-arg]
    return isinstance(field, models.UUIDField) and field.unique and values[field.attname] is not None


def in_an_hour() -> object:
    return timezone.now() + timedelta(hours=1)


def leased(rows: Rows, **fields: object) -> QueueItem:
    return make.make_item(make.make_solution(rows.solution.problem), state="leased", leased_by=rows.labeler, **fields)


def leased_tree(rows: Rows) -> QueueItem:
    tree = make.make_candidate_tree(rows.solution.problem)
    return make.make_item(tree=tree, state="leased", leased_by=rows.labeler)


def second_lease(rows: Rows, first: QueueItem, **changes: object) -> None:
    again(first, **{"place": 99_999, "lease_slot": 1} | changes)


Breach = Callable[[Rows], object]
BREACHES: dict[str, Breach] = {
    "round_pool_of_some_candidates": lambda rows: make.make_round_pool(rows.round, size=0),
    "round_pool_has_a_whole_digest": lambda rows: make.make_round_pool(rows.round, digest="0"),
    "RoundPool.round": lambda rows: [make.make_round_pool(rows.round) for _ in range(2)],
    "agreement_of_two_labels_or_none": lambda rows: make.make_agreement(rows.campaign, {}, labels=1),
    "event_seal_one_per_place": lambda rows: [make.make_event_seal(make.make_event(rows.campaign)) for _ in range(2)],
    "AgreementReport.campaign": lambda rows: [make.make_agreement(rows.campaign, {}) for _ in range(2)],
    "agreement_labels_up_to_the_last": lambda rows: make.make_agreement(rows.campaign, {}, labels=3, last_label=2),
    "campaign_shares_within_one": lambda rows: update(rows.campaign, wrong_share=0.8, evaluation_share=0.21),
    "campaign_train_after_a_share": lambda rows: update(rows.campaign, train_after=0),
    "campaign_overlap_at_least_one": lambda rows: update(rows.campaign, overlap=0),
    "campaign_counts_at_least_one": lambda rows: update(rows.campaign, lease_minutes=0),
    "campaign_reference_answer_known": lambda rows: update(rows.campaign, reference_answer="whispered"),
    "campaign_scope_known": lambda rows: update(rows.campaign, scope="world"),
    "guide_version_one_per_number": lambda rows: again(make.make_guide(rows.campaign)),
    "guide_version_counts_from_one": lambda rows: update(make.make_guide(rows.campaign), number=0, note="Nothing."),
    "guide_version_has_a_text_of_bounded_length": lambda rows: update(make.make_guide(rows.campaign), text=""),
    "guide_version_says_what_changed": lambda rows: update(make.make_guide(rows.campaign), number=2),
    "guide_reading_once_per_version": lambda rows: again(make.make_guide_reading(make.make_guide(rows.campaign))),
    "practice_result_names_its_exercise": lambda _: update(make.make_practice_result(), exercise=""),
    "practice_result_ratings_are_signs": lambda _: update(make.make_practice_result(), ratings="+1-"),
    "practice_result_ends_at_first_error": lambda _: update(make.make_practice_result(), ratings="+-+"),
    "campaign_mode_known": lambda rows: update(rows.campaign, mode="both"),
    "campaign_cold_start_known": lambda rows: update(rows.campaign, cold_start="prm"),
    "campaign_undecided_by_known": lambda rows: update(rows.campaign, undecided_by="dice"),
    "campaign_problem_cap_a_share": lambda rows: update(rows.campaign, problem_cap=1.1),
    "campaign_committee_of_some_heads": lambda rows: update(rows.campaign, committee=17),
    "campaign_write_step_when_known": lambda rows: update(rows.campaign, write_step_when="never"),
    "membership_one_per_account": lambda rows: again(make.make_membership(rows.campaign)),
    "membership_role_known": lambda rows: update(make.make_membership(rows.campaign), role="owner"),
    "labeler_kind_known": lambda rows: update(rows.labeler, kind="robot"),
    "invitation_role_known": lambda rows: update(make.make_invitation(rows.campaign), role="owner"),
    "invitation_accepted_iff_by_somebody": lambda rows: update(
        make.make_invitation(rows.campaign), accepted_at=timezone.now()
    ),
    "invitation_not_accepted_and_revoked": lambda rows: update(
        make.make_invitation(rows.campaign, accepted_at=timezone.now(), accepted_by=rows.labeler.account),
        revoked_at=timezone.now(),
    ),
    "invitation_expires_after_it_is_made": lambda rows: update(
        make.make_invitation(rows.campaign), expires_at=timezone.now() - timedelta(days=2)
    ),
    "token_terms_have_a_name": lambda rows: TokenTerms.objects.create(
        token=AuthToken.objects.create(rows.labeler.account)[0], name=""
    ),
    "labeler_one_per_uuid": lambda rows: again(rows.labeler, account_id=None),
    "labeler_one_per_account": lambda rows: again(rows.labeler, uuid=uuid.uuid4()),
    "labeler_one_per_external_name": lambda rows: again(
        make.make_labeler(rows.campaign, kind="external", name="file.jsonl"), uuid=uuid.uuid4()
    ),
    "labeler_external_has_no_account": lambda rows: update(rows.labeler, kind="external"),
    "preferences_theme_known": lambda _: update(make.make_preferences(), theme="neon"),
    "preferences_language_offered": lambda _: update(make.make_preferences(), language="tlh"),
    "campaign_hourly_rate_positive": lambda rows: update(rows.campaign, hourly_rate=0),
    "job_kind_known": lambda rows: update(make.make_job(rows.campaign), kind="nap"),
    "job_ended_iff_it_says_when": lambda rows: update(make.make_job(rows.campaign), finished_at=None),
    "job_lease_iff_running": lambda rows: update(make.make_job(rows.campaign), leased_until=in_an_hour()),
    "job_state_known": lambda rows: update(make.make_job(rows.campaign, state="requested"), state="asleep"),
    "job_progress_a_share": lambda rows: update(make.make_job(rows.campaign), progress=1.01),
    "job_failed_says_why": lambda rows: update(make.make_job(rows.campaign), state="failed"),
    "job_one_running_per_kind": lambda rows: again(make.make_job(rows.campaign, state="running")),
    "job_one_waiting_per_kind": lambda rows: again(make.make_job(rows.campaign, kind="retrain", state="requested")),
    "problem_split_known": lambda rows: update(rows.solution.problem, split="dev"),
    "problem_state_known": lambda rows: update(rows.solution.problem, state="lost"),
    "solution_step_count_in_range": lambda rows: update(rows.solution, step_count=513),
    "solution_not_its_own_duplicate": lambda rows: update(rows.solution, duplicate_of=rows.solution),
    "grade_one_current_per_solution": lambda rows: again(make.make_grade(rows.solution)),
    "grade_verdict_known": lambda rows: update(make.make_grade(rows.solution), verdict="nearly"),
    "selector_number_once_per_campaign": lambda rows: again(
        make.make_selector(rows.campaign, state="retired"), job_id=make.make_job(rows.campaign).pk
    ),
    "selector_one_in_use_per_campaign": lambda rows: again(
        make.make_selector(rows.campaign), number=2, job_id=make.make_job(rows.campaign).pk
    ),
    "selector_state_known": lambda rows: update(make.make_selector(rows.campaign), state="good"),
    "selector_in_use_is_complete": lambda rows: update(make.make_selector(rows.campaign), scored_at=None),
    "score_one_per_version_and_solution": lambda rows: again(
        make.make_score(make.make_selector(rows.campaign), rows.solution)
    ),
    "score_a_probability": lambda rows: make.make_score(
        make.make_selector(rows.campaign), rows.solution, score=1.01, step_scores=[]
    ),
    "score_likelihood_a_probability": lambda rows: make.make_score(
        make.make_selector(rows.campaign), rows.solution, likelihood=1.01
    ),
    "score_committee_says_both_or_nothing": lambda rows: make.make_score(
        make.make_selector(rows.campaign), rows.solution, spread=0.1
    ),
    "round_number_once_per_campaign": lambda rows: again(rows.round),
    "round_state_known": lambda rows: update(rows.round, state="paused", closed_at=timezone.now()),
    "round_scope_known": lambda rows: update(rows.round, scope="world"),
    "round_wants_a_label": lambda rows: update(rows.round, size=0),
    "round_shares_within_one": lambda rows: update(rows.round, wrong_share=0.8, evaluation_share=0.21),
    "round_mode_known": lambda rows: update(rows.round, mode="both"),
    "round_times_agree_with_state": lambda rows: update(rows.round, state="closed"),
    "round_number_from_screening_up": lambda rows: update(rows.round, number=-2),
    "queue_item_lease_iff_leased": lambda rows: update(rows.item, leased_by=rows.labeler),
    "queue_item_state_known": lambda rows: update(rows.item, state="done"),
    "queue_item_purpose_known": lambda rows: update(rows.item, purpose="training"),
    "queue_item_one_lease_per_slot": lambda rows: second_lease(
        rows, leased(rows), lease_slot=0, solution_id=rows.solution.pk
    ),
    "queue_item_two_leases_at_most": lambda rows: leased(rows, lease_slot=2),
    "queue_item_solution_held_once": lambda rows: second_lease(rows, leased(rows)),
    "queue_item_tree_held_once": lambda rows: second_lease(rows, leased_tree(rows)),
    "queue_item_of_a_solution_or_a_tree": lambda rows: update(rows.item, solution=None),
    "queue_item_reserved_iff_a_check": lambda rows: update(rows.item, purpose="gold"),
    "queue_item_reserved_once_per_solution": lambda rows: again(
        make.make_item(rows.solution, purpose="gold", reserved_for=rows.labeler)
    ),
    "labeler_paused_iff_told_why": lambda rows: update(rows.labeler, paused_at=timezone.now()),
    "campaign_gold_bar_a_share": lambda rows: update(rows.campaign, gold_bar=1.5),
    "gold_accepted_are_sets_of_ratings": lambda rows: make.make_gold(rows.solution, accepted="608"),
    "gold_ends_at_the_certain_error": lambda rows: make.make_gold(rows.solution, accepted="16"),
    "Gold.solution": lambda rows: [make.make_gold(rows.solution) for _ in range(2)],
    "gold_use_known": lambda rows: make.make_gold(rows.solution, use="lunch"),
    "gold_source_known": lambda rows: make.make_gold(rows.solution, source="thin air"),
    "bulk_change_kind_known": lambda rows: make.make_bulk_change(rows.item.campaign, "delete"),
    "bulk_change_of_something": lambda rows: make.make_bulk_change(rows.item.campaign, count=0),
    "bulk_change_requeue_iff_of_labels": lambda rows: make.make_bulk_change(rows.item.campaign, "requeue"),
    "bulk_change_undone_has_its_time": lambda rows: make.make_bulk_change(
        rows.item.campaign, undone_by=make.make_account()
    ),
    "BulkChange.requeue": lambda rows: again(
        make.make_bulk_change(rows.item.campaign, "requeue", requeue=make.make_requeue(rows.labeler))
    ),
    "requeue_of_a_labeler_says_since_when": lambda rows: update(make.make_requeue(rows.labeler), since=None),
    "requeue_undone_has_its_time": lambda rows: update(make.make_requeue(rows.labeler), undone_by=make.make_account()),
    "campaign_screening_known": lambda rows: update(rows.campaign, screening="new"),
    "campaign_screening_rule_can_be_met": lambda rows: update(rows.campaign, screening_bar=2),
    "screening_attempt_one_per_number": lambda rows: again(
        make.make_attempt(rows.labeler, ended_at=make.A_MOMENT, passed=True)
    ),
    "screening_attempt_one_at_a_time": lambda rows: again(make.make_attempt(rows.labeler), number=2),
    "screening_attempt_judged_iff_ended": lambda rows: make.make_attempt(rows.labeler, passed=True),
    "screening_attempt_counts_within": lambda rows: make.make_attempt(rows.labeler, found=1),
    "labeler_one_adjudicator_per_campaign": lambda rows: [
        make.make_labeler(rows.campaign, kind="final") for _ in range(2)
    ],
    "ruling_about_known": lambda rows: make.make_ruling(rows.solution.problem, about="lunch"),
    "ruling_makes_a_label_iff_about_first_error": lambda rows: make.make_ruling(
        rows.solution.problem, about="first_error", solution=rows.solution, reason="So."
    ),
    "ruling_about_first_error_has_a_reason": lambda rows: make.make_ruling(
        rows.solution.problem, about="first_error", solution=rows.solution, label=rows.label
    ),
    "Ruling.label": lambda rows: [
        make.make_ruling(
            rows.solution.problem, about="first_error", solution=rows.solution, label=rows.label, reason="So."
        )
        for _ in range(2)
    ],
    "campaign_overlap_share_a_share": lambda rows: update(rows.campaign, overlap_share=1.1),
    "round_overlap_can_be_met": lambda rows: update(rows.round, overlap=0),
    "draft_one_per_item_and_labeler": lambda rows: again(make.make_draft(rows.item, rows.labeler)),
    "skip_one_per_item_and_labeler": lambda rows: again(make.make_skip(rows.item, rows.labeler)),
    "label_one_current_per_labeler_and_solution": lambda rows: again(rows.label, item_id=None),
    "label_one_current_per_labeler_and_tree": lambda rows: again(make.make_tree_label(labeler=rows.labeler)),
    "label_of_a_tree_is_of_no_solution": lambda rows: update(make.make_tree_label(), solution=rows.solution),
    "label_of_candidates_made_here_has_a_tree": lambda _: update(make.make_tree_label(), tree=None),
    "label_one_current_per_item": lambda rows: again(rows.label, labeler_id=make.make_labeler(rows.campaign).pk),
    "label_ratings_are_signs": lambda rows: update(rows.label, ratings="+1-"),
    "label_ratings_end_at_first_error": lambda rows: update(rows.label, ratings="+-+"),
    "label_found_error_has_one": lambda rows: update(rows.label, ratings="++"),
    "label_solution_has_no_error": lambda rows: update(rows.label, finish_reason="solution"),
    "label_finish_reason_known": lambda rows: update(rows.label, finish_reason="bored", reason="so it is"),
    "label_candidates_mode_has_no_ratings": lambda rows: update(rows.label, mode="candidates", steps=[]),
    "label_ending_early_says_why": lambda rows: update(rows.label, finish_reason="give_up"),
    "label_mode_has_its_steps": lambda rows: update(rows.label, mode="candidates", ratings=""),
    "label_not_its_own_revision": lambda rows: update(rows.label, revises=rows.label),
    "label_comes_from_one_place": lambda rows: update(rows.label, origin="first_error"),
    "dispute_state_known": lambda rows: update(
        make.make_dispute(rows.label), state="forgotten", decided_at=timezone.now()
    ),
    "dispute_decided_iff_not_open": lambda rows: update(make.make_dispute(rows.label), state="accepted"),
    # Promises that a column states by itself.
    "Campaign.slug": lambda rows: again(rows.campaign),
    "Preferences.account": lambda _: again(make.make_preferences()),
    "WorkerSign.name": lambda _: again(make.make_worker_sign()),
    "Problem.identity": lambda rows: again(rows.solution.problem, identity=rows.solution.problem.identity),
    "Solution.identity": lambda rows: again(rows.solution, identity=rows.solution.identity),
    "CandidateTree.identity": lambda rows: again_with(make.make_candidate_tree(rows.solution.problem), "identity"),
    "SelectorVersion.job": lambda rows: again(make.make_selector(rows.campaign, state="retired"), number=2),
    "Label.submission_id": lambda rows: again(rows.label, is_current=False, submission_id=rows.label.submission_id),
    "Label.revises": lambda rows: [again(rows.label, is_current=False, revises_id=rows.label.pk) for _ in range(2)],
    "Label.import_key": lambda rows: again_with(
        make.make_label(rows.solution, origin="first_error"), "import_key", is_current=False
    ),
    "Dispute.label": lambda rows: again(make.make_dispute(rows.label)),
}


def again_with(row: models.Model, field: str, **changes: object) -> None:
    """A copy that keeps this one value, which would else be made anew."""
    again(row, **changes | {field: getattr(row, field)})
