"""The page of documentation: all of it comes from the service, and it shows the limits of a field."""

import re


def test_the_page_and_its_files_come_from_the_service(service):
    page = service.get("/docs")
    assert page.status_code == 200
    assert not re.search(r"https?://", page.text), "the page names another host"
    assert '"validatorUrl": null' in page.text  # else the page sends the description's address to a public validator
    files = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    assert {name.rsplit(".")[-1] for name in files} >= {"css", "js"}
    for name in [*files, *re.findall(r"url: '([^']*)'", page.text)]:
        assert name.startswith("/")
        assert service.get(name).status_code == 200
    for name in files:
        assert not re.search(rb"@import|url\(['\"]?https?:", service.get(name).content) or name.endswith(".js")


def test_the_description_holds_the_limits_of_a_field(service):
    fields = service.get("/openapi.json").json()["components"]["schemas"]["Purchase"]["properties"]
    basket = fields["basket_id"]
    assert basket["type"] == "integer"
    assert basket.get("minimum", basket.get("exclusiveMinimum", -1) + 1) == 1  # pydantic writes a limit as it was given
    assert basket.get("exclusiveMaximum", basket.get("maximum", 0) + 1) == 2**53
    assert fields["purchased_at"]["format"] == "date-time"
