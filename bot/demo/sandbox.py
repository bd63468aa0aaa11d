"""`yishe sandbox`: the stand-ins as a program of their own, with the product's clock in their hand."""

import argparse
import asyncio
import random
import sys
import time
from datetime import timedelta

from bot.catalogues import DEFAULT_LANGUAGE, Catalogues
from bot.databases import databases
from bot.demo.stories import MachineStories
from bot.sandbox.app import Surroundings
from bot.sandbox.clock import ClockAwayError, ClockState
from bot.sandbox.config import load_config
from bot.sandbox.errors import SandboxError
from bot.sandbox.serve import Addresses, serve
from bot.serve import stop_on_signals
from bot.settings import Settings
from storage import business_time, timers
from storage.clock import BusinessClock, Clock, RealClock
from storage.database import Database, DatabaseAway
from storage.texts import N_

AWAY = N_("The clock cannot be read: the database does not answer.")


class StoredClock:
    """The business clock in the database, as the sandbox's page moves it."""

    def __init__(self, db: Database, real: Clock) -> None:
        self._db = db
        self._clock = BusinessClock(real)

    async def state(self) -> ClockState:
        """The clock as it stands; raises `ClockAwayError`."""
        try:
            async with self._db.connection() as connection:
                state = await business_time.refresh(connection, self._clock)
                due = await timers.next_due(connection)
        except DatabaseAway:
            raise ClockAwayError(AWAY) from None
        return ClockState(self._clock.now(), timedelta(seconds=state.offset_s), state.moving, due)

    async def advance(self, seconds: float) -> None:
        """Move business time forward; raises `ClockAwayError`."""
        await self._advance(seconds)

    async def advance_to_next(self) -> None:
        """Move business time to the next deadline, if there is one."""
        state = await self.state()
        if state.next_due is not None:
            await self._advance(max((state.next_due - state.now).total_seconds(), 0.001))

    async def _advance(self, seconds: float) -> None:
        try:
            async with self._db.transaction() as tx:
                await business_time.advance(tx, seconds)
        except DatabaseAway:
            raise ClockAwayError(AWAY) from None


async def play(settings: Settings, options: argparse.Namespace) -> int:
    """Play until Ctrl-C; the exit code."""
    stop = asyncio.Event()
    stop_on_signals(stop)
    if options.end_with_input:
        await _stop_at_end_of_input(stop)
    try:
        config = load_config(options.config)
        async with databases(settings) as addresses, Database.open(addresses.service, max_size=2) as db:
            real = RealClock()
            around = Surroundings(
                now=real.now,
                monotonic=time.monotonic,
                rng=random.SystemRandom(),
                clock_control=StoredClock(db, real),
                stories=MachineStories(options.machines) if options.machines else None,
                gettext=Catalogues.load().gettext(DEFAULT_LANGUAGE),
                language=DEFAULT_LANGUAGE,
            )

            async def until_stopped(_: Addresses) -> None:
                await stop.wait()

            await serve(
                config,
                options.host,
                options.port,
                options.mail_port,
                around,
                until=until_stopped,
                allow_remote=options.allow_remote,
            )
    except SandboxError as error:
        sys.stderr.write(f"yishe sandbox: {error}\n")
        return 1
    return 0


class _UntilClosed(asyncio.Protocol):
    """Hears when the other end of standard input is gone, however its process ended."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop

    def eof_received(self) -> None:
        self._stop.set()

    def connection_lost(self, _: Exception | None) -> None:
        self._stop.set()


async def _stop_at_end_of_input(stop: asyncio.Event) -> None:
    await asyncio.get_running_loop().connect_read_pipe(lambda: _UntilClosed(stop), sys.stdin)
