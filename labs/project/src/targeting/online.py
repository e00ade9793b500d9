"""Features of the few households of a request: the statement of the batch, on tables of a few rows.

A request brings purchases, mailings and redemptions; the service knows the campaigns and the products that their
coupons cover. No second implementation of a feature exists, so batch and service cannot drift apart: a test compares.
"""

import datetime
import threading
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import pyarrow as pa

from targeting.features import CATEGORICAL, NUMERIC, STATEMENT, settings_query
from targeting.files import StageError, first_line, parquet
from targeting.messages import Household

MONEY = ("sales_value", "retail_disc", "coupon_disc", "coupon_match_disc")
TABLES = {  # of the statement, with the columns that it reads
    "campaigns": pa.schema([("campaign_id", pa.int64()), ("household_id", pa.int64())]),
    "campaign_descriptions": pa.schema(
        [("campaign_id", pa.int64()), ("campaign_type", pa.string()), ("start_date", pa.date32())]
    ),
    "coupons": pa.schema([("campaign_id", pa.int64()), ("product_id", pa.int64())]),
    "coupon_redemptions": pa.schema(
        [("household_id", pa.int64()), ("campaign_id", pa.int64()), ("redemption_date", pa.date32())]
    ),
    "transactions": pa.schema(
        [("household_id", pa.int64()), ("basket_id", pa.int64()), ("product_id", pa.int64())]
        + [(name, pa.decimal128(12, 2)) for name in MONEY]
        + [("store_time", pa.timestamp("us"))]
    ),
}


class UnknownCampaignError(ValueError):
    """A campaign that the service has no description of; ``field`` says where the request names it."""

    def __init__(self, campaign_id: int, field: str):
        super().__init__(f"campaign {campaign_id} is not known to the service")
        self.field = field


@dataclass(frozen=True)
class Campaigns:
    """What the service knows about campaigns: type and start of each, and the products that its coupons cover."""

    described: dict[int, tuple[str, datetime.date]]
    covered: dict[int, frozenset[int]]

    @classmethod
    def read(cls, clean: Path) -> "Campaigns":
        """Read the checked tables.

        Raises:
            StageError: when one is missing or cannot be read.
        """
        try:
            with duckdb.connect() as connection:
                described = connection.execute(
                    "select campaign_id, campaign_type, start_date from "
                    + parquet(clean / "campaign_descriptions.parquet")
                ).fetchall()
                covered = connection.execute(
                    "select campaign_id, list(distinct product_id) from "
                    f"{parquet(clean / 'coupons.parquet')} group by campaign_id"
                ).fetchall()
        except duckdb.Error as error:
            raise StageError(f"The campaigns cannot be read: {first_line(error)} Run `dvc repro contracts`.") from error
        return cls({row[0]: row[1:] for row in described}, {row[0]: frozenset(row[1]) for row in covered})

    def problem(self, campaign_id: int, household: Household, where: str = "") -> UnknownCampaignError | None:
        """Return what cannot be answered, or None: a campaign that is not known.

        Args:
            campaign_id: the campaign to decide on.
            household: with the campaigns whose book it was sent.
            where: path of the household in the request, as ``households.3.``.
        """
        for place, mailed in enumerate(household.mailed_campaigns):
            if mailed not in self.described:
                return UnknownCampaignError(mailed, f"{where}mailed_campaigns.{place}")
        return None if campaign_id in self.described else UnknownCampaignError(campaign_id, "campaign_id")


class Online:
    """Compute features in an in-memory DuckDB of one thread, where the statement is prepared once."""

    def __init__(self, data: dict, time_zone: str):
        """Args: the block ``data`` of params.yaml, and the time zone of the stores."""
        self.zone, self.lock = ZoneInfo(time_zone), threading.Lock()
        self.connection = duckdb.connect(config={"threads": 1})
        for name, schema in TABLES.items():
            self.connection.register("rows", schema.empty_table())
            self.connection.execute(f"create table {name} as select * from rows")
        # The first and the last day make marks of whole campaigns, which nobody reads here.
        self.connection.execute(f"create table settings as {settings_query('2000-01-01', '2100-01-01', data)}")
        # For a few rows, to look for a better plan takes longer than to run this one.
        self.connection.execute("pragma disable_optimizer")
        self.connection.execute(f"prepare features as {STATEMENT.read_text(encoding='utf-8')}")

    def features(self, known: Campaigns, asked: list[tuple[int, Household]]) -> pd.DataFrame:
        """Return one row of features for each campaign_id and household, in the order given, as a model expects them.

        One statement for all of them: it takes hardly longer for five households than for one. In it a household goes
        by its place in the list, so that two requests about the same household do not mix.

        Args:
            known: campaigns, among them all that are asked about (see :meth:`Campaigns.problem`).
            asked: campaign_id and household, of one request or of several.
        """
        rows = {(row["campaign_id"], row["household_id"]): row for row in self._run(self._rows(known, asked))}
        chosen = [rows[campaign_id, place] for place, (campaign_id, _) in enumerate(asked)]
        # Columns from plain rows: for one household, to make and reshape a frame takes as long as the statement.
        numbers = {name: [float(row[name]) for row in chosen] for name in NUMERIC}
        return pd.DataFrame(numbers | {name: [row[name] for row in chosen] for name in CATEGORICAL})

    def _run(self, tables: dict[str, list[tuple]]) -> list[dict]:
        """Run the statement on these rows, which leave no trace: what is inserted is rolled back."""
        with self.lock:
            self.connection.begin()
            try:
                for name, rows in tables.items():
                    if rows:
                        self.connection.register("rows", arrow(rows, TABLES[name]))
                        self.connection.execute(f"insert into {name} select * from rows")
                found = self.connection.execute("execute features")
                names = [entry[0] for entry in found.description]
                return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
            finally:
                self.connection.rollback()

    def _rows(self, known: Campaigns, asked: list[tuple[int, Household]]) -> dict[str, list[tuple]]:
        campaigns, purchases, redemptions, covered = [], [], [], set()
        for place, (campaign_id, household) in enumerate(asked):
            campaigns += [(mailed, place) for mailed in sorted({campaign_id, *household.mailed_campaigns})]
            redemptions += [(place, 0, day) for day in household.redemptions]
            products = known.covered.get(campaign_id, frozenset())
            for line in household.purchases:
                if line.product_id in products:
                    covered.add((campaign_id, line.product_id))
                store_time = line.purchased_at.astimezone(self.zone).replace(tzinfo=None)
                money = [getattr(line, name) for name in MONEY]
                purchases.append((place, line.basket_id, line.product_id, *money, store_time))
        return {
            "campaigns": campaigns,
            "campaign_descriptions": [
                (number, *known.described[number]) for number in sorted({c for c, _ in campaigns})
            ],
            "coupons": sorted(covered),
            "coupon_redemptions": redemptions,
            "transactions": purchases,
        }


def arrow(rows: list[tuple], schema: pa.Schema) -> pa.Table:
    """Return rows as an Arrow table."""
    columns = zip(*rows, strict=True)
    return pa.table(
        [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)], schema=schema
    )
