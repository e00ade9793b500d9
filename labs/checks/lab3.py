"""Tasks and checks of lab 3: training, comparison, registry, receipt.

A check returns a hint about the first error that it finds, and None when all is right. It runs the student's lines on small
constructed cases, where an error has one cause, and then on the real campaigns 4 to 10. It never shows the answer.
"""

import itertools
import math
from pathlib import Path

from mldesign.lab import hints
from mldesign.lab.tasks import Task

ROLLING = """
        # The draft learns from every other campaign. Which of them has labels when this one starts?
        # At hand: test["start_date"], features.mature_by(frame, day, horizon_days), settings.
        learn = frame[frame["campaign_id"] != campaign_id]
        yield int(campaign_id), learn, test
"""

LOGISTIC = """
    # The draft takes the numbers as they are and leaves the type of campaign out. `numbers` and `types` are lists of columns.
    table = ColumnTransformer([("numbers", "passthrough", numbers)])
    return make_pipeline(table, LogisticRegression(C=strength, max_iter=1000))
"""

INTERVAL = """
    # The draft draws rows. `rows` has the columns household, above, below; a household can have several rows.
    drawn = generator.integers(len(rows), size=(resamples, len(rows)))
    tops, bottoms = (rows[name].to_numpy()[drawn].sum(axis=1) for name in ("above", "below"))
    low, high = np.quantile(scale * tops / bottoms, [0.025, 0.975])
"""

COMPARE = """
    # The draft subtracts the ends of two intervals and goes by the estimate. `mine` and `theirs` have the columns of KEYS,
    # and `gain`, in dollars. The lines below need `both`, a row for each household tested by both, and `result`.
    both = mine
    one, other = worth(challenger, settings), worth(champion, settings)
    result = {end: one[end] - other[end] for end in ("estimate", "low", "high")}
    result["verdict"] = "superior" if result["estimate"] > 0 else "inferior"
"""

GOLDEN = """
    # At hand: golden["inputs"], golden["probabilities"], candidates.probabilities(model, frame), TOLERANCE, StageError.
    raise NotImplementedError("Task 3.5")
"""

UNCONFIRMED = """
    # The draft believes every entry that is there. here["commits"] is a list, the two hashes are texts.
    return [name for name in TRACED if name not in receipt]
"""

FAILING_TEST = "test_a_held_out_campaign_is_predicted_from_labels_known_at_its_start"
OF_MATURE_BY = (
    "test_campaigns_11_and_12_mature_a_day_late"  # fails for everybody, the one above only when 3.1 calls mature_by
)


def real_campaigns():
    """Return the real rows of the development campaigns, with what ``targeting.features`` would add on the calendar."""
    from targeting.history import history

    data = {"first_campaign": 4, "last_campaign": 10, "history_days": 84, "horizon_days": 28}
    return history(data).assign(history_complete=1, horizon_complete=1)


# 3.1

# campaign → start, households, redeemers. 28 days: 3 is known on 3 April, 5 on 1 May, 6 on 2 May, 4 on 29 May, 7 on 17 June.
FOLDS = {
    3: ("2017-03-06", 9, 1),
    4: ("2017-05-01", 6, 2),
    5: ("2017-04-03", 6, 3),
    6: ("2017-04-04", 5, 3),
    7: ("2017-05-20", 6, 2),
    8: ("2017-06-20", 7, 2),
    9: ("2017-06-20", 4, 2),
}
KNOWN = {4: {3, 5}, 7: {3, 5, 6}, 8: {3, 4, 5, 6, 7}, 9: {3, 4, 5, 6, 7}}  # with 4 redeemers or more


def folds_frame():
    import pandas as pd

    rows = [
        (campaign, household + 6 * campaign, start, int(household < redeemers))
        for campaign, (start, households, redeemers) in FOLDS.items()
        for household in range(households)
    ]
    frame = pd.DataFrame(rows, columns=["campaign_id", "household_id", "start_date", "redeemed"])
    frame["start_date"] = pd.to_datetime(frame["start_date"])
    return frame.assign(history_complete=1, horizon_complete=1)


def check_rolling_origin(tree: Path) -> str | None:
    from targeting import train

    frame = folds_frame()

    def run(horizon=28, redeemers=4, rows=frame):
        settings = {"data": {"horizon_days": horizon}, "train": {"min_redeemers": redeemers, "as_of": "2017-08-08"}}
        return list(train.rolling_origin(rows, settings))

    try:
        folds = run()
    except (TypeError, ValueError) as error:
        if "Cannot convert input" in str(error) or "identically-labeled" in str(error):
            return (
                '`test["start_date"]` is a column, with the same day on each row of the campaign; pandas cannot compare the rows of '
                "one table with those of another. The campaign's start is one day: take one entry."
            )
        raise
    if not folds:
        if run(rows=frame.replace({"campaign_id": {3: 10}})):  # now the first in order has enough to learn from
            return (
                "Your loop ends at the first campaign that has too little to learn from, and with it all later ones. That one alone is "
                "left out; the loop goes on."
            )
        return (
            "No campaign is held out at all. Of the constructed ones, the later have several earlier campaigns with known "
            "labels and enough redeemers."
        )
    if any(not isinstance(fold, tuple) or len(fold) != 3 or not hasattr(fold[1], "columns") for fold in folds):
        return "Yield three things: the campaign's number, the rows to learn from, the rows to be tested on, both as frames."
    found = {int(campaign): set(learn["campaign_id"]) for campaign, learn, _ in folds}
    return (
        _fold_hint(found)
        or _fold_rows_hint(folds, frame)
        or _fold_settings_hint(run, frame)
        or _real_folds_hint(run(28, 10, real_campaigns()))
    )


