from pathlib import Path

from django.db import migrations

SHIPPED = Path(__file__).parents[1] / 'guide' / 'en.md'


def give_first_version(apps, schema_editor):
    """What labelers have read so far becomes version 1 of each campaign's guide."""
    Campaign = apps.get_model('labeling', 'Campaign')
    GuideVersion = apps.get_model('labeling', 'GuideVersion')
    text = SHIPPED.read_text(encoding='utf-8').strip()
    for campaign in Campaign.objects.filter(guide=None):
        campaign.guide = GuideVersion.objects.create(campaign=campaign, number=1, text=text, note='')
        campaign.save(update_fields=['guide'])


def take_away(apps, schema_editor):
    """Going back, the versions go with their tables."""
    apps.get_model('labeling', 'Label').objects.exclude(guide=None).update(guide=None)
    apps.get_model('labeling', 'Campaign').objects.update(guide=None)


class Migration(migrations.Migration):

    dependencies = [
        ('labeling', '0008_guide_versions'),
    ]

    operations = [
        migrations.RunPython(give_first_version, take_away),
    ]
