"""Tasks and checks of lab 7: scale and design, from copies of the data to a backfill.

A check returns a hint about the first error that it finds, and None when all is right. It runs the student's code on small
constructed cases, where an error has one cause. It never shows the answer.
"""

import importlib
import math
import sys
from pathlib import Path

from mldesign.lab import hints, source
from mldesign.lab.tasks import Task

# 7.1

KEYS = """
KEYS = {
    "campaign_descriptions": {},
    "campaigns": {},
    "coupon_redemptions": {},
    "coupons": {},
    "transactions": {},
}
"""

SMALL = {  # ids from the lowest to the highest of the real tables
    "campaign_descriptions": "select * from (values (8, 'Type A', date '2017-06-01', date '2017-07-15'), "
    "(9, 'Type B', date '2017-07-01', date '2017-08-01')) t(campaign_id, campaign_type, start_date, end_date)",
    "campaigns": "select * from (values (8, 1), (8, 2500), (9, 2500)) t(campaign_id, household_id)",
    "coupon_redemptions": "select * from (values (2500, 10000085089, 8, date '2017-06-10')) "
    "t(household_id, coupon_upc, campaign_id, redemption_date)",
    "coupons": "select * from (values (10000085089, 25671, 8), (10000085090, 18122531, 9)) "
    "t(coupon_upc, product_id, campaign_id)",
    "transactions": "select household_id, store_id, basket_id, product_id, cast(sales_value as decimal(12, 2)) as sales_value, "
    "cast(0 as decimal(12, 2)) as retail_disc, cast(0 as decimal(12, 2)) as coupon_disc, "
    "cast(0 as decimal(12, 2)) as coupon_match_disc, 20 as week, cast(store_time as timestamp) as store_time from (values "
    "(1, 367, 31198437603, 25671, 2, '2017-05-10 10:00'), (1, 367, 31198437603, 17959460, 4, '2017-05-10 10:00'), "
    "(2500, 31, 41481282915, 25671, 8, '2017-05-20 10:00'), (2500, 31, 41481282916, 18122531, 16, '2017-06-20 10:00')) "
    "t(household_id, store_id, basket_id, product_id, sales_value, store_time)",
}
WANTED = {  # table → columns whose values must be others in each copy
    "campaigns": ("household_id",),
    "transactions": ("household_id", "basket_id", "product_id"),
    "coupons": ("product_id",),
    "coupon_redemptions": ("household_id",),
}
STAY = {  # column → why no copy moves it
    "campaign_id": "Your copies move campaign_id. Each copy would be other campaigns, and the description of those is missing.",
    "store_id": "Your copies move store_id: the chain keeps its stores, and no feature reads them.",
    "week": "Your copies move `week`: a copy is more households in the same year, not more years.",
}
WHY = {
    (
        "campaigns",
        "household_id",
    ): "`campaigns` is as small as before: nobody new is mailed, and a feature row is made for "
    "each household mailed. More purchases alone are not more work of the same kind.",
    ("transactions", "household_id"): "The new households have no purchases of their own in `transactions`.",
    (
        "transactions",
        "basket_id",
    ): "In your `transactions` two households of different copies share a basket_id. A basket "
    "belongs to one household, and a count of baskets over all would stay at one copy's.",
    (
        "transactions",
        "product_id",
    ): "All copies buy the same products: a table that a join looks products up in stays small, "
    "and the column compresses better than it would. A larger chain has more products.",
    (
        "coupons",
        "product_id",
    ): "`coupons` covers only the products of the first copy: in all others nobody buys anything that a coupon covers.",
    (
        "coupon_redemptions",
        "household_id",
    ): "Only households of the first copy redeem: the label of all others would be 0.",
}


def check_keys(tree: Path) -> str | None:
    import duckdb

    sys.path.insert(0, str(tree))
    copies = importlib.import_module("bench.copies")
    if not isinstance(copies.KEYS, dict):
        return f"KEYS is a {type(copies.KEYS).__name__}; a dict from table to columns is needed."
    if hint := hints.missing(copies.KEYS, SMALL, "KEYS"):
        return hint + " A table that stays as it is keeps its empty {}."
    if strange := sorted(set(copies.KEYS) - set(SMALL)):
        return f"KEYS names {', '.join(strange)}, which is no input of features.sql."
    if hint := _keys_hint(copies.KEYS):
        return hint
    data = tree / "data"
    _write_small(data / "clean")
    try:
        copies.copy(3, data / "three", data / "clean")
    except duckdb.Error as error:
        return f"DuckDB refuses to copy with your KEYS: {str(error).splitlines()[0][:200]}"
    return _same_features(data)


def _keys_hint(keys: dict) -> str | None:
    for table, moved in keys.items():
        if not isinstance(moved, dict):
            return f"KEYS[{table!r}] is a {type(moved).__name__}; columns with their steps are needed, as in {{'week': 1}}."
        for column, step in moved.items():
            if column in STAY and (table, column) not in WHY:
                return STAY[column]
            if type(step) is not int:
                return f"{table}.{column} moves by {step!r}: with that, the column would no longer hold whole numbers (BIGINT)."
    if keys["campaign_descriptions"]:
        return "The campaigns themselves are copied. Each start would then be there once for each copy, and every household mailed n times."
    for table, columns in WANTED.items():
        for column in columns:
            if not keys[table].get(column):
                return WHY[table, column]
    return _steps_hint(keys)


