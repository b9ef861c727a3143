"""Signing out."""

from typing import Any

from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect


class SignOut(LogoutView):
    """A button's POST signs out; whoever only opens the address stays signed in and comes to the start."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseRedirect:
        return redirect("home")
