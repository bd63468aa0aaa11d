"""The simulated rooms repeat themselves, and each scenario comes to what it is there for."""

import argparse
import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage.readings import RuleState
from telemetry.decode import decode
from telemetry.mqtt import Broker
from telemetry.rules import on_value
from telemetry.simulator.gateway import Order, SimulatedGateway, give_order
from telemetry.simulator.room import Room
from telemetry.simulator.run import add_arguments, simulate
from telemetry.simulator.scenarios import Scenario
from tests.support.desk import Desk
from tests.support.gateways import DEVICE, GATEWAY
from tests.support.listening import listening, until, until_it_is
from workflows.alarm.bands import DEFAULT_BANDS, Bands

START = datetime(2026, 3, 2, tzinfo=UTC)
EVERY = 5


def played(scenario: Scenario, seconds: int = 700, seed: int = 1) -> list[dict[str, Any]]:
    room = Room("MR-101", "mr", seed)
    messages = []
    for second in range(0, seconds, EVERY):
        if second == 30:
            room.begin(scenario, 30)
        message = room.message(second, START + timedelta(seconds=second))
        messages += [message] if message else []
    return messages


def noticed(scenario: Scenario) -> set[tuple[str, str]]:
    """Metric and what was noticed of it, by the default bands."""
    bands, states = Bands([]), dict[str, RuleState]()
    found = set[tuple[str, str]]()
    for message in played(scenario):
        for reading in decode(json.dumps(message).encode(), START + timedelta(hours=1)).readings:
            band = bands.of(1, "mr", reading.metric)
            judged = on_value(states.get(reading.metric, RuleState()), band, reading.at, reading.value)
            states[reading.metric] = judged.state
            found |= {(reading.metric, str(event.what)) for event in judged.events}
    return found


def test_the_same_seed_says_the_same() -> None:
    assert played(Scenario.QUENCH) == played(Scenario.QUENCH)
    assert played(Scenario.QUENCH) != played(Scenario.QUENCH, seed=2)


def test_what_is_said_is_readable_and_names_every_metric_of_the_type() -> None:
    decoded = decode(json.dumps(played(Scenario.STEADY)[0]).encode(), START)
    assert decoded.fault == ""
    assert {r.metric for r in decoded.readings} == {b.metric for b in DEFAULT_BANDS["mr"]}


WORSE = ("warn", "worsen", "clear")
EXPECTED: dict[Scenario, dict[str, tuple[str, ...]]] = {
    Scenario.STEADY: {},
    Scenario.NETWORK_CUT: {},
    Scenario.DRIFT: {"room_temperature": ("warn", "clear")},
    Scenario.QUENCH: {"helium_level": WORSE, "oxygen": ("alarm", "clear")},
    Scenario.CHILLER_FAILURE: {
        "chilled_water_flow": WORSE,
        "chilled_water_temperature": WORSE,
        "room_temperature": ("warn", "clear"),
    },
}


@pytest.mark.parametrize("scenario", EXPECTED)
def test_a_scenario_comes_to_its_alarms_and_ends(scenario: Scenario) -> None:
    assert noticed(scenario) == {(m, what) for m, all_of in EXPECTED[scenario].items() for what in all_of}


def test_a_dead_sensor_says_nothing_while_its_neighbours_do() -> None:
    during = played(Scenario.DEAD_SENSOR)[10]["readings"]
    assert "room_temperature" not in {r["metric"] for r in during}
    assert "room_humidity" in {r["metric"] for r in during}


def test_a_cut_network_brings_everything_afterwards_with_its_old_times() -> None:
    messages = played(Scenario.NETWORK_CUT, seconds=200)
    burst = max(messages, key=lambda m: len(m["readings"]))
    assert len(burst["readings"]) == 19 * len(DEFAULT_BANDS["mr"])
    times = [r["at"] for m in messages for r in m["readings"]]
    assert times == sorted(times)
    assert len(set(times)) == 200 // EVERY


async def test_a_simulated_gateway_is_heard_and_takes_orders(desk: Desk, broker_port: int) -> None:
    broker = Broker("127.0.0.1", broker_port, GATEWAY)
    room = Room(DEVICE, "ct", 1)
    gateway = SimulatedGateway(GATEWAY, [room], broker, desk.real, every_s=0.05)
    stop = asyncio.Event()

    async def is_said() -> bool:
        return bool(await desk.value("SELECT count(*) >= 2 FROM sensor_rule WHERE last_value IS NOT NULL"))

    async with listening(desk, broker_port), asyncio.TaskGroup() as group:
        group.create_task(gateway.run(stop))
        await until_it_is(is_said, True)
        await until(lambda: gateway.takes_orders)
        teller = Broker("127.0.0.1", broker_port, "teller")
        order = Order(device=DEVICE, scenario=Scenario.DEAD_SENSOR)
        await asyncio.to_thread(give_order, teller, GATEWAY, order)
        await until(lambda: room.scenario is Scenario.DEAD_SENSOR)
        stop.set()


@pytest.mark.parametrize(
    "wrong",
    [
        ("--every", "0"),
        ("--every", "-5"),
        ("--seconds", "nan"),
        ("--seconds", "soon"),
        ("--device", ""),
        ("--device", "MR-1:toaster"),
        ("--device", "MR/#:mr"),
        ("--gateway", "a/+"),
        ("--scenario", "boom"),
        ("--ca", "/nowhere.pem"),
    ],
)
def test_options_that_would_flood_or_reach_nobody_are_refused(wrong: tuple[str, str]) -> None:
    with pytest.raises(SystemExit):
        given("--gateway", "one", "--device", "MR-1:mr", *wrong)


async def test_a_broker_that_is_away_is_named() -> None:
    options = given("--gateway", "one", "--device", "MR-1", "--url", "mqtt://127.0.0.1:1")
    with pytest.raises(OSError, match=r"broker 127\.0\.0\.1:1: "):
        await simulate(options, asyncio.Event())


def given(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(words)
