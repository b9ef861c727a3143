"""How large the pool is, told by what imports brought in: counting a million rows would take most of a page's time."""

from collections.abc import Iterable

from django.db.models import Count

from labeling.models import Campaign, Job, JobKind, JobState, Solution


def solution_count(campaign: Campaign) -> int:
    """All solutions of a campaign."""
    return solution_counts([campaign.pk])[campaign.pk]


def solution_counts(campaigns: Iterable[int]) -> dict[int, int]:
    """All solutions of each of these campaigns, by its row.

    Rows come by imports alone and stay, so each one's own count of new rows holds.
    """
    counts = dict.fromkeys(campaigns, 0)
    untold = []
    ended = Job.objects.filter(campaign__in=counts, kind=JobKind.IMPORT, state=JobState.DONE).order_by("pk")
    for pk, campaign, params, result in ended.values_list("pk", "campaign", "params", "result"):
        if params.get("dry_run"):
            continue
        if result and "solutions" in result:
            counts[campaign] += result["solutions"]
        else:
            untold.append(pk)
    of_each = Solution.objects.filter(import_job__in=untold).order_by().values_list("import_job__campaign")
    for campaign, count in of_each.annotate(count=Count("pk")) if untold else ():
        counts[campaign] += count
    return counts
