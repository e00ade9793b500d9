"""Tasks and checks of lab 1: frame the decision.

A check returns a hint about the first error that it finds, and None when all is right. It calls the student's function on
small constructed cases, where an error has one cause, and then on the real campaigns. It never shows the answer.
"""

import math

from mldesign.lab import hints
from mldesign.lab.tasks import Task

NET_VALUE = '''
def net_value(books: int, redeemers: int, cost_per_book: float, benefit: float) -> float:
    """Return the net value of a mailing in dollars. More redeemers than books is a ValueError."""
    raise NotImplementedError("Task 1.2")
'''

CHOOSE = '''
def choose(scores, household_ids, share: float) -> np.ndarray:
    """Return True or False for each household of one campaign, in the order given: is it mailed?"""
    scores, household_ids = np.asarray(scores, dtype=float), np.asarray(household_ids)
    # Books to mail: math.floor(share * len(scores) + 1e-9), because 0.29 * 100 is 28.999999999999996.
    raise NotImplementedError("Task 1.3")
'''

BACKTEST = '''
def backtest(frame: pd.DataFrame, policy, share: float, cost_per_book: float, benefit: float) -> pd.DataFrame:
    """Replay a policy and return campaign_id, households, books, redeemers, caught and net_value of each campaign."""
    rows = []
    # One campaign at a time: for campaign_id, campaign in frame.groupby("campaign_id", sort=True)
    # Whom does the policy mail? Use scores(policy, ...) and choose(...).
    # Then count, and append a dictionary with the six columns to rows.
    raise NotImplementedError("Task 1.4")
    return pd.DataFrame(rows)
'''

VERDICT = '''
def verdict(low: float, high: float, margin: float) -> str:
    """Return superior, non-inferior, inferior or inconclusive for an interval of challenger minus champion."""
    if low > high:
        raise ValueError(f"The interval runs from {low} to {high}: its lower end must come first.")
    if margin < 0:
        raise ValueError(f"The margin is {margin}; give the loss that you accept as a number of 0 or more.")
    raise NotImplementedError("Task 1.5")
'''

HOUSEHOLDS = '''
def households_per_arm(sd: float, difference: float, alpha: float = 0.05, power: float = 0.8) -> int:
    """Return how many households each of two equal arms needs to detect a difference in mean spend, in dollars."""
    if difference <= 0:
        raise ValueError(f"The difference to detect must be above 0, not {difference}.")
    raise NotImplementedError("Task 1.6")
'''

FAILING_TEST = "test_purchases_are_dated_in_store_time"


def money(params: dict) -> tuple[float, float, float]:
    block = params["money"]
    return block["cost_per_book"], block["extra_spend_per_redeemer"], block["contribution_margin"]


def break_even(params: dict) -> float:
    cost, extra, margin = money(params)
    return cost / (extra * margin)


def check_break_even(answer, params: dict) -> str | None:
    cost, extra, margin = money(params)
    wanted, got = break_even(params), float(answer)
    near = [
        (100 * wanted, "That is the right size in per cent. Give the rate as a share, between 0 and 1."),
        (
            1 / wanted,
            "That is households per dollar turned over: divide the cost by the benefit, not the other way round.",
        ),
        (
            cost / extra,
            "A dollar of sales is not a dollar earned: only the contribution margin of it stays with the grocer.",
        ),
        (
            cost / margin,
            "That is how many dollars of sales one book must bring. The question is which share must redeem.",
        ),
        (cost * margin / extra, "The margin shrinks what a redeemer is worth, not what a book costs."),
        (extra * margin, "That is what one redeemer is worth in dollars. How many of them pay for one book?"),
    ]
    if math.isclose(got, wanted, rel_tol=0.005):
        return None
    if hint := hints.trap(got, near, lambda one, other: hints.close(one, other, 0.005)):
        return hint
    if not 0 < got < 1:
        return "A rate lies between 0 and 1: the share of mailed households that must redeem so that the mailing pays."
    return "Write down what 100 books cost. How many redeemers earn that back, each worth margin × extra spend?"


