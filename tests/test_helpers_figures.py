"""Colours that can be told apart, figures with labels, explorables that are stored the same every time."""

import json
import re

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

from mldesign import data, style
from mldesign.explore import RUNTIME, Explorable, Slider

SCRIPT = "modules/01-intro/figures/profit.js"


@pytest.fixture(autouse=True)
def closed():
    with mpl.rc_context():
        yield
    plt.close("all")


def luminance(color: str) -> float:
    """Relative luminance of a hex colour, as WCAG 2.2 defines it."""
    parts = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(color: str) -> float:
    """Contrast of a colour with the white ground of the figures."""
    return 1.05 / (luminance(color) + 0.05)


@pytest.mark.parametrize("name", style.PALETTE)
def test_lines_stand_out_on_white(name):
    assert contrast(style.PALETTE[name]) >= 3  # WCAG 1.4.11, graphical objects


@pytest.mark.parametrize("color", [style.INK, style.MUTED])
def test_text_stands_out_on_white(color):
    assert contrast(color) >= 4.5  # WCAG 1.4.3, text


def test_figure_has_its_message_and_both_labels():
    style.apply()
    axes = style.figure("The message", "weeks", "dollars", figsize=(3, 2))
    assert axes.get_title(loc="left") == "The message"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("weeks", "dollars")
    assert tuple(axes.figure.get_size_inches()) == (3, 2)


def test_figures_keep_a_white_ground_in_dark_mode():
    style.apply()
    assert mpl.rcParams["savefig.facecolor"] == "white"
    assert [entry["color"] for entry in mpl.rcParams["axes.prop_cycle"]] == list(style.PALETTE.values())


def test_label_stands_at_its_point_in_its_colour():
    axes = style.figure("T", "x", "y")
    style.label(axes, 1, 2, "here", color=style.PALETTE["blue"])
    (text,) = axes.texts
    assert (text.get_text(), text.xy, text.get_color()) == ("here", (1, 2), style.PALETTE["blue"])


# Explorables


def explorable(**changes) -> Explorable:
    figure, axes = plt.subplots()
    axes.plot([0, 1], [0, 1])
    settings = {
        "name": "a-figure",
        "title": "What if?",
        "sliders": [Slider("cost", "Cost", 0, 10, 1, 5, "$")],
        "data": {"note": "</script><b>", "values": [1, 2]},
        "script": SCRIPT,
        "figure": figure,
        "alt": 'A "straight" line',
    }
    return Explorable(**{**settings, **changes})


def test_explorable_is_stored_the_same_every_time():
    assert explorable()._repr_html_() == explorable()._repr_html_()


def test_explorable_reads_without_scripts():
    """A picture with its text, and a sentence that says why there are no sliders."""
    page = re.sub(r"<script>.*?</script>", "", explorable()._repr_html_(), flags=re.DOTALL)
    assert 'alt="A &quot;straight&quot; line"' in page
    assert re.search(r'src="data:image/png;base64,[A-Za-z0-9+/=]{100,}"', page)
    assert "What if?" in page and "Sliders appear here" in page
    assert repr(explorable()) == "Explorable: What if? (Cost)"


def test_explorable_loads_nothing_and_ends_its_script_once():
    page = explorable()._repr_html_()
    assert page.count("</script>") == 1 and page.endswith("</script>")
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page)
    assert json.dumps("a-figure") in page


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"name": "A figure"}, ValueError, "lower-case"),
        ({"sliders": []}, ValueError, "one to five sliders, got 0"),
        ({"script": "modules/nowhere.js"}, FileNotFoundError, "modules/nowhere.js"),
        ({"data": {"x": float("nan")}}, ValueError, "JSON"),
    ],
)
def test_explorable_refuses_what_it_cannot_show(changes, error, words):
    with pytest.raises(error, match=words):
        explorable(**changes)


@pytest.mark.parametrize(("low", "high", "step", "value"), [(0, 10, 1, 11), (0, 10, 0, 5), (10, 0, 1, 5)])
def test_slider_refuses_an_impossible_range(low, high, step, value):
    with pytest.raises(ValueError, match=r"Slider 'cost'.*low ≤ value ≤ high"):
        Slider("cost", "Cost", low, high, step, value)


def test_every_script_belongs_to_a_notebook():
    """A script of an explorable that no notebook, and no Python file beside one, names is dead."""
    files = [path for end in ("ipynb", "py") for path in (data.ROOT / "modules").rglob(f"*.{end}")]
    texts = [path.read_text(encoding="utf-8") for path in files]
    for script in (data.ROOT / "modules").rglob("figures/*.js"):
        name = script.relative_to(data.ROOT).as_posix()
        assert any(name in text for text in texts), f"no notebook uses {name}"


def test_sliders_keep_their_arrow_keys_in_jupyterlab():
    """JupyterLab takes arrow keys for its own shortcuts unless an element says otherwise; seen in JupyterLab 4.6."""
    script = RUNTIME.read_text(encoding="utf-8")
    assert 'input.dataset.lmSuppressShortcuts = "true"' in script
