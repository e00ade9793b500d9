"""Variants: other assumptions about money for each student, so that two students have different numbers.

A variant is a name, such as a student's number. Its assumptions follow from a hash of the name, and stand in ``params.yaml``
with the name. They are drawn so that what the text of lab 1 says in words still holds: a book for everybody loses
money, the best half earns some, on two of the seven lists, and the rule that marketing would choose loses. Dollars
that the text of the labs names are those of the course's own assumptions.
"""

import hashlib
import re
from pathlib import Path

import yaml

from mldesign.lab import source, states
from mldesign.lab.errors import LabError

FILE = "params.yaml"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")
# What is drawn, in the order of the hash: lowest, step, how many values, decimals.
MONEY = {
    "cost_per_book": (1.20, 0.01, 61, 2),
    "extra_spend_per_redeemer": (34.0, 0.1, 121, 2),
    "contribution_margin": (0.25, 0.01, 11, 2),
}
# Break-even rates between that of campaign 10's chosen half (it loses) and that of the rule by spend (it earns) …
BREAK_EVEN = (0.116, 0.132)
# … and not so near the rate of the whole list of campaign 8 that an experiment would look for a difference of nothing.
NOT_NEAR, DISTANCE = 132 / 1076, 0.002


def money(variant: str) -> dict[str, float]:
    """Return the assumptions about money of a variant, always the same for the same name.

    Raises:
        LabError: when the name is no plain word of at most 64 letters, digits and ``. _ @ + -``.
    """
    if not isinstance(variant, str) or not NAME.fullmatch(variant):
        raise LabError(
            f"{variant!r} cannot name a variant. Use the word that you were given, in quotes: letters, digits and . _ @ + -"
        )
    draw = 0
    while True:
        digest = int.from_bytes(hashlib.sha256(f"{variant}/{draw}".encode()).digest(), "big")
        found = {}
        for key, (lowest, step, count, decimals) in MONEY.items():
            digest, place = divmod(digest, count)
            found[key] = round(lowest + step * place, decimals)
        rate = found["cost_per_book"] / (found["extra_spend_per_redeemer"] * found["contribution_margin"])
        if BREAK_EVEN[0] < rate < BREAK_EVEN[1] and abs(rate - NOT_NEAR) > DISTANCE:
            return found
        draw += 1


def of(params: dict) -> str:
    """Return the name of the variant in the parameters of a workspace; empty when they are the course's own."""
    return str(params.get("variant", "")) if isinstance(params, dict) else ""


def standing(folder: Path) -> str:
    """Return the name of the variant of a workspace; empty when there is none, or its parameters cannot be read."""
    try:
        return of(yaml.safe_load(source.read(folder, FILE)))
    except (OSError, LabError, yaml.YAMLError):
        return ""


def with_variant(text: str, variant: str) -> str:
    """Return the text of ``params.yaml`` with the name and the assumptions of a variant instead of those that stand there."""
    values = money(variant)
    name = f"variant: '{variant}'".ljust(32) + " # whose assumptions about money stand below\n"
    text = re.sub(r"^variant:.*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"^(?=seed:)", name, text, count=1, flags=re.MULTILINE)
    for key, value in values.items():
        text = re.sub(rf"^(  {key}:) *[0-9.]+", rf"\1 {value:.2f}", text, count=1, flags=re.MULTILINE)
    return text


def put(folder: Path, variant: str | None) -> tuple[list[str], list[str]]:
    """Give a workspace the assumptions of a variant, unless its own have been changed already.

    Returns:
        The files that were written, and lines for the student on what stands now.

    Raises:
        LabError: when the name cannot name a variant, or ``params.yaml`` is not UTF-8.
    """
    if variant is None:
        return [], []
    values = money(variant)
    text = source.read(folder, FILE)
    if (present := standing(folder)) == variant:
        return [], []
    given = states.finished(FILE, 1)
    if any(_line(text, key) != _line(given, key) for key in values):
        held = f"those of variant {present}" if present else "assumptions of your own"
        return [], [
            f"params.yaml holds {held}: they stay. For variant {variant}, in a new workspace beside the old one, run "
            f'lab.rebuild(1, variant="{variant}").'
        ]
    (folder / FILE).write_text(with_variant(text, variant), encoding="utf-8", newline="\n")
    cost, extra, margin = values.values()
    return [FILE], [
        f"Variant {variant}: a book costs ${cost:.2f}, a redeemer adds ${extra:.2f} of sales, of which {margin:.2f} stays. Dollars "
        "that the text of a lab names are those of the course's own assumptions; what your cells print is yours."
    ]


def _line(text: str, key: str) -> float | None:
    found = re.search(rf"^  {key}: *([0-9.]+)", text, flags=re.MULTILINE)
    return float(found[1]) if found else None
