"""Rounds: look, plan with a live preview, open, close, open again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Max, Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from labeling import charts
from labeling.actions import candidates, rounds
from labeling.actions.errors import ActionError
from labeling.actions.round_plans import RoundPlan
from labeling.forms import PlanForm, add_refusal
from labeling.models import (
    Campaign,
    CandidateTree,
    ItemState,
    Label,
    Membership,
    Mode,
    QueueItem,
    Reference,
    Round,
    RoundState,
    SelectorVersion,
    Solution,
    SolutionScore,
)
from labeling.views import overview
from labeling.views.lead_pages import account, done, for_leads, for_readers, page, page_of, refused
from labeling.views.work import Found, Work
from labeling.wording import grouped, sentences

EXAMPLES = 10
OF_EACH_OTHER_REASON = 2


@require_safe
@for_readers
def round_list(request: HttpRequest, membership: Membership) -> HttpResponse:
    """All rounds, the newest first."""
    shown = overview.rounds_with_progress(membership.campaign, Work.of(membership.campaign))
    return page(request, "rounds.html", membership, {"rounds": shown})


# --- planning


@dataclass(frozen=True, slots=True)
class Preview:
    """What a plan would choose."""

    round: Round
    items: list[QueueItem]
    examples: list["Example"]
    by_reason: dict[str, int]
    problem_count: int
    chart: str
    wrong_count: int

    @property
    def wanted(self) -> int:
        """How many labels."""
        return len(self.items)


@dataclass(frozen=True, slots=True)
class Example:
    """One chosen solution (or candidate tree) with its problem, answer and current guess."""

    item: QueueItem
    subject: Any
    reference: str | None


@require_http_methods(["GET", "HEAD", "POST"])
@for_leads
def plan(request: HttpRequest, membership: Membership) -> HttpResponseBase:
    """Choose how, see what would be chosen, keep it. GET changes nothing, however often."""
    campaign = membership.campaign
    given = request.POST if request.method == "POST" else request.GET
    last = campaign.rounds.filter(number__gte=0).aggregate(last=Max("number"))["last"]
    number = 0 if last is None else last + 1
    form = PlanForm(PlanForm.start(campaign, seed=number) | {name: given[name] for name in given})
    if form.is_valid():
        is_looked_at = request.POST.get("previewed") == form.in_short() and "show" not in request.POST
        if request.method == "POST" and not is_looked_at:
            return _show_first(request, campaign, form)
        wanted = RoundPlan.of(campaign, **form.asked())
        try:
            if request.method == "POST":
                return _keep(request, campaign, wanted)
            preview: Preview | None = _preview(campaign, wanted)
            problem = ""
        except ActionError as error:
            preview, problem = None, error.message
            if error.fields:
                add_refusal(form, error)
    else:
        preview, problem = None, ""
    context = {
        "form": form,
        "number": number,
        "preview": preview,
        "problem": problem,
        "has_trees": campaign.mode == Mode.CANDIDATES or candidates.trees_of(campaign).exists(),
        "is_empty": preview is None and not campaign.problems.visible().exists(),
    }
    template = "_preview.html" if request.htmx else "round_plan.html"  # type: ignore[attr-defined]
    status = 400 if form.errors and not request.htmx else 200  # type: ignore[attr-defined]
    return page(request, template, membership, context, status=status)


def _show_first(request: HttpRequest, campaign: Campaign, form: PlanForm) -> HttpResponseBase:
    """What the settings choose now: a round is kept only after its choice was looked at."""
    if "show" not in request.POST:
        messages.warning(
            request, _("The settings are not the ones of the last preview. This is what they choose; nothing was kept.")
        )
    asked = urlencode({name: request.POST[name] for name in form.fields if name in request.POST})
    return redirect(f"{reverse('round-plan', args=[campaign.slug])}?{asked}")


def _keep(request: HttpRequest, campaign: Campaign, wanted: RoundPlan) -> HttpResponseBase:
    shown = request.POST.get("number", "")
    with transaction.atomic():
        Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)  # of two clicks the second sees the first
        if shown.isdecimal() and campaign.rounds.filter(number=shown).exists():
            taken = ActionError(_("Round {number} is planned already; nothing more was planned.").format(number=shown))
            return refused(request, taken, "round", campaign.slug, shown)
        made = rounds.plan(campaign=campaign, wanted=wanted, by=account(request))
    if "open" not in request.POST:
        words = _("Round {number} is planned.").format(number=made.number)
        return done(request, words, "round", campaign.slug, made.number)
    try:
        rounds.open_round(of=made, by=account(request))
    except ActionError as error:  # planned it is
        return refused(request, error, "round", campaign.slug, made.number)
    return done(request, turned_words("open", made.number), "round", campaign.slug, made.number)


def _preview(campaign: Campaign, wanted: RoundPlan) -> Preview:
    planned, items = rounds.preview(campaign, wanted)
    items.sort(key=lambda item: (item.rank, item.place))
    chosen = {item.subject_id for item in items}
    pool = _scores_of_wrong_answers(campaign, planned.selector) if planned.selector else {}
    by_reason: dict[str, int] = {}
    for item in items:
        by_reason[item.reason] = by_reason.get(item.reason, 0) + 1
    return Preview(
        round=planned,
        items=items,
        examples=_examples(planned, items),
        by_reason=by_reason,
        problem_count=_problem_count(planned, chosen),
        chart=charts.score_histogram(
            list(pool.values()),
            [item.score for item in items if item.reason == "convincing_wrong" and item.score is not None],
        )
        if pool
        else "",
        wrong_count=len(pool),
    )


def _scores_of_wrong_answers(campaign: Campaign, version: SelectorVersion) -> dict[int, float]:
    """Scores of the wrong answers that a round could take, by solution."""
    labeled = candidates.labeled_solutions(campaign)
    wrong = candidates.eligible(campaign).filter(verdict="wrong", problem__split="train")
    scored = SolutionScore.objects.filter(version=version, score__isnull=False, solution__in=wrong.values("pk"))
    return {
        pk: score
        for pk, score in scored.order_by().values_list("solution_id", "score")
        if score is not None and pk not in labeled
    }


def _subjects(of: Round) -> QuerySet[Any]:
    """What a round of this mode chooses from."""
    return CandidateTree.objects.all() if of.mode == Mode.CANDIDATES else Solution.objects.all().with_verdict()


def _problem_count(planned: Round, chosen: set[int]) -> int:
    """From how many problems these are; asked in portions, since a database takes only so many values at once."""
    numbers = list(chosen)
    problems: set[int] = set()
    for start in range(0, len(numbers), rounds.BATCH):
        part = _subjects(planned).filter(pk__in=numbers[start : start + rounds.BATCH])
        problems.update(part.order_by().values_list("problem_id", flat=True))
    return len(problems)


def _examples(planned: Round, items: Sequence[QueueItem]) -> list[Example]:
    """The first ten, with the first two of every further reason among them."""
    shown = _first_of_each(items)
    subjects = _subjects(planned).select_related("problem").in_bulk([item.subject_id for item in shown])
    problems = [subject.problem_id for subject in subjects.values()]
    references = Reference.objects.filter(problem__in=problems, is_current=True)
    answers = dict(references.values_list("problem_id", "answer"))
    return [
        Example(item, subjects[item.subject_id], answers.get(subjects[item.subject_id].problem_id)) for item in shown
    ]


def _first_of_each(items: Sequence[QueueItem]) -> list[QueueItem]:
    of_reason: dict[str, list[QueueItem]] = {}
    seen: set[int] = set()
    for item in items:
        if item.subject_id not in seen:  # with overlap a solution comes several times
            seen.add(item.subject_id)
            of_reason.setdefault(item.reason, []).append(item)
    if not of_reason:
        return []
    first, *others = of_reason.values()
    further = [item for group in others for item in group[:OF_EACH_OTHER_REASON]]
    return [*first[: max(1, EXAMPLES - len(further))], *further]


# --- one round


@require_safe
@for_readers
def round_page(request: HttpRequest, membership: Membership, number: int) -> HttpResponse:
    """One round with its items: state, score, rank, reason, labels."""
    of = get_object_or_404(membership.campaign.rounds.select_related("selector", "campaign"), number=number)
    counts = dict(of.items.wanted().order_by().values_list("state").annotate(count=Count("pk")))
    found = Found(**Label.objects.current().filter(round=of).aggregate(**Found.sums()))
    progress = overview.RoundProgress(of, counts, found)
    wanted_state = request.GET.get("state", "")
    items = _items(of, wanted_state if wanted_state in ItemState.values else "")
    context = {
        "round": of,
        "heading": _heading(progress),
        "progress": progress,
        "progress_chart": charts.progress(progress.parts()) if progress.wanted else "",
        "rows": page_of(request, items),
        "states": ItemState.values,
        "wanted_state": wanted_state,
        "is_state_known": not wanted_state or wanted_state in ItemState.values,
        "turns": _turns(progress),
    }
    return page(request, "round.html", membership, context)


def _heading(progress: overview.RoundProgress) -> str:
    sentence = {
        RoundState.PLANNED: ngettext(
            "Round {number} is planned: {part} of {all} label",
            "Round {number} is planned: {part} of {all} labels",
            progress.wanted,
        ),
        RoundState.OPEN: ngettext(
            "Round {number} is open: {part} of {all} label",
            "Round {number} is open: {part} of {all} labels",
            progress.wanted,
        ),
        RoundState.CLOSED: ngettext(
            "Round {number} is closed: {part} of {all} label",
            "Round {number} is closed: {part} of {all} labels",
            progress.wanted,
        ),
    }[RoundState(progress.round.state)]
    counts = {"part": grouped(progress.labeled), "all": grouped(progress.wanted)}
    return sentence.format(number=progress.round.number, **counts)


def _items(of: Round, state: str) -> QuerySet[QueueItem]:
    labels = Label.objects.current().select_related("labeler__account")
    items = of.items.wanted().select_related("solution__problem", "tree__problem").defer("tree__candidates")
    items = items.prefetch_related(Prefetch("labels", queryset=labels))
    return items.filter(Q(state=state) if state else Q()).order_by("rank", "place")


@dataclass(frozen=True, slots=True)
class Turn:
    """A change of a round's state, in words."""

    name: str
    button: str
    question: str
    following: str
    is_allowed: bool = True


