"""What said which reference is current, and which one a grade was made against, is said by texts now."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("labeling", "0041_reference_answer_beside_its_problem"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveField("grade", "reference"),
        migrations.AlterField("grade", "reference_answer", models.TextField()),
        migrations.RemoveConstraint("reference", "reference_current_or_null"),
        migrations.RemoveField("reference", "is_current"),
        migrations.RemoveIndex("reference", "reference_by_author"),
        migrations.AlterField(
            "reference",
            "created_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            "reference",
            "problem",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="references", to="labeling.problem"
            ),
        ),
    ]
