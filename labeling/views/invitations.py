"""Invitations: a lead makes, copies and revokes them; whoever brings the link joins."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from labeling.actions import invitations
from labeling.actions.errors import ActionError
from labeling.forms import add_refusal
from labeling.models import Invitation, InvitationState, Membership
from labeling.people_forms import InvitationForm, NewAccountForm
from labeling.views import throttling
from labeling.views.lead_pages import account, done, for_leads, page, page_of, refused
from labeling.views.signing import BACKEND


def link_of(request: HttpRequest, invitation: Invitation) -> str:
    """The whole address, as this site is reached now."""
    return request.build_absolute_uri(reverse("join", args=[invitations.code_of(invitation)]))


@require_http_methods(["GET", "HEAD", "POST"])
@for_leads
def invitation_list(request: HttpRequest, membership: Membership) -> HttpResponseBase:
    """All invitations with their state; a POST makes one."""
    form = InvitationForm(request.POST) if request.method == "POST" else InvitationForm()
    if form.is_bound and form.is_valid():
        made = invitations.invite(campaign=membership.campaign, by=account(request), **form.cleaned_data)
        return done(request, _what_now(request, made), "invitations", membership.campaign.slug)
    rows = page_of(request, invitations.listed(membership.campaign))
    links = [(row, link_of(request, row) if row.state == InvitationState.WAITING else "") for row in rows.object_list]
    context = {
        "form": form,
        "rows": rows,
        "links": links,
        "waiting_count": membership.campaign.invitations.waiting().count(),
        "sends_mail": settings.SENDS_MAIL,
    }
    return page(request, "invitations.html", membership, context, status=400 if form.errors else 200)


def _what_now(request: HttpRequest, made: Invitation) -> str:
    """Whether mail went out, or what the lead has to do."""
    if invitations.send(invitation=made, link=link_of(request, made)):
        return _("The invitation is sent to {email}.").format(email=made.email)
    if made.email and settings.SENDS_MAIL:
        return _("The invitation is made, but the mail server did not take the mail. Copy the link and send it.")
    return _("The invitation is made. Copy its link and send it.")


@require_http_methods(["GET", "HEAD", "POST"])
@for_leads
def revoke(request: HttpRequest, membership: Membership, pk: int) -> HttpResponseBase:
    """Ask, then let its link work no more."""
    of = membership.campaign
    invitation = get_object_or_404(of.invitations.select_related("campaign"), pk=pk)
    if request.method != "POST":
        context = {
            "heading": _("Revoke invitation {number}?").format(number=pk),
            "sentences": [_("Its link works no more, for good. Another invitation can be made any time.")],
            "button": _("Revoke invitation {number}").format(number=pk),
        }
        return page(request, "confirm.html", membership, {**context, "back_to": "invitations"})
    try:
        invitations.revoke(invitation=invitation, by=account(request))
    except ActionError as error:
        return refused(request, error, "invitations", of.slug)
    return done(request, _("The invitation is revoked: its link works no more."), "invitations", of.slug)


@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def join(request: HttpRequest, code: str) -> HttpResponseBase:
    """What the link opens. Only a button's POST accepts: mail programs open links to look at them."""
    if paused := throttling.pause(request, throttling.INVITATION):
        return paused
    invitation = invitations.find(code)
    if invitation is None or invitation.state != InvitationState.WAITING:
        if invitation is None:
            throttling.count(request, throttling.INVITATION)
        return render(request, "registration/join_closed.html", {"invitation": invitation}, status=404)
    if request.user.is_authenticated:
        return _as_oneself(request, invitation)
    return _as_new(request, invitation)


def _as_oneself(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    who = cast(User, request.user)
    if request.method == "POST":
        try:
            invitations.accept(invitation=invitation, account=who)
        except ActionError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _welcome(invitation))
        return redirect("home")
    return render(request, "registration/join.html", {"invitation": invitation, "form": None})


def _as_new(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = NewAccountForm(request.POST or None, initial={"email": invitation.email})
    if form.is_bound and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("username", "password", "email")}
        try:
            made = invitations.accept_as_new(invitation=invitation, **said)
        except ActionError as error:
            throttling.count(request, throttling.INVITATION)  # else it would tell who has an account here
            add_refusal(form, error)
        else:
            login(request, made, backend=BACKEND)
            messages.success(request, _welcome(invitation))
            return redirect("home")
    context = {"invitation": invitation, "form": form, "sign_in": f"{reverse('home')}?next={request.path}"}
    return render(request, "registration/join.html", context, status=400 if form.errors else 200)


def _welcome(invitation: Invitation) -> str:
    return _("You are in {campaign}.").format(campaign=invitation.campaign.name)
