"""Right and wrong answers to the tasks of lab 3: the mistakes that students really make, each with a part of its hint."""

FAILED = []  # its planted breaks are refused by the registry and read off a table; the failing test is looked for in the terminal

ANSWERS = {
    "3.7": {
        "right": [
            "test_a_held_out_campaign_is_predicted_from_labels_known_at_its_start",
            " tests/model/test_evaluate.py::test_a_held_out_campaign_is_predicted_from_labels_known_at_its_start ",
            "FAILED tests/model/test_evaluate.py::test_a_held_out_campaign_is_predicted_from_labels_known_at_its_start - assert",
            "test_campaigns_11_and_12_mature_a_day_late",
        ],
        "wrong": [
            ("test_a_household_is_known_when_its_fold_has_learned_from_it", "That is an effect"),
            ("tests/model/test_evaluate.py", "That is the file"),
            ("mature_by", "where the fault is"),
            ("test_the_campaigns_of_each_role", "more campaigns are now taken for known"),
            ("test_training_twice_gives_the_same", "twice the same wrong training"),
            ("test_there_and_back", "This test passes, or"),
            ("AssertionError", "starts with FAILED: the word"),
        ],
        "malformed": [(3, "text in quotes")],
    },
}

FOLD = """
        day = test["start_date"].iloc[0]
        learn = frame[frame["start_date"] + pd.Timedelta(days=settings["data"]["horizon_days"]) <= day]
        if learn["redeemed"].sum() < settings["train"]["min_redeemers"]:
            continue
        yield int(campaign_id), learn, test
"""
KNOWN = 'frame["start_date"] + pd.Timedelta(days=settings["data"]["horizon_days"]) <= day'
HORIZON = 'settings["data"]["horizon_days"]'
ENOUGH = """        if learn["redeemed"].sum() < settings["train"]["min_redeemers"]:
            continue
"""

PIPE = """
    logs = FunctionTransformer(np.log1p)
    table = ColumnTransformer([
        ("numbers", Pipeline([("logs", logs), ("scale", StandardScaler())]), numbers),
        ("types", OneHotEncoder(handle_unknown="ignore"), types),
    ])
    return Pipeline([("table", table), ("regression", LogisticRegression(C=strength, max_iter=1000))])
"""
SCALE = 'Pipeline([("logs", logs), ("scale", StandardScaler())])'
REGRESSION = "LogisticRegression(C=strength, max_iter=1000)"

DRAW = """
    groups = rows.groupby("household")[["above", "below"]].sum()
    above, below = groups["above"].to_numpy(), groups["below"].to_numpy()
    picked = generator.choice(len(groups), (resamples, len(groups)))
    tops, bottoms = above[picked].sum(axis=1), below[picked].sum(axis=1)
    kept = bottoms > 0
    low, high = np.percentile(scale * tops[kept] / bottoms[kept], [2.5, 97.5])
"""

PAIR = """
    theirs = theirs[[*KEYS, "gain"]].rename(columns={"gain": "champion_gain"})
    both = pd.merge(mine, theirs, on=KEYS)
    if len(both) == 0:
        raise StageError("The models have no household in common. Train both on the same campaigns.")
    both["difference"] = both["gain"] - both["champion_gain"]
    result = interval(both["household_id"], both["difference"], np.ones(len(both)), settings, scale=1000)
    result["verdict"] = verdict(result["low"], result["high"], margin)
"""
INTERVAL = 'interval(both["household_id"], both["difference"], np.ones(len(both)), settings, scale=1000)'
VERDICT = 'verdict(result["low"], result["high"], margin)'
NOTHING = """    if len(both) == 0:
        raise StageError("The models have no household in common. Train both on the same campaigns.")
"""

GOLD = """
    now = candidates.probabilities(model, pd.DataFrame(golden["inputs"]))
    if not np.allclose(now, golden["probabilities"], rtol=0, atol=TOLERANCE):
        raise StageError(f"{where} is refused: it does not predict what it predicted. Check code and packages.")
"""
SAME = 'np.allclose(now, golden["probabilities"], rtol=0, atol=TOLERANCE)'
THEN = 'np.array(golden["probabilities"])'

TRACE = """
    missing = []
    for name in TRACED:
        entry = receipt.get(name)
        known = here["commits"] if name == "commit" else [here[name]]
        if entry is None or entry not in known:
            missing.append(name)
    return missing
"""
ASK = "entry is None or entry not in known"

