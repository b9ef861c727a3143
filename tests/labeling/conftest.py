"""The people and the round that most tests of actions begin with."""

import pytest

from labeling.models import Campaign, Labeler, Round
from tests import factories as make


@pytest.fixture
def ada(campaign: Campaign) -> Labeler:
    """One labeler of `campaign`."""
    return make.make_labeler(campaign)


@pytest.fixture
def bea(campaign: Campaign) -> Labeler:
    """Another one."""
    return make.make_labeler(campaign)


@pytest.fixture
def of(campaign: Campaign) -> Round:
    """An open round without an item."""
    return make.make_round(campaign)
