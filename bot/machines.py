"""The machines' front door within the service: listener and watch, when a broker is configured."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.ground import fail_points
from bot.loops import Heartbeats, Loop
from bot.services import Services
from bot.settings import Settings, SettingsWrong
from telemetry.intake import Intake
from telemetry.listener import Listener
from telemetry.mqtt import Broker, Tls
from telemetry.watch import Watch

CONNECTION = "mqtt"
BEATS_WITHIN_S = 5.0
TAKES_EVERY_S = 1.0
WATCHES_EVERY_S = 5.0
STOPS_WITHIN_S = 10.0
PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True)
class Machines:
    """Listener and watch, with the loops that drive them."""

    listener: Listener
    watch: Watch
    heartbeats: Heartbeats

    def loops(self) -> list[Loop]:
        """What is done in rounds; the connection has a task of its own (`connected`)."""

        def goes_on() -> None:
            self.heartbeats.beat("telemetry", TAKES_EVERY_S)

        return [
            Loop(
                "telemetry", lambda: self.listener.take_waiting(goes_on), self.listener.arrived, TAKES_EVERY_S
            ),
            Loop("silence", self.watch.round, asyncio.Event(), WATCHES_EVERY_S),
        ]


def build_machines(services: Services, heartbeats: Heartbeats) -> Machines | None:
    """None without a broker. Raises `SettingsWrong` when a certificate cannot be read."""
    broker = broker_of(services.settings)
    if broker is None:
        return None
    real, fail = services.clocks.real, fail_points(services.settings)
    intake = Intake(services.db, services.engine, real, fail)

    def beat() -> None:
        heartbeats.beat(CONNECTION, BEATS_WITHIN_S)

    beat()
    listener = Listener(broker, intake, fail, beat)
    return Machines(listener, Watch(services.db, services.engine, real, listener.hears), heartbeats)


@asynccontextmanager
async def connected(machines: Machines | None) -> AsyncIterator[list[Loop]]:
    """Stay connected for the length of a `with`; the loops to be run within it."""
    if machines is None:
        yield []
        return
    stop = asyncio.Event()
    task = asyncio.create_task(machines.listener.stay_connected(stop), name=CONNECTION)
    try:
        yield machines.loops()
    finally:
        stop.set()
        _, late = await asyncio.wait([task], timeout=STOPS_WITHIN_S)
        if late:
            task.cancel()


def broker_of(settings: Settings) -> Broker | None:
    """Where the broker is, and how we sign in there. Raises `SettingsWrong`."""
    if not settings.mqtt_url:
        return None
    parts = urlsplit(settings.mqtt_url)
    tls = None
    if parts.scheme == "mqtts":
        tls = Tls(settings.mqtt_tls_ca, settings.mqtt_tls_certificate, settings.mqtt_tls_key)
        try:
            tls.context()
        except OSError as error:
            raise SettingsWrong(f"YISHE_MQTT_TLS_…: {error.strerror or error}") from None
    password = settings.mqtt_password.get_secret_value() if settings.mqtt_password else ""
    return Broker(
        host=parts.hostname or "",
        port=parts.port or PORTS[parts.scheme],
        client_id=settings.mqtt_client_id,
        username=settings.mqtt_username,
        password=password,
        tls=tls,
    )
