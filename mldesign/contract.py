"""Rules of a data contract as pandera checks, and one answer to "what breaks?" for rows and for whole tables."""

from collections.abc import Callable

import pandas as pd
import pandera.pandas as pandera
from pandera.errors import SchemaErrors

WORDS = {
    "multiple_fields_uniqueness": "a key twice",
    "column_in_dataframe": "a column is missing",
    "not_nullable": "a field is empty",
}


def rule(name: str, condition: Callable) -> pandera.Check:
    """Return a check with this name; its condition gives True or False for each row, or once for the whole table."""
    return pandera.Check(condition, error=name)


def broken(schema: pandera.DataFrameSchema, frame: pd.DataFrame) -> pd.DataFrame:
    """Return what breaks a schema, one line for each rule and row.

    Args:
        schema: columns and rules.
        frame: the table to check; it is neither copied nor changed, unless the schema coerces types.

    Returns:
        ``check``, the name of the rule, and ``index``, the row that breaks it (empty: the whole table does).
    """
    try:
        schema.validate(frame, lazy=True, inplace=True)
    except SchemaErrors as errors:
        return errors.failure_cases[["check", "index"]].drop_duplicates().replace({"check": WORDS})
    return pd.DataFrame(columns=["check", "index"])