CODE = {
    "3.1": {
        "right": [
            FOLD,
            """
        known = test["start_date"].min() - pd.Timedelta(days=settings["data"]["horizon_days"])
        learn = frame.loc[frame["start_date"] <= known].reset_index(drop=True)
        redeemers = int(learn["redeemed"].sum())
        if redeemers >= settings["train"]["min_redeemers"]:
            yield int(campaign_id), learn, test.reset_index(drop=True)
""",
            """
        day = str(test["start_date"].max().date())
        learn = features.mature_by(frame, day, settings["data"]["horizon_days"])
        if len(learn[learn["redeemed"] == 1]) >= settings["train"]["min_redeemers"]:
            yield campaign_id, learn, test
""",
        ],
        "wrong": [
            (FOLD.replace(KNOWN, 'frame["start_date"] < day'), "nobody knew who would redeem"),
            (FOLD.replace(KNOWN, 'frame["campaign_id"] < campaign_id'), "The numbers of campaigns are no calendar"),
            (FOLD.replace(KNOWN, 'frame["campaign_id"] != campaign_id'), ": the future"),
            (FOLD.replace(KNOWN, 'frame["start_date"] <= day'), "learn the answers by heart"),
            (FOLD.replace("<= day", "< day"), "Yours leaves it out"),
            (FOLD.replace(HORIZON, "28"), "Take the 28 from `settings`"),
            (FOLD.replace(ENOUGH, ""), "cannot be judged"),
            (FOLD.replace('settings["train"]["min_redeemers"]', "4"), "Take the number from `settings`"),
            (
                FOLD.replace("        yield", '        learn = learn[learn["redeemed"] == 1]\n        yield'),
                "hold redeemers only",
            ),
            (
                FOLD.replace("learn, test", 'learn, test[~test["household_id"].isin(learn["household_id"])]'),
                "keep all rows of the campaign",
            ),
            (
                FOLD.replace("        yield", '        learn = learn.drop_duplicates("household_id")\n        yield'),
                "all households of the",
            ),
            (
                FOLD.replace(
                    "        yield",
                    '        learn = learn[learn["start_date"] > day - pd.Timedelta(days=56)]\n        yield',
                ),
                "use all that are",
            ),
            (FOLD.replace("yield int(campaign_id), learn, test", "yield learn, test"), "Yield three things"),
            (FOLD.replace("continue", "break"), "the loop goes on"),
            (FOLD.replace(".iloc[0]", ""), "take one entry"),
            (FOLD.replace(KNOWN, "frame['start_date'] > frame['start_date'].max()"), "No campaign is held out at all"),
        ],
    },
    "3.2": {
        "right": [
            PIPE.replace(
                'Pipeline([("logs", logs), ("scale", StandardScaler())])', "make_pipeline(logs, StandardScaler())"
            ),
            """
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    logs = ColumnTransformer([("n", FunctionTransformer(np.log1p), numbers), ("t", encoder, types)])
    places = slice(0, len(numbers))
    scale = ColumnTransformer([("s", StandardScaler(), places)], remainder="passthrough")
    return make_pipeline(logs, scale, LogisticRegression(C=strength, solver="newton-cg"))
""",
            PIPE.replace("max_iter=1000", "max_iter=300, tol=1e-6"),
        ],
        "wrong": [
            (PIPE.replace(SCALE, "logs"), "scale after the logarithm"),
            (PIPE.replace(SCALE, "StandardScaler()"), "Where is the logarithm, and of what"),
            (PIPE.replace("np.log1p", "np.log"), "the logarithm of 0 is not finite"),
            (
                PIPE.replace(
                    '("logs", logs), ("scale", StandardScaler())', '("scale", StandardScaler()), ("logs", logs)'
                ),
                "In which order do the steps run",
            ),
            (
                PIPE.replace('        ("types", OneHotEncoder(handle_unknown="ignore"), types),\n', ""),
                "changes no probability, although `columns` names it. `types`",
            ),
            (
                PIPE.replace('OneHotEncoder(handle_unknown="ignore")', '"passthrough"'),
                "reaches the regression as a word",
            ),
            (PIPE.replace('OneHotEncoder(handle_unknown="ignore")', "OrdinalEncoder()"), "A type is no amount"),
            (PIPE.replace('handle_unknown="ignore"', ""), "with an unknown type"),
            (PIPE.replace(", numbers),", ", list(NUMERIC)),"), "Use `numbers` and `types`"),
            (PIPE.replace("C=strength, ", ""), "It is the C of the regression"),
            (PIPE.replace("C=strength", "C=1 / strength"), "yours does the opposite"),
            (PIPE.replace("C=strength", 'C=strength, class_weight="balanced"'), "multiply it by dollars"),
            (PIPE.replace("np.log1p", "lambda x: np.log(1 + x)"), "could not load it back"),
            (
                PIPE.replace("StandardScaler()", "__import__('sklearn').preprocessing.MinMaxScaler()"),
                "mean 0 and standard deviation 1",
            ),
            (PIPE.replace("    return Pipeline", "    model = Pipeline"), "must end in `return`"),
            (
                PIPE.replace(
                    'return Pipeline([("table", table), ("regression", LogisticRegression(C=strength, max_iter=1000))])',
                    "return table",
                ),
                "one object with `fit` and `predict_proba`",
            ),
        ],
    },
    "3.3": {
        "right": [
            DRAW,
            """
    totals = rows.groupby("household")[["above", "below"]].sum()
    ratios = []
    for _ in range(resamples):
        top, bottom = totals.to_numpy()[generator.integers(0, len(totals), len(totals))].sum(axis=0)
        if bottom:
            ratios.append(scale * top / bottom)
    low, high = np.quantile(ratios, 0.025), np.quantile(ratios, 0.975)
""",
            """
    totals = rows.groupby("household", sort=True)[["above", "below"]].sum().to_numpy()
    times = generator.multinomial(len(totals), [1 / len(totals)] * len(totals), size=resamples)
    tops, bottoms = (times @ totals).T
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = np.nanquantile(scale * tops / bottoms, [0.025, 0.975])
""",
        ],
        "wrong": [
            (
                DRAW.replace('rows.groupby("household")[["above", "below"]].sum()', "rows"),
                "tears the rows of a household apart",
            ),
            (
                DRAW.replace("(resamples, len(groups))", "(resamples, len(rows))"),
                "not as many as rows",
            ),
            (
                DRAW.replace(
                    "generator.choice(len(groups), (resamples, len(groups)))",
                    "np.array([generator.permutation(len(groups)) for _ in range(resamples)])",
                ),
                "draw with replacement",
            ),
            (DRAW.replace("[2.5, 97.5]", "[5, 95]"), "Which two quantiles"),
            (DRAW.replace("[2.5, 97.5]", "[0.5, 99.5]"), "more than the middle 95 %"),
            (DRAW.replace("[2.5, 97.5]", "[0.025, 0.975]"), "should lie inside it"),
            (
                DRAW.replace(
                    "tops[kept] / bottoms[kept], [2.5, 97.5])", "(above / below)[picked].mean(axis=1), [2.5, 97.5])"
                ),
                "the mean of the households' own ratios",
            ),
            (DRAW.replace("tops[kept] / bottoms[kept]", "tops / below.sum()"), "Each draw has its own denominator"),
            (DRAW.replace("tops[kept] / bottoms[kept]", "tops / len(groups)"), "not by the number of households"),
            (DRAW.replace('"below"]].sum()', '"below"]].mean()'), "however many rows it has"),
            (DRAW.replace("tops[kept] / bottoms[kept]", "tops / bottoms"), "Leave such draws out"),
            (DRAW.replace("tops[kept] / bottoms[kept]", "np.nan_to_num(tops / bottoms)"), "yours counts it as 0"),
            (DRAW.replace("scale * ", ""), "a thousand times as large"),
            (DRAW.replace("generator.choice", "np.random.default_rng().choice"), "another interval each time"),
            (DRAW.replace("(resamples, ", "(2000, "), "How many are drawn stands in `resamples`"),
            (
                DRAW.replace(
                    "low, high = np.percentile(scale * tops[kept] / bottoms[kept], [2.5, 97.5])",
                    "ratios = scale * tops[kept] / bottoms[kept]\n    error = 1.96 * ratios.std() / np.sqrt(len(ratios))\n"
                    "    low, high = ratios.mean() - error, ratios.mean() + error",
                ),
                "how long the computer ran",
            ),
        ],
    },
    "3.4": {
        "right": [
            PAIR,
            """
    one, other = (part.set_index(KEYS)["gain"] for part in (mine, theirs))
    common = one.index.intersection(other.index)
    if common.empty:
        raise StageError("These two were never tested on the same households. Train both on the same campaigns.")
    both = mine.set_index(KEYS).loc[common].reset_index()
    gap = one.loc[common].to_numpy() - other.loc[common].to_numpy()
    result = interval(both["household_id"], gap, np.ones(len(both)), settings, 1000)
    result |= {"verdict": verdict(result["low"], result["high"], margin)}
""",
            """
    both = mine.merge(theirs, on=KEYS, suffixes=("", "_of_champion"))
    if both.empty:
        raise StageError("No household in common. Train both on the same campaigns.")
    gap = 1000 * (both["gain"] - both["gain_of_champion"])
    result = interval(both["household_id"], gap, [1] * len(both), settings)
    result = {**result, "verdict": verdict(result["low"], result["high"], margin)}
""",
        ],
        "wrong": [
            (
                PAIR.split("    both[")[0]
                .replace('    theirs = theirs[[*KEYS, "gain"]].rename(columns={"gain": "champion_gain"})\n', "")
                .replace("mine, theirs, on", "mine, theirs[KEYS], on")
                + "    one, other = worth(challenger, settings), worth(champion, settings)\n"
                + '    result = {end: one[end] - other[end] for end in ("estimate", "low", "high")}\n'
                + '    margin_of = settings["decision"]["non_inferiority_margin"]\n    result["verdict"] = "superior" if result["low"] > -margin_of else "inferior"\n',
                "are no interval of the difference",
            ),
            (
                PAIR.replace('both["gain"] - both["champion_gain"]', 'both["champion_gain"] - both["gain"]'),
                "take champion from challenger",
            ),
            (PAIR.replace(", scale=1000)", ")"), "dollars a household; the registered metric"),
            (
                PAIR.replace("np.ones(len(both)), settings, scale=1000", "np.full(len(both), 1 / len(both)), settings"),
                "the sum over all households",
            ),
            (
                PAIR.replace(
                    "both = pd.merge(mine, theirs, on=KEYS)",
                    'both = mine.assign(champion_gain=theirs["champion_gain"].to_numpy()[: len(mine)])',
                ),
                "not by position",
            ),
            (PAIR.replace("on=KEYS)", 'on=KEYS, how="left").fillna(0)'), "only one of them was tested on"),
            (
                PAIR.replace("on=KEYS)", 'on="household_id").rename(columns={"campaign_id_x": "campaign_id"})'),
                "is another row: join on both KEYS",
            ),
            (PAIR.replace("on=KEYS)", 'on="household_id", validate="one_to_one")'), "a household is on two lists"),
            (PAIR.replace('interval(both["household_id"]', "interval(range(len(both))"), "whose rows belong together"),
            (
                PAIR.replace('theirs = theirs[[*KEYS, "gain"]]', 'theirs = theirs[[*KEYS, "gain", "redeemed"]]'),
                "Look at `both.columns`",
            ),
            (PAIR.replace(NOTHING, ""), "end in TypeError"),
            (PAIR.replace("StageError", "ValueError"), "end in ValueError"),
            (PAIR.replace(VERDICT, '"superior" if result["estimate"] > 0 else "inferior"'), "by the estimate"),
            (PAIR.replace(VERDICT, 'verdict(result["low"], result["high"], 50)'), "Is the margin that of `settings`"),
            (PAIR.replace(VERDICT, 'verdict(result["low"], result["high"], -margin)'), "as a loss of 0 or more"),
            (PAIR.replace('    result["verdict"] = ' + VERDICT + "\n", ""), "lacks verdict"),
            (
                PAIR.replace(
                    'both["gain"] - both["champion_gain"]',
                    '12.0 * both["redeemed"] * (both["gain"] > 0) - 12.0 * both["redeemed"] * (both["champion_gain"] > 0)',
                ),
                "Do books cost something",
            ),
        ],
    },
    "3.5": {
        "right": [
            GOLD,
            """
    frame = pd.DataFrame(golden["inputs"])
    gaps = [abs(a - b) for a, b in zip(candidates.probabilities(model, frame), golden["probabilities"], strict=True)]
    if not all(gap <= TOLERANCE for gap in gaps):
        raise StageError(f"{where} is refused: golden predictions missed. Roll back, and look what changed.")
""",
            """
    wanted = np.asarray(golden["probabilities"])
    gap = np.abs(model.predict_proba(candidates.inputs(pd.DataFrame(golden["inputs"])))[:, 1] - wanted)
    if np.isnan(gap).any() or gap.max() > TOLERANCE:
        raise StageError(where + " is refused: it misses its golden predictions. Check code and packages.")
""",
        ],
        "wrong": [
            (GOLD.replace(SAME, f"(now == {THEN}).all()"), "may move the last digits"),
            (GOLD.replace("not " + SAME, f"np.max(now - {THEN}) > TOLERANCE"), "but 0.001 lower pass"),
            (GOLD.replace("not " + SAME, f"np.max({THEN} - now) > TOLERANCE"), "but 0.001 higher pass"),
            (GOLD.replace("not " + SAME, f"abs(now.mean() - {THEN}.mean()) > TOLERANCE"), "cancel in your sum or mean"),
            (GOLD.replace("not " + SAME, f"not np.abs(now - {THEN}).mean() <= TOLERANCE"), "vanishes in a mean"),
            (GOLD.replace(SAME, f"(np.abs(now - {THEN}) <= TOLERANCE).any()"), "do not excuse the fifth"),
            (
                GOLD.replace(
                    'candidates.probabilities(model, pd.DataFrame(golden["inputs"]))',
                    'model.predict(candidates.inputs(pd.DataFrame(golden["inputs"])))',
                ),
                "predict gives classes",
            ),
            (GOLD.replace("rtol=0, ", ""), "also allow a share of the value"),
            (
                GOLD.replace("not " + SAME, f"np.abs(now - {THEN}).max() > TOLERANCE"),
                "a comparison with nan is never true",
            ),
            (
                GOLD.replace("not " + SAME, f"(now.argsort() != {THEN}.argsort()).any()"),
                "because the order is the same",
            ),
            (GOLD.replace("raise StageError(", "print("), "what is printed or returned stops nobody"),
            (GOLD.replace("rtol=0, atol=TOLERANCE", "rtol=0, atol=0.01"), "0.001 off pass"),
            (GOLD.replace("atol=TOLERANCE", "atol=1e-6"), "Use the name"),
            (GOLD.replace("StageError", "ValueError"), "refused with ValueError"),
            (
                GOLD.replace(f"    if not {SAME}:\n        raise StageError(", f"    assert {SAME}, ("),
                "refused with AssertionError",
            ),
            (GOLD.replace("{where} is refused", "Refused"), "It shall begin with `where`"),
            (
                GOLD.replace(
                    'candidates.probabilities(model, pd.DataFrame(golden["inputs"]))',
                    'model.predict_proba(candidates.inputs(pd.DataFrame(golden["inputs"])))[:, 0]',
                ),
                "predict_proba has two columns",
            ),
        ],
    },
    "3.6": {
        "right": [
            TRACE,
            """
    names = []
    if receipt.get("commit") not in set(here["commits"]):
        names.append("commit")
    names += [name for name in TRACED[1:] if not receipt.get(name) or receipt[name] != here[name]]
    return names
""",
            """
    known = {"commit": set(here["commits"])} | {name: {here[name]} - {None} for name in ("data_hash", "features_sha256")}
    return sorted(name for name in TRACED if receipt.get(name) not in known[name])
""",
        ],
        "wrong": [
            (TRACE.replace(ASK, "entry is None"), "The raw tables here have another hash"),
            (
                TRACE.replace(ASK, 'entry is None or (name != "features_sha256" and entry not in known)'),
                "The table of features here",
            ),
            (
                TRACE.replace(ASK, 'entry is None or (name != "commit" and entry not in known)'),
                "one that git does not know",
            ),
            (
                TRACE.replace("receipt.get(name)", '(receipt.get(name) or "").removesuffix("-dirty") or None'),
                "*and changes that nobody committed*",
            ),
            (
                TRACE.replace("entry not in known", "not any(one and one.startswith(entry) for one in known)"),
                "A part of a hash is no hash",
            ),
            (TRACE.replace('here["commits"]', '["none", *here["commits"]]'), "outside of git"),
            (TRACE.replace("receipt.get(name)", "receipt[name]"), "stops your lines with KeyError"),
            (
                TRACE.replace("receipt.get(name)", "receipt.get(name, known_of(name))").replace(
                    "    missing = []\n",
                    "    missing = []\n    known_of = lambda name: here['commits'][0] if name == 'commit' else here[name]\n",
                ),
                "A receipt without commit",
            ),
            (TRACE.replace("entry is None or entry", "entry"), "Two unknowns are no confirmation"),
            (TRACE.replace("missing.append(name)", "return [name]"), "everything that is missing"),
            (TRACE.replace(ASK, "entry is not None and entry in known"), "Return those that are *not*"),
            (
                TRACE.replace("in TRACED", "in receipt").replace("[here[name]]", "[here.get(name)]"),
                "Only the entries of TRACED",
            ),
            (TRACE.replace('here["commits"] if', 'here["commits"][:1] if'), "An older commit can be checked out"),
            (TRACE.replace("return missing", "return not missing"), "a bool; a list"),
            (TRACE.replace("return missing", "return set(missing)"), "a set; a list"),
        ],
    },
}


def _lines(attempts: list) -> list:
    """Attempts without the line break that opens their text."""
    return [(one[0][1:], one[1]) if isinstance(one, tuple) else one[1:] for one in attempts]


CODE = {key: {kind: _lines(attempts) for kind, attempts in found.items()} for key, found in CODE.items()}
