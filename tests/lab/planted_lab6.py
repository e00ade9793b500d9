"""Right and wrong answers to the tasks of lab 6: the mistakes that students really make, each with a part of its hint."""

FAILED = ["1 failed"]  # the first bad change

ANSWERS = {
    "6.5": {
        "right": [
            "test_every_make_target_exists",
            "tests/behaviour/test_workflows.py::test_every_make_target_exists[train]",
            "FAILED tests/behaviour/test_workflows.py::test_every_make_target_exists[score] - AssertionError: assert {'alarms', ...",
        ],
        "wrong": [
            ("test_the_change_check_is_make_ci_and_nothing_else", "That one passes: ci.yml"),
            ("tests/behaviour/test_workflows.py", "That is the file"),
            ("train", "That is a workflow"),
            ("repro", "where the fault is"),
            ("test_every_action_is_pinned_by_commit", "This test passes, or"),
            ("make target", "begins with test_"),
        ],
        "malformed": [(3, "text in quotes")],
    },
    "6.6": {
        "right": ["params.yaml", "params.yaml"],
        "wrong": [
            (".github/workflows/score.yml", "twenty minutes later"),
            (".gitignore", "A folder of notes"),
            ("Makefile", "a matter of taste"),
            ("README.md", "in other words"),
            ("src/targeting/evaluation.py", "heading of one column"),
        ],
        "malformed": [("dvc.yaml", "Choose one of"), ("the margin", "Choose one of"), (6, "text in quotes")],
    },
}

ORDER = """
def test_the_order_of_rows_changes_nothing(mail, campaign):
"""
SHUFFLE = """
    for seed in range(5):
        assert mail(campaign.sample(frac=1, random_state=seed)) == mail(campaign)
"""
DEF = """

def test_a_further_redemption_never_costs_a_book_and_can_bring_one(mail, campaign):
"""
RAISE = """
    before, gained = mail(campaign), set()
    for place, household in campaign["household_id"].items():
        more = campaign.copy()
        more.loc[place, "redemptions"] += 1
        after = mail(more)
        assert household in after or household not in before
        gained |= {household} & (after - before)
    assert gained
"""


def tests(order: str = SHUFFLE, more: str = RAISE) -> str:
    """Two tests as one region."""
    return ORDER.lstrip("\n") + order.strip("\n") + "\n" + DEF + more.strip("\n") + "\n"


SILENT = """
    shares = (table.set_index("campaign_id")[list(NUMERIC)] > 0).groupby(level=0).mean()
    size = table["campaign_id"].value_counts()
    shares = shares.loc[[campaign for campaign in shares.index if size[campaign] >= min_households]]
    lowest = shares.loc[[campaign for campaign in shares.index if campaign in development]].min()
    return [
        (int(campaign), name)
        for campaign, row in shares.iterrows()
        for name in NUMERIC
        if row[name] < floor * lowest[name]
    ]
"""

LOOP = """
    found, lowest = [], {}
    parts = {int(number): rows for number, rows in table.groupby("campaign_id") if len(rows) >= min_households}
    for name in NUMERIC:
        lowest[name] = min(float((parts[number][name] > 0).mean()) for number in parts if number in development)
    for number, rows in parts.items():
        for name in NUMERIC:
            if float((rows[name] > 0).mean()) < floor * lowest[name]:
                found.append((number, name))
    return found
"""

BY_SLICE = """
    redeemers = {name: int(rows["redeemed"].sum()) for name, rows in evaluate.slices(challenger).items()}
    least = settings["gate"]["slice_min_redeemers"]
    few = {name: count for name, count in redeemers.items() if count < least}
    judged = {
        name: evaluate.compare(rows, champion, settings)
        for name, rows in evaluate.slices(challenger).items()
        if name not in few
    }
    return not any(result["verdict"] == "inferior" for result in judged.values()), judged, few
"""

BY_LOOP = """
    judged, few, passed = {}, {}, True
    for name, rows in evaluate.slices(challenger).items():
        if rows["redeemed"].sum() < settings["gate"]["slice_min_redeemers"]:
            few[name] = rows["redeemed"].sum()
            continue
        judged[name] = evaluate.compare(rows, champion, settings)
        margin = settings["decision"]["non_inferiority_margin"]
        if judged[name]["high"] < -margin:
            passed = False
    return passed, judged, few
"""

