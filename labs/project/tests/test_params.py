import pytest

from targeting import params


def test_every_assumption_is_possible(settings):
    money, decision = settings["money"], settings["decision"]
    assert money["cost_per_book"] > 0
    assert 0 < money["contribution_margin"] < 1
    assert 0 < decision["mailing_share"] <= 1
    assert decision["non_inferiority_margin"] >= 0


def test_the_parameters_are_found_from_a_folder_below(tmp_path, monkeypatch):
    (tmp_path / "params.yaml").write_text("seed: 1\n", encoding="utf-8")
    (tmp_path / "below").mkdir()
    monkeypatch.delenv("TARGETING_PARAMS", raising=False)
    monkeypatch.chdir(tmp_path / "below")
    assert params.read() == {"seed": 1}


def test_a_broken_file_is_named_with_its_line(tmp_path):
    (tmp_path / "params.yaml").write_text("seed: 1\n  money: 2\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"params\.yaml line 2"):
        params.read(tmp_path / "params.yaml")


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "params.yaml").write_text("", encoding="utf-8")
    with pytest.raises(ValueError, match="no parameters"):
        params.read(tmp_path / "params.yaml")
