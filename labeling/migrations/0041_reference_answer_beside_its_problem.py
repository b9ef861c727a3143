"""The reference answer stands with its problem, rows keep the earlier ones: a third of an import's rows were these."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Exists, OuterRef, Subquery

CHANGE = ("created_at", "created_by_id", "reason")  # of which a row told when it came, and tells now when it went


def to_problems(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    Problem, Reference, Grade = (apps.get_model("labeling", name) for name in ("Problem", "Reference", "Grade"))
    current = Reference.objects.filter(problem=OuterRef("pk"), is_current=True).order_by()
    Problem.objects.update(reference_answer=Subquery(current.values("answer")[:1]))
    of_grade = Reference.objects.filter(pk=OuterRef("reference")).order_by()
    Grade.objects.update(reference_answer=Subquery(of_grade.values("answer")[:1]))
    Grade.objects.update(reference=None)
    following = None
    earlier = Reference.objects.filter(problem=OuterRef("problem"), is_current=None)
    for row in list(Reference.objects.filter(Exists(earlier)).order_by("problem", "-id")):
        told = {name: getattr(row, name) for name in CHANGE}
        if following is not None and following[0] == row.problem_id:
            Reference.objects.filter(pk=row.pk).update(**following[1])
        following = row.problem_id, told
    Reference.objects.filter(is_current=True).delete()


def to_rows(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    Problem, Reference, Grade = (apps.get_model("labeling", name) for name in ("Problem", "Reference", "Grade"))
    Reference.objects.update(is_current=None)
    known = Problem.objects.exclude(reference_answer=None)
    Reference.objects.bulk_create(
        (Reference(problem=problem, answer=problem.reference_answer, is_current=True) for problem in known.iterator()),
        batch_size=1000,
    )
    changed = Reference.objects.filter(problem__in=Reference.objects.filter(is_current=None).values("problem"))
    before = None
    for row in list(changed.order_by("problem", "id")):
        told = {name: getattr(row, name) for name in CHANGE}
        if before is not None and before[0] == row.problem_id:
            Reference.objects.filter(pk=row.pk).update(**before[1])
        before = row.problem_id, told
    same = Reference.objects.filter(problem__solutions=OuterRef("solution"), answer=OuterRef("reference_answer"))
    Grade.objects.update(reference=Subquery(same.order_by("-id").values("pk")[:1]))
    editor.connection.check_constraints()  # before tables change that rows point to


class Migration(migrations.Migration):
    dependencies = [
        ("labeling", "0040_unsure_of_candidates_too"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("problem", "reference_answer", models.TextField(null=True)),
        migrations.AddField("grade", "reference_answer", models.TextField(null=True)),
        migrations.AlterField(
            "grade",
            "reference",
            models.ForeignKey(
                "labeling.reference", null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+"
            ),
        ),
        migrations.RemoveConstraint("reference", "reference_one_current_per_problem"),
        migrations.RunPython(to_problems, to_rows),
    ]
