"""What the service takes and gives: one model a message, with the limits that no request may exceed.

Every field is a number, a time or one of a few words, so a request can carry no name, address or free text.
Limits bound the work of one request; whole numbers stay below 2**53, which every JSON reader keeps exact.
"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

MAX_BODY = 4_000_000  # bytes
MAX_PURCHASES = 5_000  # a household: the largest of 2017 has 1,203 in 84 days
MAX_HOUSEHOLDS = 100  # in a batch
MAX_LINES = 20_000  # purchases of all households of a batch
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def _written_out(value: object) -> object:
    """Refuse a number where a day or time should stand: Pydantic would take it for seconds since 1970."""
    if isinstance(value, date) or (isinstance(value, str) and re.match(r"\d{4}-", value)):
        return value
    raise ValueError("write it out, as 2017-08-01 or 2017-08-01T18:30:00Z")


Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Amount = Annotated[float, Field(strict=True, ge=0, le=100_000_000, allow_inf_nan=False)]
Day = Annotated[date, BeforeValidator(_written_out), Field(ge=EARLIEST.date(), lt=LATEST.date())]
# TASK 4.3: what a key, an amount on a receipt and a moment may be
Id = Annotated[int, Field(strict=True, ge=1, lt=2**53)]
Money = Annotated[Decimal, Field(ge=0, le=100_000, max_digits=12, decimal_places=2)]
Time = Annotated[AwareDatetime, BeforeValidator(_written_out), Field(ge=EARLIEST, lt=LATEST)]
# END TASK 4.3


class Message(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Purchase(Message):
    """One line of a receipt."""

    basket_id: Id
    product_id: Id
    sales_value: Money = Field(description="dollars paid to the store")
    retail_disc: Money = Field(Decimal(0), description="dollars of loyalty discount")
    coupon_disc: Money = Field(Decimal(0), description="dollars of manufacturers' coupons")
    coupon_match_disc: Money = Field(Decimal(0), description="dollars by which the store matched a coupon")
    purchased_at: Time = Field(description="with its offset from UTC, for example 2017-08-01T18:30:00Z")


class Household(Message):
    """What happened to a household in the 84 days before the campaign; what is older or later is ignored."""

    household_id: Id
    purchases: list[Purchase] = Field(max_length=MAX_PURCHASES)
    mailed_campaigns: list[Id] = Field([], max_length=100, description="campaigns whose book it was sent before")
    redemptions: list[Day] = Field([], max_length=1_000, description="a day in store time for each coupon redeemed")

    @model_validator(mode="after")
    def _no_line_twice(self):
        seen: dict[tuple[int, int], int] = {}
        for number, line in enumerate(self.purchases):
            first = seen.setdefault((line.basket_id, line.product_id), number)
            if first != number:
                raise ValueError(f"purchases.{number} repeats the basket and product of purchases.{first}")
        if len(set(self.mailed_campaigns)) < len(self.mailed_campaigns):
            raise ValueError("mailed_campaigns names a campaign twice")
        return self


class ScoreRequest(Household):
    """One household and the campaign to decide on."""

    campaign_id: Id


class BatchRequest(Message):
    """Several households of one campaign."""

    campaign_id: Id
    households: list[Household] = Field(min_length=1, max_length=MAX_HOUSEHOLDS)

    @model_validator(mode="after")
    def _within_limits(self):
        if len({household.household_id for household in self.households}) < len(self.households):
            raise ValueError("households names a household twice")
        lines = sum(len(household.purchases) for household in self.households)
        if lines > MAX_LINES:
            raise ValueError(f"households have {lines} purchases; one request takes {MAX_LINES}")
        return self


class FeaturesRequest(Message):
    """A household whose features are computed already: a row of ``features.sql``."""

    household_id: Id
    campaign_id: Id
    campaign_type: Literal["Type A", "Type B", "Type C"]
    spend: Amount
    trips: Count
    recent_trips: Count
    coupon_lines: Count
    discount: Amount
    affinity_spend: Amount
    affinity_products: Count
    mailings: Count
    redemptions: Count


class Decision(Message):
    """What to do with one household."""

    household_id: int
    decision: Literal["mail", "skip", "suppressed"] = Field(description="suppressed: it objected and was not scored")
    probability: float | None = Field(description="of redeeming within the horizon; null when suppressed")


class ScoreResponse(Decision):
    campaign_id: int
    model_version: int


class BatchResponse(Message):
    campaign_id: int
    model_version: int
    decisions: list[Decision]


class Problem(Message):
    """What was wrong with a field, and where it stands in the request."""

    field: str = Field(examples=["purchases.3.sales_value"])
    message: str


class ErrorResponse(Message):
    """Why a request was not answered."""

    error: str
    problems: list[Problem] = []


class Health(Message):
    """Whether the service lives, or can score."""

    status: Literal["alive", "ready"]
    problems: list[str] = []


class ModelInfo(Message):
    name: str
    version: int
    run_id: str
    data_hash: str
    candidate: str
    features: list[str]
    threshold: float = Field(description="probability from which a household is mailed")
