"""Failed tries of sign-in, as django-axes counts them (AXES_HANDLER in the settings)."""

from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from django.http import HttpRequest, QueryDict

from annotator.requests import told_address


class Tries(AxesDatabaseHandler):
    """Keeps of a try what the pause goes by, and where it was made: nothing that was typed or stood in the address.

    Left to itself it would keep the password that sign-up wants a second time, recovery codes, and invitation links.
    """

    def user_login_failed(self, sender: Any, credentials: Any, request: HttpRequest | None = None, **said: Any) -> None:
        """Count the try, with the request's address told by its pattern and its fields out of sight."""
        if request is None:
            return
        given = request.GET, request.POST
        request.axes_path_info = told_address(request)  # type: ignore[attr-defined]
        request.GET = request.POST = QueryDict()
        try:
            super().user_login_failed(sender, credentials, request, **said)
        finally:
            request.GET, request.POST = given
