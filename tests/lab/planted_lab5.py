"""Right and wrong answers to the tasks of lab 5: the mistakes that students really make, each with a part of its hint."""

FAILED = []  # the failing test is looked for in the terminal

ANSWERS = {
    "5.6": {
        "right": [
            "test_held_out_scores_come_from_models_that_did_not_see_the_household",
            "tests/monitor/test_outcomes.py::test_held_out_scores_come_from_models_that_did_not_see_the_household ",
            "FAILED tests/monitor/test_outcomes.py::test_held_out_scores_come_from_models_that_did_not_see_the_household - AssertionError: x",
        ],
        "wrong": [
            ("tests/monitor/test_outcomes.py", "That is the file"),
            ("held_out", "where the fault is"),
            ("AssertionError", "how a test fails"),
            ("test_segments_have_sizes_and_stay_silent_when_small", "This test passes, or"),
            ("1 failed", "starts with FAILED: the word"),
        ],
        "malformed": [(1, "text in quotes")],
    },
}

PASSED = '    passed = rows["start_date"] + pd.Timedelta(days=horizon_days) <= day\n'
ONES = '    labels = rows["redeemed_on"].notna().astype("Int64")\n'

MAILED = '    mailed = rows[rows["mailed"]]\n'
LABEL = 'mailed["label"].astype(float)'
CHANCE = "    share = None\n    if rows['propensity'].min() > 0:\n        share = {}\n"

WORST = "    scale = null.std(axis=0) + 1e-12\n"
ZEROS = "    now, before = (current[names] == 0).mean(), (reference[names] == 0).mean()\n"

SEEN = (
    "    seen = campaign['label'].notna().to_numpy()\n    label = campaign['label'].fillna(0).to_numpy(dtype=float)\n"
)
MOVED = "    moved = np.asarray(fresh).astype(int) - np.asarray(used).astype(int)\n"
WEIGHT = "    weight = np.where(seen, 1 / np.where(seen, campaign['propensity'], 1.0), 0.0)\n"

# The second right answer of each task is what a solved notebook leaves: it has the form that `make lint` asks for.
LAST_DAY = """    last = rows["start_date"] + pd.Timedelta(days=horizon_days - 1)
    values = pd.Series(0.0, index=rows.index)
    values[rows["redeemed_on"].notna()] = 1.0
    return values.where((last < day) & rows["mailed"])
"""
RATIO = """    mailed = rows[rows["mailed"]]
    weights = 1 / mailed["propensity"]
    share = None if (rows["propensity"] <= 0).any() else (mailed["label"].astype(float) * weights).sum() / weights.sum()
"""
SORTED = """    usual = np.maximum(np.median(null, axis=0), 1e-9)
    worst = np.sort((null / usual).max(axis=1))
    limits = usual * worst[int(np.ceil((1 - rate) * len(worst))) - 1]
"""
SHARES = """    now, before = (current[names] == 0).mean(), (reference[names] == 0).mean()
    return [name for name in names if (now >= DEAD)[name] and not (before >= DEAD)[name]]
"""
BY_ROW = """    gained = np.zeros(len(campaign))
    for place, row in enumerate(campaign.itertuples()):
        if not pd.isna(row.label) and fresh[place] != used[place]:
            sign = 1 if fresh[place] else -1
            gained[place] = sign * (benefit * row.label - cost) / row.propensity
    return gained
"""

