"""Would a model that learns from every campaign have earned more than the one in use? Advice in money, not in drift.

Before each campaign the champion's candidate is trained again on all labels that were known that day, and both choose
their books. Only books that were really mailed have an outcome; each random book stands for 1 / propensity households,
so the difference can be estimated without looking at what the grocer would never have seen. The fewer random books, the
wider the interval: that is the price of not exploring.
"""

import numpy as np
import pandas as pd

from targeting import candidates, evaluate, policies, value
from targeting.exploration import gain
from targeting.labels import known


def refit(frame: pd.DataFrame, labels: pd.Series, weights: np.ndarray, candidate: str, settings: dict):
    """Return the candidate trained on weighted rows."""
    model = candidates.build(candidate, settings["train"]["candidates"][candidate])
    weighted = {f"{model.steps[-1][0]}__sample_weight": weights}
    return model.fit(candidates.inputs(frame), labels.astype(int), **weighted)


def differences(
    development: pd.DataFrame, rows: pd.DataFrame, candidate: str, settings: dict, every: bool
) -> pd.DataFrame:
    """Return household_id, gain (dollars, weighted) of retraining, and campaign_id, for every row of a mature campaign.

    Args:
        development: usable rows from before the registered day.
        rows: of :func:`targeting.replay.replay`, with ``label``: what is known now.
        candidate: of the champion.
        settings: params.yaml.
        every: outcomes of households without a book may be used too.
    """
    share, money = settings["decision"]["mailing_share"], settings["money"]
    benefit = value.benefit_per_redeemer(money["extra_spend_per_redeemer"], money["contribution_margin"])
    horizon, parts = settings["data"]["horizon_days"], []
    for (start, _), now in rows[rows["label"].notna()].groupby(["start_date", "campaign_id"], sort=True):
        campaign = rows.loc[rows["campaign_id"] == now["campaign_id"].iloc[0]]
        mature = rows[rows["start_date"] + pd.Timedelta(days=horizon) <= start]
        labels = known(mature, start, horizon, every)
        mature, labels = mature[labels.notna()], labels[labels.notna()]
        learn = pd.concat([development, mature], ignore_index=True)
        target = pd.concat([development["redeemed"].astype(int), labels.astype(int)], ignore_index=True)
        weights = np.concatenate(
            [np.ones(len(development)), np.ones(len(mature)) if every else 1 / mature["propensity"]]
        )
        model = refit(learn, target, weights, candidate, settings)
        households = campaign["household_id"]
        fresh = policies.choose(candidates.probabilities(model, campaign), households, share)
        used = policies.choose(campaign["probability"], households, share)
        judged = campaign.assign(propensity=1.0) if every else campaign
        gained = gain(judged, fresh, used, benefit, money["cost_per_book"])
        parts.append(campaign[["campaign_id", "household_id"]].assign(gain=gained, changed=fresh != used))
    return pd.concat(parts, ignore_index=True)


def advice(development: pd.DataFrame, rows: pd.DataFrame, candidate: str, settings: dict, every: bool = False) -> dict:
    """Return what retraining before every campaign would have brought, what it costs, and what follows.

    Returns:
        ``per_1000`` (estimate, low, high in dollars per 1,000 households), ``gain`` (the same, dollars a campaign),
        ``cost`` (dollars a retraining), ``campaigns``, ``books_that_change`` and ``advice``.
    """
    difference = differences(development, rows, candidate, settings, every)
    campaigns, cost = difference["campaign_id"].nunique(), float(settings["monitor"]["retraining_cost"])
    per_1000 = evaluate.interval(
        difference["household_id"], difference["gain"], np.ones(len(difference)), settings, 1000
    )
    size = len(difference) / campaigns / 1000
    gain = {end: round(number * size, 2) for end, number in per_1000.items()}
    if gain["low"] > cost:
        text = "Retrain: even the lower end of the gain pays for the work."
    elif gain["high"] < cost:
        text = "Keep: even the upper end of the gain does not pay for the work."
    else:
        text = "Not shown: the interval holds both gain and loss. Keep the model, go on exploring, look again."
    return {
        "per_1000": per_1000,
        "gain": gain,
        "cost": cost,
        "campaigns": int(campaigns),
        "books_that_change": int(difference["changed"].sum()) // 2,
        "advice": text,
    }
