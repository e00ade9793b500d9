"""Make the lists of several campaigns again: ``python -m targeting.backfill 13 14 15``.

Run it as often as you like, also after it was killed half-way: the same champion, data and objections give the same
bytes. A failure that may pass is tried again. One that will not is reported, and the other campaigns go on; the exit
code is 1 then.
"""

import argparse
import contextlib
import io
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from targeting import score
from targeting.files import StageError, sha256
from targeting.retrying import TRANSIENT, retry

ATTEMPTS, FIRST_WAIT = 4, 1.0


def one(campaign_id: int, words: Sequence[str] = (), sleep: Callable[[float], None] = time.sleep) -> str:
    """Make the list of one campaign and say what became of it: ``new``, ``same``, ``changed``, or ``failed: why``."""
    target = Path("data/scores") / f"campaign-{campaign_id}.parquet"
    before = sha256(target) if target.is_file() else None
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # the summary stands in campaign-….json
            retry(lambda: score.main(["--campaign", str(campaign_id), *words]), ATTEMPTS, FIRST_WAIT, sleep)
    except (StageError, *TRANSIENT) as error:
        return f"failed: {error}"
    if before is None:
        return "new"
    return "same" if sha256(target) == before else "changed"


def main() -> None:
    """Make the lists of the campaigns named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("campaigns", type=int, nargs="+")
    parser.add_argument("--again", action="store_true", help="replace lists that another model or other data made")
    arguments = parser.parse_args()
    words, failed = ["--again"] * arguments.again, 0
    for campaign_id in arguments.campaigns:
        outcome = one(campaign_id, words)
        failed += outcome.startswith("failed")
        print(f"campaign {campaign_id}: {outcome}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
