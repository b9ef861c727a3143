"""What people reported as bad is little, and asked for on every visit of the lead's decisions."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("labeling", "0036_compare_with_a_model_of_final_answers")]

    operations = [
        migrations.AddIndex(
            model_name="label",
            index=models.Index(
                fields=["problem"], condition=Q(finish_reason="bad_problem"), name="label_of_bad_problem"
            ),
        )
    ]
