"""What a lead asks of a round: the campaign's settings, but for what is asked otherwise; refused where it contradicts
itself.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from labeling.actions import candidates, exclusions
from labeling.actions.errors import ActionError
from labeling.models import DEFAULT_MIXTURE, Campaign, ColdStart, Mode, Scope
from selector import strategies
from selector.strategies.settings import UndecidedBy

MAX_OVERLAP = 20
# What a plan for candidate trees says where nothing else is asked: nobody knows scores or answers of them.
OF_TREES: dict[str, Any] = {"strategy": "uniform", "wrong_share": 0.0, "scope": Scope.CAMPAIGN}
RAILS = ("problem_cap", "leave_out_uncertain", "undecided_by", "mixture", "exclude")


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """What a lead asks of a round; together with the rows it decides the selection."""

    size: int
    strategy: str
    wrong_share: float
    evaluation_share: float
    scope: strategies.Scope
    seed: int = 0
    mode: str = Mode.SOLUTION
    problem_cap: float = 0.2
    leave_out_uncertain: bool = False
    undecided_by: UndecidedBy = "score"
    mixture: str = DEFAULT_MIXTURE
    exclude: str = ""
    overlap: int = 1
    overlap_share: float = 1.0

    @classmethod
    def of(cls, campaign: Campaign, **asked: Any) -> "RoundPlan":
        """The campaign's settings, but for what is asked otherwise. Raises ActionError naming the field."""
        names = ("mode", "wrong_share", "evaluation_share", "scope", "overlap", "overlap_share", *RAILS)
        values = {name: getattr(campaign, name) for name in names} | {"size": campaign.round_size}
        asked = {name: value for name, value in asked.items() if value is not None}
        if "strategy" not in asked:
            values["strategy"] = strategy_of(campaign)
        if asked.get("mode", campaign.mode) == Mode.CANDIDATES:
            values |= OF_TREES
        values |= asked
        if values["mode"] == Mode.SOLUTION and not strategies.ranks_wrong(values["strategy"]):
            values["wrong_share"] = 0.0  # nothing to it, so it takes nothing from the evaluation share
        plan = cls(**values)
        plan.check()
        return plan

    def check(self) -> None:
        """Raise ActionError where it names what is not there, or its numbers contradict each other."""
        if self.size < 1:
            raise ActionError(_("A round wants at least one label."), {"size": _("at least 1")})
        self._check_names()
        self._check_words()
        self._check_numbers()

    def _check_names(self) -> None:
        if self.strategy not in strategies.NAMES:
            known = ", ".join(strategies.NAMES)
            raise ActionError(
                _("There is no strategy “{strategy}”; known are {known}.").format(strategy=self.strategy, known=known),
                {"strategy": _("one of {known}").format(known=known)},
            )
        if self.mode not in Mode.values:
            raise ActionError(
                _("There is no mode “{mode}”.").format(mode=self.mode),
                {"mode": _("one of {values}").format(values=", ".join(Mode.values))},
            )
        if self.mode == Mode.CANDIDATES and (self.strategy, self.wrong_share) != ("uniform", 0):
            raise ActionError(
                _("Candidate trees have neither score nor answer: they are drawn uniformly."),
                {"strategy": _("uniform, with wrong_share 0, in candidates mode")},
            )
        if self.scope not in Scope.values:
            raise ActionError(
                _("There is no scope “{scope}”.").format(scope=self.scope),
                {"scope": _("one of {values}").format(values=", ".join(Scope.values))},
            )

    def _check_words(self) -> None:
        try:
            strategies.check_mixture(self.mixture)
        except ValueError as error:
            raise ActionError(str(error), {"mixture": _("strategies with weights, such as uniform=0.5")}) from error
        try:
            exclusions.parse(self.exclude)
        except ValueError as error:
            known = ", ".join(f"{name}=…" for name in exclusions.COLUMNS)
            said = _("A round leaves out by what is known: “{part}” is nothing of it.").format(part=error)
            raise ActionError(said, {"exclude": _("one or more of {known}").format(known=known)}) from error

    def _check_numbers(self) -> None:
        if not 1 <= self.overlap <= MAX_OVERLAP:
            rule = _("from 1 to {most}").format(most=MAX_OVERLAP)
            raise ActionError(_("So many people cannot label each solution."), {"overlap": rule})
        for name in ("wrong_share", "evaluation_share", "problem_cap", "overlap_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ActionError(_("{name} is a share.").format(name=name), {name: _("from 0 to 1")})
        if self.wrong_share + self.evaluation_share > 1 + 1e-9:
            raise ActionError(
                _("wrong_share and evaluation_share are shares of the whole round."),
                {"wrong_share": _("at most 1 with evaluation_share")},
            )


def strategy_of(campaign: Campaign) -> str:
    """What chooses unless told otherwise: the campaign's strategy, before a selector perhaps its cold start.

    A model of final answers scores like any other selector, so the strategy itself can begin with it.
    """
    if campaign.cold_start not in (ColdStart.POPULAR_WRONG, ColdStart.SURPRISE):
        return campaign.strategy
    version = candidates.selector_in_use(campaign)
    if version is None:
        return campaign.cold_start
    return "surprise" if version.kind == "surprise" else campaign.strategy
