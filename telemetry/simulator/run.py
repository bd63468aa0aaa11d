"""`yishe simulate`: a simulated gateway as a program, or an order to one that runs."""

import argparse
import asyncio
import math
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
FEWEST_S, MOST_S = 0.01, 1e7


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--url", default=DEFAULT_URL, help="the broker, mqtt://… or mqtts://…")
    parser.add_argument("--gateway", type=_name, required=True, help="key of the gateway to play")
    parser.add_argument(
        "--device",
        type=_device,
        action="append",
        required=True,
        help="number and type, as MR-101:mr; may come again",
    )
    parser.add_argument("--scenario", type=_scenario, default=Scenario.STEADY, help=", ".join(Scenario))
    parser.add_argument(
        "--tell", action="store_true", help="tell a simulator that runs to begin the scenario"
    )
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same values")
    parser.add_argument("--every", type=_seconds, default=5.0, help="seconds between two values")
    parser.add_argument("--seconds", type=_seconds, help="end after so long")
    parser.add_argument("--username", default="", help="for the broker, with --password-file")
    parser.add_argument("--password-file", type=_file)
    parser.add_argument("--ca", type=_file, help="for mqtts: whom to trust (PEM)")
    parser.add_argument("--certificate", type=_file, help="for mqtts: the gateway's own (PEM), with --key")
    parser.add_argument("--key", type=_file)


def _name(text: str) -> str:
    """A part of a topic."""
    if not text or set(text) & set("/+#\0"):
        raise argparse.ArgumentTypeError(f"“{text}” cannot be a part of a topic")
    return text


def _device(text: str) -> tuple[str, DeviceType]:
    number, _, kind = text.partition(":")
    if kind and kind not in set(DeviceType):
        raise argparse.ArgumentTypeError(f"no type of device: {kind}; there are {', '.join(DeviceType)}")
    return _name(number), DeviceType(kind or DeviceType.MR)


def _scenario(text: str) -> Scenario:
    if text not in set(Scenario):
        raise argparse.ArgumentTypeError(f"no scenario: {text}; there are {', '.join(Scenario)}")
    return Scenario(text)


def _seconds(text: str) -> float:
    """Not so few that the broker is flooded, nor without end."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not FEWEST_S <= seconds <= MOST_S:
        raise argparse.ArgumentTypeError(f"{text} is not between {FEWEST_S} and {MOST_S:.0f} seconds")
    return seconds


def _file(text: str) -> Path:
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return Path(text)


async def simulate(options: argparse.Namespace, stop: asyncio.Event) -> None:
    """Play until `stop`, or give the order. Raises OSError when the broker is away, ValueError for bad options."""
    broker = _broker(options, f"{options.gateway}-teller" if options.tell else options.gateway)
    try:
        if options.tell:
            await _tell(broker, options)
        else:
            rooms = [_room(number, kind, options) for number, kind in options.device]
            gateway = SimulatedGateway(options.gateway, rooms, broker, RealClock(), options.every)
            await gateway.run(stop, options.seconds)
    except OSError as error:
        raise OSError(f"broker {broker.host}:{broker.port}: {error}") from error


async def _tell(broker: Broker, options: argparse.Namespace) -> None:
    """Each device its scenario; raises ValueError where the broker knows that nobody heard."""
    for number, _ in options.device:
        order = Order(device=number, scenario=options.scenario)
        if not await asyncio.to_thread(give_order, broker, options.gateway, order):
            raise ValueError(f"no simulator plays the gateway {options.gateway} at this broker")


def _room(number: str, kind: DeviceType, options: argparse.Namespace) -> Room:
    room = Room(number, kind, options.seed)
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
