"""One plain function per model: a valid row with as little said as possible; a test names only what it is about."""

import itertools
import uuid
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.utils import timezone

from labeling.models import (
    CHECKS,
    SIGNS,
    AgreementReport,
    BulkChange,
    Campaign,
    CandidateTree,
    Dispute,
    Draft,
    Event,
    EventSeal,
    Gold,
    Grade,
    GuideReading,
    GuideVersion,
    Invitation,
    Job,
    Label,
    Labeler,
    Membership,
    PracticeResult,
    Preferences,
    Problem,
    QueueItem,
    Reference,
    Requeue,
    Round,
    RoundPool,
    Ruling,
    ScreeningAttempt,
    SelectorVersion,
    Skip,
    Solution,
    SolutionScore,
    WorkerSign,
)

PASSWORD = "correct-horse-battery"
A_MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
_numbers = itertools.count(1)


def make_account(username: str | None = None, **fields: Any) -> User:
    """An account that can sign in with `PASSWORD`."""
    name = username or f"person{next(_numbers)}"
    return get_user_model().objects.create(username=name, password=_password_hash(), **fields)


@cache
def _password_hash() -> str:
    """Made once: hashing is slow on purpose."""
    return make_password(PASSWORD)


def make_campaign(slug: str | None = None, **fields: Any) -> Campaign:
    slug = slug or f"campaign-{next(_numbers)}"
    return Campaign.objects.create(**{"slug": slug, "name": slug.title()} | fields)


def make_guide(campaign: Campaign, number: int | None = None, **fields: Any) -> GuideVersion:
    """The next version of the campaign's guide, in force from now on."""
    number = number or campaign.guide_versions.count() + 1
    defaults = {"text": f"Text {number}.", "note": "" if number == 1 else f"Change {number}."}
    campaign.guide = GuideVersion.objects.create(**{"campaign": campaign, "number": number} | defaults | fields)
    campaign.save(update_fields=["guide"])
    return campaign.guide


def make_guide_reading(version: GuideVersion, account: User | None = None) -> GuideReading:
    return GuideReading.objects.create(version=version, account=account or make_account())


def make_practice_result(account: User | None = None, **fields: Any) -> PracticeResult:
    defaults = {"account": account or make_account(), "exercise": "minimum", "ratings": "++++-"}
    return PracticeResult.objects.create(**defaults | fields)


def make_membership(campaign: Campaign, account: User | None = None, role: str = "labeler") -> Membership:
    return Membership.objects.create(campaign=campaign, account=account or make_account(), role=role)


def make_invitation(campaign: Campaign, **fields: Any) -> Invitation:
    """One that waits, for a labeler."""
    defaults = {"role": "labeler", "expires_at": timezone.now() + timedelta(days=1)}
    return Invitation.objects.create(**{"campaign": campaign} | defaults | fields)


def make_labeler(campaign: Campaign, account: User | None = None, **fields: Any) -> Labeler:
    """A person with an account (a fresh one unless given); `kind="external"` or "simulated" has none unless given."""
    if account is None and fields.get("kind", "person") == "person":
        account = make_account()
    name = account.username if account else f"labeler{next(_numbers)}"
    return Labeler.objects.create(**{"campaign": campaign, "account": account, "name": name} | fields)


def make_preferences(account: User | None = None, **fields: Any) -> Preferences:
    return Preferences.objects.create(account=account or make_account(), **fields)


def make_job(campaign: Campaign, kind: str = "import", state: str = "done", **fields: Any) -> Job:
    """A job in any state, with what that state demands."""
    if state == "running":
        fields = {"leased_until": timezone.now() + timedelta(minutes=1), "fence": 1} | fields
    if state == "failed":
        fields = {"error": "It did not work."} | fields
    if state in ("done", "failed", "cancelled"):
        fields = {"finished_at": A_MOMENT} | fields
    return Job.objects.create(**{"campaign": campaign, "kind": kind, "state": state} | fields)