CHECKOUT = "actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8"
PYTHON = "actions/setup-python@e797f83bcb11b83ae66e0230d6156d7c80228e7c"
FLOW = f"""
on:
  pull_request:
  push:
    branches: [main]
permissions:
  contents: read
concurrency:
  group: check-${{{{ github.head_ref || github.ref }}}}
  cancel-in-progress: true
jobs:
  check:
    runs-on: ubuntu-24.04
    timeout-minutes: 15
    strategy:
      matrix:
        version: ["3.11", "3.12", "3.13"]
    steps:
      - uses: {CHECKOUT}
        with:
          persist-credentials: false
      - uses: {PYTHON}
        with:
          python-version: ${{{{ matrix.version }}}}
      - run: make install
      - run: make ci
"""
GROUP = "concurrency:\n  group: check-${{ github.head_ref || github.ref }}\n"
CANCEL = "  cancel-in-progress: true\n"
ONE_RUN = FLOW.replace(
    "      - run: make install\n      - run: make ci\n", "      - run: |\n          make install\n          make ci\n"
)
INCLUDE = FLOW.replace(
    '        version: ["3.11", "3.12", "3.13"]\n',
    '        include:\n          - version: "3.11"\n          - version: "3.13"\n',
)

MEASURES = """
    log = log[(since <= log["deployed"]) & (log["deployed"] < until)]
    weeks = (until - since).total_seconds() / 3600 / 24 / 7
    found = {"deployments_per_week": len(log) / weeks, "lead_time_hours": None, "failure_share": None, "recovery_hours": None}
    if len(log):
        found["lead_time_hours"] = (log["deployed"] - log["committed"]).dt.total_seconds().median() / 3600
        found["failure_share"] = log["failed"].sum() / len(log)
    failures = log[log["failed"]]
    if len(failures):
        lasted = [
            ((until if pd.isna(row.restored) else row.restored) - row.deployed).total_seconds() / 3600
            for row in failures.itertuples()
        ]
        found["recovery_hours"] = sorted(lasted)[len(lasted) // 2] if len(lasted) % 2 else pd.Series(lasted).median()
    return found
"""
SHORT = """
    inside = log[(log["deployed"] >= since) & (log["deployed"] < until)]
    failed = inside[inside["failed"]]
    hour = pd.Timedelta(hours=1)
    lead = (inside["deployed"] - inside["committed"]) / hour
    recovery = (failed["restored"].fillna(until) - failed["deployed"]) / hour
    return {
        "deployments_per_week": len(inside) / ((until - since) / pd.Timedelta(days=7)),
        "lead_time_hours": lead.median() if len(inside) else None,
        "failure_share": inside["failed"].mean() if len(inside) else None,
        "recovery_hours": recovery.median() if len(failed) else None,
    }
"""
NONE_LEFT = " if len(inside) else None"


def changed(text: str, *pairs: tuple[str, str]) -> str:
    """Return a right answer with a mistake put in; each replaced part must be there."""
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