def _steps_hint(keys: dict) -> str | None:
    lowest = {"household_id": 2_499, "basket_id": 10_282_845_312, "product_id": 18_096_860}  # highest minus lowest id
    for table, columns in WANTED.items():
        for column in columns:
            step = keys[table][column]
            if abs(step) <= lowest[column]:
                return (
                    f"{table}.{column} moves by {step:,}, and the ids of one copy lie further apart than that: one of the second "
                    "copy would meet one of the first. Which are the lowest and the highest id of that column?"
                )
            if abs(step) > 10**16:
                return f"{table}.{column} moves by {step:,}: a hundred copies would not fit into 64 bits. Take a smaller step."
    for column, one, other in [("household_id", "campaigns", "transactions"), ("product_id", "coupons", "transactions"),
                               ("household_id", "campaigns", "coupon_redemptions")]:  # fmt: skip
        if keys[one][column] != keys[other][column]:
            return (
                f"{column} moves by {keys[one][column]:,} in {one} and by {keys[other][column]:,} in {other}: the copies no longer "
                "meet when the tables are joined."
            )
    return None


def _write_small(clean: Path) -> None:
    import duckdb

    clean.mkdir(parents=True, exist_ok=True)
    days = '{"first_day": "2017-01-01", "last_day": "2017-12-31"}'
    (clean / "manifest.json").write_text(days, encoding="utf-8")
    with duckdb.connect() as connection:
        for table, query in SMALL.items():
            target = (clean / f"{table}.parquet").as_posix().replace("'", "''")
            connection.execute(f"copy ({query}) to '{target}' (format parquet)")


def _same_features(data: Path) -> str | None:
    """Every copy of a household has the features of the household that it was made from."""
    from targeting import features

    kept = ["campaign_id", *features.NUMERIC, "redeemed"]
    frames = []
    for place in ("clean", "three"):
        with features.connect(data / place, {"history_days": 84, "horizon_days": 28}) as connection:
            frames.append(features.compute(connection)[kept])
    once, three = frames
    if len(three) != 3 * len(once):
        return f"Three copies of {len(once)} rows give {len(three)} rows of features. Each household that is mailed must be there once."
    counts = [frame.groupby(kept, dropna=False).size() for frame in frames]
    if not (counts[0] * 3).equals(counts[1]):
        return "The copies have other features than the households that they were made from. Follow one household through all tables."
    return None


# 7.2

REACHES = '''
def exponent(points: list[tuple[float, float]]) -> float:
    """Return by which power of the size a figure grows between the two largest sizes measured: 1 is in proportion.

    Args:
        points: size and figure, such as copies and MB, in any order; all positive.
    """
    # A figure that is `a` times as large at twice the size grows with the power p for which a = 2 ** p.
    raise NotImplementedError("Task 7.2")


def reaches(points: list[tuple[float, float]], limit: float) -> float:
    """Return the size at which the figure reaches ``limit``, when it goes on from the largest size by that power.

    Infinite when it does not grow.
    """
    raise NotImplementedError("Task 7.2")
'''

SCALE = [(1.0, 200.0), (10.0, 250.0), (40.0, 500.0)]  # the last two: twice the figure at four times the size, power 0.5


def check_reaches(tree: Path) -> str | None:
    capacity = importlib.import_module("targeting.capacity")
    return _exponent_hint(capacity.exponent) or _reaches_hint(capacity)


def _exponent_hint(exponent) -> str | None:
    got = exponent(list(SCALE))
    if hint := hints.number(got, f"exponent({SCALE})"):
        return hint
    logs = [(math.log(size), math.log(figure)) for size, figure in SCALE]
    mean_x, mean_y = (sum(pair[place] for pair in logs) / 3 for place in (0, 1))
    fitted = sum((x - mean_x) * (y - mean_y) for x, y in logs) / sum((x - mean_x) ** 2 for x, _ in logs)
    traps = [
        (fitted, "Yours runs through all points. At the smallest sizes it is the start of Python that is measured, and it makes the growth look slower than it is. The two largest count."),
        (math.log(500 / 200) / math.log(40), "Yours runs from the smallest size to the largest. At the smallest it is the start of Python that is measured. The two largest count."),
        (math.log(250 / 200) / math.log(10), "Yours takes the two smallest sizes. What comes after the largest is more like the two largest."),
        (2.0, "From size 10 to 40 the figure goes from 250 to 500, and yours gives 2: that is the factor, or the power turned round. Which power of 4 is 2?"),
        (250 / 30, "Yours is figure by size: so many MB for each copy. A power compares factors: four times the size, twice the figure."),
    ]  # fmt: skip
    if not hints.close(got, 0.5):
        factor = hints.close(got, (500 / 250) / (40 / 10))
        return (
            hints.trap(got, traps)
            or (
                f"exponent({SCALE}) gives {got:.4g}. From size 10 to 40 the figure doubles: which power of 4 is 2?"
                if not factor
                else None
            )
            or "Factor by factor, without logarithms: right here by chance, wrong for other sizes."
        )
    other = exponent([(2.0, 10.0), (20.0, 10_000.0), (1.0, 9.0)])
    if hints.close(other, (10_000 / 10) / (20 / 2)):
        return "Yours divides one factor by the other. A thousand times the figure at ten times the size is the power 3, not 100."
    if not hints.close(other, 3.0):
        return f"With the points in another order, (2, 10), (20, 10000), (1, 9), yours gives {other:.4g}, and 1000 = 10 ** 3. Which two sizes are the largest?"
    return None


