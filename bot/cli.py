"""The commands of `yishe`. Each is a few lines that call the room which does it."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import uvloop

from bot.catalogues import SOURCE_LANGUAGE, Catalogues, CataloguesMissing
from bot.logs import configure_logs
from bot.settings import Settings, SettingsWrong, load_settings
from storage.backup import BackupFailed
from storage.database import DatabaseAway, DatabaseUnusable
from storage.embedded import EmbeddedServerError
from telemetry.simulator.run import add_arguments

Command = Callable[[argparse.Namespace], Coroutine[Any, Any, int]]
CANNOT_START = (
    SettingsWrong,
    BackupFailed,
    CataloguesMissing,
    DatabaseAway,
    DatabaseUnusable,
    EmbeddedServerError,
    OSError,
)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code. What keeps it from starting is one clear line, not a traceback."""
    options = _parser().parse_args(arguments)
    command: Command = options.command
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(command(options))
    except CANNOT_START as error:
        sys.stderr.write(f"yishe {options.name}: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("yishe", description="Looks after large medical equipment.")
    commands = parser.add_subparsers(dest="name", required=True, metavar="command")

    def add(name: str, words: str, command: Command) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=words, description=words)
        added.set_defaults(command=command)
        return added

    serving = _listening(add("serve", "run the service", _serve))
    serving.add_argument(
        "--only", action="append", help="parts to run: pages, notifier, telemetry, timers, auditor"
    )
    demo = _listening(add("demo", "run service and sandbox with demo data", _demo))
    demo.add_argument(
        "--sandbox-port", type=int, default=0, help="port of the sandbox's page (0: next to --port)"
    )
    sandbox = add("sandbox", "play WeCom and a mail server, with everybody's phone on a page", _sandbox)
    sandbox.add_argument("--config", type=Path, required=True, help="who there is, as JSON")
    sandbox.add_argument("--host", default="127.0.0.1")
    sandbox.add_argument("--port", type=int, default=8001)
    sandbox.add_argument("--mail-port", type=int, default=8025)
    sandbox.add_argument("--machines", default="", help="broker of simulated machine rooms, mqtt://…")
    sandbox.add_argument("--end-with-input", action="store_true", help="end when standard input is closed")
    sandbox.add_argument("--allow-remote", action="store_true", help="listen beyond this machine")
    add_arguments(add("simulate", "play a gateway with its sensors, over MQTT", _simulate))
    add("migrate", "bring the database up to date", _migrate)
    saving = add("backup", "save database and files in one encrypted archive", _backup)
    saving.add_argument("file", type=Path)
    saving.add_argument("--verify", action="store_true", help="only look whether an archive is whole")
    bringing = add("restore", "bring a backup back into an empty installation", _restore)
    bringing.add_argument("file", type=Path)
    bringing.add_argument("--any-key", action="store_true", help="also without the master key of the backup")
    from bot.notify import add_arguments as add_notify_arguments  # noqa: PLC0415 - as in every command

    add_notify_arguments(
        add("notify", "test a channel, tell a message's way, send dead letters again", _notify)
    )
    add("check", "configured, reachable, migrated, and who cannot be told", _check)
    add("new-key", "make a master key", _new_key)
    rotating = add(
        "rotate-key", "seal anew with the newest master key what older ones have sealed", _rotate_key
    )
    rotating.add_argument(
        "--end-links", action="store_true", help="end follow-up links that were given out, and open forms"
    )
    beginning = add("new-administrator", "the first administrator, or a new password link for one", _begin)
    beginning.add_argument("--for", dest="username_of", help="user name of somebody who is there already")
    beginning.add_argument("--organisation", help="name of the hospital or authority at the top")
    beginning.add_argument("--kind", choices=["nation", "province", "city", "hospital"], default="hospital")
    beginning.add_argument("--name", help="the administrator's name")
    beginning.add_argument("--username", default="admin", help="the administrator's user name (admin)")
    diagram = add("diagram", "print the state diagram of a workflow", _diagram)
    diagram.add_argument("workflow")
    return parser


