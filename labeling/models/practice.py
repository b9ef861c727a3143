"""PracticeResult: what somebody made of an exercise; it is no label and counts nowhere."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Length, Replace, StrIndex
from django.db.models.lookups import Exact

from labeling.models.problems import MAX_STEPS

_OTHER_CHARACTERS = Length(Replace(Replace(Replace(F("ratings"), Value("+")), Value("0")), Value("-")))
_FIRST_MINUS = StrIndex(F("ratings"), Value("-"))


class PracticeResult(models.Model):
    """One pass over one exercise, each time a further row. `ratings` is one sign a step, to the first error or the end.

    What is right is not kept here: it is told by the exercise that the pass is held against.
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="practice_results")
    exercise = models.SlugField(max_length=60, db_index=False)
    ratings = models.CharField(max_length=MAX_STEPS)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(exercise=""), name="practice_result_names_its_exercise"),
            models.CheckConstraint(
                condition=~Q(ratings="") & Q(Exact(_OTHER_CHARACTERS, 0)), name="practice_result_ratings_are_signs"
            ),
            models.CheckConstraint(
                condition=Q(Exact(_FIRST_MINUS, 0)) | Q(Exact(_FIRST_MINUS, Length(F("ratings")))),
                name="practice_result_ends_at_first_error",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} on {self.exercise}: {self.ratings}"