def _reaches_hint(capacity) -> str | None:
    call = f"reaches({SCALE}, 2000)"
    got = capacity.reaches(list(SCALE), 2000.0)
    if hint := hints.number(got, call):
        return hint
    traps = [
        (160.0, f"{call} gives 160, as if four times the figure took four times the size. Here it grows with the power 0.5: slower."),
        (80.0, f"{call} gives 80: you raised 4 to the power 0.5. That is by how much the figure grows; how much must the *size* grow for it?"),
        (16.0, f"{call} gives 16: that is how many times the largest size, and not the size."),
        (4.0, f"{call} gives 4. Give the size at which the limit is reached, in copies."),
        (40 + 1500 / (250 / 30), f"{call} goes on in a straight line. It grows with a power, not by so many MB for each copy."),
        (200.0, f"{call} goes on in a straight line. It grows with a power, not by so many MB for each copy."),
        (1 * (2000 / 200) ** 2, f"{call} gives {got:g}: the power is right, but yours starts from the first point. Start from the largest size measured."),
    ]  # fmt: skip
    if not hints.close(got, 640.0):
        return (
            hints.trap(got, traps)
            or f"{call} gives {got:.4g}. Twice the figure takes four times the size, from 500 at size 40 on."
        )
    shuffled = capacity.reaches([SCALE[1], SCALE[2], SCALE[0]], 2000.0)
    if not hints.close(shuffled, 640.0):
        return f"With the same points in another order the limit is reached at {shuffled:.4g} instead of 640. Which size is the largest?"
    for what, points in {
        "stays the same": [(1.0, 300.0), (10.0, 300.0)],
        "shrinks": [(1.0, 300.0), (10.0, 200.0)],
    }.items():
        try:
            flat = capacity.reaches(points, 2000.0)
        except ZeroDivisionError:
            return f"When the figure {what} between the two largest sizes, yours divides by zero. It never reaches the limit: say so with math.inf."
        if flat != math.inf:
            return f"When the figure {what}, yours reaches 2000 at {flat:.3g}. It never does: say so with math.inf."
    return None


# 7.3

WAITS = '''
def utilisation(rate: float, times: np.ndarray, instances: int) -> float:
    """Return the share of their time for which the instances are busy; 1 or more: they never catch up."""
    raise NotImplementedError("Task 7.3")


def mean_wait(rate: float, times: np.ndarray, instances: int) -> float:
    """Return the mean seconds that a request waits before it is served; infinite when the instances never catch up."""
    # share that waits (waiting_share, above) × mean time / (instances × (1 − busy)) × (1 + spread²) / 2,
    # where the spread is the standard deviation of the times, measured in means
    raise NotImplementedError("Task 7.3")
'''


def times(mean: float, spread: float):
    """Return 1,000 service times of two lengths with this mean (seconds) and this spread (standard deviations a mean)."""
    import numpy as np

    return np.tile([mean * (1 - spread), mean * (1 + spread)], 500)


def check_waits(tree: Path) -> str | None:
    queueing = importlib.import_module("targeting.queueing")
    return _busy_hint(queueing.utilisation) or _wait_hint(queueing) or _full_hint(queueing.mean_wait)


def near(got: float, wanted: float) -> bool:
    """Say whether two figures agree to half a per cent: the standard deviation of a sample or of all, both are right."""
    return hints.close(got, wanted, 5e-3)


def _busy_hint(utilisation) -> str | None:
    got = utilisation(40.0, times(0.05, 0.5), 4)
    call = "40 requests a second of 0.05 s each, 4 instances: utilisation"
    if hint := hints.number(got, call):
        return hint
    traps = [
        (2.0, f"{call} gives 2. So many instances are busy on average; which share of the four is that?"),
        (200.0, f"{call} gives 200. Rate and time are multiplied: 40 a second, 0.05 seconds each."),
        (8.0, f"{call} gives 8: more instances make each of them busier in yours."),
        (1000.0, f"{call} gives 1000: the sum of the times, not their mean."),
        (500.0, f"{call} gives 500: the sum of the times, not their mean."),
        (0.25, f"{call} gives 0.25: the shorter of the two times is taken. Take the mean."),
        (50.0, f"{call} gives 50. Give a share, 0.5, not per cent."),
    ]
    if not near(got, 0.5):
        return (
            hints.trap(got, traps, near)
            or f"{call} gives {got:.4g}. How much work comes in a second, and how much can four do?"
        )
    import numpy as np

    uneven = utilisation(10.0, np.array([0.01] * 9 + [0.11]), 1)
    if near(uneven, 0.1):
        return "Of ten requests nine take 0.01 s and one 0.11 s. Yours counts with 0.01 s, the median: the long one is work too."
    if not near(uneven, 0.2):
        return f"10 a second, 0.02 s on average, one instance: yours is busy for {uneven:.3g} of the time."
    if not near(utilisation(60.0, times(0.05, 0.5), 2), 1.5):
        return "When more work comes than can be done, yours stops at a limit. Say how much too much it is: 1.2 needs a fifth more instances."
    return None


