"""How much one person has labeled since midnight, on the installation's clock."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils import timezone

from labeling.models import Campaign, Label


def labeled_today(account: AbstractBaseUser | AnonymousUser, campaign: Campaign) -> int:
    """Labels submitted today; a revision is no further label."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    labels = Label.objects.filter(labeler__account=account, labeler__campaign=campaign)
    return labels.filter(submitted_at__gte=midnight, revises__isnull=True).count()
