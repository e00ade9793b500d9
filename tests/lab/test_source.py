"""Texts: taken out of files and put back, whatever an editor or a paste has left in them."""

import pytest

from mldesign.lab import LabError, records, source, tasks

ABOVE = "A = 1{odd}  # a line that str.splitlines takes for two\n\n\n"
OLD = "def double(x):\n    y = x\n    return 9\n"
NEW = "def double(x):\n    return 1\n"


@pytest.mark.parametrize("odd", ["", "\x0c", "\u2028", "\x85", "\x1c"])
def test_a_function_is_replaced_below_a_line_that_only_some_take_for_two(odd):
    above = ABOVE.format(odd=f"  # {odd}")
    assert source.function_in(above + OLD + "\n\nB = 2\n", "double") == OLD
    assert source.with_function(above + OLD + "\n\nB = 2\n", "double", NEW) == above + NEW + "\n\nB = 2\n"
    assert source.with_function(above + OLD, "double", NEW) == above + NEW
    assert source.with_function(above + OLD.rstrip(), "double", NEW) == above + NEW


@pytest.mark.parametrize("odd", ["", "\x0c", "\u2028"])
def test_a_region_keeps_the_lines_around_it(odd):
    text = f"-- {odd}\n-- TASK 3.3\nwhere '{odd}'\n-- END TASK 3.3\n-- {odd}\n"
    assert source.region(text, "3.3") == f"where '{odd}'\n"
    assert source.with_region(text, "3.3", f"where 1{odd}\n") == text.replace(f"where '{odd}'", f"where 1{odd}")


def test_blank_lines_before_the_second_mark_stay():
    """A formatter wants them where the mark stands after a function."""
    text = "# TASK 3.1\ndef half(x):\n    return x / 2\n\n\n# END TASK 3.1\nx = 1\n"
    new = "def half(x):\n    raise NotImplementedError\n"
    assert source.with_region(text, "3.1", new) == text.replace("return x / 2", "raise NotImplementedError")
    assert source.with_region(text, "3.1", "") == "# TASK 3.1\n\n\n# END TASK 3.1\nx = 1\n"


def test_a_comment_ends_where_python_ends_it():
    task = tasks.Task("3.1", "Limit", "file", lambda tree: None, "a.py", stub="return x\n")
    assert source.same(task, "# note\x0creturn 1\nreturn x\n", task.stub)


def test_a_file_with_a_byte_order_mark_is_read_without_it(tmp_path):
    (tmp_path / "a.py").write_text(OLD, encoding="utf-8-sig")
    assert source.read(tmp_path, "a.py") == OLD


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_a_file_that_is_not_utf_8_is_named_with_the_way_out(tmp_path, encoding):
    (tmp_path / "a.py").write_text("# café\n", encoding=encoding)
    with pytest.raises(LabError, match=r"a\.py is not saved as UTF-8.*git checkout -- a\.py"):
        source.read(tmp_path, "a.py")


def test_the_kind_of_line_ends_does_not_change_an_attempt():
    assert records.fingerprint("a\r\nb\r\n") == records.fingerprint("a\nb\n") != records.fingerprint("a\nc\n")


def test_a_new_attempt_never_takes_the_place_of_an_earlier_one(tmp_path):
    for text in ("one\n", "two\n", "three\n"):
        records.keep_attempt(tmp_path, "1.1", ".py", text)
    attempts = tmp_path / ".lab" / "attempts"
    (attempts / "1.1-001.py").unlink()
    (attempts / "1.1-002.py").unlink()
    (attempts / "1.1-mine.py").write_text("a copy of the student's", encoding="utf-8")
    records.keep_attempt(tmp_path, "1.1", ".py", "three\n")
    records.keep_attempt(tmp_path, "1.1", ".py", "four\n")
    kept = {path.name: path.read_bytes() for path in attempts.iterdir() if "mine" not in path.name}
    assert kept == {"1.1-003.py": b"three\n", "1.1-004.py": b"four\n"}
