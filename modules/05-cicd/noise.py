"""The interactive figure of lesson 5.2: how often each rule of a gate promotes a model, by the normal formula."""

import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import norm

from mldesign.explore import Explorable, Slider
from mldesign.style import PALETTE, figure

RULES = {"veto": "orange", "higher number": "blue", "proof": "green"}


def share(rule: str, truth, n: int, sd: float, margin: float):
    """Return the share of test sets on which a rule promotes; ``figures/noise.js`` computes the same.

    Args:
        rule: a key of ``RULES``.
        truth: true difference from the champion, in dollars per 1,000 households.
        n: households in the test.
        sd: standard deviation of the difference between households, in the same unit.
        margin: loss that is accepted, in the same unit.
    """
    error = sd / np.sqrt(n)
    if rule == "higher number":
        return norm.cdf(truth / error)
    return norm.cdf((truth + margin) / error + (1.96 if rule == "veto" else -1.96))


def explorable(sd: float, n: int = 2350, margin: int = 10) -> Explorable:
    """Return the interactive figure for two lists whose difference has this standard deviation.

    Args:
        sd: in dollars per 1,000 households.
        n, margin: of the picture, and at the start.
    """
    truth = np.arange(-60, 21)
    axes = figure("Which models get through", "true difference, dollars per 1,000 households", "share promoted")
    for rule, color in RULES.items():
        axes.plot(truth, share(rule, truth, n, sd, margin), color=PALETTE[color], label=rule)
    axes.axvspan(-60, -margin, color="#e8edf2", zorder=0)
    axes.legend()
    plt.close(axes.figure)  # shown where scripts do not run
    sliders = [Slider("n", "Households in the test", 50, 30_000, 50, n)]
    sliders += [Slider("truth", "True difference, dollars per 1,000", -60, 20, 2, -34)]
    sliders += [Slider("margin", "Margin, dollars per 1,000", 0, 60, 5, margin)]
    return Explorable(
        "gate-noise",
        "Which models does each rule let through?",
        sliders,
        {"sd": round(sd, 1)},
        "modules/05-cicd/figures/noise.js",
        axes.figure,
        "Share promoted against the true difference, at 2,350 households and a margin of 10 dollars: three S-shaped curves; "
        "veto lets losses beyond the margin through, proof hardly any, and proof refuses most models that are as good.",
    )
