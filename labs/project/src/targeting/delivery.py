"""How often, how fast and how well changes reach production: four of DORA's measures, from the history of git.

A deployment is a merge into this branch, a failed one a merge that was reverted later (``git revert -m 1``). Whoever
merges without a merge commit, or reverts under another name, is not seen.

Command: ``python -m targeting.delivery``.
"""

import argparse
import json
import re
import subprocess

import pandas as pd

from targeting.files import StageError, run

COLUMNS = {"change": "object", "committed": "object", "deployed": "object", "failed": "bool", "restored": "object"}


def measures(log: pd.DataFrame, since: pd.Timestamp, until: pd.Timestamp) -> dict[str, float | None]:
    """Return the four measures of the deployments from ``since`` on and before ``until``.

    Args:
        log: one row a deployment: ``committed`` (when its change was written) and ``deployed``, both timestamps;
            ``failed``, True or False; ``restored``, a timestamp, or missing when nothing failed or it still fails.
        since: start of the period.
        until: its end, which is not part of it, and the moment at which one asks.

    Returns:
        ``deployments_per_week``; ``lead_time_hours``, the median from committed to deployed; ``failure_share``, of the
        deployments; ``recovery_hours``, the median from deployed to restored of those that failed, where one that
        still fails has failed until now. What nothing was deployed (or nothing failed) for is None.
    """
    # TASK 6.7: four measures of one period
    inside = log[(log["deployed"] >= since) & (log["deployed"] < until)]
    failed = inside[inside["failed"]]
    hour = pd.Timedelta(hours=1)
    lead = (inside["deployed"] - inside["committed"]) / hour
    recovery = (failed["restored"].fillna(until) - failed["deployed"]) / hour
    return {
        "deployments_per_week": len(inside) / ((until - since) / pd.Timedelta(weeks=1)),
        "lead_time_hours": float(lead.median()) if len(inside) else None,
        "failure_share": float(inside["failed"].mean()) if len(inside) else None,
        "recovery_hours": float(recovery.median()) if len(failed) else None,
    }
    # END TASK 6.7


def git(*arguments: str) -> str:
    """Run git here and return what it prints.

    Raises:
        StageError: when git is absent or this is no repository.
    """
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, encoding="utf-8", check=True)
    except FileNotFoundError as error:
        raise StageError("git is not installed. Install it, then again.") from error
    except subprocess.CalledProcessError as error:
        raise StageError(f"git {arguments[0]} fails: {error.stderr.strip()} Run this in the repository.") from error
    return done.stdout


def read() -> pd.DataFrame:
    """Return the deployments of the branch that is checked out, the earliest first; columns as in :func:`measures`.

    Times are moments in UTC. A change was written when the first of its commits was.
    """
    reverted = {}
    for entry in git("log", "--first-parent", "--reverse", "--format=%cI %B%x00").split("\0"):
        moment, _, text = entry.strip().partition(" ")
        for commit in re.findall(r"This reverts commit ([0-9a-f]{40})", text):
            reverted.setdefault(commit, moment)
    rows = []
    for line in git("log", "--first-parent", "--merges", "--reverse", "--format=%H %cI %s").splitlines():
        commit, moment, change = line.split(" ", 2)
        written = git("log", "--reverse", "--format=%aI", f"{commit}^1..{commit}^2").split()
        rows.append([change, written[0] if written else moment, moment, commit in reverted, reverted.get(commit)])
    log = pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
    times = ("committed", "deployed", "restored")
    return log.assign(**{name: pd.to_datetime(log[name], format="ISO8601", utc=True) for name in times})


def main() -> None:
    """Print the four measures of this repository, from its first commit until now."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    first = pd.Timestamp(git("log", "--reverse", "--format=%cI").split()[0]).tz_convert("UTC")
    log, now = read(), pd.Timestamp.now(tz="UTC")
    print(log[["change", "failed"]].to_string(index=False) if len(log) else "Nothing was merged yet.")
    print(json.dumps(measures(log, first, max(now, first + pd.Timedelta(seconds=1))), indent=2))


if __name__ == "__main__":
    run(main)
