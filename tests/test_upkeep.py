"""The gates of the published site and of its dependencies say what they find: planted findings, read as the programs report them."""

import http.server
import json
import os
import subprocess
import sys
import threading

import pytest

from mldesign import audit, data, tasks
from mldesign.site import links
from tests.book import small_book

ROOT = data.ROOT


def test_a_vulnerability_is_named_and_what_could_not_be_asked_is_counted():
    """Shaped as pip-audit reports; the one entry with a finding is written for this test."""
    report = {
        "dependencies": [
            {"name": "sound", "version": "1.0", "vulns": []},
            {"name": "holed", "version": "2.0", "vulns": [{"id": "X-1", "fix_versions": ["2.1"], "aliases": []}]},
            {"name": "unmended", "version": "3", "vulns": [{"id": "X-2", "fix_versions": [], "aliases": []}]},
            {"name": "elsewhere", "skip_reason": "not found"},
        ]
    }
    found, unasked = audit.vulnerable(report)
    assert found == [("holed", "2.0", "X-1", "2.1"), ("unmended", "3", "X-2", "none yet")] and unasked == ["elsewhere"]


@pytest.mark.parametrize(
    ("packages", "code", "words"),
    [
        ([{"name": "sound", "version": "1.0", "vulns": []}], 0, "1 packages asked about, 0 vulnerabilities"),
        ([{"name": "holed", "version": "2.0", "vulns": [{"id": "X-1", "fix_versions": ["2.1"]}]}], 1, "mended in 2.1"),
        ([{"name": "elsewhere", "skip_reason": "not found"}], 2, "nothing was checked"),
        (None, 2, "known vulnerabilities"),
    ],
)
def test_vulnerabilities_are_red(monkeypatch, capsys, packages, code, words):
    monkeypatch.setattr(audit, "_report", lambda *_: packages and {"dependencies": packages})
    assert audit.vulnerabilities() == code and words in capsys.readouterr().out


@pytest.mark.parametrize(
    ("licence", "permitted"),
    [
        ("MIT License Copyright (c) 2024 Permission is hereby granted", True),
        ("Apache-2.0 OR GPL-2.0-or-later", True),
        ("BSD-3-Clause AND 0BSD AND Zlib", True),
        ("GNU General Public License v3 (GPLv3)", False),
        ("GPL-3.0-only AND MIT", False),
        ("UNKNOWN", False),
        ("Permitted by nobody", False),
    ],
)
def test_a_licence_is_permitted_or_read_by_a_person(monkeypatch, capsys, licence, permitted):
    monkeypatch.setattr(audit, "_report", lambda *_: [{"Name": "something", "License": licence}])
    assert audit.licences() == (0 if permitted else 1)
    assert permitted or "something" in capsys.readouterr().out


def test_who_cannot_be_asked_is_said(monkeypatch, capsys):
    failed = subprocess.CompletedProcess([], 2, stdout="", stderr="a warning\nerror: no route to the index\n")
    monkeypatch.setattr(audit.subprocess, "run", lambda *_, **__: failed)
    assert audit.vulnerabilities() == audit.licences() == 2
    assert "no route to the index" in capsys.readouterr().out


def test_workflows_are_green_and_a_bad_one_is_red(monkeypatch, tmp_path, capsys):
    assert audit.workflows() == 0, capsys.readouterr().out
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    text = "on: pull_request_target\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ github.event.pull_request.title }}\n"
    (tmp_path / ".github" / "workflows" / "bad.yml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(audit, "ROOT", tmp_path)
    assert audit.workflows() == 1
    assert "template-injection" in capsys.readouterr().out


def page(folder, name, body):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"<html><body>{body}</body></html>", encoding="utf-8")
    return path


def test_links_inside(tmp_path):
    page(tmp_path, "part/other.html", '<h1 id="here">There</h1>')
    body = "".join(
        f'<a href="{address}">x</a>'
        for address in ("part/other.html#here", "part/other.html#gone", "missing.html", "#top", "https://example.org")
    )
    found, wrong = links.inside(page(tmp_path, "index.html", body))
    assert found == 4
    assert [message.split(": ")[1] for message in wrong] == [
        "part/other.html#gone leads to no place on that page",
        "missing.html leads to no file",
        "#top leads to no place on that page",
    ]


def test_links_outside_as_sphinx_reports_them(monkeypatch, tmp_path, capsys):
    rows = [
        {"filename": "a.md", "lineno": 3, "status": "working", "uri": "https://one.example", "info": ""},
        {"filename": "a.md", "lineno": 9, "status": "broken", "uri": "https://two.example", "info": "404 Not Found"},
        {"filename": "b.md", "lineno": 1, "status": "broken", "uri": "https://two.example", "info": "404 Not Found"},
        {"filename": "b.md", "lineno": 2, "status": "unchecked", "uri": "mailto:x", "info": ""},
    ]
    page(tmp_path / "_build" / "html", "index.html", "")

    def write(*_, **__):
        folder = tmp_path / "build" / "_build" / links.OUTSIDE
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "output.json").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        return subprocess.CompletedProcess([], 0, stdout="", stderr="")

    monkeypatch.setattr(links.subprocess, "run", write)
    assert links.main(tmp_path, ()) == 1
    said = capsys.readouterr().out
    assert "2 broken, 1 working" in said and said.count("two.example") == 1 and "404 Not Found" in said
    del rows[1:3]
    assert links.main(tmp_path, ()) == 0
    assert links.main(tmp_path / "nothing", ()) == 2


@pytest.mark.matrix
def test_links_outside_are_asked(tmp_path, capsys):
    """Sphinx asks a server of this machine: one address answers, the other does not."""

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/there" else 404)
            self.end_headers()

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_):
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        small_book(tmp_path, f"# Title\n\nOne [is there]({address}/there), one [is not]({address}/gone).\n")
        page(tmp_path / "_build" / "html", "index.html", "")
        assert links.main(tmp_path, ("-P", *tasks.BUILD)) == 1
        server.shutdown()
    said = capsys.readouterr().out
    assert "1 broken, 1 working" in said and f"{address}/gone leads nowhere" in said


def test_a11y_runs_in_packages_of_its_own(monkeypatch):
    """What it finds is seen by `make a11y` in CI; here, that the lock is not touched by what only it needs."""
    commands = []
    monkeypatch.setattr(tasks, "python", lambda *words, **_: commands.append(words) or 0)
    monkeypatch.setattr(tasks, "build", lambda _: 0)
    assert tasks.a11y(["index.html"]) == 0
    assert commands[0][:2] == ("uv", "run") and commands[0][-1] == "index.html"
    lock = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert not [package for package in tasks.A11Y if package.split("==")[0] + "==" in lock]
    assert sys.executable in commands[0] and os.fspath(tasks.SITE) in commands[0]
