"""The capacity plan: ``python -m targeting.capacity`` writes ``reports/capacity.md``.

From what was measured (``bench/measured-*.csv``; ``make measure`` does it anew), the held-out value of the champion,
and the block ``capacity`` of params.yaml, where every price and every hour of work is an assumption.
"""

import math
from pathlib import Path

import numpy as np
import pandas as pd

from targeting import params
from targeting.files import StageError, read_json, run, write_text
from targeting.queueing import instances_needed, response, utilisation

BENCH = Path("bench")


# TASK 7.2: from what was measured to what was not
def exponent(points: list[tuple[float, float]]) -> float:
    """Return by which power of the size a figure grows between the two largest sizes measured: 1 is in proportion.

    Args:
        points: size and figure, such as copies and MB, in any order; all positive.
    """
    (smaller, low), (larger, high) = sorted(points)[-2:]
    return math.log(high / low) / math.log(larger / smaller)


def reaches(points: list[tuple[float, float]], limit: float) -> float:
    """Return the size at which the figure reaches ``limit``, when it goes on from the largest size by that power.

    Infinite when it does not grow.
    """
    power, (largest, figure) = exponent(points), max(points)
    return largest * (limit / figure) ** (1 / power) if power > 0 else math.inf


# END TASK 7.2


# TASK 7.5: what it costs, people included
def cost(design: dict, prices: dict, decisions: float) -> dict[str, float]:
    """Return dollars a month for ``machines``, for ``people`` and in ``total``, and dollars ``per_thousand`` decisions.

    Args:
        design: ``machines``, the ``hours`` a month that each of them runs, ``care_hours`` of work a month,
            ``build_hours`` of work once, and ``life_months`` over which these are spread.
        prices: dollars of a ``machine_hour`` and of an ``engineer_hour``.
        decisions: a month.
    """
    machines = design["machines"] * design["hours"] * prices["machine_hour"]
    people = (design["care_hours"] + design["build_hours"] / design["life_months"]) * prices["engineer_hour"]
    total = machines + people
    return {"machines": machines, "people": people, "total": total, "per_thousand": 1000 * total / decisions}


# END TASK 7.5


def measured(name: str) -> pd.DataFrame:
    """Return a table of ``bench``.

    Raises:
        StageError: when it is missing.
    """
    try:
        return pd.read_csv(BENCH / f"measured-{name}.csv")
    except FileNotFoundError as error:
        raise StageError(f"{BENCH}/measured-{name}.csv is missing. Run `make measure`.") from error


def service_times() -> np.ndarray:
    """Return the measured service times in seconds."""
    return measured("times")["milliseconds"].to_numpy() / 1000


def growth(table: pd.DataFrame, engine: str, figure: str) -> list[tuple[float, float]]:
    """Return copies and a figure of one engine as points."""
    rows = table[table["engine"] == engine]
    return list(zip(rows["copies"].tolist(), rows[figure].tolist(), strict=True))


def engines(settings: dict) -> pd.DataFrame:
    """Return for each engine what it took at the largest size measured, and the copies at which its memory ends."""
    table, rows = measured("scale"), []
    for engine, runs in table.groupby("engine"):
        memory, last = growth(table, engine, "peak_mb"), runs.sort_values("copies").iloc[-1]
        took = {"copies": last["copies"], "cpu_seconds": last["cpu_seconds"], "peak_mb": last["peak_mb"]}
        ends = reaches(memory, 1000 * settings["memory_gb"])
        rows.append({"engine": engine, **took, "power": exponent(memory), "ends_at": ends})
    return pd.DataFrame(rows)


