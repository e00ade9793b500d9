"""Plan an experiment, and read an interval against a margin that was fixed beforehand."""

import math
from statistics import NormalDist


def verdict(low: float, high: float, margin: float) -> str:
    """Return what an interval of a difference, challenger minus champion, allows one to say.

    Args:
        low: lower end of the interval of the difference in value; positive differences favour the challenger.
        high: its upper end.
        margin: loss that would still be accepted, 0 or more, registered before any result was seen.

    Returns:
        ``superior`` when even the lower end is above 0, ``non-inferior`` when it is above ``-margin``, ``inferior``
        when even the upper end is below ``-margin``, else ``inconclusive``.

    Raises:
        ValueError: when the interval is upside down or the margin is negative.
    """
    if low > high:
        raise ValueError(f"The interval runs from {low} to {high}: its lower end must come first.")
    if margin < 0:
        raise ValueError(f"The margin is {margin}; give the loss that you accept as a number of 0 or more.")
    if low > 0:
        return "superior"
    if low > -margin:
        return "non-inferior"
    if high < -margin:
        return "inferior"
    return "inconclusive"


def households_per_arm(sd: float, difference: float, alpha: float = 0.05, power: float = 0.8) -> int:
    """Return how many households each of two equal arms needs to detect a difference in mean spend.

    Two-sided test of two means with equal spread, normal approximation.

    Args:
        sd: standard deviation of a household's spend, in dollars.
        difference: smallest difference in mean spend worth finding, in dollars, above 0.
        alpha: share of false alarms when there is no difference.
        power: share of such differences that the experiment finds.

    Raises:
        ValueError: when ``difference`` is not above 0.
    """
    if difference <= 0:
        raise ValueError(f"The difference to detect must be above 0, not {difference}: no experiment can find nothing.")
    return math.ceil(2 * (_z(alpha, power) * sd / difference) ** 2)


def smallest_difference(sd: float, per_arm: int, alpha: float = 0.05, power: float = 0.8) -> float:
    """Return the smallest difference in mean spend, in dollars, that two arms of ``per_arm`` households detect."""
    return _z(alpha, power) * sd * math.sqrt(2 / per_arm)


def _z(alpha: float, power: float) -> float:
    normal = NormalDist()
    return normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(power)
