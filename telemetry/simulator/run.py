"""`yishe simulate`: a simulated gateway as a program, or an order to one that runs."""

import argparse
import asyncio
from pathlib import Path
from urllib.parse import urlsplit

from storage.clock import RealClock
from storage.device_types import DeviceType
from telemetry.mqtt import Broker, Tls
from telemetry.simulator.gateway import Order, SimulatedGateway, give_order
from telemetry.simulator.room import Room
from telemetry.simulator.scenarios import Scenario

DEFAULT_URL = "mqtt://127.0.0.1:1883"
PORTS = {"mqtt": 1883, "mqtts": 8883}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--url", default=DEFAULT_URL, help="the broker, mqtt://… or mqtts://…")
    parser.add_argument("--gateway", required=True, help="key of the gateway to play")
    parser.add_argument(
        "--device", action="append", required=True, help="number and type, as MR-101:mr; may come again"
    )
    parser.add_argument("--scenario", type=Scenario, choices=list(Scenario), default=Scenario.STEADY)
    parser.add_argument(
        "--tell", action="store_true", help="tell a simulator that runs to begin the scenario"
    )
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same values")
    parser.add_argument("--every", type=float, default=5.0, help="seconds between two values")
    parser.add_argument("--seconds", type=float, help="end after so long")
    parser.add_argument("--username", default="", help="for the broker, with --password-file")
    parser.add_argument("--password-file", type=Path)
    parser.add_argument("--ca", type=Path, help="for mqtts: whom to trust (PEM)")
    parser.add_argument("--certificate", type=Path, help="for mqtts: the gateway's own (PEM), with --key")
    parser.add_argument("--key", type=Path)


async def simulate(options: argparse.Namespace, stop: asyncio.Event) -> None:
    """Play until `stop`, or give the order. Raises OSError when the broker is away, ValueError for bad options."""
    if options.tell:
        broker = _broker(options, f"{options.gateway}-teller")
        for device in options.device:
            order = Order(device=device.partition(":")[0], scenario=options.scenario)
            await asyncio.to_thread(give_order, broker, options.gateway, order)
        return
    rooms = [_room(device, options) for device in options.device]
    broker = _broker(options, options.gateway)
    gateway = SimulatedGateway(options.gateway, rooms, broker, RealClock(), options.every)
    await gateway.run(stop, options.seconds)


def _room(device: str, options: argparse.Namespace) -> Room:
    number, _, kind = device.partition(":")
    room = Room(number, DeviceType(kind or DeviceType.MR), options.seed)
    room.begin(options.scenario, 0.0)
    return room


def _broker(options: argparse.Namespace, client_id: str) -> Broker:
    parts = urlsplit(options.url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError(f"not a broker: {options.url}")
    tls = Tls(options.ca, options.certificate, options.key) if parts.scheme == "mqtts" else None
    password = options.password_file.read_text().strip() if options.password_file else ""
    return Broker(
        parts.hostname, parts.port or PORTS[parts.scheme], client_id, options.username, password, tls
    )