def _turns(progress: overview.RoundProgress) -> list[Turn]:
    """What a lead can do with the round now."""
    number, left = progress.round.number, progress.wanted - progress.labeled
    after_close = _("You can open the round again.")
    if progress.round.campaign.auto_advance:
        after_close = _(
            "This campaign goes on by itself: closing starts the training of the selector on the labels so far (unless "
            "it began already), and opens the next round when the pool is scored."
        )
    missing = ngettext("{count} wanted label is missing.", "{count} wanted labels are missing.", left)
    to_come = ngettext(
        "Its {count} wanted label comes into the queue, and labelers can start.",
        "Its {count} wanted labels come into the queue, and labelers can start.",
        progress.wanted,
    )
    to_come_back = ngettext(
        "The {count} label that is still missing comes back into the queue.",
        "The {count} labels that are still missing come back into the queue.",
        left,
    )
    turns = {
        RoundState.PLANNED: Turn(
            "open",
            _("Open round {number}").format(number=number),
            _("Open round {number}?").format(number=number),
            to_come.format(count=grouped(progress.wanted)),
        ),
        RoundState.OPEN: Turn(
            "close",
            _("Close round {number}").format(number=number),
            _("Close round {number} before it is full?").format(number=number),
            sentences(
                missing.format(count=grouped(left)),
                _("What nobody has begun is no longer offered; what is in somebody’s hands can still be submitted."),
                after_close,
            ),
        ),
        RoundState.CLOSED: Turn(
            "reopen",
            _("Open round {number} again").format(number=number),
            _("Open round {number} again?").format(number=number),
            to_come_back.format(count=grouped(left)),
            is_allowed=left > 0,
        ),
    }
    turn = turns[RoundState(progress.round.state)]
    return [turn] if turn.is_allowed else []


