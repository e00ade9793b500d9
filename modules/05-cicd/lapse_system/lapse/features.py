"""Weekly sales in, one row of features out for each household at risk."""

import pandas as pd

FEATURES = [
    "weeks_since_visit",
    "trips_4w",
    "trips_12w",
    "active_weeks_12w",
    "spend_4w",
    "spend_12w",
    "discount_12w",
    "coupon_12w",
]


def features(sales: pd.DataFrame, week: int) -> pd.DataFrame:
    """Return the features of households that bought in a week or the week before it, from that week and earlier ones.

    Args:
        sales: weekly sales, see the package.
        week: the week that has just ended; eleven weeks before it are needed.

    Returns:
        ``household_id``, ``week`` and at least ``FEATURES``; counts and dollars.
    """
    past = sales[sales["week"].between(week - 11, week)]
    by = past.groupby("household_id")
    rows = by[["trips", "spend", "discount", "coupon_lines"]].sum().add_suffix("_12w")
    rows = rows.rename(columns={"coupon_lines_12w": "coupon_12w"})
    rows["active_weeks_12w"] = by["week"].nunique()
    recent = past[past["week"] > week - 4].groupby("household_id")
    rows[["trips_4w", "spend_4w"]] = recent[["trips", "spend"]].sum()
    rows["weeks_since_visit"] = week - by["week"].max()
    at_risk = rows[rows["weeks_since_visit"] <= 1]
    return at_risk.assign(week=week).reset_index()
