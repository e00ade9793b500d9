"""Evaluate the simulated canaries of lesson 4.1: two groups' counts in, alarms and harm out.

A group's counts are a dictionary of integer arrays of shape (runs, hours), each counted up from the first hour:
``openings``, the households that opened the app, and for each metric how many of them it counts.
"""

import matplotlib.pyplot as plt
import numpy as np

from mldesign.explore import Explorable, Slider
from mldesign.style import PALETTE, figure

Counts = dict[str, np.ndarray]


def z(rest: Counts, canary: Counts, metric: str) -> np.ndarray:
    """Return the difference of two shares (canary minus rest) in pooled standard errors, shape (runs, hours)."""
    n, m = np.maximum(rest["openings"], 1), np.maximum(canary["openings"], 1)
    both = (rest[metric] + canary[metric]) / (n + m)
    error = np.sqrt(both * (1 - both) * (1 / n + 1 / m))
    return (canary[metric] / m - rest[metric] / n) / np.where(error > 0, error, np.inf)


def beyond(rest: Counts, canary: Counts, limits: dict[str, float]) -> np.ndarray:
    """Return whether any metric lies beyond its limit, in standard errors; truth values of shape (runs, hours)."""
    return np.any([np.abs(z(rest, canary, metric)) > limit for metric, limit in limits.items()], axis=0)


def watch(rest: Counts, canary: Counts, limits: dict[str, float], first: int = 1) -> list[float]:
    """Look every hour, from hour ``first`` on, and stop at the first alarm.

    Returns:
        The share of runs stopped, the median hour of the stop (from 1; NaN when none stopped), and the mean number of
        households decided wrongly until the stop or the end.
    """
    alarms = beyond(rest, canary, limits)
    alarms[:, : first - 1] = False
    stopped, last = alarms.any(axis=1), alarms.shape[1] - 1
    hour = np.where(stopped, alarms.argmax(axis=1), last)
    median = float(np.median(hour[stopped])) + 1 if stopped.any() else float("nan")
    return [float(stopped.mean()), median, float(canary["hurt"][np.arange(len(hour)), hour].mean())]


def explorable(data: dict, harm: int = 20) -> Explorable:
    """Return the interactive figure for curves by share and harm; see ``figures/canary.js`` for the form of ``data``.

    Args:
        harm: percent of requests with the fault, in the picture and at the start.
    """
    during, caught = np.array(data["hurt"][str(harm)]), np.array(data["caught"][str(harm)])
    title, x = "Small canaries harm few and miss much", "share of households in the canary, %"
    axes = figure(title, x, "households decided wrongly")
    axes.plot(data["shares"], during, color=PALETTE["blue"], label="during the canary")
    total = during + (1 - caught) * 6 * data["day"][str(harm)]  # six more days
    axes.plot(
        data["shares"], total, color=PALETTE["orange"], linestyle="--", label="and in the rest of the week, if missed"
    )
    axes.legend()
    plt.close(axes.figure)  # shown where scripts do not run
    sliders = [Slider("share", "Canary", 5, 50, 5, 10, "%")]
    sliders += [Slider("harm", "Fault reaches", 10, 50, 10, harm, "%")]
    sliders += [Slider("weeks", "A missed fault lasts", 1, 4, 1, 1, "weeks")]
    alt = f"A fault on {harm} % of requests: the harm during the canary grows with its share, that of missed faults falls."
    return Explorable(
        "canary", "How large a canary?", sliders, data, "modules/04-deployment/figures/canary.js", axes.figure, alt
    )
