"""What chooses before people's labels have made a selector, and why, in sentences."""

from django.utils.translation import gettext as _

from labeling.models import MADE_WITHOUT_LABELS, Campaign, ColdStart, SelectorVersion


def first_round(campaign: Campaign, version: SelectorVersion | None) -> list[str]:
    """How the first round is chosen, what it needs before that, and what to do; `version` is the one in use."""
    plan_it = _("Plan it, look at it, open it.")
    if version is not None:
        return [
            _("It is chosen from the scores of selector {number}.").format(number=version.number),
            *learned_from(version),
            plan_it,
        ]
    if campaign.cold_start == ColdStart.POPULAR_WRONG:
        return [
            _(
                "There is no selector yet, so the first round takes wrong answers that many solutions share: they "
                "convince without any model."
            ),
            plan_it,
        ]
    if campaign.cold_start in MADE_WITHOUT_LABELS:
        return [_FIRST_MADE[ColdStart(campaign.cold_start)](), _("Without it the first round is drawn uniformly.")]
    return [
        _("There is no selector yet, so the first round is drawn uniformly. Plan it, look at it, open it."),
        _("Its labels are what later choices are compared with."),
    ]


_FIRST_MADE = {
    ColdStart.SURPRISE: lambda: _(
        "The first round is to take wrong answers whose steps surprise the base model least: make the first selector, "
        "so that it reads the pool."
    ),
    ColdStart.ORM: lambda: _(
        "The first round is to be chosen by a model of final answers, which needs no label: make the first selector."
    ),
    ColdStart.IMPLICIT: lambda: _(
        "The first round is to be chosen by a log-ratio of two models, which learns from final answers alone: make the "
        "first selector."
    ),
}


def learned_from(version: SelectorVersion | None) -> list[str]:
    """Where no label has taught the version in use: what has, and what takes over."""
    if version is None or version.kind == "prm":
        return []
    how = {
        ColdStart.SURPRISE: _("Selector {number} is the base model as it is: it prefers wrong answers that read well."),
        ColdStart.ORM: _("Selector {number} learned from final answers alone, not from labels."),
        ColdStart.IMPLICIT: _("Selector {number} learned from final answers alone, not from labels."),
    }[ColdStart(version.kind)]
    return [
        how.format(number=version.number),
        _("A selector of people’s labels takes over when it is not worse on the evaluation labels."),
    ]


def needs_making(campaign: Campaign, version: SelectorVersion | None) -> bool:
    """Whether the first selector can be made without any label, and is not there."""
    return version is None and campaign.cold_start in MADE_WITHOUT_LABELS
