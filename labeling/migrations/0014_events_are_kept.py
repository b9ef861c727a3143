"""Events outlive what they speak of, and neither engine lets them be changed or taken away."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

REFUSED = "an event is only ever appended"
POSTGRESQL = f"""
CREATE FUNCTION labeling_event_is_kept() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER labeling_event_is_kept BEFORE UPDATE OR DELETE ON labeling_event
FOR EACH ROW EXECUTE FUNCTION labeling_event_is_kept();
"""
SQLITE = [
    f"CREATE TRIGGER labeling_event_no_{verb} BEFORE {verb} ON labeling_event"  # noqa: S608
    f" BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
    for verb in ("update", "delete")
]


def keep(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
    else:
        for statement in SQLITE:
            schema_editor.execute(statement)


def let_go(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER labeling_event_is_kept ON labeling_event")
        schema_editor.execute("DROP FUNCTION labeling_event_is_kept()")
    else:
        for verb in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER labeling_event_no_{verb}")


class Migration(migrations.Migration):
    dependencies = [
        ("labeling", "0013_who_has_held_an_item"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="event",
            name="campaign",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="labeling.campaign",
            ),
        ),
        migrations.AlterField(
            model_name="event",
            name="actor",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(keep, let_go),
    ]
