"""How a contract is written down: types of columns, and rules about a column, a row or a whole table."""

from dataclasses import dataclass, field

import pandas as pd
import pyarrow as pa
from pandera.pandas import Check, Column, DataFrameSchema

NUMBER = pd.ArrowDtype(pa.int64())
TEXT = pd.ArrowDtype(pa.string())
MONEY = pd.ArrowDtype(pa.decimal128(12, 2))
DATE = pd.ArrowDtype(pa.date32())
TIME = pd.ArrowDtype(pa.timestamp("us"))


@dataclass(frozen=True)
class Contract:
    """What holds for one table.

    Args:
        query: the frame that is checked, with ``row``, its number in the file.
        rules: schema of the raw columns; a breach stops the run, one about single rows sends them to quarantine.
        why: known peculiarity → why it does no harm; ``known`` has a check of each name.
        known: schema whose breach is only counted; its columns name what its checks read of the raw ones.
    """

    query: str
    rules: DataFrameSchema
    why: dict[str, str] = field(default_factory=dict)
    known: DataFrameSchema = field(default_factory=DataFrameSchema)


def row(condition, reason: str) -> Check:
    """Return a rule about single rows: ``condition(frame)`` is True where a row is fine."""
    return Check(condition, error=reason)


def table(condition, reason: str) -> Check:
    """Return a rule about the whole table: ``condition(frame)`` is one truth value."""
    return Check(lambda frame: bool(condition(frame)), error=reason)


def columns(kind: pd.ArrowDtype, *names: str, nullable: bool = False) -> dict[str, Column]:
    """Return name → column for columns of one type."""
    return {name: Column(kind, nullable=nullable) for name in names}


def amount() -> Column:
    """Return a column of dollars, none below zero."""
    return Column(MONEY, Check(lambda money: money.astype("double[pyarrow]") >= 0, error="money is negative"))


def one_of(*values: str, nullable: bool = False) -> Column:
    """Return a column of text that holds these values only."""
    return Column(TEXT, Check.isin(values, error=f"not one of {', '.join(values)}"), nullable=nullable)
