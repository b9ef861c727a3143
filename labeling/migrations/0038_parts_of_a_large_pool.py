"""Solutions by generator and by a verdict that is none, which lists of a large pool look for."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("labeling", "0037_reports_of_bad_problems_are_few")]

    operations = [
        migrations.AddIndex(
            model_name="solution",
            index=models.Index(
                fields=["generator", "id"], condition=Q(generator__isnull=False), name="solution_by_generator"
            ),
        ),
        migrations.AddIndex(
            model_name="grade",
            index=models.Index(
                fields=["solution"], condition=Q(is_current=True, verdict="uncertain"), name="grade_that_is_uncertain"
            ),
        ),
    ]
