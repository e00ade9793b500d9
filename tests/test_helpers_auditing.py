"""The helper of lesson 7.2: redrawn campaigns keep their size, shares are those of the rows, grey means too few."""

import importlib.util

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from mldesign import data
from mldesign.style import MUTED, PALETTE

FILE = data.ROOT / "modules" / "07-human-side" / "auditing.py"
SPEC = importlib.util.spec_from_file_location("auditing", FILE)
auditing = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(auditing)

OF = pd.Series([True, False, True, True, False])
AMONG = pd.Series([True, True, True, False, False])


def test_a_redrawn_campaign_is_as_large_as_the_real_one():
    draws = auditing.redrawn(5, draws=50)
    assert draws.shape == (50, 5)
    assert set(draws.sum(axis=1)) == {5}
    assert (draws == auditing.redrawn(5, draws=50)).all()


def test_shares_are_those_of_the_repeated_rows():
    draws = auditing.redrawn(5, draws=30)
    for weights, share in zip(draws, auditing.shares(draws, OF, AMONG), strict=True):
        drawn = np.repeat(np.arange(5), weights)
        among = drawn[AMONG[drawn]]
        assert share == pytest.approx(OF[among].mean() if len(among) else 0)


def test_the_middle_leaves_out_a_fortieth_on_each_side():
    assert auditing.middle(np.arange(0, 41), digits=0) == "1 to 39"


def test_groups_below_the_limit_are_grey_and_the_first_stands_on_top():
    table = pd.DataFrame(
        {"redeemers": [50, 5], "TPR": [0.8, 0.6], "low": [0.7, 0.1], "high": [0.9, 1.0]}, ["many", "few"]
    )
    axes = auditing.chart(table, 20, "A title", "share")
    assert [text.get_text() for text in axes.get_yticklabels()] == ["few", "many"]
    assert [to_hex(line.get_color()) for line in axes.lines[::2]] == [to_hex(MUTED), to_hex(PALETTE["blue"])]
    plt.close(axes.figure)