def _import_job(campaign: Campaign) -> Job:
    """The finished import that a campaign's made-up rows came in with."""
    job = campaign.jobs.filter(kind="import", state="done").first()
    return job or make_job(campaign)


def make_problem(campaign: Campaign | None = None, reference: str | None = "4", **fields: Any) -> Problem:
    """A visible train problem with a current reference answer (`reference=None`: unknown)."""
    campaign = campaign or make_campaign()
    defaults = {
        "campaign": campaign,
        "identity": uuid.uuid4(),
        "content_hash": uuid.uuid4(),
        "text": f"What is $2 + 2$? ({next(_numbers)})",
        "reference_answer": reference,
        "split": "train",
    }
    if "import_job" not in fields:
        defaults["import_job"] = _import_job(campaign)
    return Problem.objects.create(**defaults | fields)


def make_earlier_reference(problem: Problem, answer: str | None = "3", **fields: Any) -> Reference:
    return Reference.objects.create(**{"problem": problem, "answer": answer} | fields)


def make_solution(problem: Problem | None = None, steps: list[str] | None = None, **fields: Any) -> Solution:
    """A solution of three steps with a wrong final answer, unless said otherwise."""
    problem = problem or make_problem()
    steps = (
        ["Two and two are added.", f"$2 + 2 = 5$ ({next(_numbers)})", "The answer is 5."] if steps is None else steps
    )
    defaults = {
        "problem": problem,
        "import_job": problem.import_job,
        "identity": uuid.uuid4(),
        "content_hash": uuid.uuid4(),
        "external_id": f"solution/{next(_numbers)}",
        "steps": steps,
        "step_count": len(steps),
        "answer": "5",
        "answer_is_correct": False,
    }
    return Solution.objects.create(**defaults | fields)


def make_grade(solution: Solution, verdict: str = "wrong", **fields: Any) -> Grade:
    defaults = {"reference_answer": solution.problem.reference_answer, "grader_version": "test"}
    return Grade.objects.create(**defaults | {"solution": solution, "verdict": verdict} | fields)


def make_candidate_tree(problem: Problem, candidates: list[dict[str, Any]] | None = None) -> CandidateTree:
    return CandidateTree.objects.create(
        problem=problem,
        import_job=problem.import_job,
        identity=uuid.uuid4(),
        candidates=candidates or [{"text": "Add them.", "next": [{"text": "It is 4."}]}, {"text": "Subtract them."}],
    )


def make_round(campaign: Campaign, number: int = 0, state: str = "open", **fields: Any) -> Round:
    """A round in any state, with the times that state demands; it has no items of its own."""
    defaults: dict[str, Any] = {
        "size": 10,
        "strategy": campaign.strategy,
        "wrong_share": campaign.wrong_share,
        "evaluation_share": campaign.evaluation_share,
        "scope": campaign.scope,
        "opened_at": None if state == "planned" else A_MOMENT,
        "closed_at": A_MOMENT if state == "closed" else None,
    }
    return Round.objects.create(**defaults | {"campaign": campaign, "number": number, "state": state} | fields)


def make_round_pool(of: Round, **fields: Any) -> RoundPool:
    defaults = {"size": 1, "candidates": b"", "digest": "0" * 64}
    return RoundPool.objects.create(**defaults | {"round": of} | fields)


def make_item(
    solution: Solution | None = None,
    round: Round | None = None,
    state: str = "waiting",
    tree: CandidateTree | None = None,
    **fields: Any,
) -> QueueItem:
    """A queue item of the solution or tree given (neither: of a fresh solution), in the round if one is given.

    A leased one is held for half an hour by a fresh labeler.
    """
    subject = tree or solution or make_solution(make_problem(round.campaign if round else None))
    campaign = subject.problem.campaign
    if fields.get("purpose") in CHECKS:
        fields.setdefault("reserved_for", fields.get("leased_by") or make_labeler(campaign))
    if state == "leased":
        held_by = fields.pop("leased_by", None) or make_labeler(campaign)
        now = timezone.now()
        lease = {"leased_at": now, "leased_until": now + timedelta(minutes=30), "lease_slot": 0, "lease_number": 1}
        fields = {"leased_by": held_by} | lease | fields
    of = {"tree": tree} if tree else {"solution": subject}
    defaults = {"campaign": campaign, "round": round, "place": next(_numbers), "state": state} | of
    return QueueItem.objects.create(**defaults | fields)