def _wait_hint(queueing) -> str | None:
    """8 requests a second of 0.1 s: one instance is busy for 80 % of the time, and 80 % of the requests wait."""
    wait = queueing.mean_wait
    got = wait(8.0, times(0.1, 0.5), 1)
    call = "8 requests a second of 0.1 s, spread 0.5, one instance: mean_wait"
    if hint := hints.number(got, call):
        return hint
    wanted = 0.8 * 0.1 / 0.2 * 1.25 / 2
    traps = [
        (0.4, f"{call} gives 0.4 s, as if the spread were 1. Times that vary less make for shorter waits: where is the factor for the spread?"),
        (0.4 * 1.5 / 2, f"{call} gives {got:.3g} s. The spread enters as its square."),
        (0.4 * (1 + 0.05) / 2, f"{call} gives {got:.3g} s. The spread is a standard deviation in *means*: 0.05 s of 0.1 s is 0.5."),
        (0.4 * (1 + 0.05**2) / 2, f"{call} gives {got:.3g} s. The spread is a standard deviation in *means*: 0.05 s of 0.1 s is 0.5."),
        (0.4 * 1.25, f"{call} gives 0.5 s: twice too much. The last factor is (1 + spread²) / 2."),
        (wanted + 0.1, f"{call} gives {got:.3g} s, with the service itself. Only the wait before it is asked for."),
        (wanted / 0.8, f"{call} gives {got:.3g} s, as if every request had to wait. Which share does? See waiting_share."),
        (0.8 * 0.1 / 0.8 * 1.25 / 2, f"{call} gives {got:.3g} s: divided by the busy part of the time. What is left is 1 − busy."),
        (0.8 / 0.2 * 1.25 / 2, f"{call} gives {got:.3g}: the mean service time is missing."),
        (1000 * wanted, f"{call} gives {got:.4g}: milliseconds. All times here are seconds."),
        (0.4 * (1 + 0.25**2) / 2, f"{call} gives {got:.4g} s: the spread is squared twice."),
        (0.4 * 1.25**2 / 2, f"{call} gives {got:.4g} s: the square belongs to the spread alone, not to 1 + spread."),
        (0.4 * (1 + 1 / 0.25) / 2, f"{call} gives {got:.3g} s: the spread is turned round. It is the standard deviation divided by the mean."),
    ]  # fmt: skip
    if not near(got, wanted):
        return (
            hints.trap(got, traps, near)
            or f"{call} gives {got:.4g} s. Compare each factor with the comment in the stub."
        )
    many = wait(32.0, times(0.1, 0.5), 4)
    share = queueing.waiting_share(3.2, 4)
    call = "32 requests a second of 0.1 s, spread 0.5, four instances: mean_wait"
    traps = [
        (share * 0.1 / 0.2 * 1.25 / 2, f"{call} gives {many:.3g} s, four times too much: four instances work on the queue at once."),
        (wanted, f"{call} gives what one instance at the same utilisation has. Four with one queue make others wait much less."),
        (wanted / 4, f"{call} gives {many:.3g} s: the share that waits is not the utilisation when there are several. See waiting_share."),
    ]  # fmt: skip
    if not near(many, share * 0.1 / (4 * 0.2) * 1.25 / 2):
        return hints.trap(many, traps, near) or (
            f"{call} gives {many:.4g} s; right with one instance. waiting_share takes the load in instances: here 3.2 of 4."
        )
    return None


def _full_hint(wait) -> str | None:
    for rate, what in [(12.0, "more work comes than can be done"), (8.0, "exactly as much work comes as can be done")]:
        case = f"{rate:g} requests a second of 0.125 s, one instance: {what}"
        try:
            got = wait(rate, times(0.125, 0.5), 1)
        except ZeroDivisionError:
            return f"{case}, and yours divides by zero. The queue only grows: math.inf."
        if got != math.inf:
            return f"{case}, and yours says {float(got):.4g} s. The queue only grows: math.inf."
    if wait(7.92, times(0.125, 0.5), 1) == math.inf:
        return "At 99 % utilisation yours never catches up. It does, slowly: only from 100 % on the wait is infinite."
    return None


# 7.4

INSTANCES = '''
def instances_needed(rate: float, times: np.ndarray, target: float, spare: int = 1) -> int:
    """Return the fewest instances that answer 95 % of requests within ``target`` seconds while ``spare`` are down.

    Raises:
        ValueError: when no number of instances can: the service itself takes longer than that.
    """
    # `response(rate, times, instances)`, above, is what 95 % of the requests stay below; np.quantile(times, SHARE) without any wait
    raise NotImplementedError("Task 7.4")
'''


class EndlessError(RuntimeError):
    """The student's search does not end."""


def check_instances(tree: Path) -> str | None:
    queueing = importlib.import_module("targeting.queueing")
    response, calls = queueing.response, []

    def counted(rate, times, instances, *rest, **named):
        calls.append(instances)
        if len(calls) > 300:
            raise EndlessError
        if instances < 1:
            raise ZeroDivisionError
        return response(rate, times, instances, *rest, **named)

    queueing.response = counted
    try:
        return _instances_hint(queueing, response, calls)
    except EndlessError:
        return f"Yours asks for the response of {calls[-1]} instances and is still looking. Is the target in seconds, as `response` is?"
    except ZeroDivisionError:
        return f"Yours asks what {min(calls)} instances can do. At least one has to work while the spare ones are down: start there."


