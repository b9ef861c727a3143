"""What all pages for leads share: who may open them, and what stands around them.

A campaign is found through one's membership, so other people's campaigns are not there at all. Reviewers read.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from labeling.actions import disputes, two_factor
from labeling.actions.errors import ActionError
from labeling.models import READERS, Campaign, Labeler, Membership, Problem, ProblemState, Role

View = Callable[..., HttpResponseBase]
PAGE_ROWS = 50
COUNTED = 10_000
SECTIONS = {  # the tab that is open on a page, by the name of its address; else the overview
    **dict.fromkeys(("rounds", "round", "round-plan", "round-turn"), "rounds"),
    **dict.fromkeys(("solutions", "solution", "problems", "problem", "tree", "bulk", "changes", "change"), "solutions"),
    "labels": "labels",
    **dict.fromkeys(("members", "member-remove", "invitations", "agreement", "gold", "labelers", "labeler"), "people"),
    **dict.fromkeys(("decisions", "dispute", "problem-decision", "adjudicate", "rulings"), "decisions"),
    **dict.fromkeys(("guide", "guide-edit", "guide-version"), "guide"),
    **dict.fromkeys(("data", "export", "export-card"), "data"),
}


def account(request: HttpRequest) -> User:
    """Who asks; every page here needs signing in."""
    return cast(User, request.user)


def for_readers(view: View) -> View:
    """A page for leads and reviewers, given one's membership in place of the slug; for others it is not there."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        members = Membership.objects.select_related("campaign")
        membership = members.filter(campaign__slug=slug, account_id=request.user.pk, role__in=READERS).first()
        if membership is None:
            raise Http404(f"There is no campaign {slug!r}, or you do not lead it.")
        if membership.role == Role.LEAD and two_factor.is_lacking(request):
            return to_two_factor(request)
        return view(request, membership, **kwargs)

    return guarded


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in form; where htmx asked for a piece, the whole page goes there, not the form into the piece."""
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return redirect_to_login(request.get_full_path())


def to_two_factor(request: HttpRequest) -> HttpResponse:
    """Where a lead without a second factor sets one up, or signs in anew with it."""
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    messages.info(request, _("Leads sign in with two factors here. Set it up, then go on."))
    return redirect("two-factor")


def check_lead(membership: Membership) -> None:
    """Raise PermissionDenied unless this is a lead's membership."""
    if membership.role != Role.LEAD:
        raise PermissionDenied(_("Only a lead of this campaign can do this."))


def for_leads(view: View) -> View:
    """A page for leads alone; a reviewer is told so, for others it is not there."""

    @wraps(view)
    def guarded(request: HttpRequest, membership: Membership, **kwargs: Any) -> HttpResponseBase:
        check_lead(membership)
        return view(request, membership, **kwargs)

    return for_readers(guarded)


def only_posted(to: str, *, numbered: bool = False) -> Callable[[View], View]:
    """What a button sends; whoever comes to its address otherwise, as after signing in, is led to the page it is on."""

    def decorated(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, membership: Membership, **kwargs: Any) -> HttpResponseBase:
            if request.method == "POST":
                return view(request, membership, **kwargs)
            return redirect(to, membership.campaign.slug, *([kwargs["pk"]] if numbered else []))

        return require_http_methods(["GET", "HEAD", "POST"])(for_leads(guarded))

    return decorated


def page(
    request: HttpRequest, template: str, membership: Membership, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page of one campaign with its tabs."""
    campaign = membership.campaign
    match = request.resolver_match
    around = {
        "section": SECTIONS.get(match.url_name or "", "overview") if match else "overview",
        "campaign": campaign,
        "is_lead": membership.role == Role.LEAD,
        "decision_count": waiting_decisions(campaign),
    }
    return render(request, f"labeling/{template}", around | dict(context), status=status)


def waiting_decisions(campaign: Campaign) -> int:
    """Open disputes, held problems and paused labelers: what only a lead can decide."""
    disputed = disputes.waiting(campaign).count()
    paused = Labeler.objects.filter(campaign=campaign, paused_at__isnull=False).count()
    return paused + disputed + Problem.objects.filter(campaign=campaign, state=ProblemState.HELD).count()


class ListPages(Paginator):
    """Counts no further than anybody turns pages: counting a million rows takes longer than showing fifty of them."""

    known_count: int | None = None  # where it is known without counting
    most: int = COUNTED

    @cached_property
    def count(self) -> int:
        """How many rows there are; `most` at most, unless it is known."""
        return self.known_count if self.known_count is not None else min(self._seen, self.most)

    @property
    def has_more(self) -> bool:
        """Whether there are more than were counted."""
        return self.known_count is None and self._seen > self.most

    @cached_property
    def _seen(self) -> int:
        return cast(QuerySet[Any], self.object_list).order_by().values("pk")[: self.most + 1].count()


def page_of(
    request: HttpRequest, rows: QuerySet[Any] | list[Any], *, count: int | None = None, most: int | None = None
) -> Page[Any]:
    """The page of rows that `?page=` names; the first or the last where it names none.

    `count` is how many rows there are, where that is known; `most`, how far to count where it is not.
    """
    pages = ListPages(rows, PAGE_ROWS)
    pages.known_count, pages.most = count, most or COUNTED
    return pages.get_page(request.GET.get("page"))


def done(request: HttpRequest, words: str, to: str, *args: Any) -> HttpResponseRedirect:
    """Say what was done, on the page that comes next."""
    messages.success(request, words)
    return redirect(to, *args)


def refused(request: HttpRequest, error: ActionError, to: str, *args: Any) -> HttpResponseRedirect:
    """Say why it was not done, on the page that comes next."""
    messages.error(request, error.message)
    return redirect(to, *args)
