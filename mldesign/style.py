"""Colours and figures of the course: one look, readable on a phone and by colour-blind readers.

The palette is that of Okabe and Ito (2008), "Color Universal Design", without its yellow, which is too light for lines
on white. Figures keep an opaque white ground, so that they read the same in light and dark mode.
"""

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

INK = "#1f2933"
MUTED = "#66717d"
PALETTE = {
    "blue": "#0072b2",
    "orange": "#d55e00",
    "green": "#007a5a",
    "purple": "#a8558a",
    "sky": "#3b93c9",
    "amber": "#b8860b",
}


def apply() -> None:
    """Make the course's look the default of matplotlib. Figures are 4.8 × 3.2 inches: 11 pt text stays legible at 375 px."""
    mpl.rcParams.update(
        {
            "axes.axisbelow": True,
            "axes.edgecolor": MUTED,
            "axes.grid": True,
            "axes.labelcolor": INK,
            "axes.prop_cycle": mpl.cycler(color=list(PALETTE.values())),
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.titlelocation": "left",
            "axes.titlesize": 11,
            "axes.titleweight": "bold",
            "figure.constrained_layout.use": True,
            "figure.dpi": 110,
            "figure.figsize": (4.8, 3.2),
            "font.size": 11,
            "grid.color": "#e3e8ee",
            "legend.frameon": False,
            "savefig.facecolor": "white",
            "text.color": INK,
            "xtick.color": INK,
            "ytick.color": INK,
        }
    )


def figure(title: str, x: str, y: str, **options) -> Axes:
    """Return the axes of a new figure with a message as its title and both axes labelled with their units.

    Args:
        title: the message of the figure, a short sentence.
        x: label of the horizontal axis with its unit.
        y: label of the vertical axis with its unit.
        options: passed to ``matplotlib.pyplot.subplots``.
    """
    _, axes = plt.subplots(**options)
    axes.set_title(title)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    return axes


def label(axes: Axes, x: float, y: float, text: str, color: str = INK, **options) -> None:
    """Write a label next to a line or a point, in the line's colour: direct labels before legends."""
    axes.annotate(text, (x, y), xytext=(4, 0), textcoords="offset points", color=color, va="center", **options)