def _listening(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--host", help="address to listen on")
    parser.add_argument("--port", type=int, help="port to listen on")
    parser.add_argument("--public-url", help="where people reach the pages, such as https://yishe.example")
    return parser


def _settings(options: argparse.Namespace) -> Settings:
    given = {name: getattr(options, name, None) for name in ("host", "port", "public_url")}
    given["only"] = ",".join(getattr(options, "only", None) or [])
    settings = load_settings(**{name: value for name, value in given.items() if value not in (None, "")})
    configure_logs(settings.log_level, settings.log_format)
    return settings


async def _serve(options: argparse.Namespace) -> int:
    from bot.databases import databases  # noqa: PLC0415 - other commands start faster
    from bot.serve import serve, stop_on_signals  # noqa: PLC0415 - the same

    settings, stop = _settings(options), asyncio.Event()
    stop_on_signals(stop)
    async with databases(settings) as addresses:
        await serve(settings, addresses, stop)
    return 0


async def _demo(options: argparse.Namespace) -> int:
    from bot.demo.run import run_demo  # noqa: PLC0415 - only the demo needs its data

    return await run_demo(_settings(options), options.sandbox_port)


async def _sandbox(options: argparse.Namespace) -> int:
    from bot.demo.sandbox import play  # noqa: PLC0415 - the service never loads the stand-ins

    return await play(_settings(argparse.Namespace()), options)


async def _simulate(options: argparse.Namespace) -> int:
    from bot.serve import stop_on_signals  # noqa: PLC0415 - as above
    from telemetry.simulator.run import simulate  # noqa: PLC0415 - as above

    configure_logs("info", "auto")
    stop = asyncio.Event()
    stop_on_signals(stop)
    try:
        await simulate(options, stop)
    except ValueError as error:
        sys.stderr.write(f"yishe simulate: {error}\n")
        return 1
    return 0


async def _migrate(_: argparse.Namespace) -> int:
    from bot.databases import databases  # noqa: PLC0415 - as above
    from storage.migrate import migrate  # noqa: PLC0415 - as above

    async with databases(_settings(argparse.Namespace())) as addresses:
        await migrate(addresses.owner)
    return 0


async def _backup(options: argparse.Namespace) -> int:
    from bot.backup import backup  # noqa: PLC0415 - as above

    return await backup(_settings(argparse.Namespace()), options)


async def _restore(options: argparse.Namespace) -> int:
    from bot.backup import bring_back  # noqa: PLC0415 - as above

    return await bring_back(_settings(argparse.Namespace()), options)


async def _check(_: argparse.Namespace) -> int:
    from bot.check import check  # noqa: PLC0415 - as above
    from bot.databases import databases  # noqa: PLC0415 - as above

    settings, worst = _settings(argparse.Namespace()), 0
    async with databases(settings) as addresses:
        async for finding in check(settings, addresses.service):
            sys.stdout.write(f"{'ok  ' if finding.fine else 'FAIL'} {finding.subject}: {finding.words}\n")
            worst = max(worst, int(not finding.fine))
    return worst


async def _notify(options: argparse.Namespace) -> int:
    from bot.notify import notify  # noqa: PLC0415 - as above

    return await notify(_settings(argparse.Namespace()), options)


async def _begin(options: argparse.Namespace) -> int:
    from bot.beginning import begin  # noqa: PLC0415 - as above

    return await begin(_settings(argparse.Namespace()), options)


async def _rotate_key(options: argparse.Namespace) -> int:
    from bot.databases import databases  # noqa: PLC0415 - as above
    from bot.rotation import rotate_key  # noqa: PLC0415 - as above
    from storage.clock import RealClock  # noqa: PLC0415 - as above

    def say(line: str) -> None:
        sys.stdout.write(f"{line}\n")

    settings = _settings(argparse.Namespace())
    async with databases(settings) as addresses:
        return await rotate_key(settings, addresses.service, RealClock(), say, end_links=options.end_links)


async def _new_key(_: argparse.Namespace) -> int:
    from storage.sealing import new_master_key  # noqa: PLC0415 - as above

    sys.stdout.write(new_master_key() + "\n")
    return 0


async def _diagram(options: argparse.Namespace) -> int:
    from workflows.diagram import mermaid  # noqa: PLC0415 - as above
    from workflows.registry import all_workflows  # noqa: PLC0415 - as above

    sys.stdout.write(
        mermaid(all_workflows().named(options.workflow), Catalogues.load().gettext(SOURCE_LANGUAGE)) + "\n"
    )
    return 0
