"""What an account may reach: found through its membership, so that other people's things are not there at all."""

from typing import Any, cast

from django.contrib.auth.models import User
from django.db.models import BigIntegerField, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request

from labeling.actions import accounts, two_factor
from labeling.actions.statements import Statement
from labeling.api.errors import NOT_FOUND
from labeling.api.fields import Nothing
from labeling.models import READERS, Campaign, Job, Labeler, Membership, QueueItem, Role

# What a labeler's requests look at. Naming and reading all columns took a third of their time, the texts of an item
# most of all. A column that is missing here is read when it is asked for.
LABELER = ("account", "kind", "name", "until_gold", "paused_at", "screened_at")
SETTINGS = (
    *(
        "slug",
        "lease_minutes",
        "reference_answer",
        "bad_problem_quorum",
        "write_step_when",
        "screening",
        "extra_on_disagreement",
    ),
    "guide__number",
)
IN_HAND = (
    *("round", "purpose", "state", "lease_number", "leased_until", "holders"),
    *(f"campaign__{name}" for name in SETTINGS),
    *(f"leased_by__{name}" for name in LABELER),
    # A tree is read when it is asked for: planning two more joins cost every other request half a millisecond.
    *("solution__step_count", "solution__alternatives", "solution__problem__state", "tree"),
)
NO_CAMPAIGN = _("There is no campaign of this name, or you are not in it.")
NO_ITEM = _("There is no such item, or it is not yours.")
TWO_FACTOR = _("Leads need two-factor sign-in here: set it up in your settings, and sign in with it.")
LEADS_ONLY = _("Only a lead of this campaign can do this.")
READERS_ONLY = _("Only leads and reviewers of this campaign can see this.")


LARGEST_ID = BigIntegerField.MAX_BIGINT


def _labeler(account: int, campaign: int) -> QuerySet[Labeler]:
    return Labeler.objects.filter(account=account, campaign=campaign).only(*LABELER)


def _labeler_and_campaign(account: int, slug: str) -> QuerySet[Labeler]:
    found = Labeler.objects.filter(account=account, campaign__slug=slug, campaign__memberships__account=account)
    return found.select_related("campaign__guide").only(*LABELER, *(f"campaign__{name}" for name in SETTINGS))


def _item(item: int, account: int) -> QuerySet[QueueItem]:
    found = QueueItem.objects.filter(pk=item, campaign__memberships__account=account)
    return found.select_related("campaign__guide", "solution__problem", "leased_by").only(*IN_HAND)


_LABELER = Statement(_labeler)
_LABELER_AND_CAMPAIGN = Statement(_labeler_and_campaign)
_ITEM = Statement(_item)


def account(request: Request) -> User:
    """The signed-in account; the API's permissions let nobody else through."""
    return cast(User, request.user)


def membership(request: Request, slug: str) -> Membership:
    """This account's membership in the campaign. Raises NotFound."""
    found = Membership.objects.filter(account=account(request), campaign__slug=slug).select_related("campaign").first()
    if found is None:
        raise NotFound(NO_CAMPAIGN)
    return found


def reader_of(request: Request, slug: str) -> Campaign:
    """The campaign, for its leads and reviewers. Raises NotFound for others than its members, PermissionDenied."""
    found = membership(request, slug)
    if found.role not in READERS:
        raise PermissionDenied(READERS_ONLY)
    if found.role == Role.LEAD:
        check_two_factor(request)
    return found.campaign


def lead_of(request: Request, slug: str) -> Campaign:
    """The campaign, for its leads. Raises NotFound for others than its members, PermissionDenied for those."""
    found = membership(request, slug)
    check_lead(request, found.role)
    return found.campaign


def check_lead(request: Request, role: str) -> None:
    """Raise PermissionDenied unless the role is that of a lead, and the session as safe as a lead's has to be."""
    if role != Role.LEAD:
        raise PermissionDenied(LEADS_ONLY)
    check_two_factor(request)


def check_two_factor(request: Request) -> None:
    """Raise PermissionDenied where leads need a second factor and this session, or the token's owner, has none."""
    token: Any = request.auth
    if two_factor.is_lacking(request._request) if token is None else two_factor.is_lacking_for(token):
        raise PermissionDenied(TWO_FACTOR, code="two_factor_required")


def check_administrator(request: Request) -> None:
    """Raise NotFound unless the account runs the site, PermissionDenied unless its session is as safe as that needs."""
    if not account(request).is_superuser:
        raise NotFound(NOT_FOUND)
    check_two_factor(request)


def labeler_in(request: Request, slug: str) -> Labeler:
    """This account's labeler in the campaign, with the campaign, in one query. Raises NotFound."""
    who = account(request)
    return _LABELER_AND_CAMPAIGN.first(account=who.pk, slug=slug) or _new_labeler(membership(request, slug))


def _new_labeler(of: Membership) -> Labeler:
    """A membership that was not made by `people.add_member` (in the admin, say) has no labeler yet."""
    made, _ = Labeler.objects.get_or_create(
        campaign=of.campaign, account=of.account, defaults={"name": of.account.get_username()}
    )
    return made


def item_in_hand(request: Request, item_id: int) -> tuple[QueueItem, Labeler]:
    """An item that this account holds or has held, and its labeler there. Raises NotFound.

    Whether the labeler holds it now is judged by the lease number, under which every action writes.
    """
    who = account(request)
    item = _ITEM.first(item=existing(item_id), account=who.pk)
    if item is None:
        raise NotFound(NO_ITEM)
    labeler = item.leased_by  # as nearly always
    if labeler is None or labeler.account_id != who.pk:
        labeler = _LABELER.first(account=who.pk, campaign=item.campaign_id)
    if labeler is None:
        labeler = _new_labeler(Membership.objects.get(account=who, campaign=item.campaign_id))
    if not item.was_held_by(labeler):
        raise NotFound(NO_ITEM)
    labeler.campaign = item.campaign
    return item, labeler


def existing(item_id: int) -> int:
    """A number that an item can have. Raises NotFound."""
    if item_id > LARGEST_ID:
        raise NotFound(NO_ITEM)
    return item_id


def may_create_campaigns(who: User) -> bool:
    """Any lead of any campaign, and operators (who make the first lead)."""
    return accounts.leads_something(who)


def job_of_reader(request: Request, job_id: int) -> Job:
    """A job of a campaign that this account leads or reviews. Raises NotFound, PermissionDenied."""
    job, role = _job(request, job_id)
    if role == Role.LEAD:
        check_two_factor(request)
    return job


def job_of_lead(request: Request, job_id: int) -> Job:
    """A job of a campaign that this account leads. Raises NotFound, PermissionDenied."""
    job, role = _job(request, job_id)
    check_lead(request, role)
    return job


def _job(request: Request, job_id: int) -> tuple[Job, str]:
    """A job, and one's role in its campaign. A labeler is not told in whose campaign a job's number is."""
    job = Job.objects.filter(pk=job_id).select_related("campaign").first()
    members = Membership.objects.filter(account=account(request), role__in=READERS)
    mine = members.filter(campaign=job.campaign_id).first() if job else None
    if job is None or mine is None:
        raise NotFound(_("There is no such job, or it is not yours to see."))
    return job, mine.role


def refuse_body(request: Request) -> None:
    """Refuse, by name, what the body of a request names whose address says all."""
    Nothing(data=request.data or {}).is_valid(raise_exception=True)
