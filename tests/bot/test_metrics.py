"""What `/metrics` says is true, is described, and is all that dashboard and alert rules ask for."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import yaml
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families

from bot.health import Health
from bot.loops import Heartbeats
from bot.web import log_requests
from storage import quarantine
from storage.database import Database
from storage.embedded import EmbeddedServer
from storage.quarantine import Fault
from storage.sealing import MasterKey, new_master_key
from tests.support.clocks import FixedClock
from tests.support.desk import Desk, open_desk
from tests.support.world import add_account, add_card

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "operation" / "metrics.md"
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "dashboard.json"
Figures = dict[tuple[str, ...], float]


def figures(text: str) -> Figures:
    """Each value by its name and the values of its labels, these by their names."""
    return {
        (sample.name, *(sample.labels[label] for label in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@asynccontextmanager
async def served(health: Health) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    """Health, and a page with a secret in its address, one that fails and one that there is not."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text="page")

    async def broken(_: web.Request) -> web.Response:
        raise RuntimeError

    app = web.Application(middlewares=[log_requests(health.counted)])
    health.add_to(app)
    app.router.add_get("/d/{token}", page)
    app.router.add_get("/broken", broken)
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        yield client


async def asked(health: Health) -> Figures:
    async with served(health) as client, client.get("/metrics") as answer:
        return figures(await answer.text())


def health_of(desk: Desk, heartbeats: Heartbeats | None = None) -> Health:
    return Health(desk.db, heartbeats or Heartbeats(), desk.real, desk.business)


async def test_depths_are_what_the_database_holds(database_url: str) -> None:
    async with open_desk(database_url) as desk:
        await desk.report()
        waiting = await desk.db.fetchrow("SELECT count(*) AS queued, min(created_at) AS oldest FROM message")
        assert waiting
        desk.real.forward(timedelta(minutes=2))
        found = await asked(health_of(desk))
        assert found["yishe_messages_queued",] == waiting["queued"] > 0
        age = (desk.real.now() - waiting["oldest"]).total_seconds()
        assert found["yishe_messages_oldest_seconds",] == age >= 120
        assert found["yishe_cases_open",] == 1
        assert found["yishe_database_bytes",] > 1_000_000
        assert found["yishe_database_up",] == 1


async def test_messages_that_were_not_taken_are_told_by_what_is_wrong(database_url: str) -> None:
    async with open_desk(database_url) as desk, desk.db.connection() as connection:
        await quarantine.count(connection, Fault.FOREIGN_TOPIC, 7, desk.real.now())
        await quarantine.count(connection, Fault.UNREADABLE, 3, desk.real.now() - timedelta(hours=3))
        found = await asked(health_of(desk))
        assert found["yishe_telemetry_rejected", "foreign_topic"] == 7
        assert found["yishe_telemetry_rejected", "unreadable"] == 0


async def test_deliveries_are_counted_by_channel_and_end_for_an_hour(owner_url: str) -> None:
    async with open_desk(owner_url) as desk:
        case = await desk.report()
        account = await add_account(
            desk.db, desk.world.hospital, "wecom", "main", {}, {}, MasterKey(new_master_key())
        )
        await add_card(desk.db, case.case_id, desk.world.engineer, account, "engineer")
        await desk.db.execute("UPDATE delivery SET tried_at = $1", desk.real.now())
        found = await asked(health := health_of(desk))
        assert found["yishe_deliveries_last_hour", "wecom", "accepted"] == 1
        desk.real.forward(timedelta(minutes=61))
        assert ("yishe_deliveries_last_hour", "wecom", "accepted") not in await asked(health)


async def test_a_loop_that_owes_a_round_and_the_pool_are_told(database_url: str) -> None:
    heartbeats = Heartbeats()
    heartbeats.beat("timers", -100)
    heartbeats.beat("cards", 100)
    async with open_desk(database_url) as desk:
        found = await asked(health_of(desk, heartbeats))
        assert 100 <= found["yishe_loop_late_seconds", "timers"] < 110
        assert found["yishe_loop_late_seconds", "cards"] == 0
        assert found["yishe_pool_connections", "most"] == desk.db.pool.get_max_size()
        assert found["yishe_pool_connections", "idle"] >= 1


async def test_requests_are_counted_by_route_and_never_by_address(database_url: str) -> None:
    async with open_desk(database_url) as desk, served(health_of(desk)) as client:
        for path in ("/d/very-secret-token", "/d/another-secret-token", "/broken", "/nothing"):
            await client.get(path)
        text = await (await client.get("/metrics")).text()
        found = figures(text)
        assert found["yishe_http_request_seconds_count", "2xx", "/d/{token}"] == 2
        assert found["yishe_http_request_seconds_count", "5xx", "/broken"] == 1
        assert found["yishe_http_request_seconds_count", "4xx", "none"] == 1
        assert 0 < found["yishe_http_request_seconds_sum", "2xx", "/d/{token}"] < 10
        assert "secret" not in text


async def test_without_a_database_the_rest_is_told(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path / "postgres", settings={"fsync": "off"})
    async with Database.open(await server.start(), max_size=1) as db:
        await server.stop()
        found = await asked(Health(db, Heartbeats(), FixedClock(), FixedClock()))
    assert found["yishe_database_up",] == 0
    assert found["process_resident_memory_bytes",] > 0


async def told(database_url: str) -> set[str]:
    """The names of everything that `/metrics` may say, without what the library adds to a histogram's name."""
    async with open_desk(database_url) as desk, served(health_of(desk)) as client:
        text = await (await client.get("/metrics")).text()
    return set(re.findall(r"^# TYPE (\w+) (?!unknown)", text, re.MULTILINE))


async def test_every_metric_is_described_and_every_described_one_exists(database_url: str) -> None:
    described = set(re.findall(r"`((?:yishe|process)_\w+)`", "".join(_rows())))
    exist = {name for name in await told(database_url) if not name.endswith("_created")}
    assert described == exist


async def test_dashboard_and_alerts_ask_only_for_what_there_is(database_url: str) -> None:
    rules = [
        rule["expr"] for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]
    ]
    panels = [t["expr"] for panel in json.loads(DASHBOARD.read_text())["panels"] for t in panel["targets"]]
    named = set(re.findall(r"\b((?:yishe|process)_\w+)", " ".join(rules + panels)))
    exist = await told(database_url)
    assert {re.sub(r"_(bucket|count|sum)$", "", name) for name in named} <= exist
    assert exist >= named - {name for name in named if name.endswith(("_bucket", "_count"))}
    assert len(rules) >= 10


def test_labels_that_dashboard_and_alerts_name_are_described() -> None:
    used = set(re.findall(r"\b(\w+)=\"", ALERTS.read_text() + DASHBOARD.read_text().replace("\\", "")))
    described = set(re.findall(r"`(\w+)`", "".join(row.split("|")[2] for row in _rows())))
    assert used - described == {"job"}  # Prometheus's own


def _rows() -> list[str]:
    """The rows of the table of metrics."""
    return [line for line in DOCUMENT.read_text().splitlines() if line.startswith(("| `yishe", "| `process"))]
