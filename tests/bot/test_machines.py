"""The listener within the service: its settings, its connection as readiness sees it, and the whole way."""

import asyncio
import signal
from contextlib import closing
from pathlib import Path

import pytest

from bot.check import check
from bot.demo.broker import BrokerPorts, embedded_broker
from bot.loops import Heartbeats
from bot.machines import CONNECTION, broker_of
from bot.settings import SettingsWrong, load_settings
from storage.clock import RealClock
from storage.database import Database
from storage.failpoints import NoFailPoints
from storage.sealing import new_master_key
from telemetry.intake import Intake
from telemetry.listener import Listener
from telemetry.mqtt import Broker
from tests.support.desk import open_desk
from tests.support.gateways import Mouth, add_gateway, said
from tests.support.listening import until, until_it_is
from tests.support.service import answers, command, free_port
from tests.support.world import make_world


@pytest.mark.parametrize(
    "url",
    ["http://broker", "mqtt://", "broker:1883", "mqtt://me:secret-word@broker", "mqtt://broker:port", "mqtt://b/x"],
)  # fmt: skip
def test_an_address_that_is_no_broker_is_refused_without_saying_it(url: str) -> None:
    with pytest.raises(SettingsWrong, match="YISHE_MQTT_URL") as refused:
        load_settings(mqtt_url=url)
    assert "secret-word" not in str(refused.value)


def test_without_a_broker_nobody_listens() -> None:
    assert broker_of(load_settings()) is None


def test_the_broker_is_as_the_settings_say() -> None:
    found = broker_of(load_settings(mqtt_url="mqtts://broker.example", mqtt_username="u", mqtt_password="p"))
    assert found is not None
    assert (found.host, found.port, found.username, found.password) == ("broker.example", 8883, "u", "p")
    assert found.tls is not None


def test_a_certificate_that_cannot_be_read_keeps_the_service_from_starting(tmp_path: Path) -> None:
    settings = load_settings(mqtt_url="mqtts://broker.example", mqtt_tls_ca=str(tmp_path / "missing.pem"))
    with pytest.raises(SettingsWrong, match="YISHE_MQTT_TLS"):
        broker_of(settings)


async def test_a_broker_that_is_away_is_found() -> None:
    settings = load_settings(
        mqtt_url=f"mqtt://127.0.0.1:{free_port()}", database_url="postgresql://x@127.0.0.1:1/x"
    )
    assert [
        f.fine async for f in check(settings, "postgresql://x@127.0.0.1:1/x") if f.subject == "broker"
    ] == [False]


async def test_a_listener_without_connection_gives_no_sign_of_life(database_url: str, tmp_path: Path) -> None:
    ports, heartbeats, stop = BrokerPorts(free_port(), free_port()), Heartbeats(), asyncio.Event()
    async with open_desk(database_url) as desk:
        listener = Listener(
            Broker("127.0.0.1", ports.v5, "yishe"),
            Intake(desk.db, desk.engine, desk.real, NoFailPoints()),
            NoFailPoints(),
            lambda: heartbeats.beat(CONNECTION, 0),
        )
        task = asyncio.create_task(listener.stay_connected(stop))
        async with embedded_broker(tmp_path, ports):
            await until(lambda: CONNECTION in heartbeats.due)
        await until(lambda: not listener.connected)
        await until(lambda: heartbeats.stale(1.5) == [CONNECTION])
        stop.set()
        await task


async def test_what_a_gateway_says_is_in_the_database_of_the_service(
    database_url: str, tmp_path: Path
) -> None:
    ports, port = BrokerPorts(free_port(), free_port()), free_port()
    settings = {
        "DATABASE_URL": database_url,
        "YISHE_MASTER_KEY": new_master_key(),
        "YISHE_DATA_DIR": str(tmp_path / "data"),
        "YISHE_PORT": str(port),
        "YISHE_MQTT_URL": f"mqtt://127.0.0.1:{ports.v5}",
    }
    log = tmp_path / "log"
    async with (
        embedded_broker(tmp_path, ports),
        Database.open(database_url, max_size=2) as db,
        command("serve", settings=settings, folder=tmp_path, log=log) as process,
    ):
        await add_gateway(db, (await make_world(db)).hospital)
        await answers(f"http://127.0.0.1:{port}/readyz")
        await until(lambda: b"broker_connected" in log.read_bytes())
        with closing(await asyncio.to_thread(Mouth.at, ports.v5)) as mouth:
            await asyncio.to_thread(mouth.say, [said(RealClock().now(), 21.5)])

            async def stored() -> float | None:
                row = await db.fetchrow("SELECT max(value) AS value FROM reading")
                return row["value"] if row else None

            await until_it_is(stored, 21.5)
        checked = load_settings(mqtt_url=settings["YISHE_MQTT_URL"], database_url=database_url)
        assert [f.fine async for f in check(checked, database_url) if f.subject == "broker"] == [True]
        process.send(signal.SIGTERM)
        assert await process.exit_code() == 0