def _instances_hint(queueing, response, calls: list) -> str | None:
    needed, measured = queueing.instances_needed, times(0.02, 0.5)
    rate, target = 320.0, 0.033  # load 6.4
    working = next(count for count in range(1, 99) if response(rate, measured, count) <= target)
    got = needed(rate, measured, target, 1)
    call = "320 requests a second of 0.02 s, 95 % within 0.033 s, one spare: instances_needed"
    if hint := hints.number(got, call):
        return hint
    by_mean = next(c for c in range(1, 99) if queueing.mean_wait(rate, measured, c) + 0.02 <= target)
    traps = [
        (working, f"{call} gives {working}: enough as long as all of them work. And on the day on which one is down?"),
        (working + 2, f"{call} gives {working + 2}: one more than needed. With {working} working the promise is kept, and one is spare."),
        (by_mean + 1, f"{call} gives {by_mean + 1}: enough for the mean. The promise is about 95 % of the requests."),
        (8, f"{call} gives 8: enough to do the work, not to do it in time. What does `response` say about 7 that are busy for 91 %?"),
    ]  # fmt: skip
    if not hints.close(got, working + 1):
        return (
            hints.trap(got, traps)
            or f"{call} gives {got:g}. What does `response` give for one fewer, and for two fewer?"
        )
    if not isinstance(got, int) and not hasattr(got, "__index__"):
        return f"{call} gives {got!r}: a whole number is needed."
    for spare in (0, 2):
        calls.clear()
        other = needed(rate, measured, target, spare)
        if other != working + spare:
            return f"With {spare} spare instances yours gives {other}, and {working} have to work. Is one spare written into your function?"
    calls.clear()
    if (one := needed(1.0, measured, 0.5, 1)) != 2:
        return f"One request a second: one instance is enough, and one is spare. Yours gives {one}."
    exact = response(rate, measured, working)
    if needed(rate, measured, exact, 1) != working + 1:
        return "A response that is exactly the target keeps the promise: `within` includes it."
    return _impossible_hint(needed, measured, calls) or _rare_hint(needed, calls)


def _rare_hint(needed, calls: list) -> str | None:
    """Three of a hundred requests take 1 s: more than the target, and the promise is about 95 of them."""
    import numpy as np

    calls.clear()
    case = "Of a hundred requests 97 take 0.02 s and three 1 s, without any wait"
    try:
        got = needed(0.1, np.array([0.02] * 97 + [1.0] * 3), 0.1, 1)
    except ValueError:
        return f"{case}. 95 % within 0.1 s is possible, and yours refuses it. Which of the times is the promise about: the longest?"
    return (
        None
        if got == 2
        else f"{case}. At one request in ten seconds one instance and a spare are enough; yours gives {got}."
    )


def _impossible_hint(needed, measured, calls: list) -> str | None:
    """Half of the requests take 0.03 s without any wait, so 0.025 s is impossible, although the mean is 0.02 s."""
    for target in (0.001, 0.025):
        calls.clear()
        try:
            got = needed(1.0, measured, target, 1)
        except ValueError as error:
            if not str(error).strip():
                return "Your ValueError carries no message: say which target is impossible, and what the service takes without any wait."
            continue
        except EndlessError:
            return (
                f"Half of the requests take 0.03 s without any wait. 95 % within {target:g} s is impossible, and yours looks for "
                "ever. Refuse it with a ValueError first: compare the target with what 95 % take without a wait, not with the mean."
            )
        return f"Half of the requests take 0.03 s without any wait, and yours promises 95 % within {target:g} s with {got} instances. Raise a ValueError."
    return None


# 7.5

COST = '''
def cost(design: dict, prices: dict, decisions: float) -> dict[str, float]:
    """Return dollars a month for ``machines``, for ``people`` and in ``total``, and dollars ``per_thousand`` decisions.

    Args:
        design: ``machines``, the ``hours`` a month that each of them runs, ``care_hours`` of work a month,
            ``build_hours`` of work once, and ``life_months`` over which these are spread.
        prices: dollars of a ``machine_hour`` and of an ``engineer_hour``.
        decisions: a month.
    """
    raise NotImplementedError("Task 7.5")
'''
DESIGN = {"machines": 3, "hours": 700, "care_hours": 10, "build_hours": 72, "life_months": 36}
PRICES = {"machine_hour": 0.2, "engineer_hour": 50.0}


