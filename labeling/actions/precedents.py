"""Rulings as precedents: which of them a guide may cite, and which of those labelers may read."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from labeling.actions.errors import RuleBroken
from labeling.models import (
    Campaign,
    Gold,
    GoldUse,
    ItemState,
    QueueItem,
    ReferenceAnswer,
    Ruling,
    RulingAbout,
)

WANTED = (ItemState.PLANNED, ItemState.WAITING, ItemState.LEASED)
OF_THE_SOLUTION = Gold.objects.exclude(use=GoldUse.RETIRED).filter(solution=OuterRef("solution"))


def check_citations(*, campaign: Campaign, text: str) -> None:
    """Raise RuleBroken, naming the line, where a guide cites a ruling that there is not, or that it would give away."""
    cited = _citations(text)
    rulings = Ruling.objects.filter(campaign=campaign, pk__in={number for _line, number, _said in cited if number})
    is_gold = dict(rulings.annotate(is_gold=Exists(OF_THE_SOLUTION)).values_list("pk", "is_gold"))
    hidden = set(rulings.filter(_tells_what_is_hidden(campaign)).values_list("pk", flat=True))
    for line, number, said in cited:
        if number not in is_gold:
            rule = _("in line {line} the number of a ruling of this campaign, not “{said}”")
        elif is_gold[number]:
            rule = _("in line {line} a ruling whose solution is not gold: who reads {said} would recognize it")
        elif number in hidden:
            rule = _(
                "in line {line} a ruling that tells no reference answer, which labelers do not see here: not {said}"
            )
        else:
            continue
        raise RuleBroken("text", rule.format(line=line, said=said))


def _citations(text: str) -> tuple[tuple[int, int | None, str], ...]:
    from labeling import markdown  # the parser would be a twentieth of the start of commands that read no guide

    return markdown.citations(text)


def _tells_what_is_hidden(campaign: Campaign) -> Q:
    if campaign.reference_answer == ReferenceAnswer.HIDDEN:
        return Q(about=RulingAbout.REFERENCE)
    return Q(pk__in=[])


def open_to_labelers(campaign: Campaign) -> QuerySet[Ruling]:
    """Those that labelers may read where they are cited: no gold, nothing hidden, nothing somebody has yet to judge."""
    wanted = QueueItem.objects.filter(solution=OuterRef("solution"), state__in=WANTED)
    found = Ruling.objects.filter(~Exists(OF_THE_SOLUTION), ~Exists(wanted), campaign=campaign)
    return found.exclude(_tells_what_is_hidden(campaign))


def for_labelers(campaign: Campaign) -> QuerySet[Ruling]:
    """Those of them that the guide in force cites."""
    return open_to_labelers(campaign).filter(pk__in=cited_in(campaign.guide.text if campaign.guide else ""))


def cited_in(text: str) -> set[int]:
    """The numbers of rulings that a guide's text names."""
    return {number for _line, number, _said in _citations(text) if number}


def later_than(ruling: Ruling) -> Ruling | None:
    """The one that holds in its place, where something else was decided about the same since."""
    same = Ruling.objects.filter(problem=ruling.problem_id, about=ruling.about, solution=ruling.solution_id)
    return same.filter(pk__gt=ruling.pk).order_by("-pk").first()
