"""`yishe demo`: service and sandbox with demo data, and where to go."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import qrcode

from bot.databases import databases
from bot.demo.broker import BrokerPorts
from bot.demo.channels import Endpoints
from bot.demo.histories import Stage
from bot.demo.machines import how_to_begin, machine_rooms
from bot.demo.sandbox_config import sandbox_config
from bot.demo.seed import DemoTools, DemoWorld, seed
from bot.demo.sensors import STORY_DEVICE
from bot.master_key import master_key
from bot.serve import serve, stop_on_signals
from bot.settings import Settings
from storage.clock import RealClock
from storage.database import Database
from storage.files import FolderFiles
from storage.migrate import migrate
from workflows.calendar import Calendar, working_days
from workflows.identity.passwords import Passwords
from workflows.identity.sign_in import SignInSettings
from workflows.registry import all_workflows

SEED = 20260101
MQTT_PORT = 1883
STOP_WITHIN_S = 10.0
POLL_S = 0.1


@dataclass(frozen=True)
class Ports:
    """Where the sandbox listens on loopback."""

    page: int
    mail: int


async def run_demo(settings: Settings, sandbox_port: int) -> int:
    """Seed, start the sandbox, serve until Ctrl-C; the exit code."""
    settings = settings.model_copy(update={"public_url": settings.public_url or _origin(settings)})
    ports = Ports(_free_port(sandbox_port or settings.port + 1), _free_port(0))
    stop = asyncio.Event()
    stop_on_signals(stop)
    async with databases(settings) as addresses:
        await migrate(addresses.owner)
        config = settings.data_dir / "sandbox.json"
        world = await _prepare(settings, addresses.service, ports, config)
        brokers = BrokerPorts(_free_port(MQTT_PORT), _free_port(0))
        machines = settings.mqtt_url or f"mqtt://127.0.0.1:{brokers.v5}"
        sandbox = _sandbox(config, ports, machines, stop)
        async with sandbox, machine_rooms(settings, brokers, SEED) as with_rooms:

            async def say_where() -> None:
                _say_where(with_rooms, world, ports)

            await serve(with_rooms, addresses, stop, say_where)
    return 0


async def _prepare(settings: Settings, dsn: str, ports: Ports, config: Path) -> DemoWorld:
    """Seed the database and write down for the sandbox who there is."""
    key, real = master_key(settings), RealClock()
    async with Database.open(dsn, max_size=4) as db:
        days = await working_days(db, settings.calendar_published_through)
        files = FolderFiles(settings.data_dir / "files", db, real)
        stage = Stage(db, files, all_workflows(), Calendar(days), real, SEED)
        passwords = Passwords(SignInSettings().cost, 1)
        endpoints = Endpoints(f"http://127.0.0.1:{ports.page}", "127.0.0.1", ports.mail)
        world = await seed(DemoTools(stage, key, passwords.hash, endpoints))
        played = await sandbox_config(db, key, f"http://{_callback_host(settings)}:{settings.port}")
    _write_for_owner(config, json.dumps(played, ensure_ascii=False))
    return world


@asynccontextmanager
async def _sandbox(config: Path, ports: Ports, machines: str, stop: asyncio.Event) -> AsyncIterator[None]:
    """The sandbox as a process of its own, ended by its process id. When it dies, the demo stops."""
    command = [sys.executable, "-m", "bot", "sandbox", "--config", str(config)]
    command += ["--port", str(ports.page), "--mail-port", str(ports.mail), "--machines", machines]
    # In a session of its own, so that Ctrl-C reaches the service first; it ends with our end of the pipe,
    # so also when the demo is killed.
    process = await asyncio.create_subprocess_exec(
        *command, "--end-with-input", stdin=asyncio.subprocess.PIPE, start_new_session=True
    )
    watch = asyncio.create_task(_stop_after(process, stop), name="sandbox")
    try:
        await _until_open(ports.page, stop)
        yield
    finally:
        watch.cancel()
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), STOP_WITHIN_S)
            except TimeoutError:
                process.kill()


async def _until_open(port: int, stop: asyncio.Event) -> None:
    """Wait until the sandbox can be reached, so that the first messages find it; no longer than `stop`."""
    while not stop.is_set():
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(POLL_S)
        else:
            writer.close()
            return


async def _stop_after(process: asyncio.subprocess.Process, stop: asyncio.Event) -> None:
    code = await process.wait()
    sys.stderr.write(f"The sandbox ended with code {code}.\n")
    stop.set()


def _say_where(settings: Settings, world: DemoWorld, ports: Ports) -> None:
    label = f"{settings.origin}/d/{world.device_token}"
    code = qrcode.QRCode(border=2)
    code.add_data(label)
    story = f"  4. Let something happen in the room of {STORY_DEVICE}: on that page, or in a second terminal by\n     "
    sensors = f"{story}{how_to_begin(settings)}\n\n" if settings.mqtt_url else ""
    people = "\n".join(f"    {p.username:<18} {p.name} · {p.title} · {p.organisation}" for p in world.people)
    sys.stdout.write(
        f"\nYishe is ready (all data is synthetic).\n\n"
        f"  1. Scan the label of {world.device_name} ({world.device_number}), or open\n     {label}\n"
        f"  2. Everybody's phone, and the clock:  http://127.0.0.1:{ports.page}/\n"
        f"  3. Sign in at {settings.origin}/ with the password {world.password} as\n{people}\n\n"
        f"{sensors}"
    )
    code.print_ascii(out=sys.stdout, invert=True)
    sys.stdout.write("\nCtrl-C ends it.\n")
    sys.stdout.flush()


def _free_port(wanted: int) -> int:
    """The wanted port of loopback, or another one when it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except (OSError, OverflowError):
            probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _callback_host(settings: Settings) -> str:
    return "127.0.0.1" if settings.host in ("0.0.0.0", "::", "localhost") else settings.host  # noqa: S104 - compared


def _origin(settings: Settings) -> str:
    """Where phones in the same network reach a demo that listens on every address."""
    if settings.host not in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return settings.origin
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a datagram socket sends nothing here; it only chooses the way
            host = probe.getsockname()[0]
        except OSError:
            host = "127.0.0.1"
    return f"http://{host}:{settings.port}"


def _write_for_owner(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
