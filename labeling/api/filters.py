"""Filters of lists: closed lists, so that a mistyped filter is refused instead of giving everything."""

from collections.abc import Collection, Mapping
from typing import Any

import django_filters
from django import forms
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from labeling.actions import screening
from labeling.actions.accounts import called
from labeling.actions.drafts import DRAFT_STATES
from labeling.models import (
    Dispute,
    DisputeState,
    Draft,
    Event,
    FinishReason,
    Job,
    JobKind,
    JobState,
    Label,
    Origin,
    Problem,
    ProblemState,
    Ruling,
    RulingAbout,
    Solution,
    Split,
    VerdictChoice,
)

PAGING = {"page", "page_size"}
MOST_ROUNDS = 2**31 - 1  # what a row can hold
YES_NO = [("true", "true"), ("false", "false")]


def refuse_unknown(request: Request, known: Collection[str] = ()) -> None:
    """Raise ValidationError naming each parameter that is no filter; without `known`, there are none to choose from."""
    unknown = sorted(set(request.query_params) - set(known))
    if unknown:
        said = _("Not a known filter; known are {known}.") if known else _("Not a known filter; there are none here.")
        raise ValidationError(dict.fromkeys(unknown, said.format(known=", ".join(sorted(known)))))


def refuse_empty(request: Request) -> None:
    """Raise ValidationError naming each filter without a value: it would give everything."""
    empty = sorted(name for name, value in request.query_params.items() if not value)
    if empty:
        raise ValidationError(dict.fromkeys(empty, _("Expected a value. To have all rows, leave the filter out.")))


class ClosedFilters(DjangoFilterBackend):
    """Refuses parameters that are no filter of the list, and filters without a value."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: Any) -> QuerySet:
        """The rows that the filters leave."""
        refuse_unknown(request, set(getattr(view, "filterset_class", FilterSet).get_filters()) | PAGING)
        refuse_empty(request)
        return super().filter_queryset(request, queryset, view)


def found_by(filters: type[FilterSet], said: Mapping[str, str], rows: QuerySet[Any], *, field: str) -> QuerySet[Any]:
    """The rows that a body's `field` asks for, as a list's query would. Raises ValidationError; nothing asked is no
    answer: it would be all rows.
    """
    known = set(filters.get_filters())
    if unknown := sorted(set(said) - known):
        told = _("Not a known filter; known are {known}.").format(known=", ".join(sorted(known)))
        raise ValidationError({field: dict.fromkeys(unknown, told)})
    asked = filters(said, queryset=rows)
    if not asked.is_valid():
        raise ValidationError({field: asked.errors})
    if not any(value not in (None, "") for value in asked.form.cleaned_data.values()):
        raise ValidationError({field: _("At least one filter with a value.")})
    return asked.qs


class NoFilters(FilterSet):
    """A list that can only be paged."""


def choice(choices: Any, **options: Any) -> django_filters.ChoiceFilter:
    """One of a closed list."""
    return django_filters.ChoiceFilter(choices=choices, **options)


@extend_schema_field(OpenApiTypes.BOOL)
class YesNoFilter(django_filters.ChoiceFilter):
    """true or false."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=YES_NO, **options)

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        """The rows of which it is so, or not so."""
        return super().filter(qs, value == "true") if value else qs


@extend_schema_field({"type": "integer", "minimum": screening.ROUND, "maximum": MOST_ROUNDS})
class RoundFilter(django_filters.Filter):
    """A round by its number; the library's own takes 0.5 for a number, and finds what it is cut to."""

    field_class = forms.IntegerField

    def __init__(self, **options: Any) -> None:
        super().__init__(field_name="round__number", min_value=screening.ROUND, max_value=MOST_ROUNDS, **options)


def text(name: str) -> django_filters.CharFilter:
    """Exactly this text."""
    return django_filters.CharFilter(field_name=name, max_length=1000)


