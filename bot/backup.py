"""`yishe backup` and `yishe restore`: which installation, which passphrase, and what is said about it."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Coroutine
from importlib.metadata import version
from typing import Any

from bot.databases import databases
from bot.master_key import FILE, master_key
from bot.settings import Settings, SettingsWrong
from storage.backup import BackupFailed
from storage.backup.archive import Manifest, verify
from storage.backup.making import Place, make
from storage.backup.restoring import restore
from storage.clock import RealClock

NAMED_AT_MOST = 5


async def backup(settings: Settings, options: argparse.Namespace) -> int:
    """Make a backup, or look through one that there is; the exit code. Raises `BackupFailed`, `SettingsWrong`."""
    passphrase = _passphrase(settings)
    if options.verify:
        manifest = await _unless_stopped(verify(options.file, passphrase))
        _say(f"{options.file} is whole: {_contents(manifest)}")
        return 0
    async with databases(settings) as addresses:
        place = Place(addresses.owner, settings.data_dir / "files", _key_id(settings))
        made = make(place, options.file, passphrase, RealClock().now(), version("yishe"))
        manifest = await _unless_stopped(made)
    _say(f"{options.file} made: {_contents(manifest)}")
    for names, words in ((manifest.missing, "are not there"), (manifest.damaged, "are not what they were")):
        if names:
            _say(f"WARNING: {len(names)} files {words}: {', '.join(names[:NAMED_AT_MOST])} …")
    return 0


async def bring_back(settings: Settings, options: argparse.Namespace) -> int:
    """Restore a backup into this empty installation; the exit code. Raises `BackupFailed`, `SettingsWrong`."""
    passphrase = _passphrase(settings)
    async with databases(settings) as addresses:
        place = Place(addresses.owner, settings.data_dir / "files", _key_id(settings))
        manifest = await _unless_stopped(restore(options.file, place, passphrase, any_key=options.any_key))
    _say(f"restored: {_contents(manifest)}")
    return 0


def _passphrase(settings: Settings) -> str:
    if settings.backup_passphrase is None:
        raise SettingsWrong("YISHE_BACKUP_PASSPHRASE: is needed (or YISHE_BACKUP_PASSPHRASE_FILE)")
    return settings.backup_passphrase.get_secret_value()


def _key_id(settings: Settings) -> str:
    """The id of the master key; empty where there is none yet: none is made here."""
    if settings.master_key is None and not settings.has_server and not (settings.data_dir / FILE).exists():
        return ""
    return master_key(settings).key_id.hex()


async def _unless_stopped(work: Coroutine[Any, Any, Manifest]) -> Manifest:
    """Ctrl-C and SIGTERM end it in order, so that what is half done is removed."""
    task = asyncio.ensure_future(work)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        raise BackupFailed("stopped before the end; nothing half done was left behind") from None


def _contents(manifest: Manifest) -> str:
    size = (manifest.dump_bytes + sum(manifest.files.values())) / 1e6
    key = f"it needs the master key with the id {manifest.key_id}"
    return (
        f"{sum(manifest.tables.values())} rows in {len(manifest.tables)} tables, {len(manifest.files)} files, "
        f"{size:.1f} MB, of {manifest.made_at}; {key if manifest.key_id else 'nothing was sealed yet'}"
    )


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
