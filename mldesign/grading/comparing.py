"""What only a comparison of submissions shows: assumptions that are another's, the same text, the answer of somebody else."""

import math
from collections import defaultdict

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
    for students, shared in alike(found):
        for one in students:
            others = [other.student for other in students if other is not one]
            more = f" and {len(others) - 3} more" if len(others) > 3 else ""
            for row in one.rows:
                if row.task in shared:
                    _flag(row, f"same text as {', '.join(others[:3])}{more}")
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


def alike(found: list) -> list[tuple[list, list[str]]]:
    """Return groups of submissions with the same text, neither stub nor reference, and the tasks; most tasks first."""
    texts = defaultdict(list)
    for one in found:
        for key, held in one.found.get("tasks", {}).items():
            if held["stands"] == "own" and held["essence"]:
                texts[key, held["essence"]].append(one)
    groups = defaultdict(list)
    for (key, _), students in texts.items():
        if len(students) > 1:
            groups[tuple(map(id, students))].append((key, students))
    merged = [(shared[0][1], [key for key, _ in shared]) for shared in groups.values()]
    return sorted(merged, key=lambda group: -len(group[1]))


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