def service(settings: dict, times: np.ndarray) -> pd.DataFrame:
    """Return for each growth: ``rate``, ``instances`` with one to spare, ``busy`` and ``p95_ms`` while one is down."""
    rows = []
    for factor in settings["growth"]:
        rate = settings["busiest_rate"] * factor
        count = instances_needed(rate, times, settings["target_p95_ms"] / 1000)
        busy, late = utilisation(rate, times, count - 1), 1000 * response(rate, times, count - 1)
        rows.append({"growth": factor, "rate": rate, "instances": count, "busy": busy, "p95_ms": late})
    return pd.DataFrame(rows)


def costs(settings: dict, times: np.ndarray) -> pd.DataFrame:
    """Return for each growth and design: ``machines`` (how many) and, in dollars, what :func:`cost` returns."""
    instances = service(settings, times).set_index("growth")["instances"]
    rows = []
    for factor in settings["growth"]:
        for name, design in settings["designs"].items():
            count = int(instances[factor]) if design["machines"] == "by rate" else design["machines"]
            full = {**design, "machines": count, "life_months": settings["life_months"]}
            found = cost(full, settings["prices"], settings["decisions_per_month"] * factor)
            rows.append({"growth": factor, "design": name, "count": count, **found})
    return pd.DataFrame(rows)


def value() -> float:
    """Return what the champion earned on held-out campaigns: dollars per 1,000 households, against mailing nobody."""
    decided = read_json(Path("reports/decision.json"), "dvc repro gate")
    name = decided["challenger" if decided["decision"] == "promote" else "champion"]["candidate"]
    return read_json(Path("reports/evaluation.json"), "dvc repro evaluate")[name]["net_value_per_1000"]["estimate"]


def markdown(table: pd.DataFrame, names: dict[str, str], form: dict[str, str]) -> list[str]:
    """Return lines of a Markdown table with these columns and headings, each value in its format."""
    lines = [f"| {' | '.join(names.values())} |", "|---" * len(names) + "|"]
    for row in table.to_dict("records"):
        lines.append(f"| {' | '.join(format(row[name], form.get(name, '')) for name in names)} |")
    return lines


def plan(settings: dict) -> str:
    """Return the plan as Markdown."""
    times, worth = service_times(), value()
    spent = costs(settings, times).assign(pays=lambda rows: np.where(rows["per_thousand"] < worth, "yes", "no"))
    dollars = dict.fromkeys(("machines", "people", "total", "per_thousand"), ",.0f")
    lines = [
        "# Capacity plan",
        "",
        "Times are measured (`bench`); every price and every hour of work is an assumption (`params.yaml`).",
        "",
        "## Features",
        "",
        f"The largest size measured, and where the memory of one machine ends: {settings['memory_gb']} GB.",
        "",
        *markdown(
            engines(settings),
            {"engine": "engine", "copies": "copies", "cpu_seconds": "processor seconds", "peak_mb": "peak memory, MB"}
            | {"power": "memory grows with power", "ends_at": "memory ends at copies"},
            {"cpu_seconds": ".0f", "peak_mb": ",.0f", "power": ".2f", "ends_at": ",.0f"},
        ),
        "",
        "## Service",
        "",
        f"95 % within {settings['target_p95_ms']} ms in the busiest minute, while one instance is down.",
        "",
        *markdown(
            service(settings, times),
            {"growth": "growth", "rate": "requests a second", "instances": "instances"}
            | {"busy": "busy, one down", "p95_ms": "p95, one down, ms"},
            {"busy": ".0%", "p95_ms": ".0f"},
        ),
        "",
        "## Cost",
        "",
        f"Dollars a month. On held-out campaigns the champion earned {worth:,.0f} dollars per 1,000 households.",
        "",
        *markdown(
            spent,
            {"growth": "growth", "design": "design", "count": "machines, number", "machines": "machines"}
            | {"people": "people", "total": "total", "per_thousand": "per 1,000 decisions", "pays": "pays"},
            dollars,
        ),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the plan and print it."""
    text = plan(params.read()["capacity"])
    write_text(Path("reports/capacity.md"), text)
    print(text, end="")


if __name__ == "__main__":
    run(main)
