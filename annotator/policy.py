"""What a browser may do on our pages, said with every answer."""

from collections.abc import Callable

from csp.constants import HEADER
from csp.utils import build_policy
from django.http import HttpRequest
from django.http.response import HttpResponseBase

Answer = Callable[[HttpRequest], HttpResponseBase]


def content_security_policy(get_response: Answer) -> Answer:
    """Middleware: the policy of the settings, which is the same everywhere.

    django-csp's own makes it anew for every answer, in case a view asks for another: a fiftieth of a label's time.
    """
    policy = build_policy()

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers[HEADER] = policy
        return response

    return answer