ACTIONS = {"open": rounds.open_round, "close": rounds.close_round, "reopen": rounds.reopen_round}


def turned_words(to: str, number: int) -> str:
    """What is so after a turn."""
    words = {
        "open": _("Round {number} is open."),
        "close": _("Round {number} is closed."),
        "reopen": _("Round {number} is open again."),
    }
    return words[to].format(number=number)


@require_http_methods(["GET", "HEAD", "POST"])
@for_leads
def turn(request: HttpRequest, membership: Membership, number: int, to: str) -> HttpResponseBase:
    """Ask, then open, close or open again."""
    campaign = membership.campaign
    of = get_object_or_404(campaign.rounds.select_related("campaign"), number=number)
    if to not in ACTIONS:
        raise Http404(f"A round is not turned to {to!r}: expected open, close or reopen.")
    if request.method == "POST":
        try:
            ACTIONS[to](of=of, by=account(request))
        except ActionError as error:
            return refused(request, error, "round", campaign.slug, number)
        return done(request, turned_words(to, number), "round", campaign.slug, number)
    counts = dict(of.items.wanted().order_by().values_list("state").annotate(count=Count("pk")))
    asked = next((one for one in _turns(overview.RoundProgress(of, counts)) if one.name == to), None)
    if asked is None:
        return redirect("round", campaign.slug, number)
    context = {"heading": asked.question, "sentences": [asked.following], "button": asked.button}
    return page(request, "confirm.html", membership, {**context, "back": of.number, "back_to": "round"})
