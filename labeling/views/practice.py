"""Practice: its start, where one stands and what comes next; and the desk with one exercise on it."""

from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from labeling.actions import practice
from labeling.api.serializers.practice import offered
from labeling.models import Campaign
from labeling.views.guide_panel import shipped
from labeling.views.label_words import Words, label_words


@require_safe
@never_cache
@login_required
def start(request: HttpRequest) -> HttpResponse:
    """All exercises and the way on: to the next of them, or to one's campaigns when all are done."""
    account = cast(User, request.user)
    context = standing(account) | {
        "campaigns": Campaign.objects.filter(memberships__account=account).order_by("name"),
    }
    return render(request, "labeling/practice.html", context)


def standing(account: User) -> dict[str, Any]:
    """How far this person has come."""
    times = practice.times_done(account)
    return {
        "exercises": [(of, times[of.name]) for of in practice.exercises().values()],
        "done": sum(1 for count in times.values() if count),
        "total": len(times),
        "next": practice.next_after(None, times),
    }


@require_safe
@never_cache
@ensure_csrf_cookie
@login_required
def exercise(request: HttpRequest, name: str) -> HttpResponse:
    """The desk with this exercise on it."""
    of = practice.exercises().get(name)
    if of is None:
        raise Http404(f"There is no exercise {name!r}.")
    context = {
        "exercise": of,
        "total": len(practice.exercises()),
        "offered": offered(of),
        "guide": shipped(),
        "words": label_words() | _practice_words(),
    }
    return render(request, "labeling/practice_desk.html", context)


def _practice_words() -> Words:
    return {
        "judged_step": _("Step {step}. {said} {why}"),
        "practice_done": _("{done} of {total} done."),
        "practice_next": _("Next exercise"),
        "practice_end": _("All are done. What comes next"),
        "practice_next_offline": _("The server cannot be reached: go on to what comes next in a moment."),
        "practice_offline": _("The server cannot be reached. Your ratings are still here: submit again in a moment."),
    }
