"""mldesign.contract: every broken rule is named, with its row, or with none when the table as a whole breaks it."""

import pandas as pd
import pandera.pandas as pandera

from mldesign.contract import broken, rule

GOOD = pd.DataFrame({"key": [1, 2, 3], "money": [1.0, 0.0, 5.0]})
COLUMNS = {"key": pandera.Column("int64"), "money": pandera.Column("float64", rule("negative", lambda m: m >= 0))}
MANY = rule("fewer than 3 rows", lambda frame: len(frame) >= 3)
SCHEMA = pandera.DataFrameSchema(COLUMNS, checks=[MANY], unique=["key"])


def found(frame):
    return [tuple(line) for line in broken(SCHEMA, frame).itertuples(index=False)]


def test_a_good_table_breaks_nothing_and_is_not_changed():
    before = GOOD.copy()
    assert found(GOOD) == []
    pd.testing.assert_frame_equal(GOOD, before)


def test_a_bad_row_is_named_by_its_index():
    assert found(GOOD.assign(money=[1.0, -2.0, 5.0])) == [("negative", 1)]


def test_a_key_twice_names_each_row_once():
    assert found(GOOD.assign(key=[1, 1, 3])) == [("a key twice", 0), ("a key twice", 1)]


def test_a_key_of_two_columns_that_occurs_twice_names_each_row_once():
    frame = pd.DataFrame({"week": [1, 1, 2], "store": [5, 5, 5]})
    two = pandera.DataFrameSchema({}, unique=["week", "store"])
    assert broken(two, frame).to_numpy().tolist() == [["a key twice", 0], ["a key twice", 1]]


def test_a_missing_column_and_an_empty_field_have_words():
    assert [check for check, _ in found(GOOD.drop(columns="key"))] == ["a column is missing"]
    assert [check for check, _ in found(GOOD.assign(money=[1.0, None, 5.0]))] == ["a field is empty"]


def test_a_rule_about_the_table_has_no_row():
    ((check, row),) = found(GOOD.head(2))
    assert check == "fewer than 3 rows"
    assert pd.isna(row)