def check_cost(tree: Path) -> str | None:
    cost = importlib.import_module("targeting.capacity").cost
    design, prices = dict(DESIGN), dict(PRICES)
    got = cost(design, prices, 4000.0)
    if hint := hints.returned(got, dict, "cost(…)"):
        return hint
    if hint := hints.missing(got, ("machines", "people", "total", "per_thousand"), "Your result"):
        return hint
    if (design, prices) != (DESIGN, PRICES):
        return "Your function changes the dictionaries that it was given; params.yaml would be another after the first call."
    case = (
        "3 machines of 700 hours at $0.20; 10 hours of work a month and 72 once for 36 months at $50; 4,000 decisions: "
    )
    parts = {
        "machines": [
            (420.0, None),
            (140.0, "the hours are those of *each* machine."),
            (0.6, "a machine costs by the hour, and each runs 700 of them."),
            (2100.0, "the price of an hour is missing."),
            (438.0, "730 hours are a whole month, and this design says how many it runs."),
        ],
        "people": [
            (600.0, None),
            (500.0, "who builds it is paid too. Spread these hours over the months that it will live."),
            (4100.0, "the hours to build it come once in 36 months, not every month."),
            (100.0, "who takes care of it every month is paid too."),
            (10 * 50 + 72 / 12 * 50, "spread the hours to build it over `life_months`, not over a year."),
            (12.0, "these are hours. What does one cost?"),
            ((10 + 72) / 36 * 50, "the care comes every month; only the hours to build it are spread."),
            (3 * 600.0, "people do not multiply with the machines; their hours are given."),
            ((10 + 72 * 36) * 50, "the hours to build it come once in 36 months, and yours has them 36 times."),
            (
                10 + 72 / 36 * 50,
                "only the hours to build it are multiplied by what an hour costs. Where do the brackets go?",
            ),
            (12 * 0.2, "an hour of work costs as much as one of a machine. `prices` holds two."),
        ],
        "total": [
            (1020.0, None),
            (420.0, "people belong to the total: they are most of it."),
            (600.0, "the machines belong to the total."),
        ],
        "per_thousand": [
            (255.0, None),
            (0.255, "that is for a single decision."),
            (1020 * 4000 / 1000, "more decisions make each of them dearer in yours."),
            (105.0, "that is for the machines alone. People decide too little to be free."),
            (1.02, "divide by the decisions, not by a thousand; then take a thousand of them."),
            (255 / 36, "dollars and decisions are both those of a month. Nothing is left to spread."),
        ],
    }
    for name, ((wanted, _), *traps) in parts.items():
        if hint := hints.number(got[name], f"cost(…)[{name!r}]"):
            return hint
        if not hints.close(float(got[name]), wanted, 1e-4):
            found = hints.trap(float(got[name]), traps, lambda one, other: hints.close(one, other, 1e-3))
            return f"{case}`{name}` is {got[name]:.6g} in yours" + (
                f": {found}" if found else ". Work it out by hand once."
            )
    return _other_cost(cost)


def _other_cost(cost) -> str | None:
    got = cost(DESIGN | {"machines": 1, "life_months": 12}, PRICES, 1000.0)
    if hints.close(got["people"], 600.0):
        return "With a life of 12 months `people` costs as much as with 36: is the number written into your function?"
    if not hints.close(got["total"], 940.0):
        return f"With 1 machine, a life of 12 months and 1,000 decisions `total` is {got['total']:.6g} in yours. Work it out by hand once."
    return _uneven_cost(cost)


def _uneven_cost(cost) -> str | None:
    """100 hours in 36 months and 550 decisions: nothing comes out even."""
    try:
        got = cost(DESIGN | {"build_hours": 100}, PRICES, 550)
    except ZeroDivisionError:
        return "With 550 decisions a month yours divides by zero: `//` leaves nothing of half a thousand."
    people = (10 + 100 / 36) * 50
    wanted = {"people": people, "total": 420 + people, "per_thousand": (420 + people) / 550 * 1000}
    for name, right in wanted.items():
        if not hints.close(float(got[name]), right, 1e-5):
            return (
                f"100 hours to build it, 36 months, 550 decisions: `{name}` is {float(got[name]):.6g} in yours, although even numbers "
                "come out right. Something is cut off or rounded; the plan rounds when it prints."
            )
    return None


# 7.6

RETRY = '''
def retry(
    action: Callable[[], Result], attempts: int, first_wait: float, sleep: Callable[[float], None] = time.sleep
) -> Result:
    """Return what ``action`` returns. When it raises a ``TRANSIENT`` error, wait and try again.

    Args:
        action: something that can be repeated without harm.
        attempts: how often it is tried at most; the error of the last time is raised.
        first_wait: seconds before the second attempt; each later wait is twice the one before.
        sleep: waits for so many seconds.
    """
    return action()
'''


class Action:
    """Raises these errors, one a call, and then returns a result; ``log`` holds calls and waits in order."""

    def __init__(self, errors: list, result: object = "done"):
        self.errors, self.result, self.log = list(errors), result, []

    def __call__(self):
        self.log.append("call")
        if self.log.count("call") > 50:
            raise EndlessError
        if self.errors:
            raise self.errors.pop(0)
        return self.result

    def sleep(self, seconds):
        self.log.append(seconds)

    @property
    def waits(self) -> list:
        return [entry for entry in self.log if entry != "call"]

    @property
    def calls(self) -> int:
        return self.log.count("call")


def check_retry(tree: Path) -> str | None:
    retrying = importlib.import_module("targeting.retrying")
    try:
        return _passing_hint(retrying) or _last_hint(retrying) or _permanent_hint(retrying)
    except EndlessError:
        return "Yours tries for ever. `attempts` is the most often that it is tried; then somebody has to look."


