"""Debian's Mosquitto as a process of the test, with a session store that survives its death."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

STARTS_WITHIN_S = 15.0
PROGRAM = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")

needs_mosquitto = pytest.mark.skipif(
    PROGRAM is None, reason="no Mosquitto here; only root can install it with apt-get (tests/mosquitto.sh)"
)


@dataclass
class Mosquitto:
    """One broker; it can be killed and started again on the same port with the same store."""

    folder: Path
    port: int
    settings: str = ""
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        assert PROGRAM is not None
        store = self.folder / "store"
        store.mkdir(exist_ok=True)
        config = self.folder / "mosquitto.conf"
        config.write_text(
            f"listener {self.port} 127.0.0.1\n{self.settings or 'allow_anonymous true'}\n"
            f"persistence true\npersistence_location {store}/\n"
            # As root it would give up its rights, and then could not write to the store.
            "autosave_on_changes true\nautosave_interval 1\nmax_queued_messages 0\nuser root\n"
        )
        log = (self.folder / "mosquitto.log").open("ab")
        self.process = await asyncio.create_subprocess_exec(
            PROGRAM, "-c", str(config), stdout=log, stderr=log
        )
        log.close()
        async with asyncio.timeout(STARTS_WITHIN_S):
            while not await _open(self.port):  # noqa: ASYNC110 - the broker sets no event of ours
                await asyncio.sleep(0.02)

    async def stop(self, number: int = signal.SIGTERM) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(number)
            await self.process.wait()


@asynccontextmanager
async def running_mosquitto(folder: Path, port: int, settings: str = "") -> AsyncIterator[Mosquitto]:
    broker = Mosquitto(folder, port, settings)
    await broker.start()
    try:
        yield broker
    finally:
        await broker.stop()


async def _open(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
