"""Lists of one campaign's rows, for its leads and reviewers."""

from typing import Any

from django.db.models import Count, IntegerField, QuerySet, Subquery
from django.db.models.functions import Coalesce
from rest_framework.generics import ListAPIView

from labeling.api import access
from labeling.models import Campaign


class CampaignList(ListAPIView):
    """Paged and filtered; a subclass says which rows of the campaign, and whether leads alone see them."""

    queryset: QuerySet[Any]
    for_whom = staticmethod(access.reader_of)

    def get_queryset(self) -> QuerySet[Any]:
        """The rows, for who may see them of the campaign in the address."""
        if getattr(self, "swagger_fake_view", False):  # the schema asks with no request
            return self.queryset
        return self.rows(self.for_whom(self.request, self.kwargs["slug"]))

    def rows(self, campaign: Campaign) -> QuerySet[Any]:
        """The rows of this campaign, in order."""
        raise NotImplementedError


def counted(inner: QuerySet[Any], column: str) -> Coalesce:
    """How many rows of `inner` belong to the outer row, 0 included: `column` is what they share with it."""
    count = inner.order_by().values(column).annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(count), 0, output_field=IntegerField())
