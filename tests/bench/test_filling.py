"""The made-up campaign whose pages are measured: its rows have every column of today's tables."""

import pytest
from django.db import connection

from bench import filling
from labeling.models import AgreementReport, Campaign, Gold, Label, SolutionScore
from tests import factories as make

pytestmark = pytest.mark.django_db
SIZE = filling.Size(problems=4, solutions=5, labels=20, labelers=4, rounds=2)


if connection.vendor == "postgresql":  # it is filled by PostgreSQL's own SQL alone

    def test_a_large_campaign_is_made_of_one_label(campaign: Campaign) -> None:
        item = make.make_item(round=make.make_round(campaign), state="labeled")
        make.make_label(item=item)
        for fill in (filling.campaign, filling.scores, filling.figures):
            fill(connection.connection, SIZE)

        assert Label.objects.current().filter(problem__campaign=campaign).count() == 1 + SIZE.labels
        assert SolutionScore.objects.count() == SIZE.problems * SIZE.solutions
        assert AgreementReport.objects.get(campaign=campaign).verdicts == []
        assert Gold.objects.exists()
