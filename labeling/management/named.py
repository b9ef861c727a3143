"""What commands are told by name."""

from django.core.management.base import CommandError

from labeling.models import Campaign


def campaign_named(slug: str) -> Campaign:
    """The campaign; CommandError with the names that there are, where it is none of them."""
    campaign = Campaign.objects.filter(slug=slug).first()
    if campaign is None:
        known = ", ".join(Campaign.objects.values_list("slug", flat=True)[:10]) or "none yet"
        raise CommandError(f"There is no campaign {slug!r}. Campaigns here: {known}.")
    return campaign
