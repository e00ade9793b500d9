"""The faults that lesson 5.1 plants in its small system, one by one: changes of code, of data and of the model.

A change of code or model replaces a text in one file. A change of data is made to a delivery: it strikes in one week and,
where it is a state and not an accident, stays.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from mldesign.data import query


def weekly_sales(where: str = "true") -> pd.DataFrame:
    """Return weekly sales, one row for each household and week with a purchase, of the lines that a condition keeps."""
    dollars = "cast(sum(cast({} as decimal(12, 2))) as double)"
    return query(f"""
        select cast(household_id as bigint) as household_id, cast(week as bigint) as week,
            count(distinct basket_id) as trips, {dollars.format("sales_value")} as spend,
            {dollars.format("retail_disc")} as discount,
            cast(sum(case when coupon_disc + coupon_match_disc > 0 then 1 else 0 end) as bigint) as coupon_lines
        from transactions where {where} group by all order by all
    """)


def hand_over(delivered: pd.DataFrame, folder: Path) -> None:
    """Write what the tests read into a copy of the system: week 33 and the 23 weeks before it, half a year, to be quick."""
    delivered[delivered["week"].between(10, 33)].to_parquet(folder / "sales.parquet")


@dataclass(frozen=True)
class Fault:
    """One planted fault.

    Args:
        name: two or three words.
        axis: what changed: ``code``, ``data`` or ``model``.
        story: what somebody did, in one sentence.
        file, old, new: for a change of code or model: the file, the text that is replaced, and what replaces it.
        spoil: for a change of data: a function of (weekly sales, the week it strikes) that returns what is delivered.
    """

    name: str
    axis: str
    story: str
    file: str = ""
    old: str = ""
    new: str = ""
    spoil: Callable[[pd.DataFrame, int], pd.DataFrame] | None = None

    def plant(self, folder: Path) -> None:
        """Replace the text in a copy of the system; a change of data changes no file of it.

        Raises:
            ValueError: when the file does not hold the text exactly once.
        """
        if not self.file:
            return
        path = folder / self.file
        text = path.read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise ValueError(
                f"{self.name}: {self.file} holds the text {self.old!r} {text.count(self.old)} times, not once."
            )
        path.write_text(text.replace(self.old, self.new), encoding="utf-8", newline="\n")

    def deliver(self, sales: pd.DataFrame, since: int) -> pd.DataFrame:
        """Return what is delivered when a change of data strikes in week ``since``; else the sales as they are."""
        return self.spoil(sales, since) if self.spoil else sales


def twice(sales: pd.DataFrame, since: int) -> pd.DataFrame:
    return pd.concat([sales, sales[sales["week"] == since]], ignore_index=True)


def cut_short(sales: pd.DataFrame, since: int) -> pd.DataFrame:
    """The export of one week runs when its first two days are over; the rest never comes."""
    first = "(select min(transaction_timestamp) from transactions where week = " + str(since) + ")"
    days = weekly_sales(f"week = {since} and transaction_timestamp < {first} + interval 2 day")
    return pd.concat([sales[sales["week"] != since], days], ignore_index=True).sort_values(["household_id", "week"])


def renamed(sales: pd.DataFrame, since: int) -> pd.DataFrame:
    return sales.rename(columns={"trips": "visits"})


def sent_again(sales: pd.DataFrame, since: int) -> pd.DataFrame:
    """A job finds no new file, takes last week's, and stamps it with the new week."""
    old = sales[sales["week"] == since - 1].assign(week=since)
    return pd.concat([sales[sales["week"] != since], old], ignore_index=True).sort_values(["household_id", "week"])


FAULTS = [
    Fault(
        "window of five weeks",
        "code",
        "The four-week window was off by one.",
        "lapse/features.py",
        'past["week"] > week - 4',
        'past["week"] >= week - 4',
    ),
    Fault(
        "looks ahead",
        "code",
        "The four-week window was centred; on old data the week ahead is there.",
        "lapse/features.py",
        'past[past["week"] > week - 4]',
        'sales[sales["week"].between(week - 2, week + 1)]',
    ),
    Fault(
        "wrong column",
        "code",
        "predict_proba returns two columns; this takes the first.",
        "lapse/contacts.py",
        "[:, 1]",
        "[:, 0]",
    ),
    Fault(
        "ranked by risk",
        "code",
        "A simplification: sorted by probability, as everybody does.",
        "lapse/contacts.py",
        '["at_stake", "household_id"]',
        '["probability", "household_id"]',
    ),
    Fault(
        "numbers as text",
        "code",
        "Earlier lists are read as text, so nobody is recognised.",
        "lapse/job.py",
        "pd.read_csv(file)",
        "pd.read_csv(file, dtype=str)",
    ),
    Fault(
        "number with a point",
        "code",
        "After a join the list holds 1234.0 instead of 1234.",
        "lapse/job.py",
        '"probability"]].round(6)',
        '"probability"]].astype(float).round(6)',
    ),
    Fault("week delivered twice", "data", "The export was started again by hand, and appended.", spoil=twice),
    Fault("two days of seven", "data", "The export ran on Tuesday.", spoil=cut_short),
    Fault("renamed column", "data", "The source calls trips visits from now on.", spoil=renamed),
    Fault("last week's file", "data", "No new file, so the job took the old one.", spoil=sent_again),
    Fault(
        "labels too young",
        "model",
        "Trained up to today: who has not come back yet counts as lapsed.",
        "lapse/training.py",
        "today - MATURES + 1",
        "today + 1",
    ),
    Fault(
        "labels out of step",
        "model",
        "The features were sorted, the labels not.",
        "lapse/training.py",
        "steps.fit_transform(rows[FEATURES]",
        'steps.fit_transform(rows.sort_values("spend_12w")[FEATURES]',
    ),
    Fault(
        "held back",
        "model",
        "A penalty on weights, taken from an example on the web.",
        "lapse/training.py",
        "alpha=0,",
        "alpha=0.3,",
    ),
    Fault(
        "the number as a feature",
        "model",
        "household_id slipped into the list of features.",
        "lapse/features.py",
        '    "coupon_12w",\n]',
        '    "coupon_12w",\n    "household_id",\n]',
    ),
    Fault(
        "balanced classes",
        "model",
        "As many lapsing as loyal rows, because one reads that one should.",
        "lapse/training.py",
        "return rows.assign(lapsed=lapsed(sales, rows))",
        'rows = rows.assign(lapsed=lapsed(sales, rows))\n    few = rows["lapsed"].sum()\n    return rows.groupby("lapsed").head(few).reset_index(drop=True)',
    ),
]
