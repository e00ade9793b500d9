"""A fuzzer reads the OpenAPI description and looks for a request that gets a 500 or an answer outside the description.

Optional: `pip install schemathesis`. Seeded, so that a failure comes back.
"""

import pytest

schemathesis = pytest.importorskip("schemathesis", reason="the fuzzer is optional: pip install schemathesis")

from hypothesis import HealthCheck, given, seed, settings  # noqa: E402  (comes with schemathesis)
from schemathesis.checks import CHECKS, load_all_checks  # noqa: E402

load_all_checks()
# Not among them: that every request of the right form is accepted. Ours may name a campaign that does not exist.
CHOSEN = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
    ]
)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["positive", "negative"])
@pytest.mark.parametrize("path", ["/score", "/score/batch", "/score/features", "/health", "/ready", "/model"])
def test_no_request_gets_a_500_or_an_answer_outside_the_description(service, path, mode):
    schema = schemathesis.openapi.from_asgi("/openapi.json", service.app)
    operation = schema[path]["POST" if path.startswith("/score") else "GET"]
    if mode == "negative" and not operation.body:
        pytest.skip("a request without parameters cannot be wrong")

    @seed(20170808)
    @settings(max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=schemathesis.GenerationMode(mode)))
    def fuzz(case):
        case.call_and_validate(checks=CHOSEN)

    fuzz()
