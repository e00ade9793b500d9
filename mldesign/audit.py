"""Three questions about what the course is built on: known vulnerabilities, licences, and what its workflows allow.

``make audit`` prints a table for each and is red when one finds something. The two programs that only this task needs are
not in the lock: uv fetches them, pinned here, so it needs the network.
"""

import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VULNERABILITIES = ("pip-audit==2.10.1", "pip-audit", "-r", "constraints.txt", "--no-deps", "--disable-pip")
LICENCES = ("pip-licenses==5.5.5", "pip-licenses", f"--python={sys.executable}", "--from=mixed")
WORKFLOWS = (".github/workflows", "labs/project/.github/workflows", "labs/capstone/starter/.github/workflows")
# Licences that let a student use, change and pass on; some packages write the whole text where the name belongs.
PERMITTED = re.compile(
    r"\b(0?BSD|MIT|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|CC0|Zope|Zlib|CNRI|TCL|Unlicense|Public Domain)\b"
)
# Packages whose entry does not say it, or says more: read in their own licence files. The course uses them, and passes none on.
READ = {
    "asyncssh": "EPL-2.0, chosen of two",
    "docutils": "public domain and BSD; one tool of it under the GPL, not used",
    "grandalf": "EPL-1.0, chosen of two; draws DVC's graph",
    "huey": "MIT",
    "mldesign": "the course itself: MIT",
    "pygit2": "GPL-2.0 with the exception that lets any program link it; DVC calls it",
    "skops": "MIT",
    "text2qti": "BSD-3-Clause",
}


def vulnerable(report: dict) -> tuple[list[tuple[str, str, str, str]], list[str]]:
    """Read pip-audit's report.

    Returns:
        package, version, name of the vulnerability and the releases that mend it, for each one known; and the packages that
        could not be asked about.
    """
    packages = report["dependencies"]
    found = [
        (package["name"], package["version"], entry["id"], ", ".join(entry["fix_versions"]) or "none yet")
        for package in packages
        for entry in package.get("vulns", [])
    ]
    return sorted(found), sorted(package["name"] for package in packages if "skip_reason" in package)


def families(packages: list[dict]) -> tuple[dict[str, list[str]], list[tuple[str, str]]]:
    """Read pip-licenses' list.

    Returns:
        licence → packages, as far as permitted; and package and licence where a person has to read first.
    """
    fine, unread = defaultdict(list), []
    for package in packages:
        name, licence = package["Name"], " ".join(package["License"].split())
        if name.lower() in READ:
            fine[READ[name.lower()]].append(name)
        elif (known := PERMITTED.findall(licence)) and ("GPL" not in licence or " OR " in licence):
            fine[" and ".join(sorted(set(known)))].append(name)
        else:
            unread.append((name, licence[:80]))
    return dict(sorted(fine.items(), key=lambda entry: -len(entry[1]))), unread


def vulnerabilities() -> int:
    """Print what is known against the lock; return 1 when something is, 2 when nobody could be asked."""
    print("\n=== known vulnerabilities of constraints.txt", flush=True)
    report = _report(VULNERABILITIES, "--progress-spinner=off", "--format=json")
    if report is None:
        return 2
    found, unasked = vulnerable(report)
    for row in found:
        print("{:<24}{:<12}{:<22}mended in {}".format(*row))
    asked = len(report["dependencies"]) - len(unasked)
    print(f"{asked} packages asked about, {len(found)} vulnerabilities known, {len(unasked)} not to be asked about.")
    if not asked:
        print("The package index does not answer questions about vulnerabilities here: nothing was checked.")
        return 2
    return int(bool(found))


def licences() -> int:
    """Print the licences of all that is installed; return 1 when one is not known to be permitted."""
    print("\n=== licences of what is installed", flush=True)
    packages = _report(LICENCES, "--format=json")
    if packages is None:
        return 2
    fine, unread = families(packages)
    for licence, names in fine.items():
        print(f"{len(names):4d}  {licence[:60]:<62}{', '.join(names[:4])}{' …' if len(names) > 4 else ''}")
    for name, licence in unread:
        print(f"{name}: {licence!r} is not on the list. Read its licence, then enter it in mldesign/audit.py.")
    return int(bool(unread))


def workflows() -> int:
    """Let zizmor read every workflow; return 1 when it finds something."""
    print("\n=== workflows: permissions, pins, what a stranger's text can reach", flush=True)
    program = Path(sys.executable).with_name("zizmor.exe" if sys.platform == "win32" else "zizmor")
    there = [place for place in WORKFLOWS if (ROOT / place).is_dir()]
    run = subprocess.run(
        [str(program), "--offline", "--no-progress", "--quiet", "--format=plain", *there],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    files = sum(len(list((ROOT / place).glob("*.yml"))) for place in there)
    print(run.stdout.strip() or run.stderr.strip())
    print(f"{files} workflows read: {'red' if run.returncode else 'green'}.")
    return int(bool(run.returncode))


def _report(program: tuple[str, ...], *options: str):
    """Run a pinned program through uv and return the JSON it prints, or None after saying what went wrong."""
    package, *command = program
    run = subprocess.run(
        [sys.executable, "-m", "uv", "tool", "run", "--quiet", "--from", package, *command, *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    try:
        return json.loads(run.stdout)
    except json.JSONDecodeError:
        last = (run.stderr.strip().splitlines() or ["it printed nothing"])[-1]
        print(
            f"{package} did not answer: {last}\nIt is fetched by uv and asks the package index: connect, and run again."
        )
        return None


def main(_arguments: list[str]) -> int:
    """Answer all three, also when one is red; return the worst exit code."""
    return max([vulnerabilities(), licences(), workflows()])