def make_gold(solution: Solution | None = None, **fields: Any) -> Gold:
    """Gold whose error is in the second step."""
    return Gold.objects.create(**{"solution": solution or make_solution(), "accepted": "61", "source": "hand"} | fields)


def make_attempt(labeler: Labeler, **fields: Any) -> ScreeningAttempt:
    """An attempt at screening that is under way."""
    defaults = {"number": 1, "size": 30, "started_at": A_MOMENT, "bar": 0.75, "most_false_alarms": 0.25}
    return ScreeningAttempt.objects.create(**{"labeler": labeler} | defaults | fields)


def make_ruling(problem: Problem, **fields: Any) -> Ruling:
    """A decision about a problem's state."""
    return Ruling.objects.create(**{"campaign": problem.campaign, "problem": problem, "about": "problem"} | fields)


def make_requeue(labeler: Labeler, **fields: Any) -> Requeue:
    return Requeue.objects.create(**{"campaign": labeler.campaign, "labeler": labeler, "since": A_MOMENT} | fields)


def make_bulk_change(campaign: Campaign, kind: str = "exclude", **fields: Any) -> BulkChange:
    return BulkChange.objects.create(**{"campaign": campaign, "kind": kind, "count": 1} | fields)


def make_draft(item: QueueItem, labeler: Labeler, content: dict[str, Any] | None = None) -> Draft:
    return Draft.objects.create(
        item=item, labeler=labeler, content=content or {"ratings": [1]}, saved_at=timezone.now()
    )


def make_skip(item: QueueItem, labeler: Labeler) -> Skip:
    return Skip.objects.create(item=item, labeler=labeler, skipped_at=timezone.now())


def make_label(
    solution: Solution | None = None,
    labeler: Labeler | None = None,
    ratings: list[int] | None = None,
    item: QueueItem | None = None,
    **fields: Any,
) -> Label:
    """A label made here; the finish reason follows from the ratings (default: an error in the second step)."""
    solution = solution or (item.solution if item else make_solution())
    labeler = labeler or make_labeler(solution.problem.campaign)
    ratings = [1, -1] if ratings is None else ratings
    defaults = {
        "problem": solution.problem,
        "solution": solution,
        "labeler": labeler,
        "item": item,
        "round": item.round if item else None,
        "ratings": "".join(SIGNS[rating] for rating in ratings),
        "finish_reason": "found_error" if -1 in ratings else "solution",
        "total_time_ms": 12_345,
        "submitted_at": A_MOMENT,
    }
    if fields.get("origin", "here") in ("here", "simulated"):
        defaults["submission_id"] = uuid.uuid4()
    else:
        defaults |= {"import_key": uuid.uuid4(), "import_job": solution.import_job}
    return Label.objects.create(**defaults | fields)


def make_tree_label(
    tree: CandidateTree | None = None,
    labeler: Labeler | None = None,
    steps: list[dict[str, Any]] | None = None,
    item: QueueItem | None = None,
    **fields: Any,
) -> Label:
    """A label in candidates mode, made here: the first candidate of the tree was good, and the solution complete."""
    tree = tree or (item.tree if item else None) or make_candidate_tree(make_problem())
    steps = [make_tree_step(tree.candidates, chosen=0)] if steps is None else steps
    defaults = {
        "problem": tree.problem,
        "tree": tree,
        "labeler": labeler or make_labeler(tree.problem.campaign),
        "item": item,
        "round": item.round if item else None,
        "mode": "candidates",
        "steps": steps,
        "finish_reason": "solution",
        "total_time_ms": 12_345,
        "submission_id": uuid.uuid4(),
        "submitted_at": A_MOMENT,
    }
    return Label.objects.create(**defaults | fields)


