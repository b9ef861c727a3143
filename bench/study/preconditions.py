"""What must hold for the study to say anything; where it does not, the study stops."""

from typing import Any

MOST_MAJORITY = 0.5  # majority vote over pass@N: right answers must not be the popular ones anyway
LEAST_GAP = 0.2  # best-of-N of a process model over that of the base's own likelihood
MOST_SURPRISE_AUC = 0.75  # a base that tells right steps from wrong ones is a verifier already


class Unmet(Exception):
    """The domain, or its base, is none to learn anything from; the message says why."""


def check(label_free: dict[str, Any], model: dict[str, Any], samples: int) -> dict[str, float]:
    """The three figures, from the rows of what needs no label and of the uniform arm at most labels.

    Raises:
        Unmet: at least one is out of bounds.
    """
    at_most_samples = str(samples)
    ways = label_free["ways"]
    found = {
        "majority_share": ways["majority"][at_most_samples] / max(1e-9, ways["pass"][at_most_samples]),
        "gap_over_surprise": model["best_of"][at_most_samples] - label_free["best_of"][at_most_samples],
        "surprise_auc": label_free["step_auc"],
    }
    unmet = []
    if found["majority_share"] > MOST_MAJORITY:
        unmet.append(f"majority is {found['majority_share']:.2f} of pass@{samples}, expected at most {MOST_MAJORITY}")
    if found["gap_over_surprise"] < LEAST_GAP:
        unmet.append(f"the model is {found['gap_over_surprise']:+.3f} over surprise, expected at least {LEAST_GAP}")
    if found["surprise_auc"] >= MOST_SURPRISE_AUC:
        unmet.append(f"surprise has a step AUC of {found['surprise_auc']:.3f}, expected under {MOST_SURPRISE_AUC}")
    if unmet:
        raise Unmet("; ".join(unmet))
    return found