def _fold_hint(found: dict[int, set]) -> str | None:
    for campaign, learned in found.items():
        if campaign in learned:
            return f"Campaign {campaign} is predicted from rows that hold campaign {campaign} itself: a model could learn the answers by heart."
    later = {c: {o for o in learned if FOLDS[o][0] >= FOLDS[c][0]} for c, learned in found.items()}
    if any(later.values()):
        campaign, others = next((c, o) for c, o in later.items() if o)
        other = min(others)
        return (
            f"Campaign {campaign} starts on {FOLDS[campaign][0]} and is predicted from campaign {other}, which starts on "
            f"{FOLDS[other][0]}. The numbers of campaigns are no calendar: on that day nothing of it had happened."
            if other < campaign
            else f"Campaign {campaign} starts on {FOLDS[campaign][0]} and is predicted from campaign {other} of {FOLDS[other][0]}: the future."
        )
    for campaign, learned in found.items():
        if early := learned - KNOWN.get(campaign, learned):
            other = min(early)
            return (
                f"Campaign {campaign} starts on {FOLDS[campaign][0]} and learns from campaign {other}, which started on "
                f"{FOLDS[other][0]}: its 28 days were not over, so nobody knew who would redeem."
            )
    if poor := sorted(set(found) - set(KNOWN)):
        return (
            f"Campaign {poor[0]} is predicted from {len(found[poor[0]])} campaign(s) with fewer redeemers than `min_redeemers`, here 4. "
            "A model that has seen so few cannot be judged: leave that campaign out. Count redeemers, not rows."
        )
    if 4 not in found:
        return (
            "Campaign 4 starts on 2017-05-01. Known by then are campaign 3 and campaign 5 (of 3 April: its 28 days end with 30 April), "
            "4 redeemers, as many as are needed. Yours leaves it out: count the days, and what `min_redeemers` says."
        )
    for campaign, known in KNOWN.items():
        if campaign not in found:
            return f"Campaign {campaign} is not held out, although {len(known)} campaigns with enough redeemers are known at its start."
        if lost := known - found[campaign]:
            other = min(lost)
            return (
                f"Campaign {campaign} starts on {FOLDS[campaign][0]} and does not learn from campaign {other} of {FOLDS[other][0]}, whose 28 days "
                "were over. Few redeemers are known: use all that are."
            )
    return None


def _fold_rows_hint(folds: list, frame) -> str | None:
    for campaign, learn, test in folds:
        size = sum(FOLDS[other][1] for other in KNOWN[campaign])
        if len(learn) < size and learn["redeemed"].min() == 1:
            return "The rows to learn from hold redeemers only. From them alone a model learns that everybody redeems."
        if len(learn) != size:
            return f"Campaign {campaign} should learn from {size} rows, all households of the known campaigns; yours has {len(learn)}."
        if set(test["campaign_id"]) != {campaign} or len(test) < FOLDS[campaign][1]:
            return (
                f"Of campaign {campaign}, {len(test)} of {FOLDS[campaign][1]} rows are to be tested on. Households that were seen before get "
                "a book or none, too: keep all rows of the campaign."
            )
    if not frame.equals(folds_frame()):
        return "Your lines change `frame`, which the next campaign is cut from."
    return None


def _fold_settings_hint(run, frame) -> str | None:
    sooner = {int(campaign): set(learn["campaign_id"]) for campaign, learn, _ in run(horizon=27)}
    if sooner.get(4) != {3, 5, 6}:
        return "With `horizon_days: 27` campaign 6 is known when campaign 4 starts, and yours says no. Take the 28 from `settings`."
    if 5 not in {int(campaign) for campaign, _, _ in run(redeemers=1)}:
        return "With `min_redeemers: 1` campaign 5 can be held out: campaign 3 is known and has one. Take the number from `settings`."
    return None


def _real_folds_hint(folds: list) -> str | None:
    found = {int(campaign): sorted(int(number) for number in set(learn["campaign_id"])) for campaign, learn, _ in folds}
    wanted = {8: [4, 5], 9: [4, 5, 6, 7], 10: [4, 5, 6, 7, 8, 9]}
    wrong = [number for number in {**wanted, **found} if found.get(number) != wanted.get(number)]
    return (
        f"On the real campaigns, number {wrong[0]} learns from {found.get(wrong[0], 'nothing')}: not what was known."
        if wrong
        else None
    )


# 3.2


def inputs_frame(rows: int = 300):
    """Return made-up households whose redemption depends on spend (in orders of magnitude), trips and type."""
    import numpy as np
    import pandas as pd
    from targeting import features

    generator = np.random.default_rng(3)
    frame = pd.DataFrame({name: generator.integers(0, 9, rows).astype(float) for name in features.NUMERIC})
    frame["spend"] = np.floor(np.exp(generator.normal(3, 1.5, rows)))
    frame["campaign_type"] = np.array(["Type A", "Type B", "Type C"])[np.arange(rows) % 3]
    pull = np.log1p(frame["spend"]) - 6 + 0.2 * frame["trips"] + 2.5 * (frame["campaign_type"] == "Type B") - 1
    redeemed = (generator.random(rows) < 1 / (1 + np.exp(-pull.to_numpy()))).astype(int)
    return frame, redeemed


