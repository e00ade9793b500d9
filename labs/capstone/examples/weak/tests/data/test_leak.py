from capstone import features


def test_no_leak():
    assert "arr_delay" not in features.statement().split("select")[-1]
