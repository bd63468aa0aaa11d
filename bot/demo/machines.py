"""Broker and simulator of the demo: machine rooms that speak MQTT like real ones."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from bot.demo.broker import BrokerNotStarted, BrokerPorts, embedded_broker
from bot.demo.sensors import GATEWAY, STORY_DEVICE, rooms
from bot.machines import broker_of
from bot.settings import Settings
from storage.clock import RealClock
from telemetry.simulator.gateway import SimulatedGateway
from telemetry.simulator.scenarios import Scenario


@asynccontextmanager
async def machine_rooms(settings: Settings, ports: BrokerPorts, seed: int) -> AsyncIterator[Settings]:
    """Settings with a broker, and simulated rooms that speak to it; as they were where no broker starts.

    With a broker of your own (`YISHE_MQTT_URL`) the rooms speak to that one.
    """
    if settings.mqtt_url:
        async with _speaking(settings, seed):
            yield settings
        return
    try:
        async with embedded_broker(settings.data_dir, ports):
            with_broker = settings.model_copy(update={"mqtt_url": f"mqtt://127.0.0.1:{ports.v5}"})
            async with _speaking(with_broker, seed):
                yield with_broker
    except BrokerNotStarted as error:
        sys.stderr.write(f"The demo goes on without sensors: {error}.\n")
        yield settings


def how_to_begin(settings: Settings) -> str:
    """What to type for a scenario."""
    names = ", ".join(s for s in Scenario if s is not Scenario.STEADY)
    return (
        f"yishe simulate --url {settings.mqtt_url} --gateway {GATEWAY} "
        f"--device {STORY_DEVICE} --tell --scenario quench\n     ({names})"
    )


@asynccontextmanager
async def _speaking(settings: Settings, seed: int) -> AsyncIterator[None]:
    """The simulated gateway as a task of the demo."""
    stop = asyncio.Event()
    task = asyncio.create_task(_speak(settings, seed, stop), name="simulator")
    try:
        yield
    finally:
        stop.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(task, 5)


async def _speak(settings: Settings, seed: int, stop: asyncio.Event) -> None:
    broker = broker_of(settings)
    if broker is None:
        return
    gateway = SimulatedGateway(GATEWAY, rooms(seed), replace(broker, client_id=GATEWAY), RealClock())
    try:
        await gateway.run(stop)
    except OSError as error:
        sys.stderr.write(f"The simulated machine rooms are silent: {error}.\n")
