"""What is shipped to run the service with: as far as it can be looked at without running it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.parts import ALL_PARTS, parse_parts
from bot.settings import PREFIX, Settings
from h5_pages.routes import ROUTES

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
NAMES = {str(f.validation_alias or PREFIX + name.upper()) for name, f in Settings.model_fields.items()}
INSIDE_ONLY = {"admin", "metrics", "healthz", "readyz"}
OTHER_DOORS = {"static", "wecom", "telegram", "webhooks"}
UNITS = sorted((DEPLOY / "systemd").glob("*.*"))


def compose() -> dict[str, Any]:
    loaded = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    assert isinstance(loaded, dict)
    return loaded


def ours(services: dict[str, Any]) -> dict[str, Any]:
    return {name: service for name, service in services.items() if service["image"] == "yishe"}


def test_compose_names_only_settings_that_there_are() -> None:
    named = {name for service in ours(compose()["services"]).values() for name in service["environment"]}
    assert {name.removesuffix("_FILE") for name in named} <= NAMES
    assert {"DATABASE_URL_FILE", "YISHE_MASTER_KEY_FILE", "YISHE_OWNER_DATABASE_URL_FILE"} <= named


def test_compose_runs_every_part_and_migrates_as_the_owner_first() -> None:
    services = ours(compose()["services"])
    running = [s["command"][2] for s in services.values() if s["command"][0] == "serve"]
    assert frozenset().union(*map(parse_parts, running)) == ALL_PARTS
    assert sum("telemetry" in parts for parts in running) == 1
    owners = [name for name, s in services.items() if "owner_database_url" in s["secrets"]]
    assert owners == ["migrate"]
    waits = [s["depends_on"] for name, s in services.items() if name != "migrate"]
    assert all(w == {"migrate": {"condition": "service_completed_successfully"}} for w in waits)


def test_everything_that_compose_names_is_there() -> None:
    loaded = compose()
    for service in loaded["services"].values():
        assert set(service.get("secrets", [])) <= loaded["secrets"].keys()
        assert set(service["networks"]) <= loaded["networks"].keys()
        for source, *_ in (volume.split(":") for volume in service.get("volumes", [])):
            made_by_hand = "certificates" in source
            assert source in loaded["volumes"] or made_by_hand or (DEPLOY / source).is_file(), source


def stages() -> list[list[str]]:
    """The instructions of each stage of the Dockerfile, with continued lines joined."""
    text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    starts = [n for n, line in enumerate(lines) if line.startswith("FROM ")]
    return [lines[begin:end] for begin, end in zip(starts, [*starts[1:], None], strict=True)]


def test_every_file_that_the_image_takes_is_there_and_let_through() -> None:
    through = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    taken = [
        source
        for stage in stages()
        for line in stage
        if line.startswith("COPY ") and "--from=" not in line
        for source in line.split()[1:-1]
    ]
    assert taken
    assert [source for source in taken if not (ROOT / source).exists() or source not in through] == []


def test_every_package_of_the_service_is_in_the_image() -> None:
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    copied = {line.split()[1] for line in stages()[0] if line.startswith("COPY ")}
    assert rooms <= copied


def test_the_image_runs_as_nobody_special_without_tools_of_the_build() -> None:
    *_, last = stages()
    assert not re.search(r"npm|node|gcc|pip|apt-get", "\n".join(last))
    user = next(n for n, line in enumerate(last) if line.startswith("USER "))
    assert last[user] not in ("USER root", "USER 0")
    assert user < next(n for n, line in enumerate(last) if line.startswith("ENTRYPOINT "))
    assert [line.split()[0] for line in last].count("HEALTHCHECK") == 1


def outside_areas() -> set[str]:
    """The first parts of paths that nginx lets through from outside."""
    text = (DEPLOY / "nginx" / "nginx.conf").read_text()
    outside = text[text.index("# Outside.") : text.index("# Inside:")]
    groups = re.findall(r"location ~ \^/\(([^)]+)\)", outside)
    return {name.replace("\\", "") for group in groups for name in group.split("|")}


def test_nginx_knows_every_route_as_outside_or_inside() -> None:
    routed = {route.path.split("/")[1] for route in ROUTES} | OTHER_DOORS
    known = {area for area in routed if area and not area.startswith("{")}
    assert known - outside_areas() - INSIDE_ONLY == set()
    assert outside_areas() - known == set()
    assert outside_areas() & INSIDE_ONLY == set()


def test_units_name_only_settings_that_there_are() -> None:
    named = {
        name for unit in UNITS for name in re.findall(rf"\b({PREFIX}\w+|DATABASE_URL\w*)=", unit.read_text())
    }
    assert {name.removesuffix("_FILE") for name in named} <= NAMES


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_finds_nothing_wrong_with_a_unit(unit: Path, tmp_path: Path) -> None:
    for shipped in UNITS:  # a timer is looked at together with what it starts
        name = shipped.name.replace("@.", "@8001.")
        (tmp_path / name).write_text(
            shipped.read_text().replace("/opt/yishe/.venv/bin/yishe", sys.executable)
        )
    looked_at = str(tmp_path / unit.name.replace("@.", "@8001."))
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", looked_at], capture_output=True, text=True, check=False
    )
    about_it = [line for line in said.stderr.splitlines() if str(tmp_path) in line or "yishe" in line]
    assert about_it == []