def check_logistic(tree: Path) -> str | None:
    import warnings

    from threadpoolctl import threadpool_limits

    warnings.filterwarnings("ignore")
    threadpool_limits(limits=1)  # in this process: its fits are small, and threads would wait for each other
    from targeting import candidates

    columns = ["spend", "trips", "campaign_type"]
    model = candidates.logistic(columns, 0.5)
    if model is None:
        return "logistic(…) returns nothing. The lines must end in `return`."
    if not hasattr(model, "fit") or not hasattr(model, "predict_proba"):
        return f"logistic(…) returns a {type(model).__name__}. What is registered is one object with `fit` and `predict_proba`."
    frame, redeemed = inputs_frame()
    see = candidates.inputs(frame)
    try:
        model.fit(see, redeemed)
    except ValueError as error:
        return _fit_hint(str(error))
    return (
        _type_hint(candidates, model, frame)
        or _log_hint(candidates, model, frame)
        or _scale_hint(candidates, columns, frame, redeemed)
        or _regression_hint(candidates, columns, frame, redeemed)
        or _file_hint(candidates, model)
    )


def _fit_hint(message: str) -> str:
    if "could not convert string" in message:
        return "fit stops: the type of campaign reaches the regression as a word. Turn it into columns of 0 and 1 on the way."
    if "infinity" in message:
        return "fit stops at an infinite value: many households have spent 0, and the logarithm of 0 is not finite. Which logarithm starts at 1?"
    if "NaN" in message:
        return "fit stops at a value that is no number. In which order do the steps run? A scaled number can be negative, and has no logarithm."
    return f"fit stops: {' '.join(message.split())[:200]}"


def _logit(candidates, model, frame, **values):
    """Return the log-odds of the first household with these values, one or a list of each."""
    import numpy as np
    import pandas as pd

    count = max(len(value) for value in values.values())
    rows = pd.concat([frame.head(1)] * count, ignore_index=True).assign(**values)
    probability = np.clip(candidates.probabilities(model, rows), 1e-9, 1 - 1e-9)
    return np.log(probability / (1 - probability))


def _type_hint(candidates, model, frame) -> str | None:
    a, b, c = _logit(candidates, model, frame, campaign_type=["Type A", "Type B", "Type C"])
    if a == b == c:
        return "The type of campaign changes no probability, although `columns` names it. `types` holds its column."
    if not b > max(a, c):
        return (
            "In the constructed data type B redeems most, A and C alike; yours puts the types on a line, A to C. A type is no "
            "amount: it needs a column of 0 and 1 for each."
        )
    if len(set(_logit(candidates, model, frame, discount=[0.0, 900.0]))) > 1:
        return "A column that `columns` does not name changes the probability. Use `numbers` and `types`, and drop the rest."
    try:
        _logit(candidates, model, frame, campaign_type=["Type Z"])
    except ValueError:
        return "A campaign of a type that training has not seen stops the model. What shall the encoder do with an unknown type?"
    return None


def _log_hint(candidates, model, frame) -> str | None:
    steps = _logit(candidates, model, frame, spend=[math.e**power - 1 for power in range(5)])
    if len(set(steps)) == 1:
        return "Spend changes no probability, although `columns` names it."
    rises = [after - before for before, after in itertools.pairwise(steps)]
    if max(rises) - min(rises) > 1e-4 * abs(sum(rises)):
        return (
            "From 1 + spend = 2.7 to 7.4 to 20 the log-odds should rise in equal steps, because the regression sees log(1 + spend). "
            f"Yours rise by {rises[0]:.2g}, then {rises[1]:.2g}. Where is the logarithm, and of what?"
        )
    return None


def _scale_hint(candidates, columns: list, frame, redeemed) -> str | None:
    """Squaring 1 + spend doubles its logarithm, which scaling takes back: the model must not notice."""
    import numpy as np

    squared = frame.assign(spend=(1 + frame["spend"]) ** 2 - 1)
    one, other = (
        candidates.probabilities(candidates.logistic(columns, 0.001).fit(candidates.inputs(rows), redeemed), rows)
        for rows in (frame, squared)
    )
    if np.abs(one - other).max() > 1e-4:
        return (
            "When the logarithm of spend is twice as large for everybody, your model changes. A penalty on coefficients is fair only "
            "between columns of the same spread: scale after the logarithm."
        )
    batch = candidates.logistic(columns, 0.5).fit(candidates.inputs(frame), redeemed)
    alone = candidates.probabilities(batch, frame.head(1))
    if abs(alone[0] - candidates.probabilities(batch, frame)[0]) > 1e-6:
        return "A household alone gets another probability than among others: something is computed from the rows at hand instead of being learned in fit."
    return None


def _regression_hint(candidates, columns: list, frame, redeemed) -> str | None:
    import numpy as np

    see = candidates.inputs(frame)
    spread = {}
    for strength in (0.01, 100.0):
        model = candidates.logistic(columns, strength).fit(see, redeemed)
        probability = candidates.probabilities(model, frame)
        spread[strength] = np.ptp(np.log(probability / (1 - probability)))
        if abs(probability.mean() - redeemed.mean()) > 0.03:
            return (
                f"{redeemed.mean():.0%} of the constructed households redeem; your model says {probability.mean():.0%} on average, on the rows "
                "it learned from. Weights for classes move every probability: nobody could multiply it by dollars any more."
            )
    if math.isclose(spread[0.01], spread[100.0], rel_tol=0.01):
        return "`strength` changes nothing. It is the C of the regression."
    if spread[0.01] > spread[100.0]:
        return "A smaller `strength` should shrink the coefficients more; yours does the opposite. C is the inverse of the penalty, and `strength` is C."
    return _exact_hint(candidates, columns, frame, redeemed)


