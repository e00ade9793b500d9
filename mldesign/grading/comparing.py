"""What only a comparison of submissions shows: assumptions that are another's, the same text, the answer of somebody else."""

import itertools
import math

from mldesign.lab import variants

NEAR = 1e-3  # two numbers that differ by less are one answer


def compare(found: list, kinds: dict[str, str]) -> None:
    """Add flags and remarks to submissions that were judged.

    Args:
        found: :class:`mldesign.grading.marking.Submission`.
        kinds: task → kind.
    """
    for one in found:
        if one.readable:
            _variant(one, kinds)
            if not one.found["record"]:
                one.remarks.append(
                    "The folder .lab was not handed in: no small answers, and no record of the reference."
                )
    for one, other, shared in pairs(found):
        for this, that in ((one, other), (other, one)):
            for row in this.rows:
                if row.task in shared:
                    _flag(row, f"same text as {that.student}")
    _answers(found, kinds)


def _flag(row, text: str) -> None:
    row.flag = "; ".join(filter(None, [row.flag, text]))


def _variant(one, kinds: dict[str, str]) -> None:
    """Say when the workspace does not hold the assumptions of its variant: small answers were judged with what it holds."""
    if not one.variant or one.found["money"] == variants.money(one.variant):
        return
    held = one.found["variant"]
    what = f"names variant {held}" if held and held != one.variant else "has other assumptions about money"
    one.remarks.append(f"params.yaml {what}; the variant by the roster is {one.variant}.")
    for row in one.rows:
        if kinds[row.task] == "number":
            _flag(row, "judged with other assumptions than the variant's")


def pairs(found: list) -> list[tuple]:
    """Return (submission, submission, tasks) where both have the same text, neither stub nor reference; most tasks first."""
    texts = {
        id(one): {
            key: held["essence"]
            for key, held in one.found.get("tasks", {}).items()
            if held["stands"] == "own" and held["essence"]
        }
        for one in found
    }
    alike = []
    for one, other in itertools.combinations(found, 2):
        mine, theirs = texts[id(one)], texts[id(other)]
        if shared := [key for key, text in mine.items() if theirs.get(key) == text]:
            alike.append((one, other, shared))
    return sorted(alike, key=lambda pair: -len(pair[2]))


def _answers(found: list, kinds: dict[str, str]) -> None:
    """Flag a number that is wrong for this student and right for another."""
    numbers = [
        (one, row, one.found["tasks"][row.task]["attempt"])
        for one in found
        if one.readable
        for row in one.rows
        if kinds[row.task] == "number"
    ]
    numbers = [(one, row, given) for one, row, given in numbers if isinstance(given, int | float)]
    for _, row, given in numbers:
        if row.outcome == "not yet":
            same = [
                one.student
                for one, other, value in numbers
                if other.task == row.task and other.outcome == "passed" and math.isclose(given, value, rel_tol=NEAR)
            ]
            if same:
                _flag(row, f"right for {', '.join(same[:3])}, who has other assumptions")
