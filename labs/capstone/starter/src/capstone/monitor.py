"""One number a day: in the last 28 days, how many more departures were disrupted than predicted, as a share of all?

The alarm rings outside the range that the same number had in the held-out months, when nothing was known to be wrong.
"""

from pathlib import Path

import pandas as pd

from capstone.files import read_json, run, write_json

WINDOW = 28  # days
KEY = ["day", "origin", "carrier", "flight", "sched_at"]


def surprise(frame: pd.DataFrame, probability: str) -> pd.Series:
    """Return observed minus predicted share of disruptions in the 28 days that end with each day, from the 28th on."""
    by_day = frame.groupby("day").agg(
        flights=("disrupted", "size"), seen=("disrupted", "sum"), said=(probability, "sum")
    )
    last = by_day.rolling(WINDOW).sum().dropna()
    return (last["seen"] - last["said"]) / last["flights"]


def main() -> None:
    """Write ``reports/monitor.json``."""
    decisions = pd.concat([pd.read_parquet(file) for file in sorted(Path("data/decisions").glob("*.parquet"))])
    outcomes = pd.read_parquet("data/features.parquet", columns=[*KEY, "disrupted"])
    decisions = decisions.merge(outcomes, on=KEY, validate="one_to_one")
    decision = read_json(Path("reports/decision.json"), "dvc repro gate")["decision"]
    name = "challenger" if decision == "promote" else "baseline"
    usual = surprise(pd.read_parquet("models/held_out.parquet"), name)
    now = surprise(decisions, "probability")
    low, high = float(usual.min()), float(usual.max())
    alarms = now[(now < low) | (now > high)]
    report = {
        "number": "observed minus predicted share of disruptions, last 28 days",
        "usual": {"low": round(low, 4), "high": round(high, 4)},
        "last": {"day": f"{now.index[-1]:%Y-%m-%d}", "value": round(float(now.iloc[-1]), 4)},
        "alarms": len(alarms),
        "first_alarm": f"{alarms.index[0]:%Y-%m-%d}" if len(alarms) else None,
        "days": len(now),
    }
    write_json(Path("reports/monitor.json"), report)
    print(f"{now.iloc[-1]:+.3f} on {report['last']['day']}; usual {low:+.3f} to {high:+.3f}; {len(alarms)} alarms")


if __name__ == "__main__":
    run(main)
