"""The interval of a share."""

import math

Z = 1.959964  # of 95 %


def wilson(share: float, count: float) -> tuple[float, float]:
    """Wilson's 95 % interval of a share of so many independent cases; at the ends it holds the end itself."""
    middle = share + Z**2 / (2 * count)
    spread = Z * math.sqrt(share * (1 - share) / count + Z**2 / (4 * count**2))
    low, high = (middle - spread) / (1 + Z**2 / count), (middle + spread) / (1 + Z**2 / count)
    return max(0.0, min(low, share)), min(1.0, max(high, share))
