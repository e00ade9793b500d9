"""Who is called, and what to look at first: a bug shows as a column that died or a feed that shrank.

An alarm calls somebody, so it needs a question that somebody can answer. What the tills send can be asked for again,
and a list held until it comes. What we did ourselves (other products in the coupons, other mailings) moves with every
campaign: it is noted in the report, and calls nobody. Hints, not verdicts: each says what to check first, and where.
"""

from pathlib import Path

import pandas as pd

from targeting.features import NUMERIC
from targeting.files import StageError, read_json, run

DEAD = 0.9  # share of zeros from which a column that used to have values counts as dead
AFFINITY = ("affinity_spend", "affinity_products")
PAST = ("mailings", "redemptions")
COUPONS = ("coupon_lines",)
PURCHASES = ("spend", "trips", "recent_trips", "discount")
HINTS = {
    AFFINITY: "The coupons cover other products than before: ask marketing how they were chosen.",
    PAST: "Households were mailed more, or less, before: our own past may be the cause.",
    COUPONS: "They use coupons more, or less: count coupon lines a day. A feed stops in a step, customers do not.",
    PURCHASES: "They buy otherwise: another season, or other households were chosen.",
}


def died(names: list[str], reference: pd.DataFrame, current: pd.DataFrame) -> list[str]:
    """Return those of the columns that used to have values and are almost always 0 now.

    Args:
        names: of the columns.
        reference: rows of development of the same type.
        current: the campaign's rows.
    """
    # TASK 5.4: a share of zeros of DEAD or more now, and of less in the reference
    now, before = ((rows[names] == 0).mean() for rows in (current, reference))
    return [name for name in names if now[name] >= DEAD > before[name]]
    # END TASK 5.4


def calling(unusual: list[str], different: list[str], dead: list[str], may_call: list[str]) -> list[str]:
    """Return the unusual columns for which somebody is called; the others are noted.

    Args:
        unusual: names of the columns that lie unusually far from their reference.
        different: names of all columns that differ by more than chance.
        dead: those that :func:`died`; they call, whichever they are.
        may_call: ``monitor.calls`` of params.yaml. Scores are not among them, because features explain them. When
            none does, they call, too.
    """
    if not any(name in NUMERIC for name in different):
        return unusual
    return [name for name in unusual if name in may_call or name in dead]


def drift_hint(unusual: list[str], different: list[str], reference: pd.DataFrame, current: pd.DataFrame) -> str:
    """Return what to look at first when columns lie unusually far from their reference.

    Args:
        unusual: names of the columns for which somebody is called.
        different: names of all columns that differ by more than chance; they explain scores that moved alone.
        reference: rows of development of the same type.
        current: the campaign's rows.
    """
    features = [name for name in unusual if name in NUMERIC] or [name for name in different if name in NUMERIC]
    if dead := died(features, reference, current):
        return f"Bug first: {', '.join(dead)} is almost always 0. Read reports/contracts.md and data/raw/manifest.json."
    if all(current[name].mean() < 0.5 * reference[name].mean() for name in PURCHASES):
        return "Bug first: purchases have halved. Does data/raw hold all days and all stores of the last 84 days?"
    if not features:
        return "Only the scores moved: is the model in use (/model) the champion (`registry list`)?"
    return " ".join(hint for names, hint in HINTS.items() if set(names) & set(features))


def outcome_hint(estimate: float, moved: bool) -> str:
    """Return what to look at first when households redeem otherwise than predicted, compared with development."""
    direction = "more" if estimate > 0 else "less"
    if moved:
        return f"They redeem {direction} than predicted, and their features moved: explain the features first."
    return f"They redeem {direction} than predicted, and their features did not move: look at the offers and the books."


def main() -> None:
    """Print the alarms of the last campaign in ``reports/monitor.json``; exit code 1 when there are any."""
    campaigns = read_json(Path("reports/monitor.json"), "dvc repro monitor")["campaigns"]
    last = max(campaigns, key=lambda number: (campaigns[number]["start"], int(number)))
    alarms = campaigns[last]["alarms"]
    for alarm in alarms:
        print(f"Campaign {last}, {alarm['layer']} ({', '.join(alarm['columns'])}): {alarm['hint']}")
    if alarms:
        raise StageError(f"{len(alarms)} alarms. Read reports/monitor.md.")
    print(f"Campaign {last}: no alarm.")


if __name__ == "__main__":
    run(main)
