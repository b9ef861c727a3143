"""Promises of several parts, once for each part that `BREACHES` leaves whole."""

from tests import factories as make
from tests.labeling.breaches import Breach, Rows, update


def campaign(**changes: object) -> Breach:
    return lambda rows: update(rows.campaign, **changes)


def round(**changes: object) -> Breach:
    return lambda rows: update(rows.round, **changes)


def score(**fields: object) -> Breach:
    return lambda rows: make.make_score(make.make_selector(rows.campaign), rows.solution, **fields)


def attempt(**fields: object) -> Breach:
    return lambda rows: make.make_attempt(rows.labeler, **fields)


def tree_of(rows: Rows) -> object:
    return make.make_candidate_tree(rows.solution.problem)


BREACHED_PARTS: list[tuple[str, Breach]] = [
    ("campaign_shares_within_one", campaign(evaluation_share=-0.1)),
    ("campaign_shares_within_one", campaign(wrong_share=-0.1)),
    ("campaign_train_after_a_share", campaign(train_after=1.1)),
    ("campaign_counts_at_least_one", campaign(bad_problem_quorum=0)),
    ("campaign_counts_at_least_one", campaign(round_size=0)),
    ("campaign_overlap_share_a_share", campaign(overlap_share=-0.1)),
    ("campaign_gold_bar_a_share", campaign(gold_bar=-0.1)),
    ("campaign_screening_rule_can_be_met", campaign(screening_attempts=0)),
    ("campaign_screening_rule_can_be_met", campaign(screening_size=0)),
    ("campaign_screening_rule_can_be_met", campaign(screening_bar=-0.1)),
    ("campaign_screening_rule_can_be_met", campaign(screening_false_alarms=-0.1)),
    ("campaign_screening_rule_can_be_met", campaign(screening_false_alarms=1.1)),
    ("campaign_problem_cap_a_share", campaign(problem_cap=-0.1)),
    ("campaign_committee_of_some_heads", campaign(committee=0)),
    ("labeler_paused_iff_told_why", lambda rows: update(rows.labeler, pause_reason="Below the bar.")),
    (
        "job_ended_iff_it_says_when",
        lambda rows: make.make_job(rows.campaign, state="requested", finished_at=make.A_MOMENT),
    ),
    ("job_progress_a_share", lambda rows: update(make.make_job(rows.campaign), progress=-0.01)),
    ("solution_step_count_in_range", lambda rows: update(rows.solution, step_count=0)),
    ("selector_in_use_is_complete", lambda rows: update(make.make_selector(rows.campaign), published_at=None)),
    ("score_a_probability", score(score=-0.01, step_scores=[])),
    ("score_likelihood_a_probability", score(likelihood=-0.01)),
    ("score_committee_says_both_or_nothing", score(doubt=0.1)),
    ("score_committee_says_both_or_nothing", score(spread=1.1, doubt=0.1)),
    ("score_committee_says_both_or_nothing", score(spread=-0.1, doubt=0.1)),
    ("score_committee_says_both_or_nothing", score(spread=0.1, doubt=0.51)),
    ("score_committee_says_both_or_nothing", score(spread=0.1, doubt=-0.1)),
    ("round_overlap_can_be_met", round(overlap_share=1.1)),
    ("round_overlap_can_be_met", round(overlap_share=-0.1)),
    ("round_shares_within_one", round(evaluation_share=-0.1)),
    ("round_shares_within_one", round(wrong_share=-0.1)),
    ("round_times_agree_with_state", round(opened_at=None)),
    ("round_times_agree_with_state", round(closed_at=make.A_MOMENT)),
    ("round_times_agree_with_state", round(state="planned")),
    ("queue_item_reserved_iff_a_check", lambda rows: update(rows.item, reserved_for=rows.labeler)),
    (
        "queue_item_reserved_iff_a_check",
        lambda rows: make.make_item(tree=tree_of(rows), purpose="gold", reserved_for=rows.labeler),
    ),
    ("label_of_a_tree_is_of_no_solution", lambda rows: update(rows.label, tree=tree_of(rows))),
    ("label_mode_has_its_steps", lambda rows: update(rows.label, solution=None)),
    ("label_comes_from_one_place", lambda rows: update(rows.label, submission_id=None)),
    ("label_comes_from_one_place", lambda rows: update(rows.label, import_job=make.make_job(rows.campaign))),
    (
        "label_comes_from_one_place",
        lambda rows: update(make.make_label(rows.solution, origin="first_error"), import_job=None),
    ),
    (
        "label_comes_from_one_place",
        lambda rows: update(make.make_label(rows.solution, origin="first_error"), import_key=None),
    ),
    ("dispute_decided_iff_not_open", lambda rows: update(make.make_dispute(rows.label), decided_at=make.A_MOMENT)),
    ("gold_accepted_are_sets_of_ratings", lambda rows: make.make_gold(rows.solution, accepted="")),
    ("requeue_of_a_labeler_says_since_when", lambda rows: update(make.make_requeue(rows.labeler), labeler=None)),
    (
        "bulk_change_requeue_iff_of_labels",
        lambda rows: make.make_bulk_change(rows.campaign, requeue=make.make_requeue(rows.labeler)),
    ),
    (
        "invitation_accepted_iff_by_somebody",
        lambda rows: update(make.make_invitation(rows.campaign), accepted_by=rows.labeler.account),
    ),
    (
        "ruling_makes_a_label_iff_about_first_error",
        lambda rows: make.make_ruling(rows.solution.problem, label=rows.label),
    ),
    (
        "ruling_makes_a_label_iff_about_first_error",
        lambda rows: make.make_ruling(rows.solution.problem, about="first_error", label=rows.label, reason="So."),
    ),
    ("screening_attempt_judged_iff_ended", attempt(ended_at=make.A_MOMENT)),
    ("screening_attempt_counts_within", attempt(false_alarms=1)),
]