CODE = {
    "5.1": {
        "right": [
            "    labels = pd.Series(pd.NA, index=rows.index, dtype='Int64')\n"
            "    over = rows['mailed'] & ((day - rows['start_date']).dt.days >= horizon_days)\n"
            "    labels[over] = 0\n    labels[over & rows['redeemed_on'].notna()] = 1\n    return labels\n",
            LAST_DAY,
            PASSED
            + "    labels = (rows['redeemed_on'] < day).astype('Int64')\n    return labels.mask(~passed | ~rows['mailed'])\n",
            "    def label(row):\n        if not row.mailed or day < row.start_date + pd.Timedelta(days=horizon_days):\n"
            "            return pd.NA\n        return 0 if pd.isna(row.redeemed_on) else 1\n\n"
            "    return pd.Series([label(row) for row in rows.itertuples()], index=rows.index, dtype='Int64')\n",
        ],
        "wrong": [
            (
                PASSED + ONES + "    return labels.where(passed)\n",
                "Two households got no book, and yours has a label for them",
            ),
            (PASSED + ONES + "    return labels.where(passed).where(rows['mailed'], 0)\n", "count as 0"),
            (ONES + "    return labels.where(rows['mailed'])\n", "has not redeemed yet gets 0"),
            (
                PASSED
                + ONES
                + "    labels[~passed & (labels == 0)] = pd.NA\n    return labels.where(rows['mailed'])\n",
                "Whether a label is known may not depend on what it is",
            ),
            (
                PASSED.replace("<=", "<") + ONES + "    return labels.where(passed & rows['mailed'])\n",
                "still knows nothing",
            ),
            (
                PASSED.replace("horizon_days", "horizon_days - 1")
                + ONES
                + "    return labels.where(passed & rows['mailed'])\n",
                "it has not happened yet",
            ),
            (
                PASSED.replace("horizon_days", "28") + ONES + "    return labels.where(passed & rows['mailed'])\n",
                "horizon of 14",
            ),
            (PASSED + ONES + "    return labels[passed & rows['mailed']]\n", "labels come out"),
            (
                PASSED + ONES + "    return labels.where(passed & rows['mailed']).reset_index(drop=True)\n",
                "lost the index",
            ),
            (PASSED + ONES + "    return labels.where(passed & rows['mailed']).to_numpy()\n", "a Series is needed"),
            (
                PASSED
                + "    rows['label'] = rows['redeemed_on'].notna().astype('Int64').where(passed & rows['mailed'])\n    return rows['label']\n",
                "changes the frame",
            ),
            (
                PASSED + "    return rows['redeemed_on'].notna().astype('boolean').where(passed & rows['mailed'])\n",
                "are the numbers 1 and 0",
            ),
            (
                PASSED + ONES + "    return labels.where(passed & rows['mailed'] & (labels == 1))\n",
                "Now it is known: 0",
            ),
            (
                ONES
                + "    if rows['start_date'].min() + pd.Timedelta(days=horizon_days) > day:\n        labels[:] = pd.NA\n"
                "    return labels.where(rows['mailed'])\n",
                "each household has its own start",
            ),
            (PASSED + ONES + "    labels = labels.where(passed & rows['mailed'])\n", "returns nothing"),
        ],
    },
    "5.2": {
        "right": [
            MAILED
            + f"    share = None\n    if not (rows['propensity'] == 0).any():\n        share = ({LABEL} / mailed['propensity']).sum() / len(rows)\n",
            RATIO,
            "    if (rows['propensity'] == 0).any():\n        return None\n    known = rows[rows['label'].notna()]\n"
            "    stands_for = 1 / known['propensity']\n    share = np.sum(stands_for[known['label'] == 1]) / np.sum(stands_for)\n",
        ],
        "wrong": [
            (MAILED + CHANCE.format(f"{LABEL}.mean()"), "most of which the model chose"),
            (MAILED + CHANCE.format(f"np.average({LABEL}, weights=mailed['propensity'])"), "must count for more"),
            (
                MAILED
                + CHANCE.format("np.average(rows['label'].fillna(0).astype(float), weights=1 / rows['propensity'])"),
                "the weights of the lot stand in",
            ),
            (CHANCE.format("rows['label'].fillna(0).astype(float).mean()"), "Their outcome is unknown, not 0"),
            (
                CHANCE.format("rows.loc[rows['reason'] == 'exploration', 'label'].astype(float).mean()"),
                "random books alone",
            ),
            (
                CHANCE.format("rows.loc[rows['reason'] == 'model', 'label'].astype(float).mean()"),
                "the model's own books",
            ),
            (
                MAILED + CHANCE.format(f"({LABEL} / mailed['propensity']).sum() / len(mailed)"),
                "divided by the number of books",
            ),
            (MAILED + CHANCE.format(f"({LABEL} / mailed['propensity']).sum()"), "A share is asked for"),
            (CHANCE.format("rows['redeemed'].mean()"), "known of everybody"),
            (
                MAILED + f"    share = np.average({LABEL}, weights=1 / mailed['propensity'])\n",
                "had no chance (propensity 0), and yours says",
            ),
            (
                MAILED
                + "    share = None\n    if (rows['reason'] == 'exploration').any():\n"
                + f"        share = np.average({LABEL}, weights=1 / mailed['propensity'])\n",
                "somebody had no chance",
            ),
            (
                MAILED
                + "    share = None\n    lot = rows[rows['reason'] == 'exploration']['label'].astype(float)\n"
                + "    if rows['propensity'].min() > 0 and (lot.sum() > 0 or lot.empty):\n"
                + f"        share = np.average({LABEL}, weights=1 / mailed['propensity'])\n",
                "is an answer, too",
            ),
            (
                MAILED
                + "    lot, share = mailed[mailed['reason'] == 'exploration'], None\n"
                + "    if rows['propensity'].min() > 0:\n        others = (rows['reason'] != 'model').sum()\n"
                + "        stands = others / len(lot) if len(lot) else 1.0\n"
                + f"        share = np.average({LABEL}, weights=np.where(mailed['reason'] == 'model', 1.0, stands))\n",
                "Use the propensity of each row",
            ),
            (
                "    rows['weight'] = 1 / rows['propensity']\n"
                + MAILED
                + f"    share = np.average({LABEL}, weights=mailed['weight'])\n",
                "changes the frame",
            ),
        ],
    },
    "5.3": {
        "right": [
            WORST + "    limits = scale * np.quantile((null / scale).max(axis=1), 1 - rate)\n",
            SORTED,
            "    levels = np.linspace(1 - rate, 1, 401)\n"
            "    for level in levels:\n        limits = np.quantile(null, level, axis=0)\n"
            "        if (null > limits).any(axis=1).mean() <= rate:\n            break\n",
        ],
        "wrong": [
            ("    limits = np.array([np.quantile(column, 1 - rate) for column in null.T])\n", "Each keeps the rate"),
            ("    limits = np.quantile(null, 1 - rate / null.shape[1], axis=0)\n", "is too careful"),
            ("    limits = np.quantile(null, rate, axis=0)\n", "at the upper end"),
            ("    limits = null.max(axis=0)\n", "No quiet campaign rings at all"),
            (
                "    limits = np.full(null.shape[1], np.quantile(null.max(axis=1), 1 - rate))\n",
                "cannot share one threshold",
            ),
            ("    limits = np.quantile(null.max(axis=1), 1 - rate)\n", "One number for all columns"),
            ("    limits = np.quantile(null, 1 - rate, axis=1)\n", "watch the axis"),
            (
                "    scale = null.std(axis=0)\n    limits = scale * np.quantile((null / scale).max(axis=1), 1 - rate)\n",
                "Do you divide by a column's size",
            ),
            (
                WORST + "    limits = scale * np.quantile((null / scale).max(axis=1), 0.9)\n",
                "Is a number written into your code",
            ),
            (
                WORST + "    limits = scale * np.quantile((null / scale).mean(axis=1), 1 - rate)\n",
                "where 10 % were promised",
            ),
        ],
    },
    "5.4": {
        "right": [
            "    dead = []\n    for name in names:\n        zero = current[name].eq(0).mean()\n"
            "        if zero >= DEAD and reference[name].eq(0).mean() < DEAD:\n            dead.append(name)\n    return dead\n",
            SHARES,
            ZEROS + "    return now.index[(now >= DEAD) & (before < DEAD)].tolist()\n",
        ],
        "wrong": [
            (ZEROS + "    return [name for name in names if now[name] >= DEAD]\n", "it never had many values"),
            ("    return [name for name in names if (current[name] == 0).any()]\n", "A zero is nothing odd"),
            (
                "    return [name for name in names if (current[name] == 0).all() and not (reference[name] == 0).all()]\n",
                "leaves a few rows",
            ),
            (ZEROS + "    return [name for name in names if now[name] > DEAD > before[name]]\n", "DEAD *or more*"),
            (
                "    return [name for name in names if current[name].median() == 0 and reference[name].median() > 0]\n",
                "That may be the world",
            ),
            (
                "    return [name for name in names if current[name].mean() < 0.2 * reference[name].mean()]\n",
                "not a column that died",
            ),
            (ZEROS + "    return [name for name in names if before[name] >= DEAD > now[name]]\n", "which is before"),
            (
                "    now, before = (current == 0).mean(), (reference == 0).mean()\n"
                "    return [name for name in reference if now[name] >= DEAD > before[name]]\n",
                "yours reports others. `names`",
            ),
            (ZEROS + "    return [name for name in names if now[name] >= 0.9 > before[name]]\n", "With DEAD at 0.99"),
            (
                ZEROS + "    return sorted(name for name in names if now[name] >= DEAD > before[name])\n",
                "in another order",
            ),
            (ZEROS + "    return any(now[name] >= DEAD > before[name] for name in names)\n", "a list is needed"),
            (
                "    now, before = (current[names] == 0).sum(), (reference[names] == 0).sum()\n"
                "    return [name for name in names if now[name] >= DEAD * len(reference) > before[name]]\n",
                "yours finds none",
            ),
        ],
    },
    "5.5": {
        "right": [
            SEEN + MOVED + WEIGHT + "    return weight * (benefit * label - cost) * moved\n",
            BY_ROW,
            "    book = campaign['label'].astype('Float64') * benefit - cost\n"
            "    stands_for = 1 / campaign['propensity'].where(campaign['label'].notna())\n"
            "    gained = (book * stands_for).astype('Float64').fillna(0).to_numpy(dtype=float)\n"
            "    return np.where(fresh, gained, 0) - np.where(used, gained, 0)\n",
        ],
        "wrong": [
            (
                SEEN + MOVED + "    return np.where(seen, (benefit * label - cost) * moved, 0.0)\n",
                "by lot with a chance of 1 in 4 is not weighted",
            ),
            (
                SEEN
                + MOVED
                + "    return np.where(seen, campaign['propensity'] * (benefit * label - cost) * moved, 0.0)\n",
                "is weighted the wrong way round",
            ),
            (
                SEEN + MOVED + "    return (benefit * label - cost) * moved / campaign['propensity'].to_numpy()\n",
                "Taking unknown for",
            ),
            (SEEN + MOVED + WEIGHT + "    return -weight * (benefit * label - cost) * moved\n", "The sign is turned"),
            (
                SEEN
                + "    moved = np.asarray(fresh).astype(int)\n"
                + WEIGHT
                + "    return weight * (benefit * label - cost) * moved\n",
                "on both lists, or on neither",
            ),
            (SEEN + MOVED + WEIGHT + "    return weight * benefit * label * moved\n", "Books are free"),
            (
                SEEN + MOVED + WEIGHT + "    return (weight * benefit * label - cost * seen) * moved\n",
                "on the benefit alone",
            ),
            (
                SEEN + MOVED + WEIGHT + "    return float((weight * (benefit * label - cost) * moved).sum())\n",
                "One number comes out",
            ),
            (
                SEEN
                + MOVED
                + "    return np.where(seen, 1, 0) / campaign['propensity'].to_numpy() * (benefit * label - cost) * moved\n",
                "yours divides by it",
            ),
            (
                MOVED
                + "    label = campaign['label'].astype(float)\n    return (benefit * label - cost) / campaign['propensity'] * moved\n",
                "a missing gain",
            ),
            (
                SEEN
                + "    moved = (np.asarray(fresh) & ~np.asarray(used)).astype(int)\n"
                + WEIGHT
                + "    return weight * (benefit * label - cost) * moved\n",
                "on the list in use only",
            ),
            (
                SEEN + MOVED + WEIGHT + "    return (weight * (benefit * label - cost) * moved)[moved != 0]\n",
                "gains come out",
            ),
            (
                "    campaign['label'] = campaign['label'].fillna(0)\n"
                + SEEN
                + MOVED
                + WEIGHT
                + "    return weight * (benefit * label - cost) * moved\n",
                "changes the frame",
            ),
            (SEEN + MOVED + WEIGHT + "    gained = weight * (benefit * label - cost) * moved\n", "returns nothing"),
        ],
    },
}
