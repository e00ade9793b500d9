"""No request, however malformed, gets a 500: wrong fields are named, limits hold, every error has one form."""

import asyncio

import pytest
from fastapi import HTTPException
from service_world import LINE, ask

from targeting import web
from targeting.messages import MAX_BODY, MAX_HOUSEHOLDS, MAX_LINES, MAX_PURCHASES

LINES = [LINE | {"product_id": number} for number in range(1, MAX_PURCHASES + 2)]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"household_id": "5"}, "household_id"),
        ({"household_id": True}, "household_id"),
        ({"household_id": 0}, "household_id"),
        ({"household_id": 2**63}, "household_id"),
        ({"campaign_id": 999}, "campaign_id"),
        ({"campaign_id": None}, "campaign_id"),
        ({"mailed_campaigns": [8, 999]}, "mailed_campaigns.1"),
        ({"mailed_campaigns": [8, 8]}, "body"),
        ({"redemptions": ["2017-13-01"]}, "redemptions.0"),
        ({"redemptions": [1501545600]}, "redemptions.0"),
        ({"purchases": [LINE | {"purchased_at": 1501612200}]}, "purchases.0.purchased_at"),
        ({"purchases": [LINE | {"purchased_at": "1501612200"}]}, "purchases.0.purchased_at"),
        ({"purchases": [LINE | {"sales_value": True}]}, "purchases.0.sales_value"),
        ({"redemptions": ["0001-01-01"]}, "redemptions.0"),
        ({"redemptions": ["2100-01-01"]}, "redemptions.0"),
        ({"redemptions": ["2017-08-01"] * 1_001}, "redemptions"),
        ({"mailed_campaigns": list(range(1, 102))}, "mailed_campaigns"),
        ({"purchases": [LINE | {"purchased_at": "2100-01-01T00:00:00Z"}]}, "purchases.0.purchased_at"),
        ({"purchases": None}, "purchases"),
        ({"purchases": [LINE | {"purchased_at": "2017-08-01T18:30:00"}]}, "purchases.0.purchased_at"),
        ({"purchases": [LINE | {"purchased_at": "0001-01-01T00:00:00+14:00"}]}, "purchases.0.purchased_at"),
        ({"purchases": [LINE, LINE | {"product_id": 2, "sales_value": -1}]}, "purchases.1.sales_value"),
        ({"purchases": [LINE | {"sales_value": 1.005}]}, "purchases.0.sales_value"),
        ({"purchases": [LINE | {"sales_value": "NaN"}]}, "purchases.0.sales_value"),
        ({"purchases": [LINE, LINE]}, "body"),
        ({"purchases": [LINE | {"name": "Jo"}]}, "purchases.0.name"),
        ({"purchases": LINES}, "purchases"),
    ],
)
def test_a_wrong_field_is_named(service, changes, field):
    answer = ask(service, **changes)
    assert answer.status_code == 422
    assert [problem["field"] for problem in answer.json()["problems"]] == [field]


@pytest.mark.parametrize("value", [False, "1.5", None, -0.01, "NaN", [1]])
def test_an_amount_is_a_number(service, value):
    answer = ask(service, "/score/features", affinity_spend=value)
    assert answer.status_code == 422
    assert [problem["field"] for problem in answer.json()["problems"]] == ["affinity_spend"]


@pytest.mark.parametrize(
    "households",
    [
        [],
        [{"household_id": 1, "purchases": []}] * 2,
        [{"household_id": n, "purchases": []} for n in range(1, MAX_HOUSEHOLDS + 2)],
        [{"household_id": n, "purchases": LINES[: MAX_LINES // 4]} for n in range(1, 5)]
        + [{"household_id": 5, "purchases": LINES[:1]}],
    ],
)
def test_a_batch_has_limits(service, households):
    assert service.post("/score/batch", json={"campaign_id": 13, "households": households}).status_code == 422


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"\xff\xfe\x00", 400),
        (b"[" * 100_000, 400),
        (b"NaN", 422),
        (b'{"household_id": NaN}', 422),
        (b'{"\\ud800": "\\udfff"}', 422),
        (b'{"household_id": ' + b"9" * 5000 + b"}", 400),
        (b'"' + b"x" * MAX_BODY + b'"', 413),
    ],
)
@pytest.mark.parametrize("path", ["/score", "/score/batch", "/score/features"])
def test_no_body_however_broken_gets_a_500(service, path, content, status):
    answer = service.post(path, content=content, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "problems"}


@pytest.mark.parametrize("value", ["Jo Smith", {"name": "Jo Smith"}, ["Jo Smith"]])
@pytest.mark.parametrize("field", ["household_id", "campaign_id", "purchases", "redemptions", "mailed_campaigns"])
def test_an_answer_never_repeats_a_value(service, field, value):
    answer = ask(service, **{field: value})
    assert answer.status_code == 422
    assert "Jo Smith" not in answer.text


@pytest.mark.parametrize(
    ("announced", "read"), [([], MAX_BODY // 1_000_000 + 1), ([(b"content-length", b"999999999")], 1)]
)
def test_a_large_body_is_not_read_to_its_end(announced, read):
    chunks = []

    async def receive():
        chunks.append(b" " * 1_000_000)
        return {"type": "http.request", "body": chunks[-1], "more_body": True}

    async def application(scope, receive, send):
        while True:
            await receive()

    with pytest.raises(HTTPException, match="413"):
        asyncio.run(web.Envelope(application)({"type": "http", "headers": announced}, receive, None))
    assert len(chunks) <= read


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/score", 405),
        ("POST", "/nothing", 404),
        ("POST", "/docs", 405),
        ("GET", "/static-offline-docs/%2e%2e/core.py", 404),  # files of the page, and no others
        ("GET", "/static-offline-docs/%00", 404),
        ("GET", f"/static-offline-docs/{5000 * 'a'}", 404),
    ],
)
def test_other_errors_have_the_same_form(service, method, path, status):
    answer = service.request(method, path)
    assert answer.status_code == status
    assert answer.json()["problems"] == []
