"""Events and their links are kept from what goes past a trigger on each row: TRUNCATE, and SQLite's INSERT OR REPLACE."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TABLES = ("labeling_event", "labeling_eventseal")
# What REPLACE would take away without asking a trigger: whatever holds the same key.
SQLITE = {
    "labeling_event": ("id = NEW.id", "an event is only ever appended"),
    "labeling_eventseal": (
        "event_id = NEW.event_id OR (chain = NEW.chain AND position = NEW.position)",
        "a link of events is only ever appended (event_seal_one_per_place)",
    ),
}


def keep(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for table in TABLES:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_kept()"
            )
        else:
            same, refused = SQLITE[table]
            schema_editor.execute(
                f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}"  # noqa: S608
                f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) BEGIN SELECT RAISE(ABORT, '{refused}'); END"
            )


def let_go(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for table in TABLES:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
        else:
            schema_editor.execute(f"DROP TRIGGER {table}_no_replace")


class Migration(migrations.Migration):
    dependencies = [("labeling", "0030_events_in_chains")]

    operations = [migrations.RunPython(keep, let_go)]