def _tried(retrying, errors: list, attempts: int, first_wait: float = 1.0, result: object = "done"):
    import time

    action, really = Action(errors, result), []
    kept, time.sleep = time.sleep, really.append
    try:
        got, error = retrying.retry(action, attempts, first_wait, action.sleep), None
    except EndlessError:
        raise
    except BaseException as raised:
        got, error = None, raised
    finally:
        time.sleep = kept
    return action, got, error, really


def _passing_hint(retrying) -> str | None:
    action, got, error, really = _tried(retrying, [TimeoutError("1"), ConnectionError("2"), TimeoutError("3")], 5)
    if really:
        return "Yours waits with time.sleep itself. Use the `sleep` that it is given: a test hands in one that takes no time."
    if isinstance(error, TypeError | NameError | AttributeError | RecursionError):
        return f"Your code stops with {type(error).__name__}: {error}"
    if error is not None:
        times = f"after {action.calls} call" + "s" * (action.calls > 1)
        return f"It fails three times in passing and would succeed the fourth time; five attempts are allowed, and yours gives up {times}."
    if got != "done":
        return f"It succeeds the fourth time and returns 'done'; retry returns {got!r}. Hand on what `action` returns."
    if action.calls > 4:
        return f"It succeeds the fourth time, and yours calls it {action.calls} times. Stop at the first success."
    waits = action.waits
    if action.log[0] != "call":
        return "Yours waits before the first attempt. Most calls succeed at once, and each would come a second late."
    if waits != [1.0, 2.0, 4.0]:
        known = {
            (): "Yours does not wait between attempts: what is overloaded gets four calls at once.",
            (
                1.0,
                1.0,
                1.0,
            ): "Yours waits as long each time. Wait twice as long after each failure: what is overloaded needs air.",
            (2.0, 4.0, 8.0): "The first wait is 2 in yours, and first_wait is 1.",
            (1.0, 2.0, 3.0): "The waits grow by one each: 1, 2, 3. Each is twice the one before.",
            (0.0, 1.0, 2.0): "Yours does not wait before the second attempt: 0, 1, 2.",
            (1.0, 2.0, 4.0, 8.0): "Yours waits after the success too.",
            (1.0, 4.0, 9.0): "The waits are squares: 1, 4, 9. Each is twice the one before.",
        }
        return known.get(
            tuple(float(wait) for wait in waits),
            f"Three failures, first_wait 1: yours waits {waits}. Each wait is twice the one before.",
        )
    if (second := _tried(retrying, [TimeoutError()] * 2, 5, 0.25)[0].waits) != [0.25, 0.5]:
        return f"With first_wait 0.25 yours waits {second}. 0.25 and then twice as long."
    for empty in (None, 0, [], False):
        action, got, _, _ = _tried(retrying, [], 3, result=empty)
        if action.calls > 1:
            return f"The action returns {empty!r} at once, and yours calls it again. Nothing was raised, so it has succeeded."
        if got is not empty:
            return f"The action returns {empty!r}, retry returns {got!r}. Hand on what it returns."
    return None


def _last_hint(retrying) -> str | None:
    errors = [TimeoutError("first"), TimeoutError("second"), ConnectionError("third"), *[TimeoutError("later")] * 60]
    action, got, error, _ = _tried(retrying, errors, 3)
    if action.calls != 3:
        return f"It fails each time, and three attempts are allowed: yours makes {action.calls}. The first one counts."
    if error is None:
        return f"It fails each time, and after the last attempt yours returns {got!r}: whoever calls takes that for success. Raise the error."
    if error is not errors[2]:
        said = f"{type(error).__name__}({error})"
        return f"It fails each time, and yours raises {said}. Raise the error of the last attempt: who is called at night needs its words."
    if len(action.waits) == 3:
        return "After the last attempt yours waits once more, for nothing: nobody tries again."
    if action.waits != [1.0, 2.0]:
        return f"Three attempts, three failures: yours waits {action.waits}. It waits between attempts."
    action, _, error, _ = _tried(retrying, [TimeoutError("only")], 1)
    if action.calls != 1 or action.waits or error is None:
        return "With a single attempt: one call, no wait, and its error."
    return None


def _permanent_hint(retrying) -> str | None:
    from targeting.files import StageError

    for kind, why in [
        (StageError, "another model has made the list, and it will have made it in a second too. A person must decide"),
        (ValueError, "a fault of the code is still one in a second"),
        (OSError, "not every OSError passes: a full disk is as full in a second. TRANSIENT lists what may pass"),
        (KeyboardInterrupt, "somebody pressed Ctrl-C and wants it to end"),
    ]:
        wanted = kind("lasting")
        action, got, error, _ = _tried(retrying, [wanted], 4)
        if action.calls > 1:
            return f"A {kind.__name__} is tried again: {why}."
        if error is None:
            return f"A {kind.__name__} is swallowed, and yours returns {got!r}. What is not transient goes straight to the caller."
        if error is not wanted:
            return f"A {kind.__name__} comes out as {type(error).__name__}. What is not transient goes to the caller as it is."
    return None


# 7.7

ENTRY = """
- failure: lots are dealt by place, so one objection gives the others new lots
  effect: books go to others than the propensities say; what was mailed cannot be made again
  severity: 7
  occurrence: 5
  detection: 9
  mitigation:
  evidence:
  occurrence_now: 5
  detection_now: 9
"""
FAILING = "test_leaving_a_household_out_deals_no_new_lots_to_the_others"
RANKS = {"severity": 7, "occurrence": 5, "detection": 9}


