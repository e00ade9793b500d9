"""The data card states figures; each one is measured here again, and none may stand there unmeasured."""

import re

import pytest

from mldesign import data

CARD = (data.ROOT / "data" / "README.md").read_text(encoding="utf-8")
COUPON_DAYS = """
    with days as (
        select distinct household_id, cast(transaction_timestamp - interval ({hours}) hour as date) as day
        from transactions where coupon_disc + coupon_match_disc > 0
    )
    select count(*) from coupon_redemptions as r
    where exists (select 1 from days where days.household_id = r.household_id and day = cast(r.redemption_date as date))
"""
DAYS = """
    select count(distinct cast(transaction_timestamp - interval 5 hour as date)) from transactions where week = {week}
"""
KEYS = {  # what "one row is" means; coupons repeats rows, which the card says
    "transactions": "basket_id, product_id",
    "products": "product_id",
    "campaign_descriptions": "campaign_id",
    "campaigns": "campaign_id, household_id",
    "coupon_redemptions": "household_id, coupon_upc, campaign_id, redemption_date",
    "demographics": "household_id",
    "household_weeks": "household_id, week",
}
MEASURED = {
    "households that buy": "select count(distinct household_id) from transactions",
    "households ever mailed a campaign": "select count(distinct household_id) from campaigns",
    "households that ever redeem a coupon": "select count(distinct household_id) from coupon_redemptions",
    "households with demographics": "select count(*) from demographics",
    "baskets": "select count(distinct basket_id) from transactions",
    "stores": "select count(distinct store_id) from transactions",
    "different coupons": "select count(distinct coupon_upc) from coupons",
    "purchases stamped between midnight and five in the morning, % of rows": (
        "select 100.0 * avg(case when extract(hour from transaction_timestamp) < 5 then 1 else 0 end) from transactions"
    ),
    "redemptions": "select count(*) from coupon_redemptions",
    "redemptions on a day with a couponed purchase, by the stored date": COUPON_DAYS.format(hours=0),
    "redemptions on a day with a couponed purchase, by store time": COUPON_DAYS.format(hours=5),
    "households that buy in week 1, a single day in store time": (
        "select count(distinct household_id) from transactions where week = 1"
    ),
    "days of week 1, store time": DAYS.format(week=1),
    "days of week 53 with a purchase, store time": DAYS.format(week=53),
    "purchases on 25 December, store time": (
        "select count(*) from transactions "
        "where cast(transaction_timestamp - interval 5 hour as date) = date '2017-12-25'"
    ),
    "campaigns that start before the first purchase": (
        "select count(*) from campaign_descriptions "
        "where start_date < (select date_trunc('day', min(transaction_timestamp)) from transactions)"
    ),
    "largest quantity on one line": "select max(quantity) from transactions",
    "mean quantity of the FUEL department": (
        "select avg(quantity) from transactions join products using (product_id) where department = 'FUEL'"
    ),
    "lines with a quantity above 1,000": "select count(*) from transactions where quantity > 1000",
    "lines with quantity 0": "select count(*) from transactions where quantity = 0",
    "lines with sales_value 0": "select count(*) from transactions where sales_value = 0",
    "lines with quantity 0 and money": "select count(*) from transactions where quantity = 0 and sales_value > 0",
    "purchases of a product that `products` lacks": (
        "select count(*) from transactions anti join products using (product_id)"
    ),
    "repeated (product, store, week) keys in `promotions`": (
        "select count(*) from (select 1 from promotions group by product_id, store_id, week having count(*) > 1)"
    ),
    "rows of `coupons` that repeat another row": (
        "select (select count(*) from coupons) - (select count(*) from (select distinct * from coupons))"
    ),
    "products without package_size": "select count(*) from products where package_size is null",
    "products without product_category": "select count(*) from products where product_category is null",
    "households without home_ownership, of those with demographics": (
        "select count(*) from demographics where home_ownership is null"
    ),
    "households without marital_status, of those with demographics": (
        "select count(*) from demographics where marital_status is null"
    ),
}


def rows(width: int) -> list[list[str]]:
    """Return the body rows of the card's tables that have this many columns."""
    found = re.findall(r"^\| *(?!-)(.+?) *\|$", CARD, re.MULTILINE)
    cells = [[cell.strip() for cell in row.split(" | ")] for row in found]
    return [row for row in cells if len(row) == width and row[0] not in ("what", "table", "question")]


@pytest.fixture(scope="module")
def connection():
    """An open connection with all tables."""
    with data.connect() as opened:
        yield opened


def test_no_figure_of_the_card_is_unmeasured():
    assert sorted(row[0] for row in rows(2)) == sorted(MEASURED)


@pytest.mark.parametrize("what", MEASURED)
def test_figure_of_the_card(connection, what):
    stated = next(row[1] for row in rows(2) if row[0] == what)
    measured = connection.execute(MEASURED[what]).fetchone()[0]
    digits = len(stated.partition(".")[2])
    assert stated == f"{float(measured):,.{digits}f}", f"data/README.md says {what}: {stated}; the data say {measured}"


def test_difference_in_the_text(connection):
    shifted, stored = (connection.execute(COUPON_DAYS.format(hours=hours)).fetchone()[0] for hours in (5, 0))
    assert f"brings {shifted - stored} more redemptions" in " ".join(CARD.split())


def test_weeks_break_when_the_card_says(connection):
    first = connection.execute("select week, min(transaction_timestamp) from transactions group by week").fetchall()
    for week, moment in first:
        if 1 < week < 53:
            assert moment.strftime("%A") == "Monday", week
            assert (4 if 12 <= week <= 45 else 5) <= moment.hour <= 6, week


def test_tables_of_the_card_are_the_tables():
    actual = data.tables().set_index("table")
    stated = {row[0].strip("`"): row for row in rows(4)}
    assert sorted(stated) == sorted(actual.index)
    for name, (_, count, _, columns) in stated.items():
        assert int(count.replace(",", "")) == actual.loc[name, "rows"], name
        assert sorted(columns.split(", ")) == sorted(actual.loc[name, "columns"].split(", ")), name


@pytest.mark.parametrize("table", KEYS)
def test_one_row_is_what_the_card_says(connection, table):
    statement = f"select count(*) from (select 1 from {table} group by {KEYS[table]} having count(*) > 1)"
    assert connection.execute(statement).fetchone()[0] == 0
