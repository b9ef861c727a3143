"""An item whose label was sent back is withdrawn, as another wants the same labeling: so those of before are, too."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def withdraw(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _sent_back(apps).filter(state="labeled").update(state="withdrawn")


def bring_back(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _sent_back(apps).filter(state="withdrawn").update(state="labeled")


def _sent_back(apps: StateApps):  # type: ignore[no-untyped-def]
    answered = apps.get_model("labeling", "Label").objects.filter(requeue__isnull=False, item__isnull=False)
    return apps.get_model("labeling", "QueueItem").objects.filter(pk__in=answered.values("item"))


class Migration(migrations.Migration):
    dependencies = [("labeling", "0032_tries_keep_nothing_typed")]

    operations = [migrations.RunPython(withdraw, bring_back)]
