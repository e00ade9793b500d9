"""Interactive figures that need no kernel: sliders, one SVG chart, one sentence, about 5 kB of inline script.

This is the one place where own code beats a library: the figure must work on a static page, in JupyterLab and on Colab,
offline, by keyboard, and leave a picture and its numbers where scripts do not run. Plotting libraries for the web weigh
megabytes or load from elsewhere.

The lesson computes the numbers and passes them as ``data``; a small JavaScript function beside the lesson turns slider
values and data into lines. What it returns is described in :class:`Explorable`.
"""

import base64
import html
import io
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from matplotlib.figure import Figure

from mldesign.style import PALETTE

ROOT = Path(__file__).resolve().parent.parent
RUNTIME = Path(__file__).with_name("explore.js")


@dataclass(frozen=True)
class Slider:
    """A number that the reader moves, by mouse or arrow keys.

    Args:
        name: its key in the script's ``values``.
        label: what the reader sees.
        low, high, step, value: range, step and start, in ``unit``.
        unit: written after the value; ``"$"`` and other currency signs stand before it.
    """

    name: str
    label: str
    low: float
    high: float
    step: float
    value: float
    unit: str = ""

    def __post_init__(self):
        if not self.low <= self.value <= self.high or self.step <= 0:
            raise ValueError(
                f"Slider {self.name!r}: need low ≤ value ≤ high and step > 0, "
                f"got low={self.low}, value={self.value}, high={self.high}, step={self.step}."
            )


class Explorable:
    """An interactive figure; show it by making it the last expression of a cell.

    Args:
        name: unique in the book, lower-case letters, digits and hyphens; becomes its id on the page.
        title: the question that moving the sliders answers.
        sliders: one to five :class:`Slider`.
        data: numbers computed by the lesson, anything JSON can hold; round them, they are stored in the notebook.
        script: path from the course's root to a ``.js`` file with one function expression
            ``(values, data) => ({x, y, lines, bands, marks, text})``. ``x`` and ``y`` are ``{label, low?, high?}``;
            a line is ``{label, color, points: [[x, y], …]}`` with a colour name of :data:`mldesign.style.PALETTE`;
            a band ``{from, to, label}`` shades a part of the x axis; a mark is ``{x, y, label}``; ``text`` is one sentence
            that states the result, read out by screen readers.
        figure: a matplotlib figure of the starting state: the picture where scripts do not run.
        alt: what that picture shows, in words.

    Raises:
        ValueError: for a name, sliders or data that cannot be shown.
        FileNotFoundError: when there is no such script.
    """

    def __init__(self, name: str, title: str, sliders: list[Slider], data: dict, script: str, figure: Figure, alt: str):
        if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
            raise ValueError(f"The name {name!r} must be lower-case letters, digits and hyphens.")
        if not 1 <= len(sliders) <= 5:
            raise ValueError(f"{name}: one to five sliders, got {len(sliders)}.")
        path = ROOT / script
        if not path.is_file():
            raise FileNotFoundError(f"{name}: there is no script {script} below the course's folder.")
        self.name, self.title, self.sliders, self.alt = name, title, sliders, alt
        self.data = json.dumps(data, separators=(",", ":"), allow_nan=False)
        self.script = path.read_text(encoding="utf-8").strip().rstrip(";")
        self.picture = _png(figure)

    def __repr__(self) -> str:
        return f"Explorable: {self.title} ({', '.join(slider.label for slider in self.sliders)})"

    def _repr_html_(self) -> str:
        sliders = json.dumps([asdict(slider) for slider in self.sliders], separators=(",", ":"))
        runtime = RUNTIME.read_text(encoding="utf-8").strip().rstrip(";")
        call = f"({runtime})({json.dumps(self.name)},{sliders},{self.data},{json.dumps(PALETTE)},{self.script})"
        return (
            f'<figure class="explorable" id="explorable-{self.name}" aria-label="{html.escape(self.title)}">'
            f"<figcaption><strong>{html.escape(self.title)}</strong></figcaption>"
            f'<div class="explorable-controls"></div>'
            f'<div class="explorable-chart"><img alt="{html.escape(self.alt)}" src="data:image/png;base64,{self.picture}"></div>'
            f'<p class="explorable-text" role="status" aria-live="polite">'
            "Sliders appear here where scripts may run. The picture shows the starting values.</p></figure>"
            f"<script>{_closed(call)}</script>"
        )


def _closed(script: str) -> str:
    """Keep a ``</script>`` inside a string from ending the element."""
    return script.replace("</", "<\\/")


def _png(figure: Figure) -> str:
    """Return a figure as base64 PNG of 64 colours, a third of the size, and close it so that it is not shown twice."""
    import matplotlib.pyplot as plt
    from PIL import Image

    drawn, packed = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=110)
    plt.close(figure)
    Image.open(drawn).convert("RGB").quantize(64).save(packed, format="png", optimize=True)
    return base64.b64encode(packed.getvalue()).decode("ascii")
