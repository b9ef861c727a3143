"""Every factory makes a row that the database takes."""

import pytest

from tests import factories as make

pytestmark = pytest.mark.django_db


def test_every_factory_makes_a_valid_row() -> None:
    campaign = make.make_campaign()
    round = make.make_round(campaign)
    make.make_membership(campaign)
    item = make.make_item(round=round)
    labeler = make.make_labeler(campaign)
    label = make.make_label(item=item, labeler=labeler)
    version = make.make_selector(campaign)

    rows = [
        make.make_item(state="leased"),
        make.make_draft(item, labeler),
        make.make_skip(item, labeler),
        make.make_label(origin="first_error"),
        make.make_dispute(),
        make.make_grade(label.solution),
        make.make_score(version, label.solution),
        make.make_candidate_tree(label.problem),
        make.make_job(campaign, state="running"),
        make.make_job(campaign, state="failed"),
        make.make_labeler(campaign, kind="external"),
        make.make_event(campaign),
        make.make_worker_sign(),
    ]

    assert all(row.pk for row in rows)
    assert label.round == round
    assert label.problem.campaign == campaign
