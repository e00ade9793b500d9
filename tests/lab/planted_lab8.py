"""Right and wrong answers to the tasks of lab 8: the mistakes that students really make, each with a part of its hint."""

FAILED = []  # the failing test is looked for in the terminal

ANSWERS = {
    "8.6": {
        "right": [
            "test_a_delivery_is_not_taken_without_the_list",
            " tests/govern/test_deletion.py::test_a_delivery_is_not_taken_without_the_list ",
            "FAILED tests/govern/test_deletion.py::test_a_delivery_is_not_taken_without_the_list - Failed: DID NOT RAISE",
        ],
        "wrong": [
            ("tests/govern/test_deletion.py", "That is the file"),
            ("deleted", "where the fault is"),
            ("test_the_next_delivery_does_not_bring_the_household_back", "it is given the household"),
            ("test_a_deletion_never_loses_an_objection", "as strict as before"),
            ("test_every_place_is_found_and_nothing_else", "This test passes, or"),
            ("household_id", "starts with FAILED: the word"),
        ],
        "malformed": [(6, "text in quotes")],
    },
}

BAND = "    low, high = INCOMES\n"
JOINED = '    found = households.to_frame("household_id").merge(table, on="household_id", how="left")\n'
TWO = '    table["income"] = [low if band in LOW_INCOMES else UNKNOWN if pd.isna(band) else high for band in table["income"]]\n'
NAMED = '    return found.set_index(households.index)[["income", "age"]].fillna(UNKNOWN)\n'

MASKS = "    everybody = np.ones(len(redeemed), dtype=bool)\n"
SHARES = (
    '    masks = {"mailed": everybody, "redeemers_mailed": redeemed, "others_mailed": ~redeemed}\n'
    '    found = {"households": len(redeemed), "redeemers": int(np.sum(redeemed))}\n'
    "    for name, among in masks.items():\n"
    "        below = draws[:, among].sum(axis=1)\n"
    "        drawn = draws[:, among & mailed].sum(axis=1) / np.where(below == 0, 1, below)\n"
)
ENDS = "        low, high = np.percentile(drawn, [2.5, 97.5])\n"
SHARE = "        share = float(mailed[among].mean()) if among.any() else 0.0\n"
KEPT = '        found[name] = {"estimate": share, "low": float(low), "high": float(high)}\n'
SILENT = '    if found["redeemers"] < min_redeemers:\n        found["redeemers_mailed"] = None\n'
RETURN = "    return found\n"
RATES = MASKS + SHARES + ENDS + SHARE + KEPT + SILENT + RETURN

NOBODY = "    chosen = np.zeros(len(rows), dtype=bool)\n"
EACH = "    for name in sorted(group.unique()):\n        member = (group == name).to_numpy()\n"
BEST = '        best = policies.choose(rows["probability"][member], rows["household_id"][member], share)\n'
PLACED = "        chosen[member] = best\n"
CHOSEN = "    return chosen\n"

GAP = (
    "    def gap(rows, called):\n"
    '        member = rows["member"].to_numpy() == 1\n'
    "        return called[member].mean() - called[~member].mean()\n\n"
)
TRIED = '    tried = [(gap(practice, (practice["loss"] <= t).to_numpy()), t) for t in practice["loss"]]\n'
LARGEST = "    best = max(tried)[1]\n"
CALLED = '    called = (unseen["loss"] <= best).to_numpy()\n'
JUDGED = "    return called, gap(unseen, called)\n"
ATTACK = GAP + TRIED + LARGEST + CALLED + JUDGED

LISTS = (
    "    suppression.add(household_id, day, root / suppression.LIST)\n"
    "    suppression.add(household_id, day, deletions)\n"
)
INGEST = '    dvc("repro", "--force", "--single-item", "ingest")\n'
REPRO = '    dvc("repro", "gate")\n'
FORGET = "    forget(root, household_id)\n"
CACHE = '    dvc("gc", "--workspace", "--force")\n'
REMOTE = '    if (root / "build/remote").exists():\n        dvc("gc", "--workspace", "--cloud", "--force")\n'
DELETE = LISTS + INGEST + REPRO + FORGET + CACHE + REMOTE

