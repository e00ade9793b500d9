"""Files for a classroom: settings of a hub that exist, a link that leads to a lab, sizes that follow from what was measured."""

import importlib.util
import re
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from mldesign import data, tasks

TEACHING = data.ROOT / "modules" / "teaching"
HUB = TEACHING / "jupyterhub"
PAGE = (TEACHING / "classroom.md").read_text(encoding="utf-8")
VALUES = yaml.safe_load((HUB / "values.yaml").read_text(encoding="utf-8"))
# Keys that were looked up by hand in the chart's values.schema.yaml. It refuses any other below these, except in hub.config.
KNOWN = {
    "": {"hub", "proxy", "singleuser", "prePuller", "scheduling", "cull"},
    "hub": {"config"},
    "proxy": {"https"},
    "proxy.https": {"enabled", "hosts", "letsencrypt"},
    "proxy.https.letsencrypt": {"contactEmail"},
    "singleuser": {"image", "defaultUrl", "startTimeout", "memory", "cpu", "storage"},
    "singleuser.image": {"name", "tag"},
    "singleuser.memory": {"guarantee", "limit"},
    "singleuser.cpu": {"guarantee", "limit"},
    "singleuser.storage": {"capacity"},
    "prePuller": {"hook", "continuous"},
    "prePuller.hook": {"enabled"},
    "prePuller.continuous": {"enabled"},
    "scheduling": {"userScheduler"},
    "scheduling.userScheduler": {"enabled"},
    "cull": {"enabled", "timeout"},
}


@pytest.fixture(scope="module")
def sizing():
    """The script that measures and computes."""
    spec = importlib.util.spec_from_file_location("measure_classroom", TEACHING / "measure_classroom.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def unknown(values: dict, place: str = "") -> list[str]:
    """Return the keys of a values file that were not looked up, each with its place."""
    found = []
    for key, value in values.items():
        here = f"{place}.{key}".lstrip(".")
        if key not in KNOWN.get(place, ()):
            found.append(here)
        elif isinstance(value, dict) and here != "hub.config":
            found += unknown(value, here)
    return found


def test_every_setting_is_one_of_the_charts():
    assert unknown(VALUES) == []


def test_a_mistyped_setting_is_found():
    assert unknown({"singleuser": {"memmory": {}, "image": {"nam": "x"}}, "cul": 1}) == [
        "singleuser.memmory",
        "singleuser.image.nam",
        "cul",
    ]


def test_page_values_and_image_name_one_version_of_the_chart_and_one_image():
    assert set(re.findall(r"--version (\S+)", PAGE + (HUB / "values.yaml").read_text(encoding="utf-8"))) == {"4.4.0"}
    image = f"{VALUES['singleuser']['image']['name']}:{VALUES['singleuser']['image']['tag']}"
    assert image in PAGE and image in (HUB / "Dockerfile").read_text(encoding="utf-8")


def test_the_image_installs_the_lock_and_looks_where_the_link_puts_the_course():
    recipe = (HUB / "Dockerfile").read_text(encoding="utf-8")
    assert "-r requirements.txt -c constraints.txt" in recipe
    link = parse_qs(urlsplit(re.search(r"https://HUB/\S+", PAGE)[0]).query)
    assert f"/home/jovyan/{link['targetPath'][0]}\\n" in recipe


def test_the_link_leads_to_a_notebook_of_this_repository():
    parts = urlsplit(re.search(r"https://HUB/\S+", PAGE)[0])
    link = {key: value[0] for key, value in parse_qs(parts.query).items()}
    config = yaml.safe_load((data.ROOT / "_config.yml").read_text(encoding="utf-8"))["repository"]
    assert parts.path == "/hub/user-redirect/git-pull"
    assert link["repo"] == f"https://github.com/{tasks.address()}" and link["branch"] == config["branch"]
    place = f"lab/tree/{link['targetPath']}/"
    assert link["urlpath"].startswith(place) and (data.ROOT / link["urlpath"].removeprefix(place)).is_file()


def test_sizes_follow_from_what_is_set_aside(sizing):
    rows = [{key: str(value) for key, value in row.items()} for row in sizing.sizes(sizing.guaranteed())]
    assert sizing.read(HUB / "sizing.csv") == rows, "run `make measure OF=classroom`"


def test_sizes_by_hand(sizing):
    """500 at once with 2 GB and half a core: memory wants 37 nodes of 27.2 GB, cores want 37 of 6.8."""
    row = next(
        row for row in sizing.sizes({"memory": 2.0, "cpu": 0.5}) if row["students"] == 500 and row["at once"] == 500
    )
    assert (row["memory, GB"], row["cores"], row["nodes"]) == (1000, 250, 37)
    assert [row["at once"] for row in sizing.sizes({"memory": 1, "cpu": 1})][:3] == [30, 15, 3]


def test_what_is_set_aside_does_for_what_was_measured(sizing):
    measured = sizing.read(HUB / "measured-notebooks.csv")
    assert {row["what"] for row in measured} >= {f"labs/{path.name}" for path in data.ROOT.glob("labs/lab*.ipynb")}
    each, guarantee = sizing.needed(measured), sizing.guaranteed()
    limit = float(VALUES["singleuser"]["memory"]["limit"].rstrip("G"))
    assert each["typical"] <= guarantee["memory"] < limit, "a typical lab does not fit what is set aside for it"
    assert each["highest"] * 1.25 <= limit, "the heaviest lab would be stopped"
    assert each["cores"] <= guarantee["cpu"]
