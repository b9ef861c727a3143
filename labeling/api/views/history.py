"""What was done in a campaign."""

from typing import Any

from django.db.models import QuerySet

from labeling.api.filters import EventFilters
from labeling.api.lists import CampaignList
from labeling.api.serializers.history import EventAnswer
from labeling.models import Campaign, Event


class Events(CampaignList):
    """Who did what and when, the newest first. Events are only appended to; the database refuses anything else."""

    queryset = Event.objects.none()
    serializer_class = EventAnswer
    filterset_class = EventFilters

    def rows(self, campaign: Campaign) -> QuerySet[Any]:
        """The newest first."""
        return campaign.events.select_related("actor", "about").order_by("-id")
