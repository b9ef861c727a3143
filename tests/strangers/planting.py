"""Texts of our choice put into every field that holds what a person, a file or a request once wrote."""

from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog
from django.apps import apps
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import CharField, Model, TextField

from labeling.models import (
    BulkChange,
    CandidateTree,
    Draft,
    Event,
    Job,
    Label,
    Problem,
    Round,
    SelectorVersion,
    Solution,
)
from labeling.models.fields import JSONText
from tests import factories as make

# Words of ours, addresses and what a program reads: nobody's text.
CODES = {
    "Campaign": {"slug", "strategy", "mixture", "sources", "exclude"},
    "EventSeal": {"hash"},
    "Event": {"verb", "subject"},
    "Gold": {"accepted"},
    "Grade": {"grader_version"},
    "Job": {"stage"},
    "Label": {"ratings", "submission_hash"},
    "PracticeResult": {"exercise", "ratings"},
    "Preferences": {"language", "time_zone"},
    "QueueItem": {"holders", "reason"},
    "Round": {"strategy"},
    "RoundPool": {"digest"},
    "SelectorVersion": {"kind", "folder", "snapshot_hash"},
    "User": {"password"},
}
Next = Callable[[], str]


def text_fields() -> Iterator[tuple[type[Model], Any]]:
    """Every column of texts; those with choices are words of ours."""
    models = [*apps.get_app_config("labeling").get_models(), User, AccessAttempt, AccessFailureLog]
    for model in models:
        for field in model._meta.concrete_fields:
            is_text = isinstance(field, (CharField, TextField)) and not isinstance(field, JSONText)
            if is_text and not field.choices and field.name not in CODES.get(model.__name__, ()):
                yield model, field


def plant(texts: Sequence[str]) -> None:
    """One text after the other, each row and field the next: with a single one, all have that."""
    following = cycle(texts).__next__
    for model, field in text_fields():
        rows = model._default_manager.values_list("pk", flat=True)
        planted = [_put(model, field, row, following()) for row in rows]
        assert any(planted), f"no {model.__name__} has a {field.name} that a text could stand in"
    _in_json(following)
    _in_events(following)


def _put(model: type[Model], field: Any, row: Any, text: str) -> bool:
    """Whether the row may have a text there, as it is."""
    try:
        with transaction.atomic():
            model._default_manager.filter(pk=row).update(**{field.attname: text[: field.max_length]})
    except IntegrityError:
        return False
    return True


def _in_json(following: Next) -> None:
    def metadata() -> dict[str, Any]:
        return {following(): following(), "more": [following(), {following(): 1}]}

    for problem in Problem.objects.all():
        _set(problem, metadata=metadata())
    for solution in Solution.objects.all():
        steps = [following() for _ in range(solution.step_count)]
        _set(solution, steps=steps, alternatives={"0": [following(), following()]}, metadata=metadata())
    for tree in CandidateTree.objects.all():
        candidates = [{"text": following(), "next": [{"text": following()}]}, {"text": following(), following(): 1}]
        _set(tree, candidates=candidates, metadata=metadata())
    for draft in Draft.objects.all():
        _set(draft, content=draft.content | {"reason": following(), following(): following()})
    for job in Job.objects.all():
        refused = {"file": following(), "line": 1, "field": following(), "expected": following()}
        result = (job.result or {}) | {"refused": [refused, refused], "refused_count": 2, "why": following()}
        _set(job, params=job.params | {"labeler": following()}, result=result)
    for label in Label.objects.exclude(steps=None):
        _set(label, steps=[{"completions": [{"text": following(), "rating": 1}], "chosen_completion": 0}])
    for of in Round.objects.all():
        _set(of, notes=[following()], kept_out={following(): 3}, shortfall={following(): 2})
    for change in BulkChange.objects.all():
        _set(change, sought={"q": following(), following(): following()})
    for version in SelectorVersion.objects.all():
        _set(version, manifest=version.manifest | {following(): following()})


def _set(row: Model, **fields: Any) -> None:
    type(row)._default_manager.filter(pk=row.pk).update(**fields)


def _in_events(following: Next) -> None:
    """Further ones: those that are there stay as they are."""
    for event in {event.campaign_id: event for event in Event.objects.exclude(campaign=None)}.values():
        before, after = {"name": following(), following(): following()}, {"name": following()}
        make.make_event(event.campaign, "campaign.changed", subject=following()[:120], before=before, after=after)