def check_net_value(net_value) -> str | None:
    got = net_value(100, 20, 2.0, 15.0)
    if hint := hints.number(got, "net_value(100, 20, 2.0, 15.0)"):
        return hint
    traps = [
        (300.0, "The books are free in your version. Every book that is mailed costs, whatever happens to it."),
        (260.0, "You charge the books of redeemers only. The books of the others were printed and mailed too."),
        (140.0, "You charge only the books that nobody redeemed. A redeemed book was printed and mailed too."),
        (-100.0, "The sign is turned: worth of the redeemers minus cost of the books."),
        (1300.0, "Every book earns the benefit in your version. Only a household that redeems is worth it."),
        (1.0, "That is dollars per book. Return the dollars of the whole mailing."),
        (5.0, "That is dollars per redeemer. Return the dollars of the whole mailing."),
        (500.0, "You add the cost. A cost reduces the value."),
        (-110.0, "`benefit` already has the margin in it: do not take the margin off again."),
    ]
    if hint := hints.trap(got, traps):
        return hint
    if not hints.close(got, 100.0):
        return "100 books at $2, 20 redeemers worth $15 each: work it out by hand and compare with what your function returns."
    if not hints.close(net_value(10, 0, 2.0, 15.0), -20.0):
        return "Ten books that nobody redeems lose what they cost; a loss is a negative number, not 0."
    if not hints.close(net_value(7, 2, 0.55, 3.1), 2.35):
        return "Right for whole dollars, wrong for cents: do not round, and do not use `//` or int()."
    if not hints.close(net_value(0, 0, 2.0, 15.0), 0.0):
        return "A mailing of no books costs nothing and earns nothing."
    return hints.raises(lambda: net_value(2, 3, 1.0, 1.0), "3 redeemers among 2 books are impossible")


def mailed(got, length: int, call: str) -> tuple[list[bool] | None, str | None]:
    """Return a mailing list as booleans, or a hint when it is none."""
    import numpy as np

    if got is None:
        return None, f"{call} returns nothing. Does your function end in `return`?"
    if not isinstance(got, np.ndarray):
        return None, (
            f"Your result is a {type(got).__name__}. Return a NumPy array, for example np.array(…) of it, so that a "
            "caller can add it up and select rows with it by position."
        )
    values = got
    if values.shape != (length,):
        return (
            None,
            f"{call} has {length} households, and your result has the shape {values.shape}. One True or False for each.",
        )
    if values.dtype != bool:
        return (
            None,
            f"Your result holds {values.dtype} values. Return True or False for each household, not its id or its rank.",
        )
    return values.tolist(), None


def check_choose(choose) -> str | None:
    import numpy as np
    import pandas as pd

    got, hint = mailed(
        choose([1.0, 9.0, 5.0, 7.0], [11, 12, 13, 14], 0.5), 4, "choose([1, 9, 5, 7], [11, 12, 13, 14], 0.5)"
    )
    if hint:
        return hint
    if got == [True, False, True, False]:
        return "You mail the lowest scores. The higher score goes first."
    if got == [True, True, False, False]:
        return "The True values stand first, in the order of the ranking. Give them in the order in which households came in."
    if got != [False, True, False, True]:
        return (
            "Of the scores 1, 9, 5, 7 and a budget of half, the 9 and the 7 are mailed. Print your order and compare."
        )
    got, hint = mailed(choose([3.0, 2.0, 1.0], [1, 2, 3], 0.5), 3, "choose([3, 2, 1], [1, 2, 3], 0.5)")
    if hint:
        return hint
    if sum(got) != 1:
        return "Half of three households is one book, not two: round down, or the mailing costs more than its budget."
    got, hint = mailed(choose(range(100), range(100), 0.29), 100, "choose(<100 scores>, <100 ids>, 0.29)")
    if hint:
        return hint
    if sum(got) != 29:
        return f"A budget of 0.29 of 100 households is 29 books, and you mail {sum(got)}: 0.29 * 100 is a little less than 29 in a computer. The comment in the stub says how to count."
    got, hint = mailed(choose([1.0] * 4, [8, 3, 5, 1], 0.5), 4, "choose([1, 1, 1, 1], [8, 3, 5, 1], 0.5)")
    if hint:
        return hint
    if sum(got) > 2:
        return "All four households have the same score, the budget is two books, and you mail more: a cut-off score lets ties in."
    if got == [True, True, False, False]:
        return "Of equal scores you mail those that came in first, so another order of rows is another list. Use household_id."
    if got == [True, False, True, False]:
        return "Of equal scores you mail the higher household_id. The lower one goes first."
    if got != [False, True, False, True]:
        return "Of equal scores the lower household_id is mailed. Sort by score first and by household_id second."
    series, ids = pd.Series([1.0, 9.0, 5.0, 7.0], index=[3, 2, 1, 0]), pd.Series([11, 12, 13, 14], index=[3, 2, 1, 0])
    got, hint = mailed(choose(series, ids, 0.5), 4, "choose(<Series>, <Series>, 0.5)")
    if hint or got != [False, True, False, True]:
        return (
            "With a pandas Series whose index is not 0, 1, 2 … your list comes out wrong: count positions, not labels."
        )
    generator = np.random.default_rng(1)
    score, ids = generator.integers(0, 3, size=500), generator.permutation(500)
    order = generator.permutation(500)
    if set(ids[np.asarray(choose(score, ids, 0.3))]) != set(
        ids[order][np.asarray(choose(score[order], ids[order], 0.3))]
    ):
        return "The same 500 households in another order give another list. Is your order total, with household_id as last word?"
    if np.asarray(choose([2.0, 1.0], [1, 2], 0.0)).sum() or not np.asarray(choose([2.0, 1.0], [1, 2], 1.0)).all():
        return "A budget of 0 mails nobody, and a budget of 1 mails everybody. One of the two goes wrong."
    return None