def _exact_hint(candidates, columns: list, frame, redeemed) -> str | None:
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    numbers = np.log1p(frame[["spend", "trips"]].to_numpy())
    kinds = (frame[["campaign_type"]].to_numpy() == [["Type A", "Type B", "Type C"]]).astype(float)
    table = np.hstack([(numbers - numbers.mean(axis=0)) / numbers.std(axis=0), kinds])
    wanted = LogisticRegression(C=0.01, max_iter=1000).fit(table, redeemed).predict_proba(table)[:, 1]
    got = candidates.probabilities(candidates.logistic(columns, 0.01).fit(candidates.inputs(frame), redeemed), frame)
    if np.abs(got - wanted).max() > 0.002:
        return (
            "Logarithm, types and `strength` are there, and the probabilities are still others. What was asked: numbers with mean 0 and standard "
            "deviation 1, one column for every type, none of them scaled or dropped, and nothing but C changed in the regression."
        )
    return None


def _file_hint(candidates, model) -> str | None:
    import skops.io

    try:
        strangers = skops.io.get_untrusted_types(data=skops.io.dumps(model))
    except Exception as error:
        strangers = [f"{type(error).__name__}: {' '.join(str(error).split())[:80]}"]
    if other := sorted(set(strangers) - set(candidates.TRUSTED)):
        return (
            f"The model is right, but its file would hold {other[0]}, which is not on the list TRUSTED at the top of the file: the registry "
            "could not load it back. A lambda or a function of your own is such a stranger; numpy has the logarithm."
        )
    return None


# 3.3


def _interval_settings(resamples: int = 4000, seed: int = 7) -> dict:
    return {"seed": seed, "train": {"resamples": resamples, "as_of": "2017-08-08"}}


def _near(got: dict, low: float, high: float, share: float = 0.06) -> bool:
    room = share * (high - low)
    return abs(got["low"] - low) <= room and abs(got["high"] - high) <= room


def check_interval(tree: Path) -> str | None:
    import warnings

    import numpy as np

    warnings.filterwarnings("ignore")
    from targeting import evaluate

    ones = np.ones(120)
    redeemed = (np.arange(120) % 3 == 0).astype(float)
    first = evaluate.interval(np.arange(120), redeemed, ones, _interval_settings())
    one, again = (evaluate.interval(*_ratio_case(), _interval_settings(50)) for _ in range(2))
    if not all(math.isfinite(first[end]) for end in ("low", "high")):
        return (
            f"For 120 households with a row each the interval runs from {first['low']} to {first['high']}: no numbers."
        )
    if one != again:
        return "The same rows give another interval each time. Draw with `generator`, which starts from the registered seed."
    pairs = evaluate.interval(np.repeat(np.arange(60), 2), np.tile([1.0, -1.0], 60), ones, _interval_settings())
    if pairs["high"] - pairs["low"] > 1e-9:
        return (
            "Each of 60 households has two rows, +1 and −1, so each sums to 0 and no draw of households can give anything else. Yours runs "
            f"from {pairs['low']:.2f} to {pairs['high']:.2f}: it tears the rows of a household apart."
        )
    return (
        _width_hint(evaluate, first)
        or _ratio_hint(evaluate)
        or _uneven_hint(evaluate)
        or _empty_draw_hint(evaluate)
        or _interval_settings_hint(evaluate)
        or _real_interval_hint(evaluate)
    )


def _width_hint(evaluate, first: dict) -> str | None:
    import numpy as np

    if first["high"] - first["low"] < 1e-9:
        return "Every draw gives the same. Drawn without putting back, all households are always there: draw with replacement."
    if not first["low"] < first["estimate"] < first["high"]:
        return (
            f"40 of 120 households redeem, {first['estimate']:.3f}, and your interval runs from {first['low']:.3f} to {first['high']:.3f}. The "
            "estimate should lie inside it."
        )
    copied = evaluate.interval(
        np.tile(np.arange(120), 4), np.tile(np.arange(120) % 3 == 0, 4), np.ones(480), _interval_settings()
    )
    if copied["high"] - copied["low"] < 0.8 * (first["high"] - first["low"]):
        return "Four copies of every row tell nothing new, and your interval shrinks. How many households does a draw hold? As many as there are, not as many as rows."
    width = (first["high"] - first["low"]) / (2 * 1.96 * math.sqrt(1 / 3 * 2 / 3 / 120))
    if width < 0.3:
        return "The interval is far too narrow. It is to hold the middle 95 % of the draws; dividing by the number of draws measures how long the computer ran."
    if width < 0.92:
        return (
            f"The interval has {width:.0%} of the width that 95 % needs. Which two quantiles leave 95 % between them?"
        )
    if width > 1.08:
        return f"The interval has {width:.0%} of the width that 95 % needs: it holds more than the middle 95 % of the draws."
    return None


def _ratio_case():
    """Return households whose denominators differ much, and correlate with their ratio."""
    import numpy as np

    generator = np.random.default_rng(5)
    below = generator.integers(1, 30, 80).astype(float)
    return np.arange(80), np.round(below * generator.uniform(0.1, 0.3, 80) * (1 + below / 30), 1), below


