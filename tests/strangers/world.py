"""Two campaigns with a row of every kind in each, and everybody who might ask for them."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.contrib.auth.tokens import default_token_generator
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from knox.models import AuthToken

from labeling.actions import invitations
from labeling.actions.staging import rejects
from labeling.models import Campaign, Job, Labeler, Membership
from tests import factories as make
from tests.labeling.pages import METRICS, signed_in

# Whose row an address names: the labeler's own (or the campaign's), or the same of the other campaign.
OURS, THEIRS = "campaign", "elsewhere"
# Everybody who asks; `colleague` is a second labeler, whose own none of the rows are.
ROLES = (
    *("nobody", "labeler", "colleague", "reviewer", "lead"),
    *("labeler_elsewhere", "lead_elsewhere", "admin", "deactivated", "revoked"),
)


class Person:
    """One role, asking: pages by a session, the API by a token; the revoked one sends its token everywhere."""

    def __init__(self, cookies: dict[str, str], headers: dict[str, str], *, sends_token_everywhere: bool = False):
        self.client = Client(raise_request_exception=False)  # one for all: a new one loads all middleware
        self.cookies, self.headers, self.sends_token_everywhere = cookies, headers, sends_token_everywhere

    def ask(self, method: str, address: str, *, is_api: bool, **sent: Any) -> Any:
        """The answer to one request; what an answer before it said of cookies is forgotten."""
        self.client.cookies.clear()
        if not is_api:
            self.client.cookies.load(self.cookies)
        headers = self.headers if is_api or self.sends_token_everywhere else {}
        return self.client.generic(method, address, headers=headers, **sent)


@dataclass(frozen=True, slots=True)
class World:
    """Who asks, and what fills in addresses: rows of the one campaign, and in its addresses rows of the other."""

    person: Person
    rows: dict[str, dict[str, Any]]


def world_of(role: str) -> World:
    """Both campaigns, and the way in which this role asks."""
    ours, theirs = _rows(make.make_campaign(OURS)), _rows(make.make_campaign(THEIRS), apart=5)
    shared = {"name": "minimum", "kind": "exclude", "table": "labelers", "what": "deactivate", "rounds/to": "close"}
    shared |= {"labelers/to": "pause", "campaigns": OURS, "slug": OURS} | _of_the_site()
    person = _person(role)
    return World(person, {"ours": ours | shared, "theirs": theirs | shared})


def _rows(campaign: Campaign, *, apart: int = 0) -> dict[str, Any]:
    """A row of every kind, by the word before its number in addresses; those of a person are the labeler's.

    `apart` keeps the numbers that are counted within a campaign from meeting those of the other one.
    """
    labeler = _members(campaign)
    account = labeler.account
    problem = make.make_problem(campaign)
    make.make_earlier_reference(problem)
    held, done = make.make_solution(problem), make.make_solution(problem)
    make.make_grade(done)
    version = make.make_selector(campaign, 1 + apart, metrics=METRICS)
    make.make_score(version, held, 0.9)
    spare = make.make_selector(campaign, 2 + apart, state="held_back", scored_at=make.A_MOMENT, metrics=METRICS)
    of = make.make_round(campaign, apart)
    item = make.make_item(held, of, state="leased", leased_by=labeler)
    make.make_draft(item, labeler)
    make.make_item(make.make_solution(problem), of)
    label = make.make_label(item=make.make_item(done, of, state="labeled"), labeler=labeler, ratings=[1, 1, 1])
    make.make_gold(done)
    make.make_agreement(campaign, _figures(labeler))
    make.make_multiplier(campaign)
    requeue = make.make_requeue(labeler)
    return {
        **dict.fromkeys(("labelers", "quality"), labeler.pk),
        **dict.fromkeys(("items", "drafts"), item.pk),
        **dict.fromkeys(("gold", "solutions", "adjudication"), done.pk),
        "tokens": AuthToken.objects.create(account)[0].token_key,
        "members": campaign.memberships.get(account=account).pk,
        "members/username": account.username if account else "",
        "accounts": account.pk if account else 0,
        "accounts/username": account.username if account else "",
        "code": invitations.code_of(invitation := make.make_invitation(campaign)),
        "invitations": invitation.pk,
        "rounds": of.number,
        "guide": make.make_guide(campaign, 1 + apart).number,
        "problems": problem.pk,
        "labels": label.pk,
        "disputes": make.make_dispute(label).pk,
        "trees": make.make_candidate_tree(problem).pk,
        "requeues": requeue.pk,
        "rulings": make.make_ruling(problem).pk,
        "changes": make.make_bulk_change(campaign).pk,
        "selectors": spare.number,
        "jobs": _import_with_refused_rows(campaign).pk,
    }


def _members(campaign: Campaign) -> Labeler:
    """A lead, a reviewer and two labelers, named for their roles; the first labeler, to whom the rows belong."""
    ends = "" if campaign.slug == OURS else "_elsewhere"
    for role in ("lead", "reviewer"):
        _member(campaign, f"{role}{ends}", role)
    first = _member(campaign, f"labeler{ends}", "labeler")
    _member(campaign, f"colleague{ends}", "labeler")
    return first


def _member(campaign: Campaign, name: str, role: str) -> Labeler:
    account = make.make_account(name)
    make.make_membership(campaign, account, role)
    return make.make_labeler(campaign, account)


def _figures(labeler: Labeler) -> dict[str, Any]:
    none = {"value": None, "low": None, "high": None, "count": 0}
    shares = dict.fromkeys(("exact", "within_one", "any_error", "alpha"), none)
    found = {"pairs": 0, "solutions": 0, "confusion": [[0] * 3] * 3, **shares}
    groups = {name: [] for name in ("pairs", "rounds", "subjects", "steps")}
    return {"all": found, "labelers": [(labeler.pk, found)], **groups}


def _import_with_refused_rows(campaign: Campaign) -> Job:
    name = f"{campaign.slug}.jsonl"
    beside = rejects.beside(Path(settings.MEDIA_ROOT, name))
    beside.parent.mkdir(parents=True, exist_ok=True)
    beside.write_text("{}\n")
    return make.make_job(campaign, state="failed", params={"files": [name]})


def _of_the_site() -> dict[str, Any]:
    """What belongs to no campaign: a link of a lost password, and rows that the admin shows."""
    somebody = make.make_account("newcomer")
    tried = {"username": "somebody", "ip_address": "192.0.2.1", "user_agent": "", "http_accept": "", "path_info": ""}
    return {
        "uidb64": urlsafe_base64_encode(force_bytes(somebody.pk)),
        "token": default_token_generator.make_token(somebody),
        "object_id": Campaign.objects.get(slug=OURS).pk,
        "r/content_type_id": ContentType.objects.get_for_model(Campaign).pk,
        "group/object_id": Group.objects.create(name="group").pk,
        "user": somebody.pk,
        "user/object_id": somebody.pk,
        "accessattempt/object_id": AccessAttempt.objects.create(**tried, failures_since_start=1).pk,
        "accessfailurelog/object_id": AccessFailureLog.objects.create(**tried).pk,
        "membership/object_id": Membership.objects.all()[0].pk,
        "job/object_id": Job.objects.all()[0].pk,
        "event/object_id": make.make_event(Campaign.objects.get(slug=OURS)).pk,
        # Of later: on a busy machine asking everything takes longer than a sign is new.
        "workersign/object_id": make.make_worker_sign(seen_at=timezone.now() + timedelta(hours=1)).pk,
    }


def _person(role: str) -> Person:
    """This role with a living session and a living token, and then what became of them."""
    if role == "nobody":
        return Person({}, {})
    account = _account(role)
    cookies = {name: cookie.value for name, cookie in signed_in(account).cookies.items()}
    kept, token = AuthToken.objects.create(account)
    headers = {"Authorization": f"Token {token}"}
    if role == "revoked":
        kept.delete()
        return Person({}, headers, sends_token_everywhere=True)
    # Not through the action, which ends sessions and tokens: those that are there must be worth nothing.
    User.objects.filter(pk=account.pk).update(is_active=role != "deactivated")
    return Person(cookies, headers)


def _account(role: str) -> User:
    """The one with this name; who is deactivated, or whose token is revoked, was a lead of the campaign."""
    if role == "admin":
        return make.make_account("admin", is_staff=True, is_superuser=True)
    if role in ("deactivated", "revoked"):
        return make.make_membership(Campaign.objects.get(slug=OURS), make.make_account(role), "lead").account
    return User.objects.get(username=role)
