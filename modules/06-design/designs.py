"""Four architectures by numbers: what each costs a month for a requirement, and why it does not hold.

Lesson 6.1 shows the numbers in a table and says which are measured and which assumed; ``figures/architecture.js`` does the same
arithmetic for the interactive figure.
"""

import math
from dataclasses import asdict, dataclass, replace

HOURS_A_MONTH = 730
BUSY = 0.6  # share of the time for which instances of the service may be busy (lesson 6.2 says why not more)


@dataclass(frozen=True)
class Requirement:
    """What is asked of the system: data at most ``age`` hours old, ``households`` a campaign, every score made again
    ``updates`` times a day, and ``engineers`` to run it."""

    age: float
    households: int
    updates: int
    engineers: int


@dataclass(frozen=True)
class Design:
    """An architecture.

    Attributes:
        kind: ``batch``, ``service`` or ``stream``.
        care_hours: of work a month. build_hours: once.
        machines: that work at the same time; instances of a service are counted by its load.
        start_minutes: from the order to the first row, each run of a batch.
        unit_seconds: of one machine, for one household's score.
        known_to: households a campaign up to which somebody has seen it work.
    """

    kind: str
    care_hours: float
    build_hours: float
    machines: int
    start_minutes: float
    unit_seconds: float
    known_to: int


@dataclass(frozen=True)
class Prices:
    """Assumptions that all designs share: dollars an hour, months that a design lives, hours that one engineer can give to running."""

    machine_hour: float
    engineer_hour: float
    life_months: float
    care_each: float


def engineers(design: Design, prices: Prices) -> int:
    """Return how many engineers it takes to care for a design."""
    return math.ceil(design.care_hours / prices.care_each)


def minutes(design: Design, households: int) -> float:
    """Return the minutes that one batch run over all households takes."""
    return design.start_minutes + households * design.unit_seconds / design.machines / 60


def runs(design: Design, asked: Requirement) -> int:
    """Return how often a day a batch must run, so that no score rests on data older than ``asked.age``; 0 when it cannot."""
    left = asked.age - minutes(design, asked.households) / 60  # hours between two runs
    return max(asked.updates, math.ceil(24 / left)) if left > 0 else 0


def machine_hours(design: Design, asked: Requirement) -> float:
    """Return hours of machines a month."""
    days = HOURS_A_MONTH / 24
    if design.kind == "batch":
        return days * runs(design, asked) * minutes(design, asked.households) / 60 * design.machines
    busy = asked.households * asked.updates / 86_400 * design.unit_seconds  # machines, on average
    return HOURS_A_MONTH * max(design.machines, math.ceil(busy / BUSY) + 1)


def monthly(design: Design, asked: Requirement, prices: Prices) -> float:
    """Return dollars a month: machines, and people's work to build (spread over its life) and to run."""
    people = design.care_hours + design.build_hours / prices.life_months
    return machine_hours(design, asked) * prices.machine_hour + people * prices.engineer_hour


def problem(design: Design, asked: Requirement, prices: Prices) -> str:
    """Return why a design does not hold, or an empty string."""
    if engineers(design, prices) > asked.engineers:
        return f"needs {engineers(design, prices)} engineers"
    if asked.households > design.known_to:
        return f"nobody has seen it work beyond {design.known_to:,} households"
    if design.kind == "batch":
        often, took = runs(design, asked), minutes(design, asked.households)
        if not often:
            return f"one run takes {took:.1f} minutes"
        if often * took > 24 * 60:
            return f"{often} runs of {took:.0f} minutes do not fit into a day"
    return ""


def lines(
    designs: dict[str, Design], asked: Requirement, prices: Prices, updates: range
) -> dict[str, list[tuple[int, float]]]:
    """Return (updates a day, dollars a month) of each design wherever it holds; the rest of ``asked`` stays."""
    found = {}
    for name, design in designs.items():
        tried = [replace(asked, updates=often) for often in updates]
        found[name] = [
            (each.updates, monthly(design, each, prices)) for each in tried if not problem(design, each, prices)
        ]
    return found


def as_data(designs: dict[str, Design], prices: Prices) -> dict:
    """Return designs and prices as plain values, for the interactive figure."""
    return {
        "designs": {name: asdict(design) for name, design in designs.items()},
        "prices": asdict(prices),
        "busy": BUSY,
    }
