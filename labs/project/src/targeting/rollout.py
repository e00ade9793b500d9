"""Before a new version answers everybody: what would change (shadow), and when a canary is stopped.

A shadow asks both versions about the same households and lets one answer. A canary lets the new version answer a few,
drawn by lot; its rule is registered in ``params.yaml``, block ``canary``, before it starts.
"""

import math

import pandas as pd

from targeting.registry import Registered

WAIT, STOP, GO_ON = "wait", "stop", "go on"


def shadow(rows: pd.DataFrame, champion: Registered, challenger: Registered) -> pd.DataFrame:
    """Return ``household_id``, ``champion``, ``challenger``: whom each version mails, each by its own threshold.

    Args:
        rows: ``household_id`` and the features that both are asked with.
        champion: the version that answers.
        challenger: the version that is only asked.
    """
    asked = {"champion": champion, "challenger": challenger}
    return pd.DataFrame(
        {"household_id": rows["household_id"]}
        | {name: model.predict(rows) >= model.threshold for name, model in asked.items()}
    )


def verdict(rest: dict[str, int], canary: dict[str, int], limit: float, least: int) -> str:
    """Return what to do after the registered look: :data:`WAIT`, :data:`STOP` or :data:`GO_ON`.

    Args:
        rest: what the present version did: ``requests``, and of them ``failed`` and ``mail``.
        canary: the same of the new version.
        limit: standard errors. A difference of a share beyond it, in either direction, stops the canary.
        least: requests that each group needs before anything is said.
    """
    # TASK 4.6: enough requests? then compare both shares, in standard errors
    if min(rest["requests"], canary["requests"]) < least:
        return WAIT
    for name in ("failed", "mail"):
        difference = canary[name] / canary["requests"] - rest[name] / rest["requests"]
        share = (canary[name] + rest[name]) / (canary["requests"] + rest["requests"])
        error = math.sqrt(share * (1 - share) * (1 / canary["requests"] + 1 / rest["requests"]))
        if abs(difference) > limit * error:
            return STOP
    return GO_ON
    # END TASK 4.6
