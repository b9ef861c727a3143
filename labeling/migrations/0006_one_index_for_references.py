"""One index both finds a problem's references and keeps one of them current: two of each import's rows took two."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def earlier_ones_to_null(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("labeling", "Reference").objects.filter(is_current=False).update(is_current=None)


def earlier_ones_to_false(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("labeling", "Reference").objects.filter(is_current__isnull=True).update(is_current=False)


class Migration(migrations.Migration):
    dependencies = [("labeling", "0005_unfinished_items_index_for_sqlite")]

    operations = [
        migrations.RemoveConstraint(model_name="reference", name="reference_one_current_per_problem"),
        migrations.AlterField(
            model_name="reference", name="is_current", field=models.BooleanField(default=True, null=True)
        ),
        migrations.RunPython(earlier_ones_to_null, earlier_ones_to_false),
        migrations.AlterField(
            model_name="reference",
            name="problem",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="references",
                to="labeling.problem",
            ),
        ),
        migrations.AddConstraint(
            model_name="reference",
            constraint=models.UniqueConstraint(
                fields=("problem", "is_current"), name="reference_one_current_per_problem"
            ),
        ),
        migrations.AddConstraint(
            model_name="reference",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_current__isnull", True), ("is_current", True), _connector="OR"),
                name="reference_current_or_null",
            ),
        ),
    ]
