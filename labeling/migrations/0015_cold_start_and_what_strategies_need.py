import django.core.validators
import labeling.models.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('labeling', '0014_events_are_kept'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='campaign',
            name='cold_start',
            field=models.CharField(choices=[('uniform', 'Uniform'), ('popular_wrong', 'Popular Wrong'), ('surprise', 'Surprise'), ('orm', 'Orm'), ('implicit', 'Implicit')], default='uniform', max_length=20),
        ),
        migrations.AddField(
            model_name='campaign',
            name='committee',
            field=models.PositiveSmallIntegerField(default=4, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(16)]),
        ),
        migrations.AddField(
            model_name='campaign',
            name='leave_out_uncertain',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='campaign',
            name='mixture',
            field=models.CharField(default='uncertain=0.5, convincing_wrong=0.25, uniform_distinct=0.25', max_length=300),
        ),
        migrations.AddField(
            model_name='campaign',
            name='problem_cap',
            field=models.FloatField(default=0.2, validators=[django.core.validators.MinValueValidator(0.0), django.core.validators.MaxValueValidator(1.0)]),
        ),
        migrations.AddField(
            model_name='campaign',
            name='undecided_by',
            field=models.CharField(choices=[('score', 'Score'), ('committee', 'Committee')], default='committee', max_length=10),
        ),
        migrations.AddField(
            model_name='round',
            name='kept_out',
            field=labeling.models.fields.JSONText(default=dict),
        ),
        migrations.AddField(
            model_name='round',
            name='rails',
            field=labeling.models.fields.JSONText(default=dict),
        ),
        migrations.AddField(
            model_name='solutionscore',
            name='doubt',
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name='solutionscore',
            name='likelihood',
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name='solutionscore',
            name='spread',
            field=models.FloatField(null=True),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('cold_start__in', ['uniform', 'popular_wrong', 'surprise', 'orm', 'implicit'])), name='campaign_cold_start_known'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('undecided_by__in', ['score', 'committee'])), name='campaign_undecided_by_known'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('problem_cap__gte', 0), ('problem_cap__lte', 1)), name='campaign_problem_cap_a_share'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('committee__gte', 1), ('committee__lte', 16)), name='campaign_committee_of_some_heads'),
        ),
        migrations.AddConstraint(
            model_name='solutionscore',
            constraint=models.CheckConstraint(condition=models.Q(('likelihood__isnull', True), models.Q(('likelihood__gte', 0), ('likelihood__lte', 1)), _connector='OR'), name='score_likelihood_a_probability'),
        ),
        migrations.AddConstraint(
            model_name='solutionscore',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('doubt__isnull', True), ('spread__isnull', True)), models.Q(('doubt__isnull', False), ('spread__isnull', False), ('doubt__gte', 0), ('doubt__lte', 0.5), ('spread__gte', 0), ('spread__lte', 1)), _connector='OR'), name='score_committee_says_both_or_nothing'),
        ),
    ]
