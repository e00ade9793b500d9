"""The gate's rules on money: challenger against champion, overall and in each slice, from their held-out rows.

Nothing here reads a file or the registry, so that a rule can be tried on a case small enough to count by hand.
"""

import pandas as pd

from targeting import evaluate


def check(name: str, passed: bool, detail: str) -> dict:
    """Return one line of the decision record."""
    return {"check": name, "passed": bool(passed), "detail": detail}


def dollars(result: dict) -> str:
    """Return a comparison as a person would say it."""
    return f"{result['verdict']}: {result['estimate']:+.0f} ({result['low']:+.0f} to {result['high']:+.0f})"


def money(challenger: pd.DataFrame, champion: pd.DataFrame, settings: dict) -> dict:
    """Check the registered metric against the champion: it must be shown that the loss is within the margin."""
    result = evaluate.compare(challenger, champion, settings)
    unit = f"dollars per 1,000 households on {result['rows']} held-out rows with {result['redeemers']} redeemers"
    return check("money", result["verdict"] in settings["gate"]["accept"], f"{dollars(result)} {unit}")


def by_slice(challenger: pd.DataFrame, champion: pd.DataFrame, settings: dict) -> tuple[bool, dict, dict]:
    """Judge the slices that hold enough redeemers, and name the others.

    Args:
        challenger: its held-out rows.
        champion: those of the champion.
        settings: params.yaml; ``gate.slice_min_redeemers``.

    Returns:
        Whether the slices let the challenger pass: none that was judged is inferior. The comparison of each slice that
        was judged, by its name. The number of redeemers of each slice that was not, because it has fewer than
        ``slice_min_redeemers``.
    """
    # TASK 6.3: which slices can be judged, and may the challenger pass?
    judged, few = {}, {}
    for name, rows in evaluate.slices(challenger).items():
        redeemers = int(rows["redeemed"].sum())
        if redeemers < settings["gate"]["slice_min_redeemers"]:
            few[name] = redeemers
        else:
            judged[name] = evaluate.compare(rows, champion, settings)
    return all(result["verdict"] != "inferior" for result in judged.values()), judged, few
    # END TASK 6.3


def slices(challenger: pd.DataFrame, champion: pd.DataFrame, settings: dict) -> dict:
    """Check that no slice with enough redeemers loses for certain, and say which slices prove nothing."""
    passed, judged, few = by_slice(challenger, champion, settings)
    said = [f"{name} {dollars(result)}" for name, result in judged.items()]
    said += [f"{name} not judged, {redeemers} redeemers" for name, redeemers in few.items()]
    return check("slices", passed, "; ".join(said))
