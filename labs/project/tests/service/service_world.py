"""A small world for the service's tests: models of made-up rows, two campaigns, a registry that a test can change."""

import duckdb
import numpy as np
import pandas as pd

from targeting import candidates, features
from targeting.files import StageError
from targeting.registry import Registered

OBJECTED = 7
LINE = {
    "basket_id": 1,
    "product_id": 100,
    "sales_value": 2.5,
    "coupon_disc": 0.5,
    "purchased_at": "2017-08-01T18:30:00Z",
}
READY = {"household_id": 5, "campaign_id": 13, "campaign_type": "Type A"} | dict.fromkeys(features.NUMERIC, 1)


def fitted(sign: int) -> object:
    """A logistic regression on made-up rows that likes coupon users, or (sign −1) dislikes them."""
    generator = np.random.default_rng(1)
    frame = pd.DataFrame({name: generator.integers(0, 20, 400) for name in features.NUMERIC}).assign(
        campaign_type="Type A"
    )
    return candidates.logistic(list(features.FEATURES), 1.0).fit(
        candidates.inputs(frame), (sign * (frame["coupon_lines"] - 9.5) > 0).astype(int)
    )


class World:
    """A registry, a folder of tables and a list of objections that a test can change while the service runs."""

    def __init__(self, folder, models):
        self.version, self.objected, self.models, self.clean = 1, frozenset({OBJECTED}), models, folder
        self.describe("(8, 'Type A', date '2017-05-08'), (13, 'Type A', date '2017-08-08')")
        self.write("coupons", "campaign_id, product_id", "(13, 100), (13, 100), (13, 101), (8, 102)")

    def describe(self, rows):
        self.write("campaign_descriptions", "campaign_id, campaign_type, start_date", rows)

    def write(self, table, names, rows):
        path = (self.clean / f"{table}.parquet").as_posix()
        with duckdb.connect() as connection:
            connection.execute(f"copy (select * from (values {rows}) as t({names})) to '{path}'")

    def load(self, version):
        if version not in self.models:
            raise StageError(f"Version {version} is refused: its file is not the one that was registered.")
        return Registered(version, f"run-{version}", "logistic", "hash", 0.5, "fingerprint", self.models[version])

    def suppressed(self):
        if self.objected is None:
            raise StageError("The suppression list cannot be read.")
        return self.objected


def ask(service, path="/score", **changes):
    body = {"household_id": 5, "campaign_id": 13, "purchases": [LINE]} if path == "/score" else dict(READY)
    return service.post(path, json=body | changes)