class Spy:
    """A policy that ranks by spend and remembers what it was shown."""

    def __init__(self):
        self.seen, self.fitted = [], False

    def fit(self, frame, redeemed=None):
        self.fitted = True
        return self

    def decision_function(self, frame):
        self.seen.append(frame)
        return frame["spend"].to_numpy(dtype=float)


COLUMNS = ["campaign_id", "households", "books", "redeemers", "caught", "net_value"]


def check_backtest(backtest) -> str | None:
    import pandas as pd

    frame = pd.DataFrame(
        {
            "campaign_id": [4] * 4 + [5] * 6,
            "household_id": [1, 2, 3, 4, 1, 2, 5, 6, 7, 8],
            "spend": [90.0, 80.0, 70.0, 60.0, 10.0, 30.0, 20.0, 5.0, 1.0, 2.0],
            "redeemed": [1, 0, 1, 0, 0, 1, 0, 1, 1, 0],
        }
    )
    spy, before = Spy(), frame.copy()
    result = backtest(frame, spy, 0.5, 1.0, 10.0)
    if not isinstance(result, pd.DataFrame):
        return f"backtest returns {type(result).__name__}; a DataFrame with one row for each campaign is needed."
    if hint := hints.missing(result, COLUMNS, "The result"):
        return hint
    if not spy.seen:
        return "The policy is never asked. Its scores, scores(policy, …), decide who is mailed."
    if spy.fitted:
        return "You fit the policy on the campaign that it is about to decide: it learns from the outcome. It comes fitted."
    if any("redeemed" in shown for shown in spy.seen):
        return "The policy is shown the column `redeemed`, the future. Drop it before you ask for scores."
    if any(shown["campaign_id"].nunique() > 1 for shown in spy.seen):
        return (
            "The policy is shown several campaigns at once. When campaign 4 is decided, campaign 5 does not exist yet."
        )
    if not frame.equals(before):
        return "Your function changes the frame that it was given. Work on a copy, or drop the column without inplace=True."
    if len(result) != 2 or list(result["campaign_id"]) != [4, 5]:
        return f"Two campaigns went in and {len(result)} rows came out. One row for each campaign, in the order of campaign_id."
    return _count_hint(result.reset_index(drop=True)) or _real_hint(backtest)


def _count_hint(result) -> str | None:
    found = {column: [float(value) for value in result[column]] for column in COLUMNS}
    if found["books"] == [4.0, 6.0]:
        return "Everybody is mailed. Pass the share on to choose: each campaign has a budget."
    if found["books"] != [2.0, 3.0]:
        return "The numbers of books are wrong. Each campaign has its own budget, share × its households: count the True values."
    if found["households"] != [4.0, 6.0]:
        return "`households` counts all rows of the campaign, mailed or not."
    if found["redeemers"] != [2.0, 3.0]:
        return "`redeemers` counts all redeemers of the campaign, mailed or not."
    if found["caught"] == [2.0, 3.0]:
        return "`caught` counts every redeemer. Only those that this policy mails are caught."
    if found["caught"] != [1.0, 1.0]:
        return "`caught` is wrong: among the mailed rows, and only there, add up `redeemed`. Are the two in the same order?"
    if found["net_value"] == [18.0, 27.0]:
        return "The net value counts redeemers that were not mailed. They cost no book, but they earn nothing through it either."
    if found["net_value"] == [6.0, 4.0]:
        return "The net value charges a book for every household. Only `books` were printed."
    if found["net_value"] != [8.0, 7.0]:
        return "The net value does not fit the counts: net_value(books, caught, cost_per_book, benefit)."
    return None


