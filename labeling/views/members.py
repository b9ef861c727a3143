"""Members of a campaign: add, change, remove, leave."""

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db.models import Count, IntegerField, Max, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from labeling.actions import people
from labeling.actions.errors import ActionError
from labeling.forms import MemberForm, RoleForm, add_refusal
from labeling.models import Label, Membership, Role
from labeling.templatetags.codes import role_words
from labeling.views.lead_pages import account, check_lead, done, for_leads, for_readers, only_posted, page, refused

INTEGER = IntegerField()


@require_http_methods(["GET", "HEAD", "POST"])
@for_readers
def member_list(request: HttpRequest, membership: Membership) -> HttpResponseBase:
    """Who is in, with their labels; a POST adds somebody (leads only)."""
    return _add(request, membership) if request.method == "POST" else _list(request, membership, MemberForm())


def _list(request: HttpRequest, membership: Membership, form: MemberForm) -> HttpResponseBase:
    labels = Label.objects.current().filter(
        labeler__account=OuterRef("account"), labeler__campaign=OuterRef("campaign")
    )
    of_member = labels.order_by().values("labeler__account")
    members = (
        membership.campaign.memberships.select_related("account")
        .annotate(
            label_count=Coalesce(
                Subquery(of_member.annotate(n=Count("pk")).values("n")), 0, output_field=IntegerField()
            ),
            last_label_at=Subquery(of_member.annotate(last=Max("submitted_at")).values("last")),
        )
        .order_by("account__username")
    )
    context = {"form": form, "members": members, "roles": Role.choices, "me": membership}
    return page(request, "members.html", membership, context, status=400 if form.errors else 200)


def _add(request: HttpRequest, membership: Membership) -> HttpResponseBase:
    check_lead(membership)
    form = MemberForm(request.POST)
    if form.is_valid():
        username = form.cleaned_data["username"]
        found = User.objects.filter(username=username, is_active=True).first()
        if found is None:
            missing = _("There is no account {username}. Invite them: they make one with the link.")
            form.add_error("username", missing.format(username=username))
        else:
            try:
                people.add_member(
                    campaign=membership.campaign, account=found, role=form.cleaned_data["role"], by=account(request)
                )
            except ActionError as error:
                add_refusal(form, error)
            else:
                return done(
                    request, _("{username} is in.").format(username=username), "members", membership.campaign.slug
                )
    return _list(request, membership, form)


@only_posted("members")
def change_role(request: HttpRequest, membership: Membership, pk: int) -> HttpResponseBase:
    """Give a member another role."""
    of = membership.campaign
    member = get_object_or_404(of.memberships.select_related("account", "campaign"), pk=pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return refused(
            request,
            ActionError(_("Expected a role: {roles}.").format(roles=", ".join(Role.values))),
            "members",
            of.slug,
        )
    try:
        people.change_role(member=member, role=form.cleaned_data["role"], by=account(request))
    except ActionError as error:
        return refused(request, error, "members", of.slug)
    if member.pk == membership.pk and member.role == Role.LABELER:
        return done(request, _("You are a labeler of {campaign} now.").format(campaign=of.name), "home")
    words = _("{username} is {role} now.").format(username=member.account.get_username(), role=role_words(member.role))
    return done(request, words, "members", of.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@for_leads
def remove_member(request: HttpRequest, membership: Membership, pk: int) -> HttpResponseBase:
    """Ask, then end a membership; labels stay."""
    of = membership.campaign
    member = get_object_or_404(of.memberships.select_related("account", "campaign"), pk=pk)
    name = member.account.get_username()
    if request.method == "POST":
        try:
            people.remove_member(member=member, by=account(request))
        except ActionError as error:
            return refused(request, error, "members", of.slug)
        if member.account_id == membership.account_id:
            return done(request, _("You have left {campaign}.").format(campaign=of.name), "home")
        return done(request, _("{name} is out. Their labels stay.").format(name=name), "members", of.slug)
    context = {
        "heading": _("Remove {name} from {campaign}?").format(name=name, campaign=of.name),
        "sentences": [_("Their labels stay. What they have in hand goes back to the queue.")],
        "button": _("Remove {name}").format(name=name),
    }
    return page(request, "confirm.html", membership, {**context, "back_to": "members"})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask, then end one's own membership."""
    mine = get_object_or_404(
        Membership.objects.select_related("campaign", "account"), campaign__slug=slug, account_id=request.user.pk
    )
    name = mine.campaign.name
    if request.method == "POST":
        try:
            people.remove_member(member=mine, by=account(request))
        except ActionError as error:
            return refused(request, error, "home")
        return done(request, _("You have left {campaign}.").format(campaign=name), "home")
    context = {
        "heading": _("Leave {campaign}?").format(campaign=name),
        "sentences": [
            _("Your labels stay. What you have in hand goes back to the queue. Only a lead can let you in again.")
        ],
        "button": _("Leave {campaign}").format(campaign=name),
        "back": "my-settings",
    }
    return render(request, "labeling/account_confirm.html", context)