def make_tree_step(candidates: list[dict[str, Any]], chosen: int | None) -> dict[str, Any]:
    """One PRM800K step in which the chosen candidate is good and the others are not."""
    completions = [
        {"text": candidate["text"], "rating": 1 if index == chosen else -1, "flagged": False}
        for index, candidate in enumerate(candidates)
    ]
    return {"completions": completions, "human_completion": None, "chosen_completion": chosen}


def make_dispute(label: Label | None = None, **fields: Any) -> Dispute:
    label = label or make_label(ratings=[1, 1, 1])
    return Dispute.objects.create(**{"problem": label.problem, "label": label} | fields)


def make_agreement(campaign: Campaign, figures: dict[str, Any], **fields: Any) -> AgreementReport:
    """These figures, as a job left them."""
    if "job" not in fields:
        fields["job"] = make_job(campaign, kind="agreement")
    defaults = {"labels": 2, "last_label": 2, "computed_at": A_MOMENT}
    return AgreementReport.objects.create(**defaults | {"campaign": campaign, "figures": figures} | fields)


def make_multiplier(campaign: Campaign, value: float | None = 1.5, **fields: Any) -> Job:
    """A job that measured what a chosen label is worth: so much by step AUC, nothing known by the others."""
    known = {"multiplier": value, "low": value and value / 2, "high": value and value * 2, "why": ""}
    unknown = {"multiplier": None, "low": None, "high": None, "why": "It takes 10 test problems.", "curves": {}}
    counts = {"trainings": 18, "seeds": 3, "trained_on": 40, "uniform": 50, "chosen": 40}
    curves = {
        way: [{"labels": labels, "value": labels / 100, "low": 0.1, "high": 0.9} for labels in (10, 20, 40)]
        for way in ("uniform", "chosen")
    }
    measures = {"first_error_f1": unknown, "step_auc": known | {"curves": curves}, "best_of_n": unknown | {"n": 4}}
    found = counts | {"evaluation_labels": 30, "problems": 20, "measures": measures}
    result = {"why": "By step AUC a chosen label is worth 1.50 uniform ones (0.75 to 3.00).", "multiplier": found}
    return make_job(campaign, kind="multiplier", **{"result": result} | fields)


def make_selector(campaign: Campaign, number: int = 1, state: str = "published", **fields: Any) -> SelectorVersion:
    if "job" not in fields:
        fields["job"] = make_job(campaign, kind="retrain")
    defaults: dict[str, Any] = {"base_model": "tiny", "folder": f"{campaign.slug}/{number}"}
    if state == "published":
        defaults |= {"published_at": A_MOMENT, "scored_at": A_MOMENT}
    return SelectorVersion.objects.create(
        **defaults | {"campaign": campaign, "number": number, "state": state} | fields
    )


def make_score(version: SelectorVersion, solution: Solution, score: float | None = 0.5, **fields: Any) -> SolutionScore:
    steps = [] if score is None else [score ** (1 / solution.step_count)] * solution.step_count
    return SolutionScore.objects.create(
        **{"version": version, "solution": solution, "score": score, "step_scores": steps} | fields
    )


def make_event(campaign: Campaign, verb: str = "campaign.created", **fields: Any) -> Event:
    return Event.objects.create(**{"campaign": campaign, "verb": verb, "subject": campaign.slug} | fields)


def make_event_seal(event: Event, position: int = 1) -> EventSeal:
    """A link at this place of its campaign's chain, whatever comes before it."""
    chain = event.campaign_id or 0
    hash = EventSeal.hash_of(event, chain=chain, position=position, last="")
    return EventSeal.objects.create(event=event, chain=chain, position=position, hash=hash)


def make_worker_sign(name: str = "worker@here", **fields: Any) -> WorkerSign:
    return WorkerSign.objects.create(**{"name": name, "seen_at": timezone.now()} | fields)
