"""Features of the few households of a request: the statement of the batch, on tables of a few rows.

A request brings purchases, mailings and redemptions; the service knows the campaigns and the products that their
coupons cover. No second implementation of a feature exists, so batch and service cannot drift apart: a test compares.
"""

import datetime
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import pyarrow as pa

from targeting.features import CATEGORICAL, FEATURES, STATEMENT
from targeting.files import StageError, parquet
from targeting.messages import Household

MONEY = ("sales_value", "retail_disc", "coupon_disc", "coupon_match_disc")
TRANSACTIONS = pa.schema(
    [("household_id", pa.int64()), ("basket_id", pa.int64()), ("product_id", pa.int64())]
    + [(name, pa.decimal128(12, 2)) for name in MONEY]
    + [("store_time", pa.timestamp("us"))]
)
CAMPAIGNS = pa.schema([("campaign_id", pa.int64()), ("household_id", pa.int64())])
DESCRIPTIONS = pa.schema([("campaign_id", pa.int64()), ("campaign_type", pa.string()), ("start_date", pa.date32())])
COUPONS = pa.schema([("campaign_id", pa.int64()), ("product_id", pa.int64())])
REDEMPTIONS = pa.schema([("household_id", pa.int64()), ("campaign_id", pa.int64()), ("redemption_date", pa.date32())])
SETTINGS = pa.schema(
    [("first_day", pa.date32()), ("last_day", pa.date32()), ("history_days", pa.int32()), ("horizon_days", pa.int32())]
)


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
            reason = str(error).splitlines()[0]
            raise StageError(f"The campaigns cannot be read: {reason} Run `dvc repro contracts`.") from error
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
    """Compute features in an in-memory DuckDB of one thread; each call has a cursor, and so tables, of its own."""

    def __init__(self, data: dict, time_zone: str):
        """Args: the block ``data`` of params.yaml, and the time zone of the stores."""
        self.history_days, self.horizon_days = int(data["history_days"]), int(data["horizon_days"])
        self.zone = ZoneInfo(time_zone)
        self.statement = STATEMENT.read_text(encoding="utf-8")
        self.connection = duckdb.connect(config={"threads": 1})

    def features(self, known: Campaigns, asked: list[tuple[int, Household]]) -> pd.DataFrame:
        """Return one row of features for each campaign_id and household, in the order given, as a model expects them.

        One statement for all of them: it takes hardly longer for five households than for one. In it a household goes
        by its place in the list, so that two requests about the same household do not mix.

        Args:
            known: campaigns, among them all that are asked about (see :meth:`Campaigns.problem`).
            asked: campaign_id and household, of one request or of several.
        """
        with self.connection.cursor() as cursor:
            cursor.execute(
                "pragma disable_optimizer"
            )  # a few rows: looking for a better plan takes longer than this one
            for name, table in self._tables(known, asked).items():
                cursor.register(name, table)
            rows = cursor.execute(self.statement).fetchall()
            places = {entry[0]: place for place, entry in enumerate(cursor.description)}
        # Plain rows, not `.df()`: for one household, making and reshaping a frame takes as long as the statement.
        found = {(row[places["campaign_id"]], row[places["household_id"]]): row for row in rows}
        chosen = [found[campaign_id, place] for place, (campaign_id, _) in enumerate(asked)]
        return pd.DataFrame({name: self._column(name, [row[places[name]] for row in chosen]) for name in FEATURES})

    @staticmethod
    def _column(name: str, values: list) -> list:
        return values if name in CATEGORICAL else list(map(float, values))

    def _tables(self, known: Campaigns, asked: list[tuple[int, Household]]) -> dict[str, pa.Table]:
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
        starts = [known.described[campaign_id][1] for campaign_id, _ in asked]
        day = datetime.timedelta(days=1)  # first and last day make the marks, which nobody reads here
        settings = (min(starts) - self.history_days * day, max(starts) - day, self.history_days, self.horizon_days)
        return {
            "campaigns": arrow(campaigns, CAMPAIGNS),
            "campaign_descriptions": arrow(
                [(mailed, *known.described[mailed]) for mailed in sorted({row[0] for row in campaigns})], DESCRIPTIONS
            ),
            "coupons": arrow(sorted(covered), COUPONS),
            "coupon_redemptions": arrow(redemptions, REDEMPTIONS),
            "settings": arrow([settings], SETTINGS),
            "transactions": arrow(purchases, TRANSACTIONS),
        }


def arrow(rows: list[tuple], schema: pa.Schema) -> pa.Table:
    """Return rows as an Arrow table; none gives an empty table of the same columns."""
    columns = zip(*rows, strict=True) if rows else [() for _ in schema]
    return pa.table(
        [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)], schema=schema
    )
