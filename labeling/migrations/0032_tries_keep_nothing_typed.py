"""Failed tries of sign-in keep nothing that was typed, so neither do those of before."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def forget(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("axes", "AccessAttempt").objects.update(get_data="", post_data="", path_info="")


class Migration(migrations.Migration):
    dependencies = [
        ("labeling", "0031_events_are_neither_emptied_nor_replaced"),
        ("axes", "0001_initial"),
    ]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
