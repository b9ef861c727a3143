"""One of one's own drafts: what was begun and not submitted, read, gone on with or discarded."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from labeling.actions import drafts
from labeling.models import Draft, Solution
from labeling.views.label_lines import lines_of_draft


def _own(request: HttpRequest, item: int) -> Draft:
    """The draft of the person who asks on this item. Raises Http404."""
    draft = drafts.of(cast(User, request.user)).filter(item=item).first()
    if draft is None:
        raise Http404(f"There is no draft on item {item}, or it is not yours.")
    return draft


def _reasons(kept: object) -> list[str]:
    """What was written of why, as far as it can be read."""
    return [text for text in kept.values() if isinstance(text, str)] if isinstance(kept, dict) else []


@require_safe
@never_cache
@login_required
def my_draft(request: HttpRequest, item: int) -> HttpResponse:
    """Read it as it was left."""
    draft = _own(request, item)
    subject = draft.item.subject
    context = {
        "draft": draft,
        "campaign": draft.item.campaign,
        "problem": subject.problem,
        "answer": subject.answer if isinstance(subject, Solution) else None,
        "lines": lines_of_draft(draft),
        "reasons": _reasons(draft.content.get("reasons")),
    }
    return render(request, "labeling/my_draft.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def discard(request: HttpRequest, item: int) -> HttpResponseBase:
    """Ask once more; a POST discards it for good."""
    draft = _own(request, item)
    if request.method != "POST":
        return render(request, "labeling/my_draft_discard.html", {"draft": draft})
    drafts.discard(account=cast(User, request.user), item_id=item)
    messages.success(request, _("The draft is discarded."))
    return redirect("my-work")
