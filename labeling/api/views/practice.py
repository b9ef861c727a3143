"""Practice: exercises for everybody who has an account, judged at once and kept apart from all labels."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.actions import practice
from labeling.api import access
from labeling.api.schema import refusals
from labeling.api.serializers.practice import (
    ExerciseAnswer,
    JudgementAnswer,
    PracticeAnswer,
    PracticeBody,
    judged,
    offered,
    progress,
)


class Practice(APIView):
    """One's own practice."""

    @extend_schema(responses=PracticeAnswer)
    def get(self, request: Request) -> Response:
        """All exercises, and how far one has come."""
        return Response(progress(practice.times_done(access.account(request))))


class PracticeExercise(APIView):
    """One exercise."""

    @extend_schema(operation_id="exercise_retrieve", responses={200: ExerciseAnswer, **refusals(404)})
    def get(self, request: Request, name: str) -> Response:
        """The solution to rate."""
        return Response(offered(_exercise(name)))

    @extend_schema(request=PracticeBody, responses={200: JudgementAnswer, **refusals(400, 404)})
    def post(self, request: Request, name: str) -> Response:
        """Have a pass judged: where the first error is, and why each step is rated as it is."""
        of = _exercise(name)
        body = PracticeBody(data=request.data)
        body.is_valid(raise_exception=True)
        account = access.account(request)
        found = practice.take(account=account, of=of, ratings=body.validated_data["ratings"])
        return Response(judged(of, found, practice.times_done(account)))


def _exercise(name: str) -> practice.Exercise:
    found = practice.exercises().get(name)
    if found is None:
        raise NotFound(_("There is no such exercise."))
    return found
