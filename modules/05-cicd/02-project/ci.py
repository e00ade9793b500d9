"""Everything that CI checks, by one command: ``python ci.py``. Writes ``report.md``; exit code 1 refuses.

A red test or a broken contract ends the run, and what comes after it is reported as not run; the four checks that judge
the model report together, so that an author sees every reason at once. The report is what a reader of the pull request
sees; a workflow appends it to ``$GITHUB_STEP_SUMMARY``, which needs no right to write anything.
"""

import subprocess
import sys
from pathlib import Path

import gate
import pytest

CHECKS = ("tests", "contract", "performance", "slices", "latency", "size")
NEXT = {
    "tests": "Run `python -m pytest -q` and mend the code, not the test.",
    "contract": "Ask the owner of the delivery; use these rows for nothing.",
    "performance": "Show that the loss is within the margin, on the registered households, or withdraw.",
    "slices": "Say who loses and why that is acceptable; the owner of the margin decides.",
    "latency": "Measure where the time goes, then ask who waits.",
    "size": "Ask what the additional bytes buy.",
}


class Counted:
    """A pytest plugin: which tests ran, and which of them failed."""

    def __init__(self):
        self.ran, self.failed = set(), []

    def pytest_runtest_logreport(self, report):
        """Note the outcome of one phase of one test."""
        name = report.nodeid.split("::")[-1]
        self.ran.add(name)
        if report.failed and name not in self.failed:
            self.failed.append(name)


def tests() -> dict:
    """Run every test of this folder and return the first line of the report."""
    counted = Counted()
    code = pytest.main(
        ["-q", "--tb=short", "-p", "no:cacheprovider", "--color=no", "--disable-plugin-autoload", "tests"],
        plugins=[counted],
    )
    detail = f"failed: {', '.join(counted.failed)}" if counted.failed else f"{len(counted.ran)} passed"
    return {"check": "tests", "passed": code == 0, "detail": detail if counted.ran else "no test could be run"}


def report(title: str, lines: list[dict]) -> str:
    """Return the report as Markdown.

    Args:
        title: of the change.
        lines: ``check``, ``passed`` and ``detail`` of each check that ran.
    """
    refused = [line["check"] for line in lines if not line["passed"]]
    ran = {line["check"]: line for line in lines}
    said = [
        f"### {'Refused' if refused else 'May be approved'}: {title}\n",
        "| check | passed | because |",
        "|---|---|---|",
    ]
    for name in CHECKS:
        line = ran.get(name)
        passed = "not run" if line is None else "yes" if line["passed"] else "**no**"
        said.append(f"| {name} | {passed} | {line['detail'] if line else ''} |")
    said.append(
        "\n**Next.** " + (NEXT[refused[0]] if refused else "A person who is not the author approves or refuses.")
    )
    return "\n".join(said) + "\n"


def main() -> None:
    """Check the checkout in this folder and write the report."""
    shown = subprocess.run(
        ["git", "log", "-1", "--format=%s"], capture_output=True, text=True, encoding="utf-8", check=True
    )
    lines = [tests()]
    if lines[0]["passed"]:
        lines += gate.judge(*gate.read())
    text = report(shown.stdout.strip(), lines)
    Path("report.md").write_text(text, encoding="utf-8", newline="\n")
    print(text)
    sys.exit(not all(line["passed"] for line in lines))


if __name__ == "__main__":
    main()