GROUPS = (
    "    said = []\n"
    '    for number, audit in fairness["campaigns"].items():\n'
    '        for attribute in audit["groups"]:\n'
    '            for name, part in audit["groups"][attribute].items():\n'
    '                if part["redeemers_mailed"] is None:\n'
)
FEW = "                    said.append(f\"{attribute} {name} of campaign {number}: only {part['redeemers']} redeemers.\")\n"
INCOME = (
    '        silent = audit["groups"]["income"].get("unknown")\n'
    "        if silent:\n"
    "            said.append(f\"In campaign {number} {silent['households']} of {audit['households']:,} did not say what they earn.\")\n"
)
OPEN = (
    '    for number, entry in monitor["campaigns"].items():\n'
    '        if entry.get("outcome") is None:\n'
    '            said.append(f"The outcome of campaign {number} is open.")\n'
)
SAID = "    return said\n"
UNKNOWNS = GROUPS + FEW + INCOME + OPEN + SAID

CODE = {
    "8.1": {
        "right": [
            BAND + TWO + JOINED + NAMED,
            '    known = table.set_index("household_id")\n'
            '    bands = households.map(known["income"])\n'
            "    group = bands.isin(LOW_INCOMES).map({True: INCOMES[0], False: INCOMES[1]})\n"
            '    return pd.DataFrame({"income": group.mask(bands.isna(), UNKNOWN), "age": households.map(known["age"]).fillna(UNKNOWN)})\n',
            '    table["group"] = INCOMES[1]\n'
            '    table.loc[table["income"].isin(LOW_INCOMES), "group"] = INCOMES[0]\n'
            '    table.loc[table["income"].isna(), "group"] = UNKNOWN\n'
            '    found = table.set_index("household_id")[["group", "age"]].reindex(households.to_numpy()).fillna(UNKNOWN)\n'
            '    found.index = households.index\n    return found.rename(columns={"group": "income"})\n',
        ],
        "wrong": [
            (
                BAND + TWO + JOINED.replace('"left"', '"inner"') + '    return found[["income", "age"]]\n',
                "is gone, from the audit",
            ),
            (
                BAND
                + TWO
                + JOINED.replace('"left"', '"outer"')
                + '    return found[["income", "age"]].fillna(UNKNOWN)\n',
                "other lists",
            ),
            (
                BAND + TWO + JOINED + '    return found[["income", "age"]].fillna(UNKNOWN)\n',
                "The audit puts both side by",
            ),
            (BAND + TWO + JOINED + NAMED.replace(".fillna(UNKNOWN)", ""), "leaves missing values out"),
            (JOINED + NAMED, "the bands themselves"),
            (
                '    table["income"] = np.where(table["income"].isin(LOW_INCOMES), *INCOMES)\n' + JOINED + NAMED,
                "not \ntherefore high".replace("\n", ""),
            ),
            (
                JOINED + '    found["income"] = np.where(found["income"].isin(LOW_INCOMES), *INCOMES)\n' + NAMED,
                "Household 6 stands in no demographics, and comes out as '50K and over'",
            ),
            (
                BAND + TWO + JOINED + '    found["income"] = found["income"].fillna(low)\n' + NAMED,
                "Household 6 stands in no demographics, and comes out as 'under 50K'",
            ),
            (BAND.replace("low, high", "high, low") + TWO + JOINED + NAMED, "the other way round"),
            (
                BAND
                + TWO
                + '    found = households.to_frame("household_id").merge(table, how="left").sort_values("household_id")\n'
                + NAMED,
                "in the order of the question",
            ),
            (
                BAND + TWO + JOINED + '    found["age"] = found["age"].where(found["income"] != UNKNOWN)\n' + NAMED,
                "apart from that of income",
            ),
            (
                BAND + TWO + JOINED + '    found["age"] = found["age"].fillna(found["age"].mode()[0])\n' + NAMED,
                "The age of household 6 comes out",
            ),
        ],
    },
    "8.2": {
        "right": [
            RATES,
            "    def share(among):\n"
            "        drawn = (draws @ (mailed & among)) / np.maximum(draws @ among, 1)\n"
            "        low, high = sorted(np.quantile(drawn, q) for q in (0.975, 0.025))\n"
            '        return {"estimate": round(float(mailed[among].mean()), 6), "low": round(float(low), 6), "high": round(float(high), 6)}\n\n'
            "    enough = redeemed.sum() >= min_redeemers\n"
            "    return {\n"
            '        "households": int(redeemed.size),\n'
            '        "redeemers": int(redeemed.sum()),\n'
            '        "mailed": share(redeemed | ~redeemed),\n'
            '        "redeemers_mailed": share(redeemed) if enough else None,\n'
            '        "others_mailed": share(~redeemed),\n'
            "    }\n",
        ],
        "wrong": [
            (
                RATES.replace(
                    '"redeemers_mailed": redeemed, "others_mailed": ~redeemed',
                    '"redeemers_mailed": ~redeemed, "others_mailed": redeemed',
                ),
                "are exchanged",
            ),
            (
                RATES.replace(
                    "mailed[among].mean()",
                    '(redeemed[mailed].mean() if name == "redeemers_mailed" else mailed[among].mean())',
                ),
                "the share of redeemers among the books",
            ),
            (
                RATES.replace("mailed[among].mean()", "(mailed & among).mean()"),
                "divided by the redeemers, not by everybody",
            ),
            (
                RATES.replace(
                    "mailed[among].mean()",
                    '((~mailed)[among].mean() if name == "redeemers_mailed" else mailed[among].mean())',
                ),
                "false negatives",
            ),
            (
                RATES.replace(
                    "mailed[among].mean()",
                    '((~mailed)[among].mean() if name == "others_mailed" else mailed[among].mean())',
                ),
                "true negatives",
            ),
            (
                RATES.replace(
                    "mailed[among].mean()",
                    '((~redeemed)[mailed].mean() if name == "others_mailed" else mailed[among].mean())',
                ),
                "Divide by those who do not redeem",
            ),
            (RATES.replace("[2.5, 97.5]", "[5, 95]"), "a 90 % interval"),
            (RATES.replace("[2.5, 97.5]", "[0.025, 0.975]"), "counted from 0 to 100"),
            (RATES.replace('["redeemers_mailed"] = None', '["redeemers_mailed"] = float("nan")'), "takes for one"),
            (RATES.replace("np.where(below == 0, 1, below)", "among.sum()"), "too wide"),
            (
                RATES.replace(ENDS, "        low, high = share - drawn.std(), share + drawn.std()\n")
                .replace(SHARE, "")
                .replace("        low, high = share -", SHARE + "        low, high = share -"),
                "two thirds",
            ),
            (RATES.replace("[2.5, 97.5]", "[97.5, 2.5]"), "low must be below high"),
            (RATES.replace(SILENT, ""), "One redeemer more or less"),
            (
                RATES.replace('found["redeemers"] < min_redeemers', 'found["households"] < min_redeemers'),
                "200 households with 4 redeemers, 20 are asked",
            ),
            (RATES.replace("< min_redeemers", "<= min_redeemers"), "50 redeemers where 50 are asked for"),
            (RATES.replace("< min_redeemers", "< 20"), "is 20 written in"),
            (RATES.replace("< min_redeemers", "> min_redeemers"), "What is compared with min_redeemers"),
            (
                RATES.replace(RETURN, "    return found if found['redeemers_mailed'] else None\n"),
                "A group with few redeemers disappears",
            ),
            (
                RATES.replace('        found["redeemers_mailed"] = None\n', "        found |= dict.fromkeys(masks)\n"),
                "can be counted",
            ),
            (RATES.replace("int(np.sum(redeemed))", "np.sum(redeemed)"), "goes into a JSON file"),
            (RATES.replace(KEPT, "        found[name] = share\n"), "needs estimate, low and high"),
            (RATES.replace(RETURN, ""), "returns nothing"),
        ],
    },
    "8.3": {
        "right": [
            NOBODY + EACH + BEST + PLACED + CHOSEN,
            '    table = pd.DataFrame({"p": rows["probability"].to_numpy(), "h": rows["household_id"].to_numpy(), "g": group.to_numpy()})\n'
            '    table = table.sort_values(["p", "h"], ascending=[False, True])\n'
            '    place = table.groupby("g").cumcount()\n'
            '    books = np.floor(share * table.groupby("g")["p"].transform("size") + 1e-9)\n'
            "    return (place < books).sort_index().to_numpy()\n",
        ],
        "wrong": [
            (
                NOBODY + EACH + BEST.replace("[member]", "").replace("share)", "share)[member]") + PLACED + CHOSEN,
                "the list before the remedy",
            ),
            (
                NOBODY + EACH + BEST.replace('"probability"', '"redeemed"') + PLACED + CHOSEN,
                "those who then redeem",
            ),
            (
                NOBODY + EACH + "        if name == UNKNOWN:\n            continue\n" + BEST + PLACED + CHOSEN,
                "Who did not say is a group too",
            ),
            (
                NOBODY
                + EACH
                + BEST.replace(", share)", ", np.ceil(share * member.sum()) / member.sum())")
                + PLACED
                + CHOSEN,
                "A part of a book is not printed",
            ),
            (
                NOBODY
                + EACH
                + BEST.replace(", share)", ", int(share * len(rows) / 3) / member.sum())")
                + PLACED
                + CHOSEN,
                "equal numbers is not in proportion",
            ),
            (
                NOBODY
                + EACH
                + BEST.replace(", share)", ", round(share * member.sum()) / member.sum())")
                + PLACED
                + CHOSEN,
                "Half of each, rounded down",
            ),
            (
                "    parts = []\n" + EACH + BEST + "        parts.append(best)\n    return np.concatenate(parts)\n",
                "rows and places of one order",
            ),
            (
                "    chosen = []\n"
                + EACH
                + BEST
                + '        chosen += rows["household_id"][member][best].tolist()\n'
                + CHOSEN,
                "not the households or their places",
            ),
            (
                NOBODY
                + EACH
                + '        first = rows[member].sort_values(["probability", "household_id"], ascending=False).index[: int(share * member.sum())]\n'
                + "        chosen |= rows.index.isin(first)\n"
                + CHOSEN,
                "have the same probability",
            ),
            (NOBODY + EACH + BEST.replace("share)", "0.5)") + PLACED + CHOSEN, "Is 0.5 written in"),
            (NOBODY + EACH + BEST + PLACED, "returns nothing"),
            (
                NOBODY
                + EACH.replace("sorted(group.unique())", '("poor",)')
                + BEST
                + PLACED
                + "    chosen |= (group == UNKNOWN).to_numpy()\n"
                + CHOSEN,
                "A whole group gets no book",
            ),
        ],
    },
    "8.4": {
        "right": [
            ATTACK,
            '    member, loss = practice["member"].to_numpy() == 1, practice["loss"].to_numpy()\n'
            "    below = loss[None, :] <= loss[:, None]\n"
            "    gained = below[:, member].mean(axis=1) - below[:, ~member].mean(axis=1)\n"
            '    called = unseen["loss"].to_numpy() <= loss[gained.argmax()]\n'
            '    shares = pd.Series(called).groupby(unseen["member"].to_numpy()).mean()\n'
            "    return called, float(shares[1] - shares[0])\n",
            "    from sklearn.metrics import roc_curve\n\n"
            '    false, true, cut = roc_curve(practice["member"], -practice["loss"], drop_intermediate=False)\n'
            '    called = (-unseen["loss"] >= cut[np.argmax(true - false)]).to_numpy()\n'
            '    rates = [called[unseen["member"] == value].mean() for value in (1, 0)]\n'
            "    return called, rates[0] - rates[1]\n",
        ],
        "wrong": [
            (ATTACK.replace("practice", "unseen"), "on the very households"),
            (
                GAP + TRIED + LARGEST + CALLED + "    return called, max(tried)[0]\n",
                "That is the advantage on practice",
            ),
            (
                ATTACK.replace('["loss"] <= t)', '["loss"] >= t)').replace('["loss"] <= best)', '["loss"] >= best)'),
                "its loss there is small",
            ),
            (
                GAP + '    best = practice.loc[practice["member"] == 1, "loss"].mean()\n' + CALLED + JUDGED,
                "the mean loss of the members",
            ),
            (GAP + '    best = practice["loss"].mean()\n' + CALLED + JUDGED, "looks like the mean loss on practice"),
            (GAP + '    best = practice["loss"].median()\n' + CALLED + JUDGED, "the median loss"),
            (
                ATTACK.replace("called[member].mean() - called[~member].mean()", "called[member].mean()"),
                "without that of the others",
            ),
            (
                GAP + TRIED + LARGEST + CALLED + '    return called, (called == (unseen["member"] == 1)).mean()\n',
                "the share of right calls",
            ),
            (
                GAP + TRIED + LARGEST + CALLED + '    return called, called[unseen["member"] == 1].mean()\n',
                "the share of members alone",
            ),
            (
                GAP
                + TRIED
                + LARGEST
                + CALLED
                + '    hit = called[unseen["member"] == 1].mean()\n    return called, hit - (1 - hit)\n',
                "share of members that is missed",
            ),
            (
                GAP
                + TRIED
                + LARGEST
                + CALLED
                + '    return called, (called.sum() - 2 * called[unseen["member"] == 0].sum()) / len(called)\n',
                "subtract shares",
            ),
            (ATTACK.replace("return called, gap", "return called, -gap"), "yours is negative"),
            (GAP + TRIED + LARGEST + CALLED + "    return gap(unseen, called)\n", "Return two things"),
            (
                GAP
                + TRIED
                + LARGEST
                + CALLED.replace("unseen", "practice")
                + "    return called, gap(practice, called)\n",
                "calls for the practice households",
            ),
            (
                GAP + TRIED + LARGEST + CALLED + '    return unseen["loss"][called], gap(unseen, called)\n',
                "True or False for each",
            ),
            (ATTACK.replace("max(tried)[1]", "min(t for _, t in tried)"), "You call very few members"),
            (GAP + "    best = 0.3\n" + CALLED + JUDGED, "on 150 with losses at random"),
        ],
    },
    "8.5": {
        "right": [
            LISTS + FORGET + '    dvc("repro", "--force", "gate")\n'
            '    cloud = ["--cloud"] if (root / "build" / "remote").is_dir() else []\n'
            '    dvc("gc", "--workspace", *cloud, "--force")\n',
            DELETE,
            LISTS
            + INGEST
            + '    dvc("repro")\n'
            + CACHE.replace("--workspace", "-w").replace("--force", "-f")
            + REMOTE.replace("--cloud", "-c")
            + FORGET,
        ],
        "wrong": [
            (DELETE.replace(LISTS, LISTS.splitlines(keepends=True)[0]), "so the next delivery brings it back"),
            (DELETE.replace(LISTS, LISTS.splitlines(keepends=True)[1]), "is not on the list of objections"),
            (DELETE.replace(INGEST, ""), "sees no change"),
            (INGEST + LISTS + REPRO + FORGET + CACHE + REMOTE, "ran before the household was on the list"),
            (DELETE.replace(REPRO, ""), "made from the old one"),
            (DELETE.replace('"gate"', '"features"'), "the one that learned from the household"),
            (DELETE.replace(FORGET, ""), "No stage makes them again"),
            (DELETE.replace(CACHE + REMOTE, ""), "`dvc checkout` of an old commit"),
            (LISTS + CACHE + REMOTE + INGEST + REPRO + FORGET, "Sweep when the new one is there"),
            (DELETE.replace(REMOTE, ""), "`dvc pull` on any other machine"),
            (DELETE.replace(REMOTE, REMOTE.splitlines()[1].strip().join(["    ", "\n"])), "without a remote"),
            (DELETE.replace(', "--force")', ")"), "nobody is there to answer"),
            (DELETE.replace("--workspace", "--all-commits"), "what earlier commits use"),
            (DELETE.replace(CACHE, CACHE.replace('"--workspace", ', "")), "wants to know what may stay"),
            (DELETE.replace("household_id, day,", "household_id, datetime.date.today(),"), "dates the request"),
            (
                DELETE
                + '    write_json(root / "x.json", {})\n    deletions.write_text(f"household_id,objected_on\\n{household_id},{day}\\n", encoding="utf-8")\n',
                "has lost an earlier household",
            ),
            (
                DELETE + '    (root / "data/scores/campaign-18.parquet").unlink()\n',
                "Household 5, which asked for nothing",
            ),
        ],
    },
    "8.7": {
        "right": [
            UNKNOWNS,
            '    audits, watched = fairness["campaigns"], monitor["campaigns"]\n'
            '    found = [f"Nobody knows what campaign {number} brought." for number in watched if "outcome" not in watched[number]]\n'
            "    for number, audit in audits.items():\n"
            '        groups = [(a, n, p) for a, parts in audit["groups"].items() for n, p in parts.items()]\n'
            "        for attribute, name, part in groups:\n"
            '            if part["redeemers_mailed"] is None:\n'
            "                found.append(f\"Campaign {number}: {part['redeemers']} redeemers of {attribute} {name} allow no conclusion\")\n"
            '            if (attribute, name) == ("income", "unknown"):\n'
            "                found.append(f\"Campaign {number}: {part['households']}/{audit['households']} incomes unknown\")\n"
            "    return found\n",
            UNKNOWNS.replace('entry.get("outcome") is None', 'entry["status"] != "mature"'),
        ],
        "wrong": [
            (
                GROUPS.replace('audit["groups"]:', '["income"]:') + FEW + INCOME + OPEN + SAID,
                "Look into every attribute",
            ),
            (UNKNOWNS.replace(" of campaign {number}: only", ": only"), "of which campaign it speaks"),
            (UNKNOWNS.replace("only {part['redeemers']} redeemers", "too few redeemers"), "How few is too few"),
            (
                UNKNOWNS.replace('if part["redeemers_mailed"] is None', 'if part["redeemers"] < 20'),
                "A group with a conclusion is named",
            ),
            (UNKNOWNS.replace(INCOME, ""), "your card does not give that number"),
            (UNKNOWNS.replace(" of {audit['households']:,} did", " did"), "of how many?"),
            (UNKNOWNS.replace(OPEN, ""), "Campaign 22 has no outcome yet"),
            (
                UNKNOWNS.replace('if entry.get("outcome") is None', 'if not entry["alarms"]'),
                "An alarm does not say what came back",
            ),
            (
                UNKNOWNS.replace('        if entry.get("outcome") is None:\n', "        if True:\n"),
                "Campaign 13 has its outcome",
            ),
            (UNKNOWNS.replace(SAID, '    return "\\n".join(said)\n'), "A sentence for each unknown"),
            (
                UNKNOWNS.replace(SAID, '    return said or ["All is known."]\n'),
                "Nothing is open in these records, and your card says 'All",
            ),
            (
                UNKNOWNS.replace(
                    GROUPS,
                    GROUPS.replace('in fairness["campaigns"].items()', 'in [("18", fairness["campaigns"]["18"])]'),
                ),
                "Name it for each",
            ),
            (UNKNOWNS.replace(SAID, "    print(said)\n"), "returns nothing"),
            (
                UNKNOWNS.replace('said.append(f"{attribute}', 'said.append(f"In the audit: {attribute}', 1)
                .replace(FEW.splitlines()[0][20:40], FEW.splitlines()[0][20:40])
                .replace("    for number, entry", "    said += said[:1]\n    for number, entry"),
                "Once is enough",
            ),
        ],
    },
}
