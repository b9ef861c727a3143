"""Campaigns: make, change, delete."""

import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from knox.models import AuthToken

from labeling.actions import events, guides, people
from labeling.actions.errors import ActionError, Conflict
from labeling.actions.round_plans import RoundPlan
from labeling.models import (
    AgreementReport,
    BulkChange,
    Campaign,
    CandidateTree,
    Dispute,
    Draft,
    Gold,
    Grade,
    GuideReading,
    GuideVersion,
    Invitation,
    Job,
    Label,
    Labeler,
    Membership,
    Mode,
    Problem,
    QueueItem,
    Reference,
    Requeue,
    Role,
    Round,
    RoundPool,
    Ruling,
    ScreeningAttempt,
    SelectorVersion,
    Skip,
    Solution,
    SolutionScore,
    TokenTerms,
)

SETTINGS = (
    "overlap",
    "overlap_share",
    "extra_on_disagreement",
    "lease_minutes",
    "reference_answer",
    "auto_advance",
    "train_after",
    "base_model",
    "strategy",
    "wrong_share",
    "evaluation_share",
    "scope",
    "cold_start",
    "problem_cap",
    "leave_out_uncertain",
    "undecided_by",
    "committee",
    "comparison_orm",
    "mixture",
    "exclude",
    "round_size",
    "bad_problem_quorum",
    "mode",
    "write_step_when",
    "show_ranking",
    "screening",
    "screening_size",
    "screening_bar",
    "screening_false_alarms",
    "screening_attempts",
    "gold_per_round",
    "gold_bar",
    "hourly_rate",
    "currency",
    "sources",
)


def create(*, slug: str, name: str, by: User, wanted: Mapping[str, Any] | None = None) -> Campaign:
    """A new campaign with `by` as its first lead. `wanted` are settings other than the defaults."""
    made = Campaign(slug=slug, name=name, created_by=by)
    _apply(made, wanted or {})
    with transaction.atomic():
        try:
            with transaction.atomic():
                made.save()
        except IntegrityError as error:
            raise _slug_taken(slug) from error
        guides.begin(campaign=made, by=by)
        people.add_member(campaign=made, account=by, role=Role.LEAD, by=by)
        events.record(campaign=made, actor=by, verb="campaign.created", subject=slug, after=settings_of(made))
    return made


def change(*, campaign: Campaign, by: User, name: str | None = None, wanted: Mapping[str, Any] | None = None) -> None:
    """Change the name or some settings; what is not named stays. Work in hand goes on under the old ones."""
    with transaction.atomic():
        current = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
        before = {"name": current.name} | settings_of(current)
        current.name = current.name if name is None else name
        _apply(current, wanted or {})
        current.save()
        after = {"name": current.name} | settings_of(current)
        changed = [key for key in after if after[key] != before[key]]
        if changed:
            events.record(
                campaign=current,
                actor=by,
                verb="campaign.changed",
                subject=current.slug,
                before={key: before[key] for key in changed},
                after={key: after[key] for key in changed},
            )
    campaign.refresh_from_db()


def settings_of(campaign: Campaign) -> dict[str, Any]:
    """The settings under their contract names."""
    return {name: getattr(campaign, name) for name in SETTINGS}


def _slug_taken(slug: str) -> ActionError:
    return Conflict(
        _("There is a campaign “{slug}” already.").format(slug=slug), {"slug": _("a name that no other campaign has")}
    )


