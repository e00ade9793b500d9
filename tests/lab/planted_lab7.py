"""Right and wrong answers to the tasks of lab 7: the mistakes that students really make, each with a part of its hint."""

FAILED = []  # the failing test is looked for in the terminal

ANSWERS = {}

KEYS = """
KEYS = {
    "campaign_descriptions": {},
    "campaigns": {"household_id": 5_000},
    "coupon_redemptions": {"household_id": 5_000},
    "coupons": {"product_id": 20_000_000},
    "transactions": {"household_id": 5_000, "basket_id": 50_000_000_000, "product_id": 20_000_000},
}
"""


def keys(old: str, new: str) -> str:
    """Return the right answer with one piece changed."""
    assert old in KEYS
    return KEYS.replace(old, new)


HEAD = "def exponent(points):\n    (smaller, low), (larger, high) = sorted(points)[-2:]\n"
POWER = "    return math.log(high / low) / math.log(larger / smaller)\n\n\n"
REACH = "def reaches(points, limit):\n    largest, figure = max(points)\n    power = exponent(points)\n"
FLAT = "    if power <= 0:\n        return math.inf\n"
GROWN = "    return largest * (limit / figure) ** (1 / power)\n"
SOUND = HEAD + POWER

BUSY = "def utilisation(rate, times, instances):\n    return rate * np.mean(times) / instances\n\n\n"
WAIT = "def mean_wait(rate, times, instances):\n    mean, busy = np.mean(times), utilisation(rate, times, instances)\n"
FULL = "    if busy >= 1:\n        return math.inf\n"
SPREAD = "    spread = np.std(times) / mean\n"
FORMULA = "    return waiting_share(rate * mean, instances) * mean / (instances * (1 - busy)) * (1 + spread**2) / 2\n"
WAITS = BUSY + WAIT + FULL + SPREAD + FORMULA

NEEDED = "def instances_needed(rate, times, target, spare=1):\n"
REFUSE = "    if np.quantile(times, SHARE) > target:\n        raise ValueError(f'{target} s is less than the service takes')\n"
SEARCH = "    working = 1\n    while response(rate, times, working) > target:\n        working += 1\n"
GIVE = "    return working + spare\n"

COST = "def cost(design, prices, decisions):\n"
MACHINES = "    machines = design['machines'] * design['hours'] * prices['machine_hour']\n"
PEOPLE = (
    "    people = (design['care_hours'] + design['build_hours'] / design['life_months']) * prices['engineer_hour']\n"
)
TOTAL = "    total = machines + people\n"
DICT = "    return dict(machines=machines, people=people, total=total, per_thousand=total / decisions * 1000)\n"

RETRY = "def retry(action, attempts, first_wait, sleep=time.sleep):\n"
LOOP = """    wait = first_wait
    for left in range(attempts - 1, -1, -1):
        try:
            return action()
        except TRANSIENT:
            if not left:
                raise
        sleep(wait)
        wait = 2 * wait
"""


def loop(old: str, new: str) -> str:
    """Return a right retry with one piece changed."""
    assert old in LOOP
    return RETRY + LOOP.replace(old, new)


ENTRY = """
- failure: lots are dealt by place, so one objection gives the others new lots
  effect: books go to others than the propensities say; what was mailed cannot be made again
  severity: 7
  occurrence: 5
  detection: 9
  mitigation: each lot is made from seed, campaign and household
  evidence: tests/behaviour/test_score.py::test_leaving_a_household_out_deals_no_new_lots_to_the_others
  occurrence_now: 5
  detection_now: 3
"""
TEST = "tests/behaviour/test_score.py::test_leaving_a_household_out_deals_no_new_lots_to_the_others"


def entry(old: str, new: str) -> str:
    """Return a right entry with one piece changed."""
    assert old in ENTRY
    return ENTRY.replace(old, new)


