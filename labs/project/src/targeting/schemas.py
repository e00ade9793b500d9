"""The contract of each table: what must hold, which rows cannot be true, and which peculiarities are known.

A contract is checked on the columns of its query: those of the raw table, and what a rule needs from other tables.
Rules name themselves in words, because the words stand in the report and beside every quarantined row.
"""

from pandera.pandas import Check, Column, DataFrameSchema

from targeting.rules import DATE, MONEY, NUMBER, TEXT, TIME, Contract, amount, columns, one_of, row, table

CONTRACTS = {
    "campaign_descriptions": Contract(
        "select * from campaign_descriptions",
        DataFrameSchema(
            {
                "campaign_id": Column(NUMBER),
                "campaign_type": one_of("Type A", "Type B", "Type C"),
                "start_date": Column(DATE),
                "end_date": Column(DATE),
            },
            checks=[row(lambda f: f["start_date"] <= f["end_date"], "the campaign ends before it starts")],
            unique=["campaign_id"],
        ),
    ),
    "campaigns": Contract(
        """
        select campaigns.*,
            campaign_id in (select campaign_id from campaign_descriptions) as described,
            household_id in (select household_id from transactions) as buys
        from campaigns
        """,
        DataFrameSchema(
            columns(NUMBER, "campaign_id", "household_id"),
            checks=[
                row(lambda f: f["described"], "no such campaign"),
                row(lambda f: f["buys"], "the household never bought anything"),
            ],
            unique=["campaign_id", "household_id"],
        ),
    ),
    "coupon_redemptions": Contract(
        """
        select r.*, m.household_id is not null as mailed,
            r.redemption_date between d.start_date and d.end_date as in_time,
            count(*) over (partition by r.household_id, r.coupon_upc, r.campaign_id) > 1 as again
        from coupon_redemptions r
        left join campaigns m on r.campaign_id = m.campaign_id and r.household_id = m.household_id
        left join campaign_descriptions d on r.campaign_id = d.campaign_id
        """,
        DataFrameSchema(
            columns(NUMBER, "household_id", "coupon_upc", "campaign_id") | columns(DATE, "redemption_date"),
            checks=[
                row(lambda f: f["mailed"], "redeemed by a household that was not mailed"),
                row(lambda f: f["in_time"].fillna(False), "redeemed outside the campaign's dates"),
            ],
            unique=["household_id", "coupon_upc", "campaign_id", "redemption_date"],
        ),
        {"the household redeems the same coupon on several days": "The label asks whether it redeems, not how often."},
        DataFrameSchema(checks=[row(lambda f: ~f["again"], "the household redeems the same coupon on several days")]),
    ),
    "coupons": Contract(
        "select coupons.*, product_id in (select product_id from products) as listed from coupons",
        DataFrameSchema(
            columns(NUMBER, "coupon_upc", "product_id", "campaign_id"),
            unique=["coupon_upc", "product_id", "campaign_id"],
            report_duplicates="exclude_first",
        ),
        {"the product is not in the list of products": "Affinity joins purchases by product, not through the list."},
        DataFrameSchema(checks=[row(lambda f: f["listed"], "the product is not in the list of products")]),
    ),
    "demographics": Contract(
        "select * from demographics",
        DataFrameSchema(
            {
                "household_id": Column(NUMBER),
                "age": one_of("19-24", "25-34", "35-44", "45-54", "55-64", "65+"),
                **columns(TEXT, "income", "household_size", "household_comp", "kids_count"),
                **columns(TEXT, "home_ownership", "marital_status", nullable=True),
            },
            unique=["household_id"],
        ),
        {
            "home_ownership is missing": "Counted as unknown; no feature uses demographics, which carry no date.",
            "marital_status is missing": "Counted as unknown; no feature uses demographics, which carry no date.",
        },
        DataFrameSchema(columns(TEXT, "home_ownership", "marital_status")),
    ),
    "products": Contract(
        "select * from products",
        DataFrameSchema(
            {
                **columns(NUMBER, "product_id", "manufacturer_id"),
                "department": Column(TEXT),
                "brand": one_of("National", "Private"),
                **columns(TEXT, "product_category", "product_type", "package_size", nullable=True),
            },
            unique=["product_id"],
        ),
        {
            "package_size is missing": "No feature uses it.",
            "product_category is missing": "No feature uses it.",
            "product_type is missing": "No feature uses it.",
        },
        DataFrameSchema(columns(TEXT, "package_size", "product_category", "product_type")),
    ),
    "transactions": Contract(
        """
        select t.*, p.product_id is not null as listed,
            coalesce(p.department in ('FUEL', 'MISCELLANEOUS') and t.quantity > 100, false) as other_unit,
            1 + (cast(t.store_time as date) - date '2016-12-26') // 7 as store_week
        from transactions t left join products p on t.product_id = p.product_id
        """,
        DataFrameSchema(
            {
                **columns(NUMBER, "household_id", "store_id", "basket_id", "product_id", "week"),
                "quantity": Column(NUMBER, Check.ge(0, error="the quantity is negative")),
                **{name: amount() for name in ("sales_value", "retail_disc", "coupon_disc", "coupon_match_disc")},
                **columns(TIME, "transaction_timestamp", "store_time"),
            },
            checks=[
                row(
                    lambda f: ~((f["quantity"] == 0) & (f["sales_value"].astype("double[pyarrow]") > 0)),
                    "money was paid for a quantity of 0",
                ),
                row(
                    lambda f: f["week"] == f["store_week"],
                    "the week is not that of the store's calendar: wrong time zone?",
                ),
                table(
                    lambda f: f["store_week"].nunique() == f["store_week"].max() - f["store_week"].min() + 1,
                    "a week without sales",
                ),
            ],
            unique=["household_id", "basket_id", "product_id"],
        ),
        {
            "quantity counts in another unit (fuel, miscellaneous)": "No feature uses quantity; money is right.",
            "quantity 0 and nothing paid": "Adds nothing to spend; its coupon line is a coupon that was used.",
            "something was bought and nothing paid": "Adds nothing to spend; the trip and its coupon line count.",
            "the product is not in the list of products": "Money is right; affinity joins by product number.",
        },
        DataFrameSchema(
            {"quantity": Column(NUMBER), "sales_value": Column(MONEY)},
            checks=[
                row(lambda f: ~f["other_unit"], "quantity counts in another unit (fuel, miscellaneous)"),
                row(
                    lambda f: ~((f["quantity"] == 0) & (f["sales_value"].astype("double[pyarrow]") == 0)),
                    "quantity 0 and nothing paid",
                ),
                row(
                    lambda f: ~((f["quantity"] > 0) & (f["sales_value"].astype("double[pyarrow]") == 0)),
                    "something was bought and nothing paid",
                ),
                row(lambda f: f["listed"], "the product is not in the list of products"),
            ],
        ),
    ),
}
