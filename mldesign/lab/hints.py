"""What the checks of every lab share: helpers that return a hint about one kind of error, and None when there is none.

A check reads top to bottom as a list of such hints: ``return hints.number(got, call) or hints.trap(got, TRAPS) or …``.
Nothing heavy is imported here, because every verb loads the checks of all labs.
"""

import math
import re
from collections.abc import Callable, Iterable


def close(got: float, wanted: float, share: float = 1e-6) -> bool:
    """Say whether two numbers are equal but for rounding, by default to a millionth of their size."""
    return math.isclose(got, wanted, rel_tol=share, abs_tol=1e-9)


def returned(got, kind: type | tuple[type, ...], call: str) -> str | None:
    """Return a hint when a result is nothing, or of another type than the one that is needed.

    Args:
        got: what the student's function returned.
        kind: the type that is needed, or several that will do, of which the hint names the first.
        call: the call as the hint shall name it, such as ``"net_value(100, 20)"``.
    """
    if got is None:
        return f"{call} returns nothing. Does your function end in `return`?"
    if not isinstance(got, kind):
        wanted = kind[0] if isinstance(kind, tuple) else kind
        return f"{call} returns a {type(got).__name__}; a {wanted.__name__} is needed."
    return None


def number(got, call: str) -> str | None:
    """Return a hint when a result is no finite number."""
    if got is None:
        return f"{call} returns nothing. Does your function end in `return`?"
    if isinstance(got, bool | str) or not hasattr(got, "__float__") or not math.isfinite(float(got)):
        return f"{call} returns {got!r}; a single number is needed."
    return None


def trap(got: float, traps: Iterable[tuple[float, str]], same: Callable[[float, float], bool] = close) -> str | None:
    """Return the hint of the first mistake whose result this is: each trap is the result it gives, and its hint."""
    return next((hint for value, hint in traps if same(got, value)), None)


def missing(found: Iterable[str], wanted: Iterable[str], what: str) -> str | None:
    """Return a hint that lists the columns (or keys) that a result lacks; ``what`` names the result."""
    found = set(found)
    absent = [name for name in wanted if name not in found]
    return f"{what} lacks {', '.join(absent)}." if absent else None


def raises(call: Callable[[], object], what: str, kind: type[Exception] = ValueError) -> str | None:
    """Return a hint when a call that must be refused is accepted, or refused without a word.

    An exception of another kind passes through: it is a mistake of its own, and the machinery explains it.

    Args:
        call: calls the student's function with arguments that it must refuse.
        what: what is wrong with these arguments, as the beginning of a sentence: ``"3 redeemers among 2 books are impossible"``.
        kind: the exception that the task asks for.
    """
    try:
        call()
    except kind as error:
        if str(error).strip():
            return None
        return (
            f"{what}, and your {kind.__name__} carries no message: whoever meets it at night learns nothing. Say what was wrong, "
            "with the values."
        )
    return f"{what}, and your function accepts it in silence. Raise a {kind.__name__} that says so."


def failing_test(
    answer: str, wanted: str | tuple[str, ...], own: dict[str, str] | None = None, where: tuple[str, ...] = ()
) -> str | None:
    """Return a hint when an answer does not name the test that a planted fault makes fail; what pytest prints around it does not count.

    Args:
        answer: what the student has read in the terminal.
        wanted: the name of the test, or several of which each is right.
        own: names that students also give → the hint that each needs.
        where: patterns of names of the code in which the fault stands, such as ``history`` or ``.*\\.sql``.
    """
    line = answer.strip().removeprefix("FAILED ").split(" - ")[0]
    name = line.split("::")[-1].split("[")[0].strip().removesuffix("()")
    if name in ((wanted,) if isinstance(wanted, str) else wanted):
        return None
    if own and name in own:
        return own[name]
    if any(re.fullmatch(pattern, name) for pattern in where):
        return "That is where the fault is. The question is which test saw it: the line that starts with FAILED."
    if name.endswith(".py") or "/" in name:
        return (
            "That is the file. Name the test function in it, the part after `::` in the line that starts with FAILED."
        )
    if name.startswith("test_"):
        return (
            "This test passes, or there is none of that name. Run the command again and read the line that starts with "
            "FAILED, at the end."
        )
    return "Copy the name from the line that starts with FAILED: the word after `::`, which begins with test_."
