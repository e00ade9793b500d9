"""Right and wrong answers to the tasks of lab 2: the mistakes that students really make, each with a part of its hint."""

FAILED = []  # its planted break is found by `leaks`; the failing tests are looked for in the terminal

ANSWERS = {
    "2.7": {
        "right": [
            "test_no_later_row_changes_a_feature",
            " tests/data/test_features.py::test_no_later_row_changes_a_feature[8-2017-05-08] ",
            "FAILED tests/data/test_features.py::test_no_later_row_changes_a_feature[8-2017-05-08] - AssertionError: assert ['x'] == []",
        ],
        "wrong": [
            ("test_agrees_with_the_history_of_the_first_lab", "needs no second opinion"),
            ("test_mailings_and_redemptions_count_in_the_84_days_before_the_start[2017-06-01-0]", "every feature"),
            ("tests/data/test_features.py", "That is the file"),
            ("features.sql", "where the fault is"),
            ("leaks", "Which test calls it"),
            ("test_by_hand", "This test passes, or"),
            ("redemptions", "starts with FAILED: the word"),
        ],
        "malformed": [(7, "text in quotes")],
    },
}

CLOCK = "def store_time(time_zone):\n"
NEW_YORK = "'America/New_York'"

QUARANTINE = "def to_quarantine(table, faults, rows, max_share):\n"
COUNTS = "    counts = faults['reason'].value_counts()\n"
STOP = (
    "    for reason, count in counts.items():\n        if count > max_share * rows:\n"
    "            raise StageError(f'{table}: {count} of {rows} rows: {reason}. Ask the owner.')\n"
)
JOIN = "    return faults.groupby('row')['reason'].agg('; '.join).reset_index()\n"

BUY = """
join transactions
    on mailed.household_id = transactions.household_id
"""
FROM = "    and cast(transactions.store_time as date) >= mailed.from_date\n"
TO = "    and cast(transactions.store_time as date) < mailed.start_date\n"
COVER = """
left join (select distinct campaign_id, product_id from coupons) as covered
    on mailed.campaign_id = covered.campaign_id and transactions.product_id = covered.product_id
"""

LABEL = """
select
    mailed.campaign_id,
    mailed.household_id,
    case when mailed.mature_date > mailed.last_day + 1 then null when count(r.household_id) > 0 then 1 else 0 end as redeemed
from mailed
left join coupon_redemptions as r
    on mailed.household_id = r.household_id
    and mailed.campaign_id = r.campaign_id
    and r.redemption_date >= mailed.start_date
    and r.redemption_date < mailed.mature_date
group by mailed.campaign_id, mailed.household_id, mailed.mature_date, mailed.last_day
"""

LEAK = "def leaks(connection, campaign_id, day):\n    everything = compute(connection)\n"
CUT = (
    "    keep(connection, 'transactions', f\"store_time < date '{day}'\")\n"
    "    keep(connection, 'coupon_redemptions', f\"redemption_date < date '{day}'\")\n"
    "    keep(connection, 'campaign_descriptions', f\"start_date < date '{day}' or campaign_id = {campaign_id}\")\n"
)
OWN = " or campaign_id = {campaign_id}"
KNOWN = "    known = compute(connection)\n"
PICK = (
    "    everything = everything[everything['campaign_id'] == campaign_id].reset_index(drop=True)\n"
    "    known = known[known['campaign_id'] == campaign_id].reset_index(drop=True)\n"
)
NAMES = "    return [name for name in FEATURES if not everything[name].equals(known[name])]\n"

STAGE = """
features:
  cmd: python -m targeting.features
  deps:
    - data/clean
    - src/targeting/features.py
    - src/targeting/features.sql
  params:
    - data
  outs:
    - data/features.parquet
"""

