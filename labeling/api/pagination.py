"""Pages of lists."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request


class Pages(PageNumberPagination):
    """`?page=` and `?page_size=` (100 unless told, 1,000 at most)."""

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 1000

    def get_page_size(self, request: Request) -> int | None:
        """As asked for; what is no size, or too large, is refused, not taken for another one."""
        asked = request.query_params.get(self.page_size_query_param, "1")
        is_number = asked.isdecimal() and len(asked) < 10  # Python reads no number of 5,000 digits
        if not (is_number and 0 < int(asked) <= self.max_page_size):
            raise ValidationError({self.page_size_query_param: _("Expected a whole number from 1 to 1,000.")})
        return super().get_page_size(request)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Both with what they may be."""
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            parameter["schema"]["minimum"] = 1
        parameters[-1]["schema"]["maximum"] = self.max_page_size
        return parameters
