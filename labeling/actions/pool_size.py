"""How large the pool is, told by what imports brought in: counting a million rows would take most of a page's time."""

from labeling.models import Campaign, JobKind, JobState, Solution


def solution_count(campaign: Campaign) -> int:
    """All solutions of a campaign. Rows come by imports alone and stay, so each one's own count of new rows holds."""
    told, untold = 0, []
    ended = campaign.jobs.filter(kind=JobKind.IMPORT, state=JobState.DONE).order_by("pk")
    for pk, params, result in ended.values_list("pk", "params", "result"):
        if params.get("dry_run"):
            continue
        if result and "solutions" in result:
            told += result["solutions"]
        else:
            untold.append(pk)
    return told + Solution.objects.filter(import_job__in=untold).count()
