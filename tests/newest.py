"""For the weekly run: requirements without their pins, and one issue that says what broke.

``python tests/newest.py requirements.txt`` prints the requirements with every ``==`` removed, but for the pins in
:data:`KEPT`. ``python tests/newest.py --report report.txt`` opens the issue, or adds a comment to the open one, through
the ``gh`` command, which hosted runners carry; it needs ``GH_TOKEN`` and ``RUN`` (the address of the run).
"""

import os
import re
import subprocess
import sys
from pathlib import Path

KEPT = {"jupyter-book"}  # 2.x is another program: it drops _config.yml and _toc.yml
TITLE = "The course does not run on the newest dependencies"
BREAKS = re.compile(r"^(FAILED|ERROR)\b.*|.*(ResolutionImpossible|\w*Error:|\berror:).*", re.MULTILINE)


def unpinned(requirements: str) -> str:
    """Return requirements with their pins removed, comments left out."""
    lines = [line.split("#")[0].strip() for line in requirements.splitlines()]
    names = [line for line in lines if line]
    return "\n".join(name if name.split("==")[0] in KEPT else name.split("==")[0] for name in names) + "\n"


def paragraph(report: str, run: str) -> str:
    """Return one paragraph that says what broke, from the end of a run's output."""
    found = list(dict.fromkeys(match.group(0).strip()[:200] for match in BREAKS.finditer(report)))
    what = "; ".join(found[:8]) or (report.strip().splitlines() or ["the run printed nothing"])[-1][:200]
    more = f" ({len(found) - 8} more)" if len(found) > 8 else ""
    return f"On the newest releases this broke: {what}{more}. Run: {run}"


def tell(body: str) -> None:
    """Open the issue, or add to the one that is open."""
    search = [
        "gh",
        "issue",
        "list",
        "--state",
        "open",
        "--search",
        f'in:title "{TITLE}"',
        "--json",
        "number",
        "--jq",
        ".[0].number",
    ]
    number = subprocess.run(search, check=True, capture_output=True, text=True).stdout.strip()
    command = ["gh", "issue", "comment", number] if number else ["gh", "issue", "create", "--title", TITLE]
    subprocess.run([*command, "--body", body], check=True)


if __name__ == "__main__":
    if sys.argv[1] == "--report":
        path = Path(sys.argv[2])
        tell(paragraph(path.read_text(encoding="utf-8") if path.exists() else "", os.environ["RUN"]))
    else:
        print(unpinned(Path(sys.argv[1]).read_text(encoding="utf-8")), end="")
