"""Labels of which somebody was unsure: an alternative or a candidate as well as a step."""

from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Cast
from django.db.models.lookups import Contains


def has_flags(column: str) -> Contains:
    return Contains(Cast(column, models.TextField()), '"flagged":true')


class Migration(migrations.Migration):
    dependencies = [("labeling", "0039_what_labels_add_up_to")]

    operations = [
        migrations.RemoveIndex(model_name="label", name="label_with_unsure_steps"),
        migrations.AddIndex(
            model_name="label",
            index=models.Index(
                fields=["solution", "tree"],
                condition=~Q(flagged=[]) | Q(has_flags("alternatives")) | Q(has_flags("steps")),
                name="label_of_which_unsure",
            ),
        ),
    ]