def _real_hint(backtest) -> str | None:
    """Compare with an independent count on the real campaigns, rows shuffled."""
    import numpy as np
    from targeting.history import history
    from targeting.policies import Rule

    frame = history({"first_campaign": 4, "last_campaign": 7, "history_days": 84, "horizon_days": 28})
    frame = frame.sample(frac=1, random_state=1)
    result = backtest(frame, Rule(("coupon_lines",)), 0.5, 1.5, 12.0)
    for row in result.to_dict("records"):
        campaign = frame[frame["campaign_id"] == row["campaign_id"]]
        order = np.lexsort((campaign["household_id"], -campaign["coupon_lines"]))[: len(campaign) // 2]
        if row["caught"] != campaign["redeemed"].to_numpy()[order].sum():
            return "Right on the small case, wrong on the real campaigns with rows in another order: mix no labels and positions."
    return None


def check_verdict(verdict) -> str | None:
    words = {"superior", "non-inferior", "inferior", "inconclusive"}
    cases = [
        (
            5.0,
            20.0,
            "superior",
            {
                "non-inferior": "Even the lower end of 5 to 20 is above 0: more can be said than that the challenger is no worse.",
            },
        ),
        (
            -10.0,
            30.0,
            "non-inferior",
            {
                "superior": "From -10 to 30 a loss is still possible. The upper end, or the middle, proves nothing about being better.",
                "inconclusive": "From -10 to 30 contains 0, but the question is the margin of 50: the worst case loses 10.",
            },
        ),
        (
            -80.0,
            30.0,
            "inconclusive",
            {
                "non-inferior": "From -80 to 30 a loss of 80 is possible, and only 50 is accepted. Compare the lower end with the margin.",
                "inferior": "From -80 to 30 a gain is possible too: nothing shows that the challenger is worse.",
                "superior": "From -80 to 30 a loss of 80 is possible. What makes it superior in your version?",
            },
        ),
        (
            -80.0,
            -20.0,
            "inconclusive",
            {
                "inferior": "From -80 to -20 it earns less, but perhaps by less than the 50 that is accepted. Compare -20 with the margin.",
            },
        ),
        (
            -40.0,
            -5.0,
            "non-inferior",
            {
                "inferior": "From -40 to -5 it earns less, and never by more than the 50 that is accepted. Compare with -margin, not 0.",
                "inconclusive": "From -40 to -5 the worst case loses 40, less than the 50 that is accepted.",
            },
        ),
        (
            -90.0,
            -60.0,
            "inferior",
            {
                "inconclusive": "From -90 to -60 even the best case loses more than the 50 that is accepted.",
                "non-inferior": "The margin is a loss: compare the ends with -margin, not with +margin.",
            },
        ),
    ]
    for low, high, wanted, mistakes in cases:
        got = verdict(low, high, 50.0)
        if got is None:
            return f"verdict({low:g}, {high:g}, 50) returns nothing. Is there a `return` for every case?"
        if got not in words:
            return f"verdict({low:g}, {high:g}, 50) returns {got!r}. Return one of the four words of the docstring, as spelled there."
        if got != wanted:
            return mistakes.get(
                got, f"verdict({low:g}, {high:g}, 50) returns {got!r}. Read the four conditions in their order."
            )
    if verdict(0.0, 9.0, 50.0) != "non-inferior" or verdict(-50.0, 9.0, 50.0) != "inconclusive":
        return "An end that lies exactly on 0 or on -margin is not above it: use > and not >=."
    if verdict(-90.0, -50.0, 50.0) != "inconclusive":
        return "From -90 to -50 the upper end lies exactly on -margin, which is not below it: use < and not <=."
    if verdict(-10.0, 30.0, 5.0) != "inconclusive":
        return "With a margin of 5 the interval from -10 to 30 proves nothing. Is the margin of 50 written into your function?"
    return hints.raises(lambda: verdict(5.0, -5.0, 50.0), "An interval from 5 to -5 is upside down") or hints.raises(
        lambda: verdict(-5.0, 5.0, -50.0), "A margin of -50 is not a loss of 0 or more"
    )


def check_households(households_per_arm) -> str | None:
    from statistics import NormalDist

    z = NormalDist().inv_cdf
    sd, difference = 100.0, 10.0
    got = households_per_arm(sd, difference)
    if hint := hints.number(got, "households_per_arm(100, 10)"):
        return hint
    wanted = 2 * ((z(0.975) + z(0.8)) * sd / difference) ** 2
    traps = [
        (
            1568,
            "Close: 1.96 and 0.84 are rounded, and hold for the default alpha and power only. Use NormalDist().inv_cdf.",
        ),
        (2 * wanted, "That is both arms together. Return the households of one arm."),
        (
            wanted / 2,
            "A difference of two means has the variance of both arms: 2 × sd² / households. Is your factor 2 there?",
        ),
        (
            2 * ((z(0.95) + z(0.8)) * sd / difference) ** 2,
            "That is a one-sided test. Two-sided splits alpha over both tails.",
        ),
        (2 * (z(0.975) * sd / difference) ** 2, "That finds the difference half of the time. Where is the power?"),
        (
            2 * ((z(0.975) + z(0.2)) * sd / difference) ** 2,
            "One of your two z is negative, so it works against the other. Print both: each must be positive.",
        ),
        (2 * (z(0.975) + z(0.8)) ** 2 * sd / difference, "The ratio of spread to difference counts squared too."),
        (2 * (z(0.975) + z(0.8)) * sd / difference, "Square it: half the difference needs four times the households."),
        (
            2 * (z(0.975) ** 2 + z(0.8) ** 2) * (sd / difference) ** 2,
            "Add the two z values first, then square the sum.",
        ),
        (
            2 * ((z(0.975) + z(0.8)) * difference / sd) ** 2,
            "A larger spread needs more households, not fewer: sd / difference.",
        ),
    ]
    if float(got) in (math.floor(wanted), math.ceil(wanted)) or abs(float(got) - wanted) < 1:
        if float(got) < wanted:
            return (
                "Rounding down, or to the nearest, misses the promised power by a little. Round up to whole households."
            )
        if float(got) != math.ceil(wanted):
            return "There is no part of a household: round up and return a whole number."
    else:
        if hint := hints.trap(float(got), traps, lambda one, other: abs(one - other) <= 1):
            return hint
        return "For sd 100 and a difference of 10 your number is off. Start from 2 × ((z of alpha + z of power) × sd / difference)²."
    exact = 2 * ((z(0.975) + z(0.8)) * 120.0 / 10.0) ** 2
    if households_per_arm(120.0, 10.0) != math.ceil(exact):
        return "Right for sd 100, wrong for sd 120: any fraction of a household, also a small one, needs one more."
    if households_per_arm(sd, difference, alpha=0.1) >= got or households_per_arm(sd, difference, power=0.9) <= got:
        return "Right for the default alpha and power only: the numbers are written into your function instead of the arguments."
    return hints.raises(lambda: households_per_arm(sd, 0.0), "A difference of 0 cannot be detected")


def check_failing_test(answer: str, params: dict) -> str | None:
    own = {"shop": "That is the fixture which the test uses. The test's own name starts with test_."}
    return hints.failing_test(answer, FAILING_TEST, own, where=(r".*\.sql", "history", "purchases"))


TASKS = [
    Task("1.1", "Break-even redemption rate", "number", check_break_even, reference=break_even),
    Task(
        "1.2",
        "Net value of a mailing",
        "function",
        check_net_value,
        "src/targeting/value.py",
        "net_value",
        NET_VALUE.lstrip(),
    ),
    Task(
        "1.3",
        "A mailing list with a total order",
        "function",
        check_choose,
        "src/targeting/policies.py",
        "choose",
        CHOOSE.lstrip(),
    ),
    Task(
        "1.4",
        "Back-test without looking ahead",
        "function",
        check_backtest,
        "src/targeting/backtest.py",
        "backtest",
        BACKTEST.lstrip(),
    ),
    Task(
        "1.5",
        "Read an interval against a margin",
        "function",
        check_verdict,
        "src/targeting/experiment.py",
        "verdict",
        VERDICT.lstrip(),
    ),
    Task(
        "1.6",
        "Households that an experiment needs",
        "function",
        check_households,
        "src/targeting/experiment.py",
        "households_per_arm",
        HOUSEHOLDS.lstrip(),
    ),
    Task("1.7", "Find the failing test", "text", check_failing_test, reference=lambda params: FAILING_TEST),
]