def _ratio_hint(evaluate) -> str | None:
    import numpy as np

    households, above, below = _ratio_case()
    got = evaluate.interval(households, above, below, _interval_settings())
    drawn = np.random.default_rng(1).integers(80, size=(20000, 80))
    tops, bottoms = above[drawn].sum(axis=1), below[drawn].sum(axis=1)

    def ends(draws) -> tuple[float, float]:
        return tuple(np.quantile(draws, [0.025, 0.975]))

    if _near(got, *ends((above / below)[drawn].mean(axis=1))):
        return (
            "Yours is the interval of the mean of the households' own ratios. A household with much below the line counts for more: sum "
            "above and below in each draw, then divide."
        )
    if _near(got, *ends(tops / below.sum())):
        return "Each draw has its own denominator. Yours divides every draw by that of all rows: what is drawn below the line varies too."
    if _near(got, *ends(tops / 80)) or _near(got, *ends(tops)):
        return "Divide by what a draw holds of `below`, not by the number of households and not by nothing."
    if not _near(got, *ends(tops / bottoms)):
        low, high = ends(tops / bottoms)
        return (
            f"For 80 households with different denominators the interval runs from {got['low']:.3f} to {got['high']:.3f}; drawn 20,000 "
            f"times it runs from {low:.3f} to {high:.3f}."
        )
    scaled = evaluate.interval(households, above, below, _interval_settings(), 1000)
    if not math.isclose(scaled["low"], 1000 * got["low"], rel_tol=0.1):
        return "With `scale` 1000 the ends should be a thousand times as large, as the estimate is."
    return None


def _uneven_hint(evaluate) -> str | None:
    """Households with one to five rows, of which those with many redeem more often."""
    import numpy as np

    sizes = np.arange(80) % 5 + 1
    households = np.repeat(np.arange(80), sizes)
    above = (np.random.default_rng(6).random(len(households)) < np.repeat(sizes, sizes) / 6).astype(float)
    totals = np.bincount(households, above)
    got = evaluate.interval(households, above, np.ones(len(households)), _interval_settings())
    drawn = np.random.default_rng(1).integers(80, size=(20000, 80))
    wanted, even = (
        np.quantile(draws, [0.025, 0.975])
        for draws in (totals[drawn].sum(axis=1) / sizes[drawn].sum(axis=1), (totals / sizes)[drawn].mean(axis=1))
    )
    if _near(got, *even):
        return (
            "80 households with one to five rows each: in yours a household counts once, however many rows it has. A draw holds all rows "
            "of each household, so five rows add five times to the sums, above and below."
        )
    if not _near(got, *wanted):
        return (
            f"80 households with one to five rows each: the interval runs from {got['low']:.3f} to {got['high']:.3f}; drawn 20,000 times "
            f"it runs from {wanted[0]:.3f} to {wanted[1]:.3f}."
        )
    return None


def _empty_draw_hint(evaluate) -> str | None:
    import numpy as np

    got = evaluate.interval(np.arange(3), np.array([1.0, 0, 0]), np.array([1.0, 0, 0]), _interval_settings())
    if not all(math.isfinite(got[end]) for end in ("low", "high")):
        return (
            "Of three households one has something below the line. A draw can miss it: nothing divided by nothing, and your ends are no "
            "numbers. Leave such draws out."
        )
    if got["low"] < 0.99:
        return "Of three households one has something below the line, with ratio 1. A draw without it says nothing about the ratio; yours counts it as 0."
    return None


def _interval_settings_hint(evaluate) -> str | None:
    households, above, below = _ratio_case()
    single = evaluate.interval(households, above, below, _interval_settings(resamples=1))
    if single["high"] - single["low"] > 1e-9:
        return "With `resamples: 1` there is one draw, whose quantiles are equal; yours are not. How many are drawn stands in `resamples`."
    return None


def _real_interval_hint(evaluate) -> str | None:
    import numpy as np

    frame = real_campaigns()
    got = evaluate.interval(frame["household_id"], frame["redeemed"], np.ones(len(frame)), _interval_settings(1000))
    if not got["low"] < frame["redeemed"].mean() < got["high"]:
        return f"On campaigns 4 to 10 the share that redeems is {frame['redeemed'].mean():.3f}, outside of yours: {got['low']:.3f} to {got['high']:.3f}."
    return None


# 3.4


def _tested(campaigns, households, mailed, redeemed):
    import numpy as np
    import pandas as pd

    return pd.DataFrame(
        {
            "campaign_id": campaigns,
            "household_id": list(households),
            "mailed": np.array(mailed, dtype=bool),
            "redeemed": redeemed,
        }
    )


def _compare_settings(margin: float = 50.0) -> dict:
    return {
        "seed": 7,
        "train": {"resamples": 1000},
        "money": {"cost_per_book": 1.5, "extra_spend_per_redeemer": 40.0, "contribution_margin": 0.3},
        "decision": {"metric": "net_value_per_1000", "mailing_share": 0.5, "non_inferiority_margin": margin},
    }


def check_compare(tree: Path) -> str | None:
    import pandas as pd
    from targeting import evaluate
    from targeting.files import StageError

    redeemed = [1, 0] * 100
    good = _tested(1, range(200), redeemed, redeemed)
    bad = _tested(1, range(200), [0, 1] * 100, redeemed)
    try:
        got = evaluate.compare(good, bad, _compare_settings())
    except ValueError as error:
        if "margin" in str(error):
            return f"verdict stops: {str(error)[:90]} It takes the margin as it is registered, as a loss of 0 or more."
        raise
    except KeyError as error:
        if error.args and error.args[0] in ("redeemed", "household_id"):
            return (
                f"`both` has no column {error.args[0]}, which is needed further down. Look at `both.columns` after you have joined: a "
                "merge renames what stands in both tables, and an index is no column."
            )
        raise
    if absent := [name for name in ("estimate", "low", "high", "verdict") if name not in got]:
        return f"The result lacks {', '.join(absent)}."
    try:
        return (
            _estimate_hint(evaluate, got, good, redeemed)
            or _rows_hint(evaluate, good, StageError)
            or _pairing_hint(evaluate)
            or _verdict_hint(evaluate)
        )
    except pd.errors.MergeError:
        return "The merge refuses, because a household is on two lists of the constructed case. It has a row on each: join on both KEYS."