class PublicIdFilter(django_filters.CharFilter):
    """A problem or solution by the id that answers and files use: the given one, else one made of the row's number."""

    def __init__(self, kind: str, path: str = "") -> None:
        super().__init__(max_length=1000)
        self.kind, self.path = kind, path

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        """The rows that belong to it."""
        if not value:
            return qs
        found = Q(**{f"{self.path}external_id": value})
        number = value.removeprefix(f"{self.kind}-")
        if number != value and number.isdecimal():
            found |= Q(**{f"{self.path}pk": int(number), f"{self.path}external_id__isnull": True})
        return qs.filter(found)


class LabelFilters(FilterSet):
    """Of a campaign's labels."""

    round = RoundFilter()
    labeler = django_filters.CharFilter(method="by_labeler", max_length=200)
    finish_reason = choice(FinishReason.choices)
    origin = choice(Origin.choices)
    split = choice(Split.choices, field_name="problem__split")
    solution_id = PublicIdFilter("solution", "solution__")
    problem_id = PublicIdFilter("problem", "problem__")
    is_current = YesNoFilter()
    submitted_after = django_filters.IsoDateTimeFilter(field_name="submitted_at", lookup_expr="gte")
    submitted_before = django_filters.IsoDateTimeFilter(field_name="submitted_at", lookup_expr="lt")

    class Meta:
        model = Label
        fields: list[str] = []

    def by_labeler(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """A person by user name, an external labeler by name."""
        return queryset.filter(Q(labeler__account__username=value) | Q(labeler__account=None, labeler__name=value))


class RulingFilters(FilterSet):
    """Of what was decided."""

    q = django_filters.CharFilter(method="by_text", max_length=200)
    about = choice(RulingAbout.choices)

    class Meta:
        model = Ruling
        fields: list[str] = []

    def by_text(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Those that speak of it."""
        return queryset.filter(Q(reason__icontains=value) | Q(problem__text__icontains=value))


class MyLabelFilters(FilterSet):
    """Of one's own labels."""

    campaign = text("problem__campaign__slug")
    finish_reason = choice(FinishReason.choices)
    is_flagged = django_filters.ChoiceFilter(choices=YES_NO, method="by_flags")

    class Meta:
        model = Label
        fields: list[str] = []

    def by_flags(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Those with a step marked as unsure, or those without."""
        return queryset.exclude(flagged=[]) if value == "true" else queryset.filter(flagged=[])


class MyDraftFilters(FilterSet):
    """Of one's own drafts."""

    campaign = text("item__campaign__slug")
    state = choice(DRAFT_STATES)

    class Meta:
        model = Draft
        fields: list[str] = []


class SolutionFilters(FilterSet):
    """Of a campaign's solutions."""

    solution_id = PublicIdFilter("solution")
    problem_id = PublicIdFilter("problem", "problem__")
    split = choice(Split.choices, field_name="problem__split")
    verdict = choice(VerdictChoice.choices)
    generator = text("generator")
    is_duplicate = YesNoFilter(field_name="duplicate_of", lookup_expr="isnull", exclude=True)
    is_labeled = YesNoFilter()

    class Meta:
        model = Solution
        fields: list[str] = []


class ProblemFilters(FilterSet):
    """Of a campaign's problems."""

    problem_id = PublicIdFilter("problem")
    split = choice(Split.choices)
    state = choice(ProblemState.choices)
    level = text("level")
    subject = text("subject")

    class Meta:
        model = Problem
        fields: list[str] = []


class DisputeFilters(FilterSet):
    """Of a campaign's answer disputes."""

    state = choice(DisputeState.choices)
    problem_id = PublicIdFilter("problem", "problem__")

    class Meta:
        model = Dispute
        fields: list[str] = []


class EventFilters(FilterSet):
    """Of what was done in a campaign."""

    actor = text("actor__username")
    verb = django_filters.CharFilter(max_length=60)
    created_after = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = Event
        fields: list[str] = []


class AccountFilters(FilterSet):
    """Of the site's accounts."""

    q = django_filters.CharFilter(method="by_text", max_length=200)
    is_active = YesNoFilter()

    class Meta:
        model = User
        fields: list[str] = []

    def by_text(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Whose name or address holds it."""
        return queryset.filter(called(value))


class JobFilters(FilterSet):
    """Of a campaign's jobs."""

    kind = choice(JobKind.choices)
    state = choice(JobState.choices)

    class Meta:
        model = Job
        fields: list[str] = []
