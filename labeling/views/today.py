"""How much one person has labeled since midnight, on the installation's clock."""

from django.utils import timezone

from labeling.models import Label, Membership


def labeled_today(membership: Membership) -> int:
    """Labels this member submitted today; a revision is no further label."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    labels = Label.objects.filter(labeler__account=membership.account_id, labeler__campaign=membership.campaign_id)
    return labels.filter(submitted_at__gte=midnight, revises__isnull=True).count()
