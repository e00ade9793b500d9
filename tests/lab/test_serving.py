"""A service that a cell starts answers while the block runs, and is gone after it, also after an error."""

import contextlib

import httpx
import pytest
from small_labs import write

from mldesign import lab

TINY = """
import argparse
import http.server

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int)
print("listening", flush=True)
http.server.HTTPServer(("127.0.0.1", parser.parse_args().port), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


@pytest.mark.parametrize("fails", [False, True])
def test_a_service_lives_as_long_as_its_block(one, fails):
    write(one, {"src/targeting/tiny.py": TINY})
    expected = pytest.raises(ZeroDivisionError) if fails else contextlib.nullcontext()
    with expected, lab.serve("targeting.tiny", "/params.yaml") as client:
        address = client.base_url
        assert client.get("/params.yaml").status_code == 200
        assert not fails or 1 / 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(address, trust_env=False)
    assert (one / "build/service.log").read_text(encoding="utf-8").startswith("listening")


def test_a_service_that_ends_at_once_says_why(one):
    write(one, {"src/targeting/tiny.py": "raise SystemExit('tiny: no champion. Run `dvc repro`.')\n"})
    with pytest.raises(RuntimeError, match="no champion"), lab.serve("targeting.tiny"):
        pass
