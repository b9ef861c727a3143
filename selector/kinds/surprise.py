"""How likely the base itself finds each step; no label, no training. What surprises it is more often wrong.

A baseline to be reported beside everything else: a base that saw text without errors is a verifier already. Its scale
is no probability of being right: it ranks within one problem.
"""

from selector.kinds.kind import Kind, StepLogs
from selector.model import StepModel
from selector.reading import Reading


def _step_logs(_model: StepModel, reading: Reading, _beta: float) -> StepLogs:
    return StepLogs(reading.log_probabilities[..., 1].float())


KIND = Kind(
    name="surprise",
    learns_from=None,
    modes=("head",),
    step_logs=_step_logs,
)
