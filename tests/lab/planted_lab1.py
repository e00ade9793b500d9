"""Right and wrong answers to the tasks of lab 1: the mistakes that students really make, each with a part of its hint."""

FAILED = ["2 failed"]  # one test, in two cases

ANSWERS = {
    "1.1": {
        "right": [0.125, 1 / 8, 0.1251],
        "wrong": [
            (12.5, "per cent"),
            (8.0, "other way round"),
            (1.5 / 40, "contribution margin"),
            (5.0, "dollars of sales"),
            (1.5 * 0.3 / 40, "not what a book costs"),
            (12.0, "worth in dollars"),
            (-0.125, "between 0 and 1"),
            (0.2, "100 books"),
        ],
        "malformed": [("12.5 %", "Give a number"), (True, "Give a number"), ([0.125], "Give a number")],
    },
    "1.7": {
        "right": [
            "test_purchases_are_dated_in_store_time",
            " tests/test_history.py::test_purchases_are_dated_in_store_time[2017-05-08T02:00-10.0] ",
        ],
        "wrong": [
            ("tests/test_history.py", "That is the file"),
            ("history.sql", "where the fault is"),
            ("shop", "fixture"),
            ("test_a_redemption_counts_in_the_28_days_from_the_start", "This test passes, or"),
            ("UTC", "starts with FAILED: the word"),
        ],
        "malformed": [(7, "text in quotes")],
    },
}

NET = "def net_value(books, redeemers, cost_per_book, benefit):\n"
GUARD = "    if redeemers > books:\n        raise ValueError('more redeemers than books')\n"
CHOOSE = "def choose(scores, household_ids, share):\n"
BOOKS = "    books = math.floor(share * len(scores) + 1e-9)\n"
ARRAYS = "    scores, household_ids = np.asarray(scores, dtype=float), np.asarray(household_ids)\n" + BOOKS
MASK = "    mailed = np.zeros(len(scores), dtype=bool)\n    mailed[first] = True\n    return mailed\n"
BACK = "def backtest(frame, policy, share, cost_per_book, benefit):\n    rows = []\n"
LOOP = '    for campaign_id, campaign in frame.groupby("campaign_id", sort=True):\n'
KNOWN = '        known = campaign.drop(columns="redeemed")\n'
LIST = '        mailed = choose(scores(policy, known), known["household_id"], share)\n'
COUNT = '        books, caught = int(mailed.sum()), int(campaign["redeemed"].to_numpy()[mailed].sum())\n'
ROW = (
    '        rows.append({"campaign_id": campaign_id, "households": len(campaign), "books": books,'
    ' "redeemers": int(campaign["redeemed"].sum()), "caught": caught,'
    ' "net_value": net_value(books, caught, cost_per_book, benefit)})\n'
)
END = "    return pd.DataFrame(rows)\n"
VERDICT = "def verdict(low, high, margin):\n    if low > high or margin < 0:\n        raise ValueError('upside down')\n"
ARM = (
    "def households_per_arm(sd, difference, alpha=0.05, power=0.8):\n    if difference <= 0:\n"
    "        raise ValueError('nothing')\n    z = NormalDist().inv_cdf\n"
)