def check_entry(tree: Path) -> str | None:
    import yaml

    text = (tree / "docs/fmea.yaml").read_text(encoding="utf-8")
    try:
        found = yaml.safe_load(source.region(text, "7.7"))
    except yaml.YAMLError as error:
        return f"Your entry is no valid YAML: {getattr(error, 'problem', error)}. A text with a colon followed by a space needs quotes."
    if not isinstance(found, list) or len(found) != 1 or not isinstance(found[0], dict):
        return "Between the marks one entry is needed: it begins with `- failure:`, and its other lines are indented by two spaces."
    return (
        _fields_hint(found[0]) or _evidence_hint(str(found[0]["evidence"]).strip(), tree) or _ranks_hint(found[0], tree)
    )


def _fields_hint(entry: dict) -> str | None:
    fields = ("failure", "effect", *RANKS, "mitigation", "evidence", "occurrence_now", "detection_now")
    if hint := hints.missing(entry, fields, "Your entry"):
        return hint
    for name in ("evidence", "mitigation"):
        if entry[name] is None or not str(entry[name]).strip():
            return {
                "evidence": "`evidence` is empty. Which test saw it? Its file and its name, path::test.",
                "mitigation": "`mitigation` is empty. One sentence: what does the code do against it, by what does a lot go now?",
            }[name]
    if len(str(entry["mitigation"]).split()) < 4:
        return (
            f"`mitigation` says {entry['mitigation']!r}. A reader needs a sentence: what does the code do against it?"
        )
    return None


def _evidence_hint(evidence: str, tree: Path) -> str | None:
    fmea = importlib.import_module("targeting.fmea")
    name, _, test = evidence.removeprefix("FAILED ").partition("::")
    if evidence.startswith("FAILED "):
        return "`evidence` begins with the word FAILED. Path and test are enough: path::test."
    if not test and name.startswith("test_") and not name.endswith(".py"):
        return "`evidence` names a test without its file. Write path::test, so that a reader and a program find it."
    if not test:
        return f"`evidence` names {name}. A file says nothing about this failure: which of its tests? path::test."
    if not (tree / name).is_file():
        return f"`evidence` names the file {name}, which is not in the repository. The path begins with tests/."
    if test.split() and " " in test.strip():
        return f"`evidence` goes on after the name of the test: {' '.join(test.split()[1:])!r}. That is what pytest says about it; leave it out."
    if not fmea.exists(evidence, tree):
        return f"There is no test {test.split()[0]} in {name}. Copy it from the line that begins with FAILED."
    if test.partition("[")[0] != FAILING:
        return f"{test} is in {name}, but it stays green when lots are dealt by place: it is evidence against another failure."
    return None


def _ranks_hint(entry: dict, tree: Path) -> str | None:
    ranks = {name: entry[name] for name in (*RANKS, "occurrence_now", "detection_now")}
    for name, rank in ranks.items():
        if type(rank) is not int or not 1 <= rank <= 10:
            return f"`{name}` is {rank!r}. A rank is a whole number from 1 to 10."
    if ranks["severity"] < RANKS["severity"]:
        return "You lowered `severity`. The test makes the failure seen earlier; when it happens, it hurts as before."
    if (ranks["occurrence"], ranks["detection"]) != (RANKS["occurrence"], RANKS["detection"]) or ranks[
        "severity"
    ] != RANKS["severity"]:
        return "You changed a rank of the time *before*. Only `occurrence_now` and `detection_now` are yours: what has the test changed?"
    if ranks["detection_now"] > ranks["detection"]:
        return "`detection_now` went up. On this scale 10 means that nobody would see it, and a test sees it at once."
    if ranks["detection_now"] == ranks["detection"]:
        return "`detection_now` is as before. Before, only an auditor would have noticed; now a test is red before the change is merged."
    if ranks["occurrence_now"] > ranks["occurrence"]:
        return "`occurrence_now` went up. Does a test make people write this change more often?"
    importlib.import_module("targeting.fmea").read(tree / "docs/fmea.yaml")
    return None


TASKS = [
    Task("7.1", "Copies that are no copies", "file", check_keys, "bench/copies.py", stub=KEYS.lstrip("\n")),
    Task(
        "7.2", "Where one machine ends", "file", check_reaches, "src/targeting/capacity.py", stub=REACHES.lstrip("\n")
    ),
    Task("7.3", "How long a request waits", "file", check_waits, "src/targeting/queueing.py", stub=WAITS.lstrip("\n")),
    Task(
        "7.4",
        "Instances, with one down",
        "file",
        check_instances,
        "src/targeting/queueing.py",
        stub=INSTANCES.lstrip("\n"),
    ),
    Task(
        "7.5", "What a thousand decisions cost", "file", check_cost, "src/targeting/capacity.py", stub=COST.lstrip("\n")
    ),
    Task(
        "7.6",
        "Try again, but not everything",
        "file",
        check_retry,
        "src/targeting/retrying.py",
        stub=RETRY.lstrip("\n"),
    ),
    Task("7.7", "A failure, its test, its priority", "file", check_entry, "docs/fmea.yaml", stub=ENTRY.lstrip("\n")),
]