CODE = {
    "7.1": {
        "right": [
            KEYS,
            """
HOUSEHOLD, PRODUCT = {"household_id": 10**6}, {"product_id": 10**9}
KEYS = {
    "transactions": {**HOUSEHOLD, **PRODUCT, "basket_id": 10**12},
    "coupons": PRODUCT,
    "campaigns": HOUSEHOLD,
    "coupon_redemptions": HOUSEHOLD,
    "campaign_descriptions": {},
}
""",
            keys('"coupons": {', '"coupons": {"coupon_upc": 100_000_000_000, ').replace(
                '"coupon_redemptions": {', '"coupon_redemptions": {"coupon_upc": 100_000_000_000, '
            ),
        ],
        "wrong": [
            (keys('"campaigns": {"household_id": 5_000}', '"campaigns": {}'), "nobody new is mailed"),
            (keys('"household_id": 5_000, "basket_id"', '"basket_id"'), "no purchases of their own"),
            (keys('"basket_id": 50_000_000_000, ', ""), "share a basket_id"),
            (keys(', "product_id": 20_000_000},\n}', "},\n}"), "All copies buy the same products"),
            (keys('"coupons": {"product_id": 20_000_000}', '"coupons": {}'), "covers only the products of the first"),
            (keys('"coupon_redemptions": {"household_id": 5_000}', '"coupon_redemptions": {}'), "label of all others"),
            (keys('descriptions": {}', 'descriptions": {"campaign_id": 100}'), "other campaigns, and the description"),
            (KEYS.replace("5_000,", "1_000,").replace("5_000}", "1_000}"), "moves by 1,000, and the ids"),
            (keys("50_000_000_000", "1_000_000"), "basket_id moves by 1,000,000, and"),
            (keys('"coupons": {"product_id": 20_000_000}', '"coupons": {"product_id": 30_000_000}'), "no longer meet"),
            (keys('5_000},\n    "coupon_r', '5e3},\n    "coupon_r'), "BIGINT"),
            (keys('    "coupons": {"product_id": 20_000_000},\n', ""), "KEYS lacks coupons"),
            (keys('"basket_id"', '"week": 53, "basket_id"'), "not more years"),
            (keys("50_000_000_000", "10**18"), "64 bits"),
            (keys('"basket_id"', '"basket": 5, "basket_id"'), "DuckDB refuses"),
            (keys('{"product_id": 20_000_000},', '["product_id"],'), "is a list"),
        ],
    },
    "7.2": {
        "right": [
            SOUND + REACH + FLAT + GROWN,
            """import numpy as np


def exponent(points):
    sizes, figures = np.log(sorted(points)[-2:]).T
    return float(np.diff(figures)[0] / np.diff(sizes)[0])


def reaches(points, limit):
    power, (size, figure) = exponent(points), sorted(points)[-1]
    return math.exp(math.log(size) + math.log(limit / figure) / power) if power > 0 else math.inf
""",
            """def exponent(points):
    ordered = sorted(points, key=lambda point: point[0])
    return (math.log10(ordered[-1][1]) - math.log10(ordered[-2][1])) / math.log10(ordered[-1][0] / ordered[-2][0])


def reaches(points, limit):
    if exponent(points) <= 0:
        return float("inf")
    largest = max(points, key=lambda point: point[0])
    return largest[0] * (limit / largest[1]) ** (1 / exponent(points))
""",
        ],
        "wrong": [
            (
                """import numpy as np


def exponent(points):
    sizes, figures = np.log(points).T
    return float(np.polyfit(sizes, figures, 1)[0])


"""
                + REACH
                + FLAT
                + GROWN,
                "runs through all points",
            ),
            (
                SOUND.replace("sorted(points)[-2:]", "(min(points), max(points))") + REACH + FLAT + GROWN,
                "from the smallest size to",
            ),
            (SOUND.replace("[-2:]", "[:2]") + REACH + FLAT + GROWN, "takes the two smallest"),
            (
                HEAD + "    return math.log(larger / smaller) / math.log(high / low)\n\n\n" + REACH + FLAT + GROWN,
                "the power turned round",
            ),
            (
                HEAD + "    return (high - low) / (larger - smaller)\n\n\n" + REACH + FLAT + GROWN,
                "so many MB for each copy",
            ),
            (
                HEAD + "    return (high / low) / (larger / smaller)\n\n\n" + REACH + FLAT + GROWN,
                "one factor by the other",
            ),
            (SOUND.replace("sorted(points)", "points") + REACH + FLAT + GROWN, "in another order, (2, 10)"),
            (SOUND + REACH + FLAT + "    return largest * limit / figure\n", "as if four times the figure"),
            (SOUND + REACH + FLAT + "    return largest * (limit / figure) ** power\n", "how much must the *size*"),
            (SOUND + REACH + FLAT + "    return (limit / figure) ** (1 / power)\n", "how many times the largest"),
            (SOUND + REACH.replace("max(points)", "min(points)") + FLAT + GROWN, "starts from the first point"),
            (SOUND + REACH.replace("max(points)", "points[-1]") + FLAT + GROWN, "the limit is reached at"),
            (SOUND + REACH + GROWN, "divides by zero"),
            (SOUND + REACH + FLAT.replace("<=", "==") + GROWN, "figure shrinks"),
            (
                SOUND
                + REACH
                + FLAT
                + "    (a, b), (c, d) = sorted(points)[-2:]\n    return c + (limit - d) / ((d - b) / (c - a))\n",
                "in a straight line",
            ),
            (SOUND + REACH + "    print(largest)\n", "returns nothing"),
        ],
    },
    "7.3": {
        "right": [
            WAITS,
            """def utilisation(rate, times, instances):
    return sum(times) / len(times) * rate / instances


def mean_wait(rate, times, instances):
    times = np.asarray(times)
    load = rate * times.mean()
    if load < instances:
        return waiting_share(load, instances) * times.mean() * (1 + times.var() / times.mean() ** 2) / 2 / (instances - load)
    return float("inf")
""",
            BUSY
            + WAIT
            + FULL
            + "    second_moment = np.mean(np.square(times))\n"
            + "    return waiting_share(busy * instances, instances) / (1 - busy) * second_moment / mean / 2 / instances\n",
            WAITS.replace("np.std(times)", "np.std(times, ddof=1)"),
        ],
        "wrong": [
            (WAITS.replace("np.mean(times) / instances", "np.mean(times)"), "which share of the four"),
            (
                WAITS.replace("rate * np.mean(times) / instances", "rate / np.mean(times) / instances"),
                "multiplied: 40 a second",
            ),
            (WAITS.replace("np.mean(times) / instances", "np.mean(times) * instances"), "each of them busier"),
            (WAITS.replace("rate * np.mean(times)", "rate * np.median(times)"), "the median: the long one"),
            (WAITS.replace("rate * np.mean(times)", "100 * rate * np.mean(times)"), "not per cent"),
            (WAITS.replace(" * (1 + spread**2) / 2", ""), "factor for the spread"),
            (WAITS.replace("spread**2", "spread"), "as its square"),
            (WAITS.replace("np.std(times) / mean", "np.std(times)").replace("spread**2", "spread**2 "), "in *means*"),
            (WAITS.replace("(1 + spread**2) / 2", "(1 + spread**2)"), "twice too much"),
            (WAITS.replace("(1 + spread**2) / 2", "(1 + spread**2) / 2 + mean"), "with the service itself"),
            (WAITS.replace("waiting_share(rate * mean, instances) * mean", "mean"), "as if every request"),
            (WAITS.replace("instances) * mean /", "instances) /"), "mean service time is missing"),
            (WAITS.replace("(1 - busy)", "busy"), "What is left is 1"),
            (WAITS.replace("/ (instances * (1 - busy))", "/ (1 - busy)"), "four times too much"),
            (WAITS.replace("waiting_share(rate * mean, instances)", "busy"), "is not the utilisation when"),
            (
                WAITS.replace("waiting_share(rate * mean, instances)", "waiting_share(busy, instances)"),
                "takes the load in instances",
            ),
            (
                WAITS.replace(
                    "return rate * np.mean(times) / instances", "return min(1.0, rate * np.mean(times) / instances)"
                ),
                "stops at a limit",
            ),
            (WAITS.replace(FULL, ""), "says"),
            (WAITS.replace("busy >= 1", "busy > 0.95"), "At 99 % utilisation"),
            (WAITS.replace("    return waiting_share", "    waiting_share"), "returns nothing"),
        ],
    },
    "7.4": {
        "right": [
            NEEDED + REFUSE + SEARCH + GIVE,
            NEEDED
            + REFUSE
            + "    count = 1 + spare\n    while response(rate, times, count - spare) > target:\n        count += 1\n    return count\n",
            NEEDED
            + "    import itertools\n\n    if target < np.quantile(times, 0.95):\n        raise ValueError(f'no number of instances answers within {target} s')\n"
            + "    return spare + next(n for n in itertools.count(1) if response(rate, times, n, share=0.95) <= target)\n",
        ],
        "wrong": [
            (NEEDED + REFUSE + SEARCH + "    return working\n", "on the day on which one is down"),
            (NEEDED + REFUSE + SEARCH + "    return working + spare + 1\n", "one more than needed"),
            (
                NEEDED
                + REFUSE
                + "    working = 1\n    while mean_wait(rate, times, working) + np.mean(times) > target:\n        working += 1\n"
                + GIVE,
                "enough for the mean",
            ),
            (NEEDED + REFUSE + "    working = math.ceil(rate * np.mean(times))\n" + GIVE, "not to do it in time"),
            (NEEDED + REFUSE + SEARCH + "    return working + 1\n", "written into your function"),
            (NEEDED + REFUSE + SEARCH.replace("> target", ">= target") + GIVE, "exactly the target"),
            (NEEDED + REFUSE + SEARCH.replace("working = 1", "working = 0") + GIVE, "what 0 instances can do"),
            (NEEDED + SEARCH + GIVE, "looks for ever"),
            (
                NEEDED + REFUSE.replace("np.quantile(times, SHARE)", "np.mean(times)") + SEARCH + GIVE,
                "95 % within 0.025 s",
            ),
            (
                NEEDED
                + REFUSE
                + SEARCH.replace("response(rate, times, working)", "1000 * response(rate, times, working)")
                + GIVE,
                "in seconds, as",
            ),
            (
                NEEDED + "    if np.quantile(times, SHARE) > target:\n        return 0\n" + SEARCH + GIVE,
                "Raise a ValueError",
            ),
            (
                NEEDED + REFUSE.replace("f'{target} s is less than the service takes'", "") + SEARCH + GIVE,
                "carries no message",
            ),
            (NEEDED + REFUSE + SEARCH.replace("working = 1", "working = 2") + GIVE, "One request a second"),
            (
                NEEDED + REFUSE.replace("np.quantile(times, SHARE)", "np.max(times)") + SEARCH + GIVE,
                "about: the longest",
            ),
            (NEEDED + REFUSE + SEARCH, "returns nothing"),
        ],
    },
    "7.5": {
        "right": [
            COST + MACHINES + PEOPLE + TOTAL + DICT,
            """def cost(design, prices, decisions):
    result = {"machines": prices["machine_hour"] * design["hours"] * design["machines"]}
    hours = design["care_hours"] * design["life_months"] + design["build_hours"]
    result["people"] = prices["engineer_hour"] * hours / design["life_months"]
    result["total"] = sum(result.values())
    result["per_thousand"] = result["total"] / (decisions / 1000)
    return result
""",
        ],
        "wrong": [
            (COST + MACHINES.replace("design['machines'] * ", "") + PEOPLE + TOTAL + DICT, "of *each* machine"),
            (COST + MACHINES.replace(" * design['hours']", "") + PEOPLE + TOTAL + DICT, "each runs 700"),
            (
                COST + MACHINES + PEOPLE.replace(" + design['build_hours'] / design['life_months']", "") + TOTAL + DICT,
                "who builds it is paid",
            ),
            (COST + MACHINES + PEOPLE.replace(" / design['life_months']", "") + TOTAL + DICT, "not every month"),
            (
                COST + MACHINES + PEOPLE.replace("design['care_hours'] + ", "") + TOTAL + DICT,
                "takes care of it every month",
            ),
            (COST + MACHINES + PEOPLE.replace("design['life_months']", "12") + TOTAL + DICT, "not over a year"),
            (
                COST + MACHINES + PEOPLE.replace("design['life_months']", "36") + TOTAL + DICT,
                "written into your function",
            ),
            (COST + MACHINES + PEOPLE.replace(" * prices['engineer_hour']", "") + TOTAL + DICT, "these are hours"),
            (
                COST
                + MACHINES
                + PEOPLE.replace(
                    "(design['care_hours'] + design['build_hours']", "((design['care_hours'] + design['build_hours'])"
                )
                + TOTAL
                + DICT,
                "the care comes every month",
            ),
            (COST + MACHINES + PEOPLE + "    total = machines\n" + DICT, "most of it"),
            (COST + MACHINES + PEOPLE + TOTAL + DICT.replace(" * 1000", ""), "a single decision"),
            (
                COST + MACHINES + PEOPLE + TOTAL + DICT.replace("total / decisions * 1000", "total * decisions / 1000"),
                "each of them dearer",
            ),
            (
                COST + MACHINES + PEOPLE + TOTAL + DICT.replace("total / decisions", "machines / decisions"),
                "for the machines alone",
            ),
            (COST + MACHINES + PEOPLE.replace("/ design", "* design") + TOTAL + DICT, "yours has them 36 times"),
            (COST + MACHINES + PEOPLE.replace("engineer_hour", "machine_hour") + TOTAL + DICT, "`prices` holds two"),
            (COST + MACHINES.replace("design['hours']", "730") + PEOPLE + TOTAL + DICT, "how many it runs"),
            (COST + MACHINES + PEOPLE.replace(" / ", " // ") + TOTAL + DICT, "cut off or rounded"),
            (
                COST + MACHINES + PEOPLE + TOTAL + DICT.replace("decisions * 1000", "(decisions // 1000)"),
                "half a thousand",
            ),
            (
                COST
                + MACHINES
                + PEOPLE
                + TOTAL
                + DICT.replace("total / decisions * 1000", "round(total / decisions * 1000)"),
                "`per_thousand` is",
            ),
            (COST + MACHINES + PEOPLE + TOTAL + "    return total\n", "a dict is needed"),
            (COST + MACHINES + PEOPLE + TOTAL + DICT.replace(", total=total", ""), "lacks total"),
            (
                COST + "    design['build_hours'] /= design['life_months']\n" + MACHINES + PEOPLE + TOTAL + DICT,
                "changes the dictionaries",
            ),
        ],
    },
    "7.6": {
        "right": [
            RETRY + LOOP,
            """def retry(action, attempts, first_wait, sleep=time.sleep):
    try:
        return action()
    except TRANSIENT:
        if attempts <= 1:
            raise
    sleep(first_wait)
    return retry(action, attempts - 1, 2 * first_wait, sleep)
""",
            """def retry(action, attempts, first_wait, sleep=time.sleep):
    waits = [first_wait * 2**number for number in range(attempts - 1)]
    for wait in waits:
        try:
            return action()
        except (TimeoutError, ConnectionError) as error:
            print(f"{error}: trying again in {wait:g} s")
            sleep(wait)
    return action()
""",
        ],
        "wrong": [
            (loop("        sleep(wait)\n", ""), "does not wait between"),
            (loop("        wait = 2 * wait\n", ""), "as long each time"),
            (
                loop("        try:", "        sleep(wait)\n        try:").replace(
                    "raise\n        sleep(wait)\n", "raise\n"
                ),
                "before the first attempt",
            ),
            (loop("wait = first_wait", "wait = 2 * first_wait"), "The first wait is 2"),
            (loop("wait = 2 * wait", "wait = wait + 1"), "grow by one each"),
            (loop("wait = first_wait", "wait = 1"), "With first_wait 0.25"),
            (loop("sleep(wait)", "time.sleep(wait)"), "time.sleep itself"),
            (loop("return action()", "action()\n            return None"), "retry returns None"),
            (
                loop(
                    "            return action()",
                    "            result = action()\n            if result:\n                return result",
                ),
                "so it has succeeded",
            ),
            (loop("range(attempts - 1, -1, -1)", "range(attempts, -1, -1)"), "yours makes 4"),
            (loop("range(attempts - 1, -1, -1)", "range(attempts - 2, -1, -1)"), "yours makes 2"),
            (loop("                raise\n", "                return None\n"), "takes that for success"),
            (
                loop("                raise\n", "                raise TimeoutError('gave up')\n"),
                "error of the last attempt: who",
            ),
            (
                loop(
                    "            if not left:\n                raise\n        sleep(wait)",
                    "            sleep(wait)\n            if not left:\n                raise",
                ),
                "waits once more",
            ),
            (loop("except TRANSIENT:", "except Exception:"), "A StageError is tried again"),
            (loop("except TRANSIENT:", "except OSError:"), "not every OSError passes"),
            (loop("except TRANSIENT:", "except TimeoutError:"), "gives up"),
            (
                RETRY
                + "    while True:\n        try:\n            return action()\n        except TRANSIENT:\n"
                + "            sleep(first_wait)\n            first_wait *= 2\n",
                "tries for ever",
            ),
            (
                loop(
                    "                raise\n",
                    "                raise\n        except RuntimeError:\n            return None\n",
                ),
                "is swallowed",
            ),
        ],
    },
    "7.7": {
        "right": [
            ENTRY,
            entry("detection_now: 3", "detection_now: 1").replace("occurrence_now: 5", "occurrence_now: 4"),
            entry(TEST, f'"{TEST}"').replace(
                "  effect: books go to others than the propensities say; what was mailed cannot be made again\n",
                "  effect: the log of propensities is wrong, and with it every estimate that uses them\n",
            ),
        ],
        "wrong": [
            (entry(TEST, ""), "`evidence` is empty"),
            (entry("each lot is made from seed, campaign and household", ""), "`mitigation` is empty"),
            (entry("each lot is made from seed, campaign and household", "a test"), "A reader needs a sentence"),
            (entry(TEST, "tests/behaviour/test_score.py"), "which of its tests"),
            (entry(TEST, TEST.partition("::")[2]), "a test without its file"),
            (entry(TEST, "FAILED " + TEST), "begins with the word FAILED"),
            (entry("tests/behaviour/test_score.py::", "test_score.py::"), "is not in the repository"),
            (entry("new_lots_to_the_others", "new_lots"), "There is no test"),
            (entry(TEST, TEST + " - assert 20 == 0"), "goes on after the name"),
            (entry(TEST, "tests/behaviour/test_score.py::test_without_lots_it_is_the_plain_ranking"), "stays green"),
            (entry("severity: 7", "severity: 3"), "it hurts as before"),
            (entry("detection: 9", "detection: 4"), "time *before*"),
            (entry("detection_now: 3", "detection_now: 10"), "went up. On this scale"),
            (entry("detection_now: 3", "detection_now: 9"), "is as before"),
            (entry("detection_now: 3", "detection_now: 0"), "from 1 to 10"),
            (entry("occurrence_now: 5", "occurrence_now: 7"), "`occurrence_now` went up"),
            (entry("each lot is made", "each lot: made"), "needs quotes"),
            (entry("  evidence: " + TEST + "\n", ""), "lacks evidence"),
        ],
    },
}
