"""The texts of a course of three small labs, and what tests do with files and git as a student does."""

import os
import subprocess
from pathlib import Path

CHECKS = {
    1: """
from mldesign.lab.tasks import Task

def doubled(double):
    got = double(3)
    if got == 9:
        return "That is the square."
    return None if got == 6 else f"double(3) gives {got!r}."

def half(answer, params):
    return None if float(answer) == params["size"] / 2 else "Halve the size in params.yaml."

TASKS = [
    Task("1.1", "Double", "function", doubled, "src/targeting/one.py", "double",
         "def double(x):\\n    \\"\\"\\"Return twice x.\\"\\"\\"\\n    raise NotImplementedError(\\"Task 1.1\\")\\n"),
    Task("1.2", "Half", "number", half, reference=lambda params: params["size"] / 2),
    Task("1.3", "Pick", "choice", lambda answer, params: None if answer == "b" else "Think of the other.",
         reference=lambda params: "b", choices=("a", "b", "c")),
]
""",
    2: """
from mldesign.lab.tasks import Task

def tripled(triple):
    return None if triple(2) == 6 else "triple(2) should be 6."

def listed(tree):
    text = (tree / "weeks.yaml").read_text(encoding="utf-8")
    return None if "  weeks:\\n    - 1\\n    - 2\\n" in text else f"It reads {text!r}."

TASKS = [
    Task("2.1", "Triple", "function", tripled, "src/targeting/two.py", "triple",
         "def triple(x):\\n    raise NotImplementedError(\\"Task 2.1\\")\\n"),
    Task("2.2", "Weeks", "lines", listed, "weeks.yaml", "weeks", "# Which weeks?\\nweeks: []\\n"),
]
""",
    3: """
from mldesign.lab.tasks import Task

def limited(tree):
    from targeting.three import limit
    return None if limit(7) == 5 else f"limit(7) gives {limit(7)}."

def floored(tree):
    from targeting.three import floor
    return None if floor(-2) == 0 else f"floor(-2) gives {floor(-2)}."

def where(tree):
    text = (tree / "rules.sql").read_text(encoding="utf-8")
    return None if "week < 13" in text else "The rule must look at weeks before 13 only."

TASKS = [
    Task("3.1", "Limit", "file", limited, "src/targeting/three.py", stub="    return x\\n"),
    Task("3.2", "Floor", "file", floored, "src/targeting/three.py", stub="    return x\\n"),
    Task("3.3", "Weeks", "file", where, "rules.sql", stub="where true\\n"),
]
""",
}
PROJECT = {
    "params.yaml": "# all\n# --- lab 1\nsize: 8\n# --- end lab 1\n\n# --- lab 3\nheight: 2\n# --- end lab 3\n",
    ".gitignore": "__pycache__/\n.lab/\n",
    "docs/charter.md": "# Charter\nSigned.\n",
    "src/targeting/__init__.py": "",
    "src/targeting/one.py": 'SCALE = 2\n\n\ndef double(x):\n    """Return twice x."""\n    return SCALE * x\n',
    "src/targeting/two.py": "from targeting.one import double\n\n\ndef triple(x):\n    return double(x) + x\n",
    "src/targeting/three.py": (
        "def limit(x):\n    # TASK 3.1: no more than five\n    return min(x, 5)\n    # END TASK 3.1\n\n\n"
        "def floor(x):\n    # TASK 3.2\n    return max(x, 0)\n    # END TASK 3.2\n"
    ),
    "weeks.yaml": "plan:\n  # TASK 2.2\n  weeks:\n    - 1\n    - 2\n  # END TASK 2.2\n",
    "rules.sql": "select *\nfrom weeks\n-- TASK 3.3\nwhere week < 13\n-- END TASK 3.3\norder by week\n",
}
STATES = """
grows = ["params.yaml"]
[lab1]
files = [".gitignore", "params.yaml", "docs/*.md", "src/targeting/__init__.py", "src/targeting/one.py"]
[lab2]
files = ["src/targeting/two.py", "weeks.yaml"]
[lab3]
files = ["src/targeting/three.py", "rules.sql"]
"""


def write(folder: Path, files: dict) -> None:
    """Write files, path → text, with the folders that they need."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def git(folder: Path, *arguments: str) -> str:
    """Run git the way a student does in a terminal."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    run = subprocess.run(["git", *arguments], cwd=folder, env=kept, capture_output=True, text=True, check=True)
    return run.stdout