def _estimate_hint(evaluate, got: dict, good, redeemed: list) -> str | None:
    traps = [
        (
            -6000.0,
            "The one that mails every redeemer comes out worse: take champion from challenger, not the other way round.",
        ),
        (6.0, "The difference is in dollars a household; the registered metric is in dollars per 1,000 households."),
        (
            1200.0,
            "The difference is the sum over all households; the registered metric is in dollars per 1,000 of them.",
        ),
    ]
    if hint := hints.trap(got["estimate"], traps):
        return hint
    if not hints.close(got["estimate"], 6000.0):
        return (
            "One of two mails all 100 redeemers among 200 households, the other the 100 others, at equal cost: $12 for each redeemer, "
            f"6,000 per 1,000 households. Yours says {got['estimate']:.1f}."
        )
    thrifty = _tested(1, range(200), [one if place < 100 else 0 for place, one in enumerate(redeemed)], [0] * 200)
    spender = thrifty.assign(mailed=[bool(one) for one in redeemed])
    saved = evaluate.compare(thrifty, spender, _compare_settings())["estimate"]
    if not hints.close(saved, 375.0):
        return f"One saves 50 books of $1.50 among 200 households and loses nothing: 375 per 1,000. Yours says {saved:.1f}. Do books cost something?"
    return None


def _rows_hint(evaluate, good, stage_error) -> str | None:
    import numpy as np

    same = good.sample(frac=1, random_state=1)
    got = evaluate.compare(good, same, _compare_settings())
    if max(abs(got["low"]), abs(got["high"])) > 1e-9:
        return (
            "A model against itself, the rows in another order, differs from itself by up to "
            f"{max(abs(got['low']), abs(got['high'])):.0f}. Put the two together by campaign and household, not by position."
        )
    half, other = good.iloc[:120], good.iloc[80:]
    if evaluate.compare(half, other, _compare_settings())["rows"] != 40:
        return (
            "Of two models, each tested on 120 households, 40 are the same. Yours compares on "
            f"{evaluate.compare(half, other, _compare_settings())['rows']}: a household that only one of them was tested on says nothing about the other."
        )
    twice = _tested(np.repeat([1, 2], 40), [*range(40)] * 2, [True] * 40 + [False] * 40, [0] * 80)
    swapped = twice.assign(mailed=~twice["mailed"])
    got = evaluate.compare(twice, swapped, _compare_settings())
    if got["rows"] != 80:
        return f"40 households on two lists are 80 rows; yours compares {got['rows']}. The same household on another list is another row: join on both KEYS."
    if got["high"] - got["low"] > 1e-9:
        return (
            "40 households cost one model a book on the first list and the other a book on the second, so each household's difference is 0. "
            f"Yours runs from {got['low']:.0f} to {got['high']:.0f}: give `interval` the households, whose rows belong together."
        )
    try:
        evaluate.compare(half.head(10), other.tail(10), _compare_settings())
    except stage_error as error:
        return (
            None
            if str(error).strip()
            else "The StageError carries no message. Say what cannot be compared, and what to do."
        )
    except Exception as error:
        return f"Two models without a common household end in {type(error).__name__}. Stages stop with a StageError, one line that says what to do."
    return "Two models that were never tested on the same household are compared all the same. Raise a StageError that says so."


def _pair():
    """Return a challenger that differs from the champion in a few households, and the champion."""
    import numpy as np

    generator = np.random.default_rng(4)
    redeemed = (generator.random(600) < 0.2).astype(int)
    champion = _tested(1, range(600), generator.random(600) < 0.5, redeemed)
    swap = np.flatnonzero(champion["mailed"])[:15], np.flatnonzero(~champion["mailed"])[:15]
    challenger = champion.copy()
    challenger.loc[[*swap[0], *swap[1]], "mailed"] ^= True
    return challenger, champion


def _pairing_hint(evaluate) -> str | None:
    import numpy as np

    challenger, champion = _pair()
    settings = _compare_settings()
    got = evaluate.compare(challenger, champion, settings)
    one, other = (evaluate.worth(rows, settings) for rows in (challenger, champion))
    if hints.close(got["low"], one["low"] - other["low"]) or hints.close(got["low"], one["low"] - other["high"]):
        return "The ends of two intervals, subtracted, are no interval of the difference. Subtract household by household first; then one interval."
    gain = evaluate.gains(challenger, settings) - evaluate.gains(champion, settings)
    drawn = np.random.default_rng(1).integers(600, size=(4000, 600))
    low, high = np.quantile(1000 * gain[drawn].mean(axis=1), [0.025, 0.975])
    if not _near(got, low, high, 0.12):
        return (
            f"Challenger and champion differ in 30 of 600 households. Household by household the interval runs from {low:.0f} to {high:.0f}; "
            f"yours from {got['low']:.0f} to {got['high']:.0f}. Most of what both earn alike should cancel before anything is drawn."
        )
    return None