CODE = {
    "2.1": {
        "right": [
            CLOCK + "    return f\"transaction_timestamp at time zone 'UTC' at time zone '{time_zone}'\"\n",
            CLOCK
            + "    moment = \"timezone('UTC', transaction_timestamp)\"\n    return \"timezone('\" + time_zone + \"', \" + moment + ')'\n",
            CLOCK
            + "    return f\"(timezone('{time_zone}', timezone('GMT', transaction_timestamp)))::timestamp /* of the store */\"\n",
            CLOCK
            + "    local = f\"timezone('UTC', transaction_timestamp) at time zone '{time_zone}'\"\n"
            + "    return f'transaction_timestamp + ({local} - transaction_timestamp)'\n",
        ],
        "wrong": [
            (
                CLOCK + "    return f\"timezone('{time_zone}', cast(transaction_timestamp as timestamptz))\"\n",
                "the zone of the machine",
            ),
            (
                CLOCK
                + "    return f\"date_trunc('minute', timezone('{time_zone}', timezone('UTC', transaction_timestamp)))\"\n",
                "Seconds are lost",
            ),
            (
                CLOCK + "    return \"timezone('{time_zone}', timezone('UTC', transaction_timestamp))\"\n",
                "only where an f stands",
            ),
            (
                CLOCK
                + "    return f\"timezone('{time_zone}', timezone('UTC', transaction_timestamp)) as store_time\"\n",
                "Give the expression alone",
            ),
            (CLOCK + "    return 'transaction_timestamp'\n", "stays 03:30"),
            (CLOCK + "    return 'transaction_timestamp - interval 5 hour'\n", "an hour off in July"),
            (CLOCK + "    return 'transaction_timestamp - interval 4 hour'\n", "an hour off in January"),
            (
                CLOCK + "    return f\"timezone('UTC', timezone('{time_zone}', transaction_timestamp))\"\n",
                "wrong direction",
            ),
            (CLOCK + "    return f\"timezone('{time_zone}', transaction_timestamp)\"\n", "each reader's machine"),
            (
                CLOCK + f"    return \"timezone({NEW_YORK}, timezone('UTC', transaction_timestamp))\"\n",
                "Europe/Berlin",
            ),
            (
                CLOCK
                + "    return f\"cast(timezone('{time_zone}', timezone('UTC', transaction_timestamp)) as date)\"\n",
                "Keep the time of day",
            ),
            (
                CLOCK + "    return f\"timezone({time_zone}, timezone('UTC', transaction_timestamp))\"\n",
                "a text in single quotes",
            ),
            (CLOCK + "    print(time_zone)\n", "returns nothing"),
            (
                CLOCK
                + "    import pandas as pd\n    return pd.Timestamp('2017-01-01', tz='UTC').tz_convert(time_zone)\n",
                "a str is needed",
            ),
        ],
    },
    "2.2": {
        "right": [
            QUARANTINE
            + "    share = faults.groupby('reason').size() / rows\n    too_many = share[share > max_share]\n"
            + "    if len(too_many):\n        reason = too_many.index[0]\n"
            + "        raise StageError(f'{table}: {reason!r} hits {share[reason] * rows:.0f} rows, more than {max_share:.0%}.')\n"
            + JOIN,
            QUARANTINE
            + COUNTS
            + STOP
            + "    found = {}\n    for row, reason in zip(faults['row'], faults['reason']):\n"
            + "        found.setdefault(row, []).append(reason)\n"
            + "    lines = [(row, '; '.join(sorted(found[row]))) for row in sorted(found)]\n"
            + "    return pd.DataFrame(lines, columns=['row', 'reason'])\n",
            QUARANTINE
            + "    if faults.empty:\n        return pd.DataFrame(columns=['row', 'reason'])\n"
            + "    hit = faults.groupby('reason')['row'].nunique()\n    bad = hit[hit / rows > max_share]\n"
            + "    if len(bad):\n        raise StageError(f'{table}: ' + ', '.join(f'{r}: {n} rows' for r, n in bad.items()))\n"
            + JOIN,
            QUARANTINE
            + COUNTS
            + STOP
            + "    import duckdb\n    query = \"select row, string_agg(reason, '; ') as reason from faults group by 1 order by 1\"\n"
            + "    return duckdb.sql(query).df()\n",
        ],
        "wrong": [
            (
                QUARANTINE + COUNTS + STOP.replace("{count} of {rows} rows", "{count / rows:.0%} of the rows") + JOIN,
                "no share, no sum over rules",
            ),
            (
                QUARANTINE
                + COUNTS
                + "    if (counts > max_share * rows).any():\n"
                + "        raise StageError(f'{table}: {\"; \".join(counts.index)} hit {counts.sum()} rows')\n"
                + JOIN,
                "no share, no sum over rules",
            ),
            (
                QUARANTINE
                + "    if len(faults):\n        reason = faults['reason'].iloc[0]\n"
                + "        count = (faults['reason'] == reason).sum()\n        if count > max_share * rows:\n"
                + "            raise StageError(f'{table}: {count} rows: {reason}')\n"
                + JOIN,
                "Look at every rule",
            ),
            (
                QUARANTINE + COUNTS + STOP + JOIN.replace("'; '.join", "lambda r: '; '.join(set(r))"),
                "A set has another order",
            ),
            (
                QUARANTINE + COUNTS + STOP + JOIN.replace(".reset_index()", ".reset_index().assign(table=table)"),
                "more columns than row and reason",
            ),
            (QUARANTINE + COUNTS + STOP + "    return faults.sort_values('row')\n", "in quarantine twice"),
            (
                QUARANTINE + COUNTS + STOP + "    return faults.drop_duplicates('row').sort_values('row')\n",
                "keeps one reason, 'no price'",
            ),
            (
                QUARANTINE
                + COUNTS
                + STOP
                + "    return faults.drop_duplicates('row', keep=False).sort_values('row')\n",
                "dropped in silence",
            ),
            (
                QUARANTINE
                + COUNTS
                + STOP
                + "    return faults[faults.duplicated('row', keep=False)].groupby('row')['reason'].agg('; '.join).reset_index()\n",
                "One reason is enough",
            ),
            (QUARANTINE + COUNTS + STOP + JOIN.replace(".reset_index()", ".to_frame()"), "the index of your result"),
            (QUARANTINE + COUNTS + STOP + JOIN.replace(".reset_index()", ""), "a DataFrame is needed"),
            (QUARANTINE + COUNTS + STOP + JOIN.replace("'; '.join", "list"), "is a list"),
            (QUARANTINE + COUNTS + STOP + JOIN.replace("'; '", "', '"), "Join reasons with"),
            (
                QUARANTINE + COUNTS + STOP + JOIN.replace("'row')", "'row', sort=False)"),
                "Sort them",
            ),
            (QUARANTINE + JOIN, "yours goes on"),
            (QUARANTINE + COUNTS + STOP.replace("StageError", "ValueError") + JOIN, "Stages stop with a StageError"),
            (
                QUARANTINE
                + COUNTS
                + STOP.replace("f'{table}: {count} of {rows} rows: {reason}. Ask the owner.'", "'too many faults'")
                + JOIN,
                "does not say 'receipts' or",
            ),
            (QUARANTINE + COUNTS + STOP.replace("count > ", "count >= ") + JOIN, "the limit itself is still allowed"),
            (
                QUARANTINE
                + "    if len(faults) > max_share * rows:\n        raise StageError(f'{table}: {len(faults)} faults: {set(faults[\"reason\"])}')\n"
                + JOIN,
                "adds them up",
            ),
            (
                QUARANTINE + COUNTS + STOP.replace("max_share * rows", "0.05 * rows") + JOIN,
                "written into your function",
            ),
            (
                QUARANTINE + COUNTS + STOP.replace("max_share * rows", "max_share * len(faults)") + JOIN,
                "not of the lines",
            ),
            (QUARANTINE + COUNTS + STOP.replace("max_share * rows", "max_share") + JOIN, "and `count` is a number"),
            (
                QUARANTINE + COUNTS + STOP + "    faults['row'] = faults['row'].astype('float64')\n" + JOIN,
                "changes the frame",
            ),
            (
                QUARANTINE
                + COUNTS
                + STOP
                + JOIN.replace("return", "result =")
                + "    first = faults['row'].iloc[0]\n    return result\n",
                "without a single fault",
            ),
        ],
    },
    "2.3": {
        "right": [
            BUY
            + "    and transactions.store_time >= mailed.from_date\n    and transactions.store_time < mailed.start_date\n"
            + "left join (select campaign_id, product_id from coupons group by campaign_id, product_id) as covered\n"
            + "    on covered.product_id = transactions.product_id and covered.campaign_id = mailed.campaign_id\n",
            BUY
            + "    and cast(transactions.store_time as date) between mailed.from_date and mailed.start_date - 1\n"
            + COVER.lstrip(),
            "left " + BUY.lstrip() + FROM + TO + COVER,
            "cross join transactions"
            + COVER
            + "where mailed.household_id = transactions.household_id\n"
            + FROM
            + "    and not transactions.store_time >= cast(mailed.start_date as timestamp)\n",
        ],
        "wrong": [
            (
                BUY + FROM.replace("mailed.from_date", "mailed.start_date - 84") + TO + COVER,
                "when params.yaml says 56",
            ),
            (
                BUY
                + FROM
                + TO
                + COVER.replace("distinct campaign_id", "distinct on (campaign_id, product_id) campaign_id"),
                "not every engine",
            ),
            (BUY + FROM + TO + COVER.rstrip() + ";\n", "DuckDB refuses features.sql"),
            (BUY + COVER, "Every purchase of the year counts"),
            (BUY + FROM + TO.replace("<", "<=") + COVER, "The start day counts in yours"),
            (
                BUY + FROM + "    and transactions.store_time <= mailed.start_date\n" + COVER,
                "at midnight as 1 June begins",
            ),
            (BUY + FROM + TO.replace("mailed.start_date", "mailed.mature_date") + COVER, "A purchase of 20 June"),
            (
                BUY + FROM + "    and transactions.store_time <= mailed.start_date - 1\n" + COVER,
                "The evening of 31 May is missing",
            ),
            (BUY + TO + COVER, "has no beginning"),
            (BUY + FROM.replace(">=", ">") + TO + COVER, "9 March is missing"),
            (BUY + FROM.replace("from_date", "recent_date") + TO + COVER, "the window of `recent`"),
            (
                BUY + (FROM + TO).replace("store_time", "transaction_timestamp") + COVER,
                "that is UTC",
            ),
            (
                BUY.replace("mailed.household_id = transactions.household_id", "true") + FROM + TO + COVER,
                "purchases of other households",
            ),
            (BUY + FROM.replace(">=", "<=") + TO.replace("<", ">=") + COVER, "No purchase counts"),
            (BUY + TO.replace("<", ">=") + COVER, "points the wrong way"),
            (
                BUY + FROM + TO + COVER.replace("(select distinct campaign_id, product_id from coupons)", "coupons"),
                "counts three times",
            ),
            (
                BUY + FROM + TO + COVER.replace("distinct campaign_id, product_id", "distinct *"),
                "still counts twice",
            ),
            (
                BUY + FROM + TO + COVER.replace("mailed.campaign_id = covered.campaign_id and ", ""),
                "*another* campaign",
            ),
            (BUY + FROM + TO + COVER.replace("left join", "join"), "have vanished"),
            (
                BUY + FROM + TO + COVER.replace(" and transactions.product_id = covered.product_id", ""),
                "matched with every product",
            ),
            (BUY + FROM + TO, "DuckDB refuses features.sql"),
            (
                BUY
                + (FROM + TO).replace("cast(transactions.store_time as date)", "transactions.store_time::date")
                + COVER,
                "`::`",
            ),
        ],
    },
    "2.4": {
        "right": [
            """
select campaign_id, household_id,
    case when mature_date - 1 <= last_day
        then case when exists (
            select 1 from coupon_redemptions as r where r.household_id = mailed.household_id
            and r.campaign_id = mailed.campaign_id and r.redemption_date between mailed.start_date and mailed.mature_date - 1
        ) then 1 else 0 end
    end as redeemed
from mailed
""",
            """
select mailed.campaign_id, mailed.household_id,
    max(case when mailed.last_day < mailed.mature_date - 1 then null when r.redemption_date >= mailed.start_date
        and r.redemption_date <= mailed.mature_date - 1 then 1 else 0 end) as redeemed
from mailed
left join coupon_redemptions as r on r.campaign_id = mailed.campaign_id and r.household_id = mailed.household_id
group by mailed.campaign_id, mailed.household_id
""",
            LABEL.replace(
                "when count(r.household_id) > 0 then 1 else 0 end", "else least(count(r.household_id), 1) end"
            ),
            LABEL.replace("when count(r.household_id) > 0 then 1 else 0 end", "else count(r.household_id) > 0 end"),
        ],
        "wrong": [
            (
                LABEL.replace("mailed.mature_date", "mailed.start_date + 28").replace(
                    "mailed.household_id, mailed.start_date + 28", "mailed.household_id, mailed.start_date"
                ),
                "when params.yaml says 14",
            ),
            (
                LABEL.replace("group by", "where mailed.mature_date <= mailed.last_day + 1\ngroup by"),
                "keeps its row",
            ),
            (
                LABEL.replace("then null", "then 'unknown'").replace("then 1 else 0", "then '1' else '0'"),
                "Could not convert",
            ),
            (LABEL.replace("mailed.mature_date > mailed.last_day + 1", "false"), "not known is not 0"),
            (
                LABEL.replace("r.redemption_date < mailed.mature_date", "r.redemption_date <= mailed.mature_date"),
                "on 29 June counts",
            ),
            (
                LABEL.replace("    and r.redemption_date < mailed.mature_date\n", ""),
                "10 July counts",
            ),
            (
                LABEL.replace("r.redemption_date >= mailed.start_date", "r.redemption_date > mailed.start_date"),
                "on the start day does not count",
            ),
            (LABEL.replace("    and r.redemption_date >= mailed.start_date\n", ""), "before the start counts"),
            (
                LABEL.replace("r.redemption_date < mailed.mature_date", "r.redemption_date < mailed.mature_date - 1"),
                "28 June does not count",
            ),
            (LABEL.replace("    and mailed.campaign_id = r.campaign_id\n", ""), "a coupon of another campaign"),
            (LABEL.replace("on mailed.household_id = r.household_id\n    and", "on"), "the redemptions of others"),
            (
                LABEL.replace("when count(r.household_id) > 0 then 1 else 0 end", "else count(r.household_id) end"),
                "the label 2",
            ),
            (LABEL.replace("else 0 end", "end"), "The 28 days are over"),
            (LABEL.replace("left join", "join"), "Who does not redeem is an example too"),
            (
                LABEL.replace(
                    "when mailed.mature_date > mailed.last_day + 1 then null when count(r.household_id) > 0 then 1",
                    "when count(r.household_id) > 0 then 1 when mailed.mature_date > mailed.last_day + 1 then null",
                ),
                "its rate would be 100 %",
            ),
            (LABEL.replace("last_day + 1 then", "last_day then"), "a day too late"),
            (LABEL.replace("last_day + 1 then", "last_day + 2 then"), "28 June, is still missing"),
            (LABEL.replace("> mailed.last_day + 1", "<= mailed.last_day + 1"), "Every label is unknown"),
            (
                LABEL.replace("count(r.household_id) > 0", "r.household_id is not null").replace(
                    "mailed.last_day\n", "mailed.last_day, r.household_id, r.coupon_upc\n"
                ),
                "must have one row",
            ),
            (LABEL.replace("< mailed.mature_date", "< mailed.start_date + interval 28 days"), "`interval`"),
            (LABEL.replace(" as redeemed", " as label"), "DuckDB refuses features.sql"),
        ],
    },
    "2.5": {
        "right": [
            LEAK + CUT + KNOWN + PICK + NAMES,
            LEAK
            + CUT.replace("store_time < date '{day}'", "cast(store_time as date) < '{day}'")
            + "    both = everything.merge(compute(connection), on=['campaign_id', 'household_id'], suffixes=('', '_known'))\n"
            + "    both = both[both['campaign_id'] == campaign_id]\n"
            + "    return [name for name in FEATURES if (both[name] != both[name + '_known']).any()]\n",
            LEAK
            + CUT
            + KNOWN
            + PICK
            + "    names = list(FEATURES)\n"
            + "    return list(everything[names].compare(known[names]).columns.get_level_values(0).unique())\n",
            LEAK
            + CUT
            + "    keep(connection, 'campaigns', 'campaign_id in (select campaign_id from campaign_descriptions)')\n"
            + KNOWN
            + PICK
            + "    return {name for name in FEATURES if (everything[name] != known[name]).any()}\n",
        ],
        "wrong": [
            (
                LEAK
                + CUT
                + KNOWN
                + PICK
                + "    return [n for n in FEATURES if n != 'campaign_type' and everything[n].sum() != known[n].sum()]\n",
                "sums can agree",
            ),
            (
                LEAK
                + CUT
                + KNOWN
                + PICK
                + "    return [name for name in FEATURES if (everything[name] != known[name]).mean() > 0.01]\n",
                "no threshold, no mean",
            ),
            (
                LEAK
                + CUT
                + KNOWN
                + PICK
                + "    return [n for n in FEATURES if n != 'campaign_type' and (everything[n] > known[n]).any()]\n",
                "more features change",
            ),
            (LEAK + CUT.replace("store_time <", "store_time <=") + KNOWN + PICK + NAMES, "the purchase at midnight"),
            (
                LEAK + CUT.replace("redemption_date <", "redemption_date <=") + KNOWN + PICK + NAMES,
                "a redemption of the start day",
            ),
            (
                LEAK + CUT.replace("start_date <", "start_date <=").replace(OWN, "") + KNOWN + PICK + NAMES,
                "another campaign that starts",
            ),
            (
                LEAK + CUT.replace("start_date < date '{day}' or ", "") + KNOWN + PICK + NAMES,
                "take earlier campaigns away too",
            ),
            (LEAK + CUT.replace("{day}", "2017-05-08") + KNOWN + PICK + NAMES, "Is a day written into your function"),
            (LEAK + CUT.replace("store_time <", "store_time >=") + KNOWN + PICK + NAMES, "take the past away"),
            (LEAK + KNOWN + PICK + NAMES, "still sees every purchase"),
            (
                LEAK
                + CUT.replace("store_time < date '{day}'", "cast(store_time as date) <= date '{day}'")
                + KNOWN
                + PICK
                + NAMES,
                "you left that day in",
            ),
            (
                "def leaks(connection, campaign_id, day):\n"
                + CUT
                + "    everything = compute(connection)\n"
                + KNOWN
                + PICK
                + NAMES,
                "What do you compare with what",
            ),
            (LEAK + CUT.split("\n")[0] + "\n" + KNOWN + PICK + NAMES, "not the only thing that happens"),
            (LEAK + "\n".join(CUT.split("\n")[:2]) + "\n" + KNOWN + PICK + NAMES, "Which third table"),
            (
                LEAK + CUT.replace(OWN, "") + KNOWN + PICK + NAMES,
                "you take the campaign itself away, whose",
            ),
            (
                LEAK
                + CUT.replace(OWN, "")
                + KNOWN
                + PICK
                + "    both = everything.merge(known, on='household_id')\n"
                + "    return [name for name in FEATURES if (both[name + '_x'] != both[name + '_y']).any()]\n",
                "Without rows, nothing differs",
            ),
            (LEAK + CUT + KNOWN + PICK + NAMES.replace("in FEATURES", "in everything"), "You report `redeemed`"),
            (LEAK + CUT + KNOWN + NAMES, "compare the rows of this campaign"),
            (
                LEAK
                + CUT
                + KNOWN
                + PICK
                + "    return [] if everything['spend'].equals(known['spend']) else ['spend']\n",
                "Compare every column in FEATURES",
            ),
            (LEAK + CUT + KNOWN + PICK + "    return not everything.equals(known)\n", "a bool; a list"),
            (LEAK + CUT + KNOWN + PICK + NAMES.replace("return ", "print(").replace("]\n", "])\n"), "returns nothing"),
        ],
    },
    "2.6": {
        "right": [
            STAGE + "  desc: what was known when a campaign started\n",
            """
features:
  deps: [src/targeting/features.sql, src/targeting/features.py, data/clean, src/targeting/files.py]
  params: [data.horizon_days, data.history_days]
  cmd: python -m targeting.features
  outs:
    - data/features.parquet:
        desc: the table that models learn from
""",
            STAGE.replace("    - data\n", "    - params.yaml:\n        - data\n"),
            STAGE.replace(
                "    - data/clean\n", "    - data/clean\n    - src/targeting/files.py\n    - src/targeting/params.py\n"
            ),
        ],
        "wrong": [
            (
                STAGE.replace("    - data/clean\n", "    - data/clean\n    - data/raw\n"),
                "data/raw would run the stage again",
            ),
            (STAGE.replace("    - data/clean\n", "    - data/clean\n    - reports/contracts.json\n"), "never reads it"),
            (STAGE.replace("    - data\n", "    - data\n    - money\n"), "A change of money"),
            (STAGE + "  frozen: true\n", "With `frozen`"),
            (STAGE + "  always_changed: true\n", "With `always_changed`"),
            (STAGE.replace("    - src/targeting/features.sql\n", ""), "the old features go on"),
            (STAGE.replace("    - src/targeting/features.py\n", ""), "Code is a dep too"),
            (STAGE.replace("    - data/clean\n", ""), "New data would not run"),
            (STAGE.replace("data/clean", "data/raw"), "before the contracts are checked"),
            (STAGE.replace("  params:\n    - data\n", ""), "Somebody sets history_days"),
            (STAGE.replace("    - data\n", "    - ingest\n"), "Under `params` stands ingest"),
            (
                STAGE.replace("  params:\n    - data\n", "").replace(
                    "    - data/clean\n", "    - data/clean\n    - params.yaml\n"
                ),
                "of the cost of a book too",
            ),
            (
                STAGE.replace(
                    "    - src/targeting/features.py\n    - src/targeting/features.sql\n", "    - src/targeting\n"
                ),
                "Name the files that it uses",
            ),
            (STAGE.replace("data/features.parquet", "data/features"), "What does the stage write"),
            (
                STAGE.replace("features.parquet\n", "features.parquet:\n        cache: false\n"),
                "no version could be restored",
            ),
            (STAGE.replace("    - data/clean\n", "    - data/clean\n    - data/features.parquet\n"), "wait for itself"),
            (STAGE.replace("  deps:", "  dependencies:"), "knows no key 'dependencies'"),
            (STAGE.replace("\n  ", "\n"), "no stage `features` with keys"),
            (STAGE.replace("  params:", " params:"), "not valid YAML"),
            (STAGE.replace("targeting.features", "targeting.history"), "The command of the stage"),
        ],
    },
}
