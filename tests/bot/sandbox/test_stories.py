"""The buttons that let something happen in the simulated machine rooms."""

import asyncio
from pathlib import Path

import pytest

from bot.demo.broker import BrokerPorts, embedded_broker
from bot.demo.sensors import GATEWAY, STORY_DEVICE
from bot.demo.stories import LABELS, MachineStories
from bot.sandbox.stories import StoryAwayError
from storage.clock import RealClock
from telemetry.mqtt import Broker
from telemetry.simulator.gateway import SimulatedGateway
from telemetry.simulator.room import Room
from telemetry.simulator.scenarios import Scenario
from tests.support.listening import until
from tests.support.sandbox import sandbox
from tests.support.service import free_port


async def test_a_button_begins_the_story_in_the_running_simulator(tmp_path: Path) -> None:
    ports, stop = BrokerPorts(free_port(), free_port()), asyncio.Event()
    room = Room(STORY_DEVICE, "mr", 1)
    broker = Broker("127.0.0.1", ports.v5, GATEWAY)
    gateway = SimulatedGateway(GATEWAY, [room], broker, RealClock(), every_s=0.05)
    stories = MachineStories(f"mqtt://127.0.0.1:{ports.v5}")
    async with embedded_broker(tmp_path, ports), asyncio.TaskGroup() as group:
        group.create_task(gateway.run(stop))
        await until(lambda: gateway.takes_orders)
        async with sandbox(stories=stories) as box:
            async with box.http.get("/") as page:
                assert LABELS[Scenario.QUENCH] in await page.text()
            async with box.http.post("/story", data={"story": "quench"}, allow_redirects=False) as answer:
                assert answer.status == 303
            await until(lambda: room.scenario is Scenario.QUENCH)
        stop.set()


async def test_without_a_broker_the_page_says_so() -> None:
    stories = MachineStories(f"mqtt://127.0.0.1:{free_port()}")
    with pytest.raises(StoryAwayError):
        await stories.begin(Scenario.QUENCH)
    async with sandbox(stories=stories) as box, box.http.post("/story", data={"story": "quench"}) as page:
        assert "the broker does not answer" in await page.text()


@pytest.mark.parametrize("offered", [True, False])
async def test_what_is_no_story_is_not_found(offered: bool) -> None:
    stories = MachineStories("mqtt://127.0.0.1:1") if offered else None
    async with sandbox(stories=stories) as box, box.http.post("/story", data={"story": "flood"}) as answer:
        assert answer.status == 404


def test_every_scenario_has_a_label() -> None:
    assert set(LABELS) == set(Scenario)
