"""Behaviour: what names a flight must not move its probability, whatever model decides."""

import numpy as np
import pandas as pd

from capstone import candidates


def test_the_number_of_a_flight_changes_nothing(settings):
    chance = np.random.default_rng(5)
    rows = pd.DataFrame({name: chance.random(800) for name in [*candidates.WAITS, *candidates.NUMBERS]})
    rows = rows.assign(origin="JFK", carrier="AA", flight=chance.integers(1, 3, 800))
    disrupted = (rows["origin_wait"] + rows["flight"] > 2).astype(int)
    model = candidates.make("challenger", settings).fit(rows[candidates.FEATURES], disrupted)
    renumbered = rows.assign(flight=3 - rows["flight"])
    before, after = (model.predict_proba(frame[candidates.FEATURES]) for frame in (rows, renumbered))
    np.testing.assert_allclose(before, after)