def _verdict_hint(evaluate) -> str | None:
    challenger, champion = _pair()
    got = evaluate.compare(challenger, champion, _compare_settings())
    low, high = got["low"], got["high"]
    between = f"The interval runs from {low:.0f} to {high:.0f}"
    wide, narrow = (
        evaluate.compare(challenger, champion, _compare_settings(m))["verdict"] for m in (1 - low, -low / 2)
    )
    if wide == narrow and wide in ("superior", "inferior"):
        return (
            f"{between}, and yours says {wide}, by the estimate. What the interval allows to say is lab 1's `verdict`."
        )
    if wide != "non-inferior":
        return f"{between}; at a margin of {1 - low:.0f}, which it stays above, that is non-inferior. Yours says {wide}. Is the margin that of `settings`?"
    if narrow != "inconclusive":
        return f"{between}; at a margin of {-low / 2:.0f}, which lies inside it, nothing is shown. Yours says {narrow}. Is the margin that of `settings`?"
    return None


# 3.5


class Fixed:
    """A model that gives the probabilities it was told, and 0 or 1 where it is asked for a class."""

    def __init__(self, probabilities):
        self.told = probabilities

    def predict_proba(self, frame):
        import numpy as np

        told = np.resize(np.asarray(self.told, dtype=float), len(frame))
        return np.column_stack([1 - told, told])

    def predict(self, frame):
        return (self.predict_proba(frame)[:, 1] > 0.5).astype(int)


def check_golden(tree: Path) -> str | None:
    from targeting import features, registry
    from targeting.files import StageError

    def refused(then: list, now: list) -> str | None:
        """Return how a model is refused: the message of the StageError, the kind of another error, or None."""
        inputs = {name: [1.0] * len(then) for name in features.NUMERIC} | {"campaign_type": ["Type A"] * len(then)}
        golden = {"inputs": inputs, "probabilities": list(then)}
        try:
            registry.check_golden(Fixed(now), golden, "Version 3 of coupon-book")
        except StageError as error:
            return f"StageError {error}"
        except (ValueError, AssertionError, RuntimeError, ArithmeticError) as error:
            return type(error).__name__
        return None

    then = [0.5, 0.2, 0.1, 0.05, 0.02]
    if found := refused(then, then):
        return _same_hint(found, classes=refused([1.0, 0.0], [1.0, 0.0]) is None)
    if refused(then, [one + 4e-7 for one in then]):
        return (
            "Probabilities that are 0.0000004 higher are refused, and TOLERANCE is 0.000001. Another release of numpy may move the last "
            "digits; they decide nothing."
        )
    return _golden_hint(refused, then) or _tolerance_hint(refused, registry, then)


def _same_hint(found: str, classes: bool) -> str:
    if classes:
        return "Yours compares classes, 0 or 1, with probabilities: predict gives classes. So every model that is not quite sure is refused."
    if "StageError" in found:
        return (
            "A model that predicts what it predicted then is refused. Compare the same thing on both sides: predict_proba has two columns, "
            "candidates.probabilities gives that of redeeming."
        )
    return f"A model that predicts what it predicted then ends in {found}. `inputs` is a dictionary of columns, `probabilities` a list."


def _golden_hint(refused, then: list) -> str | None:
    if refused(then, [0.9, 0.1, 0.7, 0.01, 0.99]) is None:
        return "A model that gives quite other probabilities passes. Raise an error: what is printed or returned stops nobody."
    if refused(then, [one / 2 for one in then]) is None and refused(then, [1.5 * one for one in then]) is None:
        return (
            "Models whose probabilities are all halved, or half as high again, pass, because the order is the same. Compare the "
            "probabilities: the rate at which a book pays is one."
        )
    kinds = [refused(then, [one + change for one in then]) for change in (0.001, -0.001)]
    if kinds[0] is not None and kinds[1] is None:
        return "Probabilities that are 0.001 higher are refused, but 0.001 lower pass. Lower is as wrong: take the distance."
    if kinds[0] is None and kinds[1] is not None:
        return "Probabilities that are 0.001 lower are refused, but 0.001 higher pass. Take the distance, whatever its sign."
    if kinds[0] is None:
        return "Probabilities that are 0.001 off pass. TOLERANCE is 0.000001."
    if not kinds[0].startswith("StageError"):
        return f"The model is refused with {kinds[0]}. Registry and services expect a StageError, which says in one line what to do; python -O also leaves assert out."
    if refused(then, [0.501, *then[1:]]) is None:
        return "One of five probabilities is 0.001 off, the other four are right: passes. Four that hold do not excuse the fifth."
    if refused(then, [0.501, 0.199, 0.1, 0.05, 0.02]) is None:
        return "One probability 0.001 higher, another 0.001 lower: passes, because they cancel in your sum or mean. Every single one has to hold."
    if refused([0.5] * 500, [0.5] * 499 + [0.50002]) is None:
        return "One of 500 probabilities is off by 0.00002 and vanishes in a mean. Every single one has to hold."
    if refused(then, [0.500003, *then[1:]]) is None:
        return "0.500003 instead of 0.5 passes: three times TOLERANCE. np.allclose and the like also allow a share of the value, unless told not to."
    if refused(then, [math.nan, *then[1:]]) is None:
        return "A model that returns `nan` passes: a comparison with nan is never true. Ask whether all is well, instead of whether something is wrong."
    if not kinds[0].removeprefix("StageError ").startswith("Version 3 of coupon-book"):
        return f"The message reads {kinds[0].removeprefix('StageError ')[:80]!r}. It shall begin with `where`: at night somebody has only this line."
    return None


def _tolerance_hint(refused, registry, then: list) -> str | None:
    registry.TOLERANCE = 0.01
    if refused(then, [one + 0.001 for one in then]):
        return "With TOLERANCE set to 0.01, 0.001 is still refused. Use the name: the number is a decision, and stands in one place."
    return None