CODE = {
    "6.1": {
        "right": [
            tests(
                "    assert mail(campaign) == mail(campaign.iloc[::-1])\n",
                "    somebody_gained = False\n"
                "    for place in campaign.index:\n"
                "        for more in (1, 2):\n"
                "            raised = campaign.assign(redemptions=campaign['redemptions'] + more * (campaign.index == place))\n"
                "            household = campaign.loc[place, 'household_id']\n"
                "            if household in mail(campaign):\n"
                "                assert household in mail(raised)\n"
                "            elif household in mail(raised):\n"
                "                somebody_gained = True\n"
                "    assert somebody_gained\n",
            ),
            tests(
                "    shuffled = campaign.iloc[np.random.default_rng(1).permutation(len(campaign))]\n"
                "    np.testing.assert_array_equal(sorted(mail(shuffled)), sorted(mail(campaign)))\n",
                RAISE,
            ),
            tests(
                "    for column in ('household_id', 'redemptions', 'coupon_lines'):\n"
                "        for ascending in (True, False):\n"
                "            ordered = campaign.sort_values(column, ascending=ascending, kind='stable', ignore_index=True)\n"
                "            assert mail(ordered) == mail(campaign), f'sorted by {column}'\n",
                "    mailed = mail(campaign)\n"
                "    with_more = {}\n"
                "    for household in campaign['household_id']:\n"
                "        rows = campaign.copy()\n"
                "        rows.loc[rows['household_id'] == household, 'redemptions'] += 1\n"
                "        with_more[household] = household in mail(rows)\n"
                "    assert all(with_more[household] for household in mailed)\n"
                "    assert any(kept for household, kept in with_more.items() if household not in mailed)\n",
            ),
        ],
        "wrong": [
            (
                tests("    assert len(mail(campaign.sample(frac=1, random_state=1))) == len(mail(campaign))\n"),
                "not how many",
            ),
            (
                tests("    assert mail(campaign) == mail(campaign)\n", RAISE).replace(
                    "mail(campaign)\n", "mail(campaign.copy())\n", 1
                ),
                "stands first among equals",
            ),
            (
                tests("    assert mail(campaign.sample(frac=1, random_state=1)) != mail(campaign)\n"),
                "by household and not by place",
            ),
            (
                tests(
                    more="    more = campaign.assign(redemptions=campaign['redemptions'] + 1)\n    assert mail(more) == mail(campaign)\n"
                ),
                "sign turned round",
            ),
            (
                tests(
                    more="    for place in campaign.index:\n        more = campaign.copy()\n        more.loc[place, 'redemptions'] += 1\n"
                    "        assert mail(more) == mail(campaign)\n"
                ),
                "must not lose its book",
            ),
            (
                tests(
                    more="    household = min(mail(campaign))\n    more = campaign.copy()\n"
                    "    more.loc[more['household_id'] == household, 'redemptions'] += 1\n    assert household in mail(more)\n"
                ),
                "takes large numbers of redemptions for errors",
            ),
            (
                tests(
                    more=changed(
                        RAISE,
                        ("        assert household in after or household not in before\n", ""),
                        (
                            "        gained |= {household} & (after - before)\n    assert gained\n",
                            "        assert household in after\n",
                        ),
                    )
                ),
                "of every household without a book",
            ),
            (tests(more=changed(RAISE, ("    assert gained\n", ""))), "does not look at redemptions at all"),
            (tests(more=changed(RAISE, ('"redemptions"] +=', '"redemption"] +='))), "does not come to its assertion"),
            (tests().replace("test_a_further_redemption", "a_further_redemption"), "pytest finds no test"),
            (
                tests(more=RAISE).replace("_one(mail, campaign)", "_one(campaign, settings)").replace("mail(", "set("),
                "no longer takes `mail`",
            ),
        ],
    },
    "6.2": {
        "right": [
            LOOP,
            SILENT,
            "    shares = table[list(NUMERIC)].gt(0).groupby(table['campaign_id']).agg(['mean', 'size'])\n"
            "    found = set()\n"
            "    for name in NUMERIC:\n"
            "        judged = shares[name][shares[name]['size'] >= min_households]['mean']\n"
            "        limit = floor * judged[judged.index.isin(development)].min()\n"
            "        found |= {(number, name) for number in judged.index[judged < limit]}\n"
            "    return sorted(found)\n",
        ],
        "wrong": [
            (changed(SILENT, ("[list(NUMERIC)] > 0)", "[list(NUMERIC)])")), "A mean is carried by one household"),
            (changed(SILENT, ("].min()", "].mean()")), "made from the mean"),
            (changed(SILENT, ("[list(NUMERIC)]", "[NUMERIC]")), "a list of their names"),
            (
                changed(
                    SILENT,
                    (
                        "shares.loc[[campaign for campaign in shares.index if campaign in development]]",
                        "shares.loc[development]",
                    ),
                ),
                "those of development that are left",
            ),
            (changed(SILENT, ("].min()", "].max()")), "the highest share"),
            (
                changed(
                    SILENT,
                    (
                        "    lowest = shares.loc[[campaign for campaign in shares.index if campaign in development]].min()",
                        "    lowest = shares.min()",
                    ),
                ),
                "must not lower it",
            ),
            (
                changed(
                    SILENT,
                    (
                        "    lowest = shares.loc[[campaign for campaign in shares.index if campaign in development]].min()\n",
                        "",
                    ),
                    (
                        "    shares = shares.loc[[campaign for campaign in shares.index if size[campaign] >= min_households]]\n",
                        "    lowest = shares.loc[development].min()\n"
                        "    shares = shares.loc[[campaign for campaign in shares.index if size[campaign] >= min_households]]\n",
                    ),
                ),
                "too small to compare with",
            ),
            (
                changed(
                    SILENT,
                    (
                        "    shares = shares.loc[[campaign for campaign in shares.index if size[campaign] >= min_households]]\n",
                        "",
                    ),
                ),
                "Campaign 14 has 10 households",
            ),
            (changed(SILENT, ("row[name] < floor", "row[name] <= floor")), "at the limit a feature is still allowed"),
            (changed(SILENT, ("floor * lowest", "0.5 * lowest")), "0.5 written into"),
            (changed(SILENT, (">= min_households", ">= 50")), "50 written into"),
            (changed(SILENT, (">= min_households", "> min_households")), "exactly `min_households`"),
            (
                changed(
                    SILENT,
                    (
                        '(table.set_index("campaign_id")[list(NUMERIC)] > 0)',
                        '(table.set_index("campaign_id")[list(NUMERIC)] != 0)',
                    ),
                ),
                "A missing value is not more than 0",
            ),
            (changed(SILENT, ("(int(campaign), name)", "name")), "cannot be read as pairs"),
            (changed(SILENT, ("    return [", "    found = [")), "returns nothing"),
        ],
    },
    "6.3": {
        "right": [BY_LOOP, BY_SLICE],
        "wrong": [
            (changed(BY_SLICE, ('int(rows["redeemed"].sum())', "len(rows)")), "that of the redeemers"),
            (changed(BY_SLICE, ("count < least", "count <= least")), "exactly 20 redeemers"),
            (
                changed(BY_SLICE, ('    least = settings["gate"]["slice_min_redeemers"]', "    least = 20")),
                "Is 20 written",
            ),
            (changed(BY_SLICE, ("compare(rows, champion", "compare(challenger, champion")), "rows of that slice alone"),
            (
                changed(
                    BY_SLICE,
                    ('not any(result["verdict"] == "inferior"', 'all(result["verdict"] in settings["gate"]["accept"]'),
                ),
                "Refuse where a loss beyond the margin is certain",
            ),
            (changed(BY_SLICE, ("not any(", "not all(")), "Type B the challenger mails nobody"),
            (changed(BY_SLICE, ("values()), judged, few", "values()), judged, {}")), "take silence for a pass"),
            (changed(BY_SLICE, ("not any(", "not few and not any(")), "keeps the challenger from passing"),
            (changed(BY_SLICE, ("values()), judged, few", "values()), judged")), "three things are needed"),
            (
                "    judged, few = {}, {}\n    for name, rows in evaluate.slices(challenger).items():\n"
                "        judged[name] = evaluate.compare(rows, champion, settings)\n"
                '        if judged[name]["verdict"] == "superior":\n            return True, judged, few\n'
                '    return all(result["verdict"] != "inferior" for result in judged.values()), judged, few\n',
                "whichever comes first",
            ),
            (changed(BY_SLICE, ("if count < least", "if count > least")), "Count redeemers"),
            (
                changed(
                    BY_SLICE,
                    (
                        "evaluate.compare(rows, champion, settings)\n",
                        'evaluate.compare(rows, champion, settings)["verdict"]\n',
                    ),
                    ('result["verdict"] == ', "result == "),
                ),
                "is no comparison",
            ),
        ],
    },
    "6.4": {
        "right": [FLOW, INCLUDE, ONE_RUN],
        "wrong": [
            (changed(FLOW, ("  pull_request:\n", "  pull_request_target:\n")), "what a stranger's branch"),
            (changed(FLOW, ("  pull_request:\n", "")), "No pull request starts"),
            (changed(FLOW, ("  push:\n    branches: [main]\n", "")), "each be green and not fit"),
            (
                changed(FLOW, ("  push:\n    branches: [main]\n", "  push:\n")),
                "runs every commit of a pull request twice",
            ),
            (changed(FLOW, ("branches: [main]", "branches: [automate]")), "What was merged stands on"),
            (
                changed(FLOW, ("permissions:\n  contents: read\n", "permissions: write-all\n")),
                "it needs no right to write",
            ),
            (changed(FLOW, ("permissions:\n  contents: read\n", "")), "Without `permissions`"),
            (
                changed(FLOW, ("contents: read\n", "contents: read\n  issues: read\n")),
                "reads the code and nothing else",
            ),
            (changed(FLOW, (CHECKOUT, "actions/checkout@v5")), "can be moved by whoever owns"),
            (
                changed(FLOW, ("        with:\n          persist-credentials: false\n", "")),
                "leaves its token in the folder",
            ),
            (changed(FLOW, ("persist-credentials: false", 'persist-credentials: "false"')), "is a text"),
            (
                changed(FLOW, ("      - run: make ci\n", "      - run: make lint\n      - run: make test\n")),
                "The targets one by one",
            ),
            (changed(FLOW, ("      - run: make ci\n", "      - run: python -m pytest -q\n")), "commands of its own"),
            (
                changed(FLOW, ("      - run: make install\n      - run: make ci\n", "      - run: make install ci\n")),
                "more than one target in one line",
            ),
            (changed(FLOW, ("      - run: make ci\n", "      - run: make ci || true\n")), "change its outcome"),
            (changed(FLOW, ("      - run: make install\n", "")), "installed by the repository's own command"),
            (
                changed(
                    FLOW,
                    (
                        "      - run: make install\n      - run: make ci\n",
                        "      - run: make ci\n      - run: make install\n",
                    ),
                ),
                "before the packages are there",
            ),
            (
                changed(FLOW, ("      - run: make ci\n", "      - run: make ci\n      - run: make repro\n")),
                "nobody runs here before pushing",
            ),
            (
                changed(FLOW, ("      - run: make ci\n", "      - run: make ci\n        continue-on-error: true\n")),
                "A gate that cannot fail",
            ),
            (changed(FLOW, ("    timeout-minutes: 15\n", "")), "a limit in minutes"),
            (changed(FLOW, ("ubuntu-24.04", "ubuntu-latest")), "Name the version, as"),
            (
                changed(FLOW, (GROUP + CANCEL, "")),
                "two of them about code that is gone",
            ),
            (changed(FLOW, (GROUP, "concurrency:\n  group: check\n")), "stops the check of another"),
            (changed(FLOW, (CANCEL, "")), "waits until the old one has ended"),
            (changed(FLOW, ('["3.11", "3.12", "3.13"]', '["3.12"]')), "the oldest and the newest"),
            (changed(FLOW, ('["3.11", "3.12", "3.13"]', "[3.11, 3.13]")), "3.10 would be 3.1"),
            (changed(FLOW, ("    steps:\n", "  steps:\n")), "no list of `steps`"),
            (changed(FLOW, ("permissions:\n", "permissions\n")), "not valid YAML"),
        ],
    },
    "6.7": {
        "right": [MEASURES, SHORT],
        "wrong": [
            (
                changed(SHORT, ("len(inside) / ((until - since) / pd.Timedelta(days=7))", "len(inside)")),
                "Divide by the weeks",
            ),
            (changed(SHORT, ("pd.Timedelta(days=7)", "pd.Timedelta(days=1)")), "a rate for each day"),
            (
                changed(SHORT, ("((until - since)", '((inside["deployed"].max() - inside["deployed"].min())')),
                "A quiet end belongs",
            ),
            (changed(SHORT, ("lead.median()", "lead.mean()")), "yours is their mean"),
            (changed(SHORT, ("hour = pd.Timedelta(hours=1)", "hour = pd.Timedelta(days=1)")), "yours is in days"),
            (
                changed(
                    SHORT,
                    (
                        'lead = (inside["deployed"] - inside["committed"]) / hour',
                        'lead = (inside["deployed"] - inside["committed"]).dt.seconds / 3600',
                    ),
                ),
                "forgets the days",
            ),
            (changed(SHORT, ('inside["failed"].mean()', 'float(inside["failed"].sum())')), "the number of failures"),
            (
                changed(SHORT, ('inside["failed"].mean()', 'inside["failed"].sum() / (~inside["failed"]).sum()')),
                "divides failures by those that went well",
            ),
            (changed(SHORT, ('- failed["deployed"]', '- failed["committed"]')), "Harm begins with the deployment"),
            (
                changed(SHORT, ('failed["restored"].fillna(until)', 'failed["restored"]')),
                "looks best when nothing is mended",
            ),
            (
                changed(SHORT, ('failed = inside[inside["failed"]]', 'failed = log[log["failed"]]')),
                "A deployment before the period failed",
            ),
            (changed(SHORT, ('(log["deployed"] < until)', '(log["deployed"] <= until)')), "before `until`"),
            (
                changed(SHORT, ('(log["deployed"] >= since)', '(log["deployed"] > since)')),
                "at the very moment of `since`",
            ),
            (
                changed(
                    SHORT, ("recovery.median() if len(failed) else None", "recovery.median() if len(failed) else 0")
                ),
                "0 would say that it is mended at once",
            ),
            (changed(SHORT, ("lead.median()" + NONE_LEFT, "lead.median()")), "There is nothing to measure"),
            (
                changed(SHORT, ('        "failure_share": inside["failed"].mean() if len(inside) else None,\n', "")),
                "lacks failure_share",
            ),
        ],
    },
}
