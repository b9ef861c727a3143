"""`manage.py simulate`: labelers as a program, over the API of a running site."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from labeling.models import Campaign, Label
from tests import factories as make
from tests.live import Site


def simulated(site: Site, campaign: Campaign, **options: object) -> dict[str, int]:
    out = io.StringIO()
    call_command("simulate", campaign=campaign.slug, url=site.url, labelers=1, labels=8, stdout=out, **options)
    return dict(json.loads(out.getvalue()))


@pytest.fixture
def known(live_site: Site, campaign: Campaign) -> Site:
    """Eight solutions that are wanted, with first errors that somebody elsewhere told."""
    of, elsewhere = make.make_round(campaign), make.make_labeler(campaign, kind="external")
    for _ in range(8):
        solution = make.make_solution(make.make_problem(campaign))
        make.make_label(solution, elsewhere, [1, -1], origin="first_error")
        make.make_item(solution, of)
    return live_site


@pytest.mark.parametrize(("skill", "is_right"), [("perfect", True), ("spammer", False)])
def test_simulated_labelers_are_as_skilled_as_they_are_told_to_be(
    known: Site, campaign: Campaign, skill: str, is_right: bool
) -> None:
    done = simulated(known, campaign, skills=skill)

    assert (done["labels"], done["known"], done["refused"]) == (8, 8, 0)
    said = Label.objects.filter(origin="simulated").values_list("ratings", flat=True)
    assert done["wrong_on_purpose"] == sum(ratings != "+-" for ratings in said)
    assert (done["wrong_on_purpose"] == 0) is is_right


def test_an_unknown_skill_is_refused_before_anything_is_done(campaign: Campaign) -> None:
    with pytest.raises(CommandError, match="--skills are of perfect, careless, lenient, spammer, not 'clever'"):
        call_command("simulate", campaign=campaign.slug, skills="perfect,clever")
    assert not campaign.labelers.exists()
