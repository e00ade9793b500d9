"""dvc.yaml names every module that a stage computes with: a change of one that it left out would run nothing again."""

import ast
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
PLUMBING = {"evaluation", "files", "params", "registry", "suppression", "tracking"}  # they bring, keep and print


def imported(module: str) -> set[str]:
    """Return the modules of this repository that a module imports at its top."""
    names = set()
    for node in ast.parse((ROOT / f"src/targeting/{module}.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module == "targeting":
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module.startswith("targeting."):
            names.add(node.module.removeprefix("targeting."))
    return names - PLUMBING


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_depends_on_every_module_that_it_computes_with(name):
    waiting, used = re.findall(r"targeting\.(\w+)", str(STAGES[name]["cmd"])), set()
    while waiting:
        module = waiting.pop()
        waiting += imported(module) - used
        used.add(module)
    left_out = used - {Path(path).stem for path in STAGES[name]["deps"] if path.endswith(".py")}
    assert not left_out, f"a change of {', '.join(sorted(left_out))} would not run {name} again"


@pytest.mark.parametrize("name", STAGES)
def test_every_module_that_a_stage_depends_on_is_there(name):
    assert all((ROOT / path).is_file() for path in STAGES[name]["deps"] if path.endswith(".py"))
