from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery, TextField, Value
from django.db.models.functions import Cast, Concat


def tell_what_is_known(apps, schema_editor):
    """Holders of today, who submitted, and who left a draft: of earlier leases nothing is known."""
    items = apps.get_model("labeling", "QueueItem").objects
    labels = apps.get_model("labeling", "Label").objects
    drafts = apps.get_model("labeling", "Draft").objects

    items.filter(state="leased").update(holders=_added(F("leased_by")))
    who = labels.filter(item=OuterRef("pk")).values("labeler")[:1]
    items.filter(state="labeled").update(holders=_added(Subquery(who)))
    for item, labeler in drafts.values_list("item", "labeler"):
        items.filter(pk=item).update(holders=_added(Value(labeler)))


def _added(labeler):
    return Concat(F("holders"), Cast(labeler, TextField()), Value(" "), output_field=TextField())


class Migration(migrations.Migration):

    dependencies = [
        ("labeling", "0012_show_ranking"),
    ]

    operations = [
        migrations.AddField(
            model_name="queueitem",
            name="holders",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.RunPython(tell_what_is_known, migrations.RunPython.noop, elidable=True),
    ]