def _apply(campaign: Campaign, wanted: Mapping[str, Any]) -> None:
    """Set and judge them together: some settings allow each other or not. Raises ActionError naming the setting."""
    for name, value in wanted.items():
        setattr(campaign, name, value)
    try:
        # Of candidate trees most of it would not be looked at; the cold start is no strategy of these settings.
        RoundPlan.of(campaign, mode=Mode.SOLUTION, strategy=campaign.strategy)
    except ActionError as error:
        raise ActionError(error.message, {_named(field): rule for field, rule in error.fields.items()}) from error
    if "://" in campaign.base_model:
        raise ActionError(
            _("base_model is no address."), {"settings.base_model": _("tiny, or a model's name or folder")}
        )
    if not _may_name_a_model(campaign.base_model):
        raise ActionError(
            _("base_model names no model: “..”, “-” or “~” before it, and control characters are refused."),
            {"settings.base_model": _("tiny, or a model's name or folder")},
        )
    try:
        campaign.full_clean(exclude=["created_by", "guide"], validate_unique=False)
    except ValidationError as error:
        fields = {_named(field): " ".join(rules) for field, rules in error.message_dict.items()}
        raise ActionError(" ".join(f"{field}: {rule}" for field, rule in fields.items()), fields) from error


def _may_name_a_model(base: str) -> bool:
    """As far as its text tells: the worker that will read it may be another machine. An empty one is told elsewhere."""
    return base.isprintable() and ".." not in base.split("/") and not base.startswith(("-", "~"))


def _named(field: str) -> str:
    return f"settings.{field}" if field in SETTINGS else field


def delete(*, campaign: Campaign, by: User) -> None:
    """Delete a campaign with everything in it, labels included: for good. Its files go once that is committed.

    What stays are its events: who did what outlives what it was done to.
    """
    with transaction.atomic():
        Campaign.objects.select_for_update().get(pk=campaign.pk)
        _delete_rows(campaign)
        events.record(campaign=None, actor=by, verb="campaign.deleted", subject=campaign.slug)
        for folder in _folders(campaign):
            transaction.on_commit(partial(shutil.rmtree, folder, ignore_errors=True))


def _delete_rows(campaign: Campaign) -> None:
    """Children first, a statement a table: the ORM's collector would read a million labels into memory."""
    labels = Label.objects.filter(problem__campaign=campaign)
    labels.update(revises=None, requeue=None)
    Campaign.objects.filter(pk=campaign.pk).update(guide=None)
    solutions = Solution.objects.filter(problem__campaign=campaign)
    solutions.update(duplicate_of=None)
    tables: list[QuerySet[Any]] = [
        Dispute.objects.filter(problem__campaign=campaign),
        Ruling.objects.filter(campaign=campaign),
        Gold.objects.filter(solution__problem__campaign=campaign),
        labels,
        BulkChange.objects.filter(campaign=campaign),
        Requeue.objects.filter(campaign=campaign),
        ScreeningAttempt.objects.filter(labeler__campaign=campaign),
        Draft.objects.filter(item__campaign=campaign),
        Skip.objects.filter(item__campaign=campaign),
        QueueItem.objects.filter(campaign=campaign),
        RoundPool.objects.filter(round__campaign=campaign),
        Round.objects.filter(campaign=campaign),
        SolutionScore.objects.filter(version__campaign=campaign),
        SelectorVersion.objects.filter(campaign=campaign),
        Grade.objects.filter(solution__problem__campaign=campaign),
        solutions,
        CandidateTree.objects.filter(problem__campaign=campaign),
        Reference.objects.filter(problem__campaign=campaign),
        Problem.objects.filter(campaign=campaign),
        Labeler.objects.filter(campaign=campaign),
        Membership.objects.filter(campaign=campaign),
        Invitation.objects.filter(campaign=campaign),
        AuthToken.objects.filter(terms__campaign=campaign),  # which without their terms would reach every campaign
        TokenTerms.objects.filter(campaign=campaign),
        AgreementReport.objects.filter(campaign=campaign),
        Job.objects.filter(campaign=campaign),
        GuideReading.objects.filter(version__campaign=campaign),
        GuideVersion.objects.filter(campaign=campaign),
        Campaign.objects.filter(pk=campaign.pk),
    ]
    for rows in tables:
        rows._raw_delete(rows.db)


def _folders(campaign: Campaign) -> list[Path]:
    """Where uploads and models of this campaign lie."""
    name = f"campaign-{campaign.pk}"
    return [Path(settings.MEDIA_ROOT, name), Path(settings.MODELS_DIR, name)]