# 3.6

WHOLE = {
    "version": 2, "run_id": "r7", "candidate": "logistic", "as_of": "2017-08-08", "campaigns": "[4, 5]",
    "commit": "c0ffee11", "data_hash": "da7a", "features_sha256": "fea7", "fingerprint": "f1",
}  # fmt: skip
HERE = {"commits": ["beef5678", "c0ffee11"], "data_hash": "da7a", "features_sha256": "fea7"}


def check_unconfirmed(tree: Path) -> str | None:
    from targeting.dossier import unconfirmed

    def names(receipt: dict | None = None, here: dict | None = None, **changed) -> set:
        return set(unconfirmed((WHOLE if receipt is None else receipt) | changed, HERE if here is None else here))

    got = unconfirmed(dict(WHOLE), dict(HERE))
    if hint := hints.returned(got, list, "unconfirmed(receipt, here)"):
        return hint
    if set(got) == {"commit", "data_hash", "features_sha256"}:
        return "Everything is confirmed, and yours returns all three names. Return those that are *not* confirmed."
    if extra := set(got) - {"commit", "data_hash", "features_sha256"}:
        return f"Everything is confirmed, and yours returns {', '.join(sorted(map(str, extra)))}. Only the entries of TRACED can be compared with this folder."
    if "commit" in got:
        return "The receipt's commit is one of two that git knows here, not the last, and yours does not find it. An older commit can be checked out as well."
    if got:
        return f"Everything is confirmed, and yours returns {', '.join(sorted(got))}."
    cases = [
        (
            {"data_hash": "da7b"},
            "data_hash",
            "The raw tables here have another hash than those it learned from, and yours confirms them.",
        ),
        (
            {"features_sha256": "fea8"},
            "features_sha256",
            "The table of features here has another hash, and yours confirms it.",
        ),
        ({"commit": "0ld"}, "commit", "The commit is one that git does not know here, and yours confirms it."),
        (
            {"commit": "c0ffee11-dirty"},
            "commit",
            "`c0ffee11-dirty` is confirmed: c0ffee11 *and changes that nobody committed*. That code is gone, though the commit in front of it is there.",
        ),
        (
            {"commit": "c0ffee"},
            "commit",
            "`c0ffee` is confirmed, because a commit here begins like that. A part of a hash is no hash: compare whole ones.",
        ),
        ({"commit": "none"}, "commit", "`none`, written by a run outside of git, is confirmed."),
    ]
    for changed, name, hint in cases:
        if name not in names(**changed):
            return hint
        if len(names(**changed)) > 1:
            return f"Only {name} differs, and yours returns {', '.join(sorted(names(**changed)))}."
    return _missing_hint(names)


def _missing_hint(names) -> str | None:
    for name in ("commit", "data_hash", "features_sha256"):
        without = {key: entry for key, entry in WHOLE.items() if key != name}
        try:
            if name not in names(without) or name not in names(**{name: None}):
                return f"A receipt without {name} (an older run did not keep it, or it is None) is confirmed. What is not there confirms nothing."
        except KeyError:
            return f"A receipt without {name} stops your lines with KeyError. That is just the receipt that somebody will ask about: name what it lacks."
    bare = HERE | {"data_hash": None}
    if "data_hash" not in names(data_hash=None, here=bare):
        return (
            "Neither receipt nor folder has a data_hash, and yours calls that equal. Two unknowns are no confirmation."
        )
    all_three = names(commit="x-dirty", data_hash="other", features_sha256="other")
    if all_three != {"commit", "data_hash", "features_sha256"}:
        return f"All three differ, and yours returns {', '.join(sorted(all_three)) or 'none'}. Who asks needs to know everything that is missing."
    return None


# 3.7


def check_failing_test(answer: str, params: dict) -> str | None:
    passing = (
        "It passes with the change: twice the same wrong training is the same, and the money is counted rightly. Read the line that "
        "starts with FAILED."
    )
    own = {
        "test_the_campaigns_of_each_role": "It fails too, because more campaigns are now taken for known. Another one says what is "
        "wrong in its name: when labels mature.",
        "test_a_household_is_known_when_its_fold_has_learned_from_it": "It fails too, because every household of a campaign is now "
        "known to its fold. That is an effect, and could happen to sound data. Name the test that says what may be learned from.",
        "test_training_twice_gives_the_same": passing,
        "test_money_agrees_with_the_back_test_of_the_first_lab": passing,
    }
    where = ("mature_by", "features", "rolling_origin", "development")
    return hints.failing_test(answer, (FAILING_TEST, OF_MATURE_BY), own, where)


TASKS = [
    Task("3.1", "Learn from what was known", "file", check_rolling_origin, "src/targeting/train.py", stub=ROLLING[1:]),
    Task("3.2", "The pipeline is the model", "file", check_logistic, "src/targeting/candidates.py", stub=LOGISTIC[1:]),
    Task("3.3", "An interval by household", "file", check_interval, "src/targeting/evaluate.py", stub=INTERVAL[1:]),
    Task("3.4", "A difference and its verdict", "file", check_compare, "src/targeting/evaluate.py", stub=COMPARE[1:]),
    Task("3.5", "Golden predictions", "file", check_golden, "src/targeting/registry.py", stub=GOLDEN[1:]),
    Task(
        "3.6", "A receipt that is checked", "file", check_unconfirmed, "src/targeting/dossier.py", stub=UNCONFIRMED[1:]
    ),
    Task("3.7", "Find the failing test", "text", check_failing_test, reference=lambda params: FAILING_TEST),
]
