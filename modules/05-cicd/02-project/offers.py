"""Who gets an offer, and what the offers of a list earned: the decision metric that lesson 1.1 registered."""

import pandas as pd
from sklearn.pipeline import Pipeline

from mldesign.lapse import contacts, logistic


def stake(rows: pd.DataFrame, money: dict) -> pd.Series:
    """Return the profit, in dollars, that an offer to each household brings if it lapses: a share of its usual four weeks."""
    return rows["spend_12w"] / 3 * money["save_rate"] * money["margin"]


def train(weeks: pd.DataFrame, settings: dict) -> Pipeline:
    """Return the model fitted on the weeks and features that the settings name."""
    learn = weeks[weeks["week"].between(*settings["learn"])]
    return logistic().fit(learn[settings["features"]], learn["lapsed"])


def earned(weeks: pd.DataFrame, settings: dict, model: Pipeline | None = None) -> pd.Series:
    """Return what the lists brought from each household, in dollars a list: the mean over the test periods.

    Args:
        weeks: rows of ``household_weeks``.
        settings: params.yaml.
        model: a fitted model; trained as the settings say when none is given.

    Returns:
        One number for each household at risk in a test period, in order of household; 0 for one without an offer.
    """
    model = model or train(weeks, settings)
    return sum(by_period(weeks, settings, model).values()) / len(settings["test"])


def by_period(weeks: pd.DataFrame, settings: dict, model: Pipeline) -> dict[str, pd.Series]:
    """Return what each period's list brought from each household, in dollars; households as in :func:`earned`."""
    money, periods = settings["money"], settings["test"]
    tested = {f"weeks {first} to {last}": weeks[weeks["week"].between(first, last)] for first, last in periods}
    households, found = pd.Index(sorted(set().union(*(rows["household_id"] for rows in tested.values())))), {}
    for name, rows in tested.items():
        saved = stake(rows, money)
        sent = contacts(rows, model.predict_proba(rows[settings["features"]])[:, 1] * saved)
        gain = sent["lapsed"] * saved[sent.index] - money["offer_cost"]
        found[name] = gain.set_axis(sent["household_id"]).groupby(level=0).sum().reindex(households, fill_value=0.0)
    return found
