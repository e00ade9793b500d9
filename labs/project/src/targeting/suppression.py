"""The households that objected: never scored, never mailed, by nobody.

The list is ``suppression.csv``: ``household_id,objected_on``. It stands outside ``data/``, so that neither a new
delivery nor a deletion can lose it. A list that is missing or cannot be read stops the batch and the service: an
empty list is a file with a header, not the absence of a file.

Command: ``python -m targeting.suppression HOUSEHOLD [--on 2017-08-01]``.
"""

import argparse
import csv
import datetime
import io
from pathlib import Path

from targeting.files import StageError, run, write_text

LIST = Path("suppression.csv")
HEADER = ["household_id", "objected_on"]


def entries(path: Path = LIST) -> dict[int, str]:
    """Return household → day of its objection.

    Raises:
        StageError: when the list is missing or a line is not ``number,date``; the message names the line.
    """
    try:
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    except (OSError, UnicodeDecodeError) as error:
        raise StageError(
            f"The suppression list {path} cannot be read ({error}). Restore it: nobody is scored without it."
        ) from error
    if not rows or rows[0] != HEADER:
        raise StageError(f"{path}, line 1: expected {','.join(HEADER)}. Restore the list: nobody is scored without it.")
    found = {}
    for number, row in enumerate(rows[1:], start=2):
        try:
            household, day = row
            found[int(household)] = datetime.date.fromisoformat(day.strip()).isoformat()
        except ValueError as error:
            raise StageError(
                f"{path}, line {number}: {','.join(row)!r} is not household,date. Mend the line."
            ) from error
    return found


def households(path: Path = LIST) -> frozenset[int]:
    """Return the households that must not be scored or mailed.

    Raises:
        StageError: as :func:`entries`.
    """
    return frozenset(entries(path))


def add(household_id: int, day: datetime.date, path: Path = LIST) -> None:
    """Put a household on the list; its first objection stays. The list is written atomically, in order of household.

    Raises:
        StageError: when the list cannot be read or written.
    """
    found = entries(path)
    found.setdefault(int(household_id), day.isoformat())
    lines = [",".join(HEADER), *(f"{household},{found[household]}" for household in sorted(found))]
    write_text(path, "\n".join(lines) + "\n")


def main() -> None:
    """Add one household."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("household", type=int)
    parser.add_argument(
        "--on", type=datetime.date.fromisoformat, default=None, help="day of the objection (default: today)"
    )
    arguments = parser.parse_args()
    add(arguments.household, arguments.on or datetime.date.today())
    print(f"Households on the list: {len(households())}.")


if __name__ == "__main__":
    run(main)