CODE = {
    "1.2": {
        "right": [
            NET + GUARD + "    return redeemers * benefit - books * cost_per_book\n",
            NET
            + "    missed = books - redeemers\n    if missed < 0:\n        raise ValueError(f'{redeemers} of {books}')\n"
            + "    return redeemers * (benefit - cost_per_book) - missed * cost_per_book\n",
        ],
        "wrong": [
            (NET + "    return benefit * redeemers\n", "books are free"),
            (NET + "    return redeemers * (benefit - cost_per_book)\n", "books of redeemers only"),
            (
                NET + "    return benefit * redeemers - cost_per_book * (books - redeemers)\n",
                "only the books that nobody",
            ),
            (NET + "    return cost_per_book * books - benefit * redeemers\n", "sign is turned"),
            (NET + "    return benefit * books - cost_per_book * books\n", "Every book earns"),
            (NET + "    return (benefit * redeemers - cost_per_book * books) / books\n", "dollars per book"),
            (NET + "    return benefit * redeemers + cost_per_book * books\n", "add the cost"),
            (NET + "    return 0.3 * benefit * redeemers - cost_per_book * books\n", "already has the margin"),
            (NET + "    print(benefit * redeemers - cost_per_book * books)\n", "returns nothing"),
            (NET + "    return round(benefit * redeemers - cost_per_book * books)\n", "cents"),
            (NET + "    return max(0.0, benefit * redeemers - cost_per_book * books)\n", "lose what they cost"),
            (NET + "    return benefit * redeemers - cost_per_book * books\n", "accepts it in silence"),
            (
                NET
                + "    if redeemers > books:\n        raise ValueError\n"
                + "    return benefit * redeemers - cost_per_book * books\n",
                "carries no message",
            ),
            (NET + GUARD + "    return benefit * redeemers - price * books\n", "`price` is not known, line 4"),
            (NET + "    return benefit * redeemers / 0\n", "ZeroDivisionError"),
        ],
    },
    "1.3": {
        "right": [
            CHOOSE + ARRAYS + "    first = np.lexsort((household_ids, -scores))[:books]\n" + MASK,
            CHOOSE
            + BOOKS
            + "    frame = pd.DataFrame({'s': np.asarray(scores), 'h': np.asarray(household_ids)})\n"
            + "    first = frame.sort_values(['s', 'h'], ascending=[False, True]).index[:books]\n"
            + "    return frame.index.isin(first)\n",
            CHOOSE
            + BOOKS
            + "    pairs = sorted(range(len(scores)), key=lambda i: (-list(scores)[i], list(household_ids)[i]))\n"
            + "    first = set(pairs[:books])\n    return np.array([i in first for i in range(len(scores))])\n",
        ],
        "wrong": [
            (CHOOSE + ARRAYS + "    first = np.lexsort((household_ids, scores))[:books]\n" + MASK, "lowest scores"),
            (
                CHOOSE + ARRAYS + "    first = np.argsort(-scores, kind='stable')[:books]\n" + MASK,
                "another order of rows",
            ),
            (
                CHOOSE + ARRAYS + "    first = np.lexsort((-household_ids, -scores))[:books]\n" + MASK,
                "higher household_id",
            ),
            (
                CHOOSE + ARRAYS + "    cut = np.sort(scores)[::-1][max(books, 1) - 1]\n    return scores >= cut\n",
                "lets ties in",
            ),
            (
                CHOOSE
                + ARRAYS.replace("math.floor(share * len(scores) + 1e-9)", "math.ceil(share * len(scores))")
                + "    first = np.lexsort((household_ids, -scores))[:books]\n"
                + MASK,
                "round down",
            ),
            (
                CHOOSE
                + ARRAYS.replace("math.floor(share * len(scores) + 1e-9)", "int(share * len(scores))")
                + "    first = np.lexsort((household_ids, -scores))[:books]\n"
                + MASK,
                "29 books, and you mail 28",
            ),
            (CHOOSE + ARRAYS + "    return household_ids[np.lexsort((household_ids, -scores))[:books]]\n", "the shape"),
            (CHOOSE + ARRAYS + "    return (-scores).argsort().argsort()\n", "not its id or its rank"),
            (
                CHOOSE
                + ARRAYS
                + "    first = set(np.lexsort((household_ids, -scores))[:books])\n"
                + "    return [i in first for i in range(len(scores))]\n",
                "result is a list",
            ),
            (
                CHOOSE
                + ARRAYS
                + "    first = np.lexsort((household_ids, -scores))[:books]\n    return np.arange(len(scores)) < books\n",
                "stand first",
            ),
            (
                CHOOSE
                + BOOKS
                + "    order = sorted(range(len(scores)), key=lambda i: (-scores[i], household_ids[i]))\n"
                + "    return np.array([i in order[:books] for i in range(len(scores))])\n",
                "positions, not labels",
            ),
            (CHOOSE + ARRAYS + "    first = np.lexsort((household_ids, -scores))[:books]\n", "returns nothing"),
        ],
    },
    "1.4": {
        "right": [
            BACK + LOOP + KNOWN + LIST + COUNT + ROW + END,
            "def backtest(frame, policy, share, cost_per_book, benefit):\n"
            "    def one(campaign):\n"
            "        campaign = campaign.sort_values('household_id')\n"
            "        seen = campaign[[c for c in campaign if c != 'redeemed']]\n"
            "        got = campaign[choose(scores(policy, seen), seen['household_id'], share)]\n"
            "        return {'campaign_id': campaign['campaign_id'].iloc[0], 'households': len(campaign), 'books': len(got),\n"
            "                'redeemers': campaign['redeemed'].sum(), 'caught': got['redeemed'].sum(),\n"
            "                'net_value': net_value(len(got), got['redeemed'].sum(), cost_per_book, benefit)}\n"
            "    ids = sorted(frame['campaign_id'].unique())\n"
            "    return pd.DataFrame([one(frame[frame['campaign_id'] == i]) for i in ids])\n",
        ],
        "wrong": [
            (
                BACK + LOOP + "        known = campaign\n" + LIST + COUNT + ROW + END,
                "the column `redeemed`, the future",
            ),
            (
                BACK
                + "    whole = scores(policy, frame.drop(columns='redeemed'))\n"
                + LOOP
                + KNOWN
                + "        mailed = choose(whole[frame['campaign_id'] == campaign_id], known['household_id'], share)\n"
                + COUNT
                + ROW
                + END,
                "several campaigns at once",
            ),
            (
                BACK + LOOP + KNOWN + "        policy.fit(known, campaign['redeemed'])\n" + LIST + COUNT + ROW + END,
                "learns from the outcome",
            ),
            (BACK + LOOP + KNOWN + LIST.replace("share)", "1.0)") + COUNT + ROW + END, "Everybody is mailed"),
            (
                BACK
                + LOOP
                + KNOWN
                + LIST
                + COUNT.replace("int(campaign", "int(campaign['redeemed'].sum()); unused = (campaign")
                + ROW
                + END,
                "every redeemer",
            ),
            (
                BACK
                + LOOP
                + KNOWN
                + LIST
                + COUNT
                + ROW.replace("net_value(books, ", "net_value(len(campaign), ")
                + END,
                "for every household",
            ),
            (
                BACK
                + LOOP
                + KNOWN
                + LIST
                + COUNT
                + ROW.replace("net_value(books, caught,", "net_value(books, int(campaign['redeemed'].sum()),")
                + END,
                "redeemers that were not mailed",
            ),
            (BACK + LOOP + KNOWN + LIST + COUNT + ROW + "    return rows\n", "returns list"),
            (BACK + LOOP + KNOWN + LIST + COUNT + ROW + "        return pd.DataFrame(rows)\n", "1 rows came out"),
            (
                BACK
                + LOOP
                + KNOWN
                + LIST
                + COUNT
                + ROW.replace('"redeemers": int(campaign["redeemed"].sum())', '"redeemers": caught')
                + END,
                "`redeemers` counts all",
            ),
            (
                BACK + LOOP + KNOWN + LIST + COUNT + ROW.replace("len(campaign)", "books") + END,
                "`households` counts all",
            ),
            (
                BACK
                + LOOP
                + "        campaign.drop(columns='redeemed', errors='ignore')\n"
                + "        mailed = choose(campaign['spend'], campaign['household_id'], share)\n"
                + COUNT
                + ROW
                + END,
                "never asked",
            ),
            (
                BACK + LOOP + KNOWN.replace("\n", ".sort_values('household_id')\n") + LIST + COUNT + ROW + END,
                "rows in another order",
            ),
        ],
    },
    "1.5": {
        "right": [
            VERDICT
            + "    if low > 0:\n        return 'superior'\n    if low > -margin:\n        return 'non-inferior'\n"
            + "    return 'inferior' if high < -margin else 'inconclusive'\n",
            VERDICT
            + "    if high < -margin:\n        word = 'inferior'\n    elif low <= -margin:\n        word = 'inconclusive'\n"
            + "    else:\n        word = 'superior' if low > 0 else 'non-inferior'\n    return word\n",
        ],
        "wrong": [
            (
                VERDICT
                + "    return 'non-inferior' if low > -margin else 'inferior' if high < -margin else 'inconclusive'\n",
                "more can be said",
            ),
            (
                VERDICT
                + "    if low + high > 0:\n        return 'superior'\n    return 'non-inferior' if low > -margin else 'inconclusive'\n",
                "or the middle",
            ),
            (
                VERDICT + "    return 'superior' if low > 0 else 'inferior' if high < 0 else 'inconclusive'\n",
                "the worst case loses 10",
            ),
            (
                VERDICT
                + "    if low > 0:\n        return 'superior'\n    if high > -margin:\n        return 'non-inferior'\n    return 'inferior'\n",
                "a loss of 80 is possible, and only",
            ),
            (
                VERDICT
                + "    if low > 0:\n        return 'superior'\n    if high < 0:\n        return 'inferior'\n"
                + "    return 'non-inferior' if low > -margin else 'inconclusive'\n",
                "perhaps by less than the 50",
            ),
            (
                VERDICT + "    return 'superior' if low > 0 else 'non-inferior' if low > -margin else 'inconclusive'\n",
                "even the best case",
            ),
            (
                VERDICT
                + "    if low > 0:\n        return 'superior'\n    if low >= -margin:\n        return 'non-inferior'\n"
                + "    return 'inferior' if high < -margin else 'inconclusive'\n",
                "use > and not >=",
            ),
            (
                VERDICT
                + "    if low > 0:\n        return 'superior'\n    if low > -50:\n        return 'non-inferior'\n"
                + "    return 'inferior' if high < -50 else 'inconclusive'\n",
                "written into your function",
            ),
            (
                VERDICT
                + "    if low > 0:\n        return 'superior'\n    if low > -margin:\n        return 'non-inferior'\n"
                + "    return 'inferior' if high <= -margin else 'inconclusive'\n",
                "use < and not <=",
            ),
            (
                VERDICT.replace("low > high or margin < 0", "low > high")
                + "    if low > 0:\n        return 'superior'\n    if low > -margin:\n        return 'non-inferior'\n"
                + "    return 'inferior' if high < -margin else 'inconclusive'\n",
                "margin of -50",
            ),
            (
                VERDICT.replace("low > high or margin < 0", "margin < 0")
                + "    if low > 0:\n        return 'superior'\n    if low > -margin:\n        return 'non-inferior'\n"
                + "    return 'inferior' if high < -margin else 'inconclusive'\n",
                "is upside down",
            ),
            (VERDICT + "    if low > 0:\n        return 'better'\n", "one of the four words"),
            (VERDICT + "    if low > 0:\n        return 'superior'\n", "a `return` for every case"),
        ],
    },
    "1.6": {
        "right": [
            ARM + "    return math.ceil(2 * ((z(1 - alpha / 2) + z(power)) * sd / difference) ** 2)\n",
            ARM
            + "    both = z(1 - alpha / 2) - z(1 - power)\n    exact = 2 * both * both * sd * sd / difference / difference\n"
            + "    return int(exact) + (exact > int(exact))\n",
        ],
        "wrong": [
            (
                ARM + "    return math.ceil(4 * ((z(1 - alpha / 2) + z(power)) * sd / difference) ** 2)\n",
                "both arms together",
            ),
            (ARM + "    return math.ceil(((z(1 - alpha / 2) + z(power)) * sd / difference) ** 2)\n", "factor 2"),
            (ARM + "    return math.ceil(2 * ((z(1 - alpha) + z(power)) * sd / difference) ** 2)\n", "one-sided"),
            (ARM + "    return math.ceil(2 * (z(1 - alpha / 2) * sd / difference) ** 2)\n", "Where is the power"),
            (
                ARM + "    return math.ceil(2 * ((z(1 - alpha / 2) + z(1 - power)) * sd / difference) ** 2)\n",
                "is negative",
            ),
            (
                ARM + "    return round(2 * ((z(1 - alpha / 2) + z(power)) * sd / difference) ** 2)\n",
                "wrong for sd 120",
            ),
            (ARM + "    return math.ceil(2 * ((1.96 + 0.84) * sd / difference) ** 2)\n", "are rounded"),
            (
                ARM + "    return math.ceil(2 * (z(1 - alpha / 2) + z(power)) ** 2 * sd / difference)\n",
                "counts squared",
            ),
            (ARM + "    return math.ceil(2 * (z(1 - alpha / 2) + z(power)) * sd / difference)\n", "Square it"),
            (ARM + "    return int(2 * ((z(1 - alpha / 2) + z(power)) * sd / difference) ** 2)\n", "Rounding down"),
            (ARM + "    return 2 * ((z(1 - alpha / 2) + z(power)) * sd / difference) ** 2\n", "round up and return"),
            (
                ARM + "    return math.ceil(2 * ((1.959964 + 0.841621) * sd / difference) ** 2)\n",
                "written into your function",
            ),
            (
                ARM.replace("difference <= 0", "difference < 0")
                + "    if difference == 0:\n        return 0\n"
                + "    return math.ceil(2 * ((z(1 - alpha / 2) + z(power)) * sd / difference) ** 2)\n",
                "cannot be detected",
            ),
        ],
    },
}
