"""A lab starts with what the pipeline of earlier labs makes: run once a machine, copied, and run again where it is out of date."""

import pytest
from small_labs import git, write

from mldesign import lab
from mldesign.lab import prepared

STAGE = "python -c \"open('log.txt', 'a').write('run '); open('size.txt', 'w').write(open('params.yaml').read())\""
DVC = f"""stages:
  # --- lab 2
  size:
    cmd: {STAGE}
    deps:
      - params.yaml
    outs:
      - size.txt:
          cache: false
  # --- end lab 2

  # --- lab 3
  later:
    cmd: python -c "raise SystemExit('not of an earlier lab')"
    outs:
      - later.txt
  # --- end lab 3
"""
STATES = """
grows = ["params.yaml", "dvc.yaml"]
[lab1]
files = [".gitignore", "params.yaml", "docs/*.md", "src/targeting/__init__.py", "src/targeting/one.py"]
[lab2]
files = ["src/targeting/two.py", "weeks.yaml", "dvc.yaml", ".dvc/*"]
[lab3]
files = ["src/targeting/three.py", "rules.sql"]
"""


@pytest.fixture
def piped(labs, monkeypatch):
    """The course of three small labs, in which lab 2 brings a pipeline that notes in ``log.txt`` how often it ran."""
    write(
        labs,
        {
            "states.toml": STATES,
            "project/dvc.yaml": DVC,
            "project/.dvc/config": "[core]\n    autostage = true\n",
            "project/.dvc/.gitignore": "/config.local\n/tmp\n/cache\n",
        },
    )
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(labs.parent / "dvc-site"))
    return labs


def runs(folder) -> int:
    return (folder / "log.txt").read_text(encoding="utf-8").count("run ")


def test_a_new_workspace_has_the_results_of_the_skipped_labs_and_the_next_one_is_a_copy(piped, capsys):
    lab.start(3)
    first = piped / "workspace"
    assert (first / "size.txt").read_text(encoding="utf-8").startswith("# all")
    assert git(first, "status", "--porcelain") == "?? log.txt\n"
    assert "size.txt" in git(first, "show", "--name-only", "--format=%s", "HEAD~1")
    printed = capsys.readouterr().out
    lab.rebuild(3)
    assert runs(piped / "workspace") == 1  # copied with the results: nothing ran a second time
    assert "was run" not in printed + capsys.readouterr().out
    assert len(list((piped.parent / ".cache" / "labs").glob("after-lab2-*"))) == 1


def test_a_state_is_made_without_the_store_that_this_process_was_pointed_to(piped, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///elsewhere.db")
    told = STAGE.replace("open('params.yaml').read()", "str(__import__('os').environ.get('MLFLOW_TRACKING_URI'))")
    (piped / "project" / "dvc.yaml").write_text(DVC.replace(STAGE, told), encoding="utf-8")
    assert (prepared._made(2) / "size.txt").read_text(encoding="utf-8") == "None"


def test_what_a_state_is_made_from_decides_whether_it_is_made_anew(piped):
    before = prepared._made(2)
    (piped / "project" / "src" / "targeting" / "two.py").write_text("x = 1\n", encoding="utf-8")
    after = prepared._made(2)
    assert before != after and not before.exists()
    (piped / "project" / "rules.sql").write_text("select 1\n", encoding="utf-8")  # of a later lab
    assert prepared._made(2) == after


def test_an_existing_workspace_runs_what_is_out_of_date_and_nothing_of_this_lab(piped, capsys):
    lab.start(2)
    assert not (piped / "workspace" / "size.txt").exists()
    capsys.readouterr()
    lab.start(3)
    assert "pipeline of the earlier labs was run" in capsys.readouterr().out
    lab.start(3)
    assert "was run" not in capsys.readouterr().out
    assert runs(piped / "workspace") == 1
    parameters = piped / "workspace" / "params.yaml"
    parameters.write_text(parameters.read_text(encoding="utf-8").replace("8", "9"), encoding="utf-8")
    lab.start(3)
    assert runs(piped / "workspace") == 2
    assert " M params.yaml\n" in git(piped / "workspace", "status", "--porcelain")  # the student's to commit


def test_a_pipeline_that_fails_is_named_and_the_lab_opens(piped, capsys):
    lab.start(2)
    (piped / "workspace" / "dvc.yaml").write_text(DVC.replace(STAGE, "python -c 1/0"), encoding="utf-8")
    lab.start(3)
    printed = capsys.readouterr().out
    assert "does not run in your workspace" in printed
    assert "ready" in printed


def test_a_new_workspace_opens_where_the_pipeline_fails_on_this_machine(piped, capsys):
    (piped / "project" / "dvc.yaml").write_text(DVC.replace(STAGE, "python -c 1/0"), encoding="utf-8")
    lab.start(3)
    printed = capsys.readouterr().out
    assert "does not run on this machine" in printed
    assert (piped / "workspace" / "rules.sql").is_file()
    assert [path.suffix for path in (piped.parent / ".cache" / "labs").iterdir()] == [".lock"]


def test_a_course_that_was_moved_makes_its_states_anew_because_their_addresses_are_absolute(piped, monkeypatch):
    here = prepared._key(2)
    assert prepared._key(2) == here
    monkeypatch.setattr(prepared.tasks, "LABS", piped.parent / "elsewhere" / "labs")
    monkeypatch.setattr(prepared.states, "after", lambda number: {})
    elsewhere = prepared._key(2)
    monkeypatch.setattr(prepared.tasks, "LABS", piped)
    assert prepared._key(2) != elsewhere
