"""How far labelers agree: over the whole campaign, and each group that a lead may want to look at."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from labeling import agreement
from labeling.agreement import Agreement, Figure, Pair, Rated
from labeling.models import Campaign, Label, Labeler, LabelerKind, Membership
from labeling.templatetags.lead import name_of
from labeling.views.lead_pages import for_readers, page


@dataclass(frozen=True, slots=True)
class Group:
    """One row of a table: what the group is called, and its figures."""

    name: str
    found: Agreement


@require_safe
@for_readers
def agreement_page(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The figures of all solutions that two or more people labeled."""
    labels = _twice_labeled(membership.campaign)
    pairs = agreement.pairs_of(
        Rated(label.solution_id or 0, label.labeler_id, tuple(label.rating_values)) for label in labels
    )
    context: dict[str, Any] = {"found": agreement.measure(pairs), "confusion": None}
    if pairs:
        context |= {
            "confusion": _confusion(context["found"]),
            "groups": _groups(pairs, labels),
            "positions": _positions(pairs),
        }
    return page(request, "agreement.html", membership, context)


def _twice_labeled(campaign: Campaign) -> list[Label]:
    """Current labels with a verdict, of solutions that somebody else labeled too."""
    labels: QuerySet[Label] = Label.objects.current().with_verdict_on_steps().filter(problem__campaign=campaign)
    labels = labels.exclude(labeler__kind=LabelerKind.ADJUDICATOR)  # a decision about people is none of them
    others = labels.filter(solution=OuterRef("solution")).exclude(labeler=OuterRef("labeler"))
    read = ("solution", "labeler__name", "labeler__uuid", "labeler__account__username", "labeler__kind")
    wanted = labels.filter(Exists(others)).select_related("labeler__account", "round", "problem")
    return list(wanted.only(*read, "labeler__account", "round__number", "problem__subject", "ratings", "problem"))


def _groups(pairs: list[Pair], labels: list[Label]) -> list[tuple[str, str, list[Group]]]:
    """The tables: heading, what a row is, rows."""
    people = {label.labeler_id: label.labeler for label in labels}
    rounds = {label.solution_id: label.round.number for label in labels if label.round}
    subjects = {label.solution_id: label.problem.subject for label in labels if label.problem.subject}
    return [
        (
            _("Each labeler against all others"),
            _("Labeler"),
            [Group(_name(people[pk]), found) for pk, found in _by(pairs, lambda pair: pair.labelers)],
        ),
        (
            _("Each two labelers"),
            _("Labelers"),
            [
                Group(_("{one} and {other}").format(one=_name(people[one]), other=_name(people[other])), found)
                for (one, other), found in _by(pairs, lambda pair: [pair.labelers])
            ],
        ),
        (
            _("By round"),
            _("Round"),
            [Group(str(number), found) for number, found in _by(pairs, lambda pair: _known(rounds, pair))],
        ),
        (
            _("By subject"),
            _("Subject"),
            [Group(subject, found) for subject, found in _by(pairs, lambda pair: _known(subjects, pair))],
        ),
    ]


def _by(pairs: list[Pair], keys: Any) -> list[tuple[Any, Agreement]]:
    return sorted(agreement.measure_by(pairs, keys).items(), key=lambda group: str(group[0]))


def _known(values: dict[int | None, Any], pair: Pair) -> Iterable[Any]:
    return [values[pair.solution]] if pair.solution in values else []


def _name(labeler: Labeler) -> str:
    return str(name_of(labeler))


def _positions(pairs: list[Pair]) -> list[tuple[int, Figure]]:
    return [(position + 1, figure) for position, figure in agreement.measure_by_position(pairs).items()]


def _confusion(found: Agreement) -> list[tuple[str, list[tuple[int, bool]]]]:
    """Rows with their rating's word; each cell with whether it is agreement."""
    words = [_("negative"), _("neutral"), _("positive")]
    return [
        (word, [(count, row == column) for column, count in enumerate(counts)])
        for row, (word, counts) in enumerate(zip(words, found.confusion, strict=True))
    ]
