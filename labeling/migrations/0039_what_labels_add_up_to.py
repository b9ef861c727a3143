"""What the labels of each solution add up to, beside the figures of agreement; none until it is computed anew."""

from django.db import migrations

import labeling.models.fields


class Migration(migrations.Migration):
    dependencies = [("labeling", "0038_parts_of_a_large_pool")]

    operations = [
        migrations.AddField(
            model_name="agreementreport",
            name="verdicts",
            field=labeling.models.fields.JSONText(default=list),
        ),
    ]
