"""Keeps the connections of smart robots: each robot is connected by one process, whichever gets hold of it.

The right to connect is a lock of a connection to the database: it ends with the process, and another one takes over.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import aiohttp
import asyncpg
import structlog

from bot.chat.wecom_bot import RobotChat
from notifier.channel import SendFailed, Verdict
from notifier.channels import Accounts, as_account
from notifier.providers.wecom_bot.account import BotAccount, account_of
from notifier.providers.wecom_bot.channel import outcome_of
from notifier.providers.wecom_bot.connection import BotConnection, Closed, connected
from notifier.providers.wecom_bot.frames import Cmd, TakenOver
from storage import bot_errands
from storage.bot_errands import Errand, holding
from storage.clock import Clock
from storage.database import AWAY_ERRORS, Database, DatabaseAway

LOOK_EVERY_S, NOTED_WITHIN_S = 1.0, 2.0
BACK_OFF_FIRST_S, BACK_OFF_MOST_S = 1.0, 60.0

log = structlog.get_logger()


class RobotHolder:
    """Looks now and then for robots that nobody holds; `close` lets go of those held here."""

    def __init__(
        self,
        db: Database,
        http: aiohttp.ClientSession,
        accounts: Accounts,
        chat: RobotChat,
        real: Clock,
        back_off: Callable[[int], float] | None = None,
    ) -> None:
        self._db = db
        self._http = http
        self._accounts = accounts
        self._chat = chat
        self._real = real
        self._back_off = back_off or _back_off
        self._held: dict[int, asyncio.Task[None]] = {}

    async def round(self) -> None:
        """Hold what is free, let go of what was switched off. Raises `DatabaseAway`."""
        wanted = await bot_errands.robots(self._db)
        for account_id, task in list(self._held.items()):
            if task.done() or account_id not in wanted:
                task.cancel()
                del self._held[account_id]
        for account_id in wanted:
            if account_id not in self._held:
                self._held[account_id] = asyncio.create_task(self._hold(account_id), name="wecom-bot-holder")
        await bot_errands.forget_expired(self._db, self._real.now())

    async def close(self) -> None:
        """For the service's end."""
        for task in self._held.values():
            task.cancel()
        await asyncio.gather(*self._held.values(), return_exceptions=True)
        self._held.clear()

    async def _hold(self, account_id: int) -> None:
        """Connect again and again while the lock is ours; ends when it is not."""
        failures = 0
        try:
            async with holding(self._db.dsn, account_id) as lock:
                while lock is not None and not lock.is_closed():
                    went_well = await self._one_connection(account_id, lock)
                    failures = 0 if went_well else failures + 1
                    await asyncio.sleep(self._back_off(failures))
        except DatabaseAway as away:
            log.warning("wecom_bot_not_held", account=account_id, why=str(away))
        except Exception:
            log.exception("wecom_bot_holder_broke", account=account_id)

    async def _one_connection(self, account_id: int, lock: asyncpg.Connection) -> bool:
        """Connected until it ends; was it ever?"""
        try:
            robot = await self._robot(account_id)
            async with connected(self._http, robot) as connection:
                log.info("wecom_bot_connected", account=account_id)
                await self._serve(account_id, robot, connection, lock)
        except Closed as closed:
            log.warning("wecom_bot_not_connected", account=account_id, why=closed.why)
            return False
        except SendFailed as refused:
            if refused.verdict is Verdict.TEMPORARY:  # messages wait for the next connection
                log.warning("wecom_bot_not_connected", account=account_id, why=refused.code)
                return False
            log.error("wecom_bot_refused", account=account_id, code=refused.code)  # noqa: TRY400 - says it all
            await self._answer_all(account_id, refused)
            return False
        return True

    async def _robot(self, account_id: int) -> BotAccount:
        opened = await self._accounts.by_id(account_id)
        if opened is None:
            raise Closed("switched off")
        return account_of(as_account(opened))

    async def _serve(
        self, account_id: int, robot: BotAccount, connection: BotConnection, lock: asyncpg.Connection
    ) -> None:
        """Events and errands, until the connection or the lock ends, or the account is changed."""
        news, lost = asyncio.Event(), asyncio.Event()

        def heard(*_: object) -> None:
            news.set()

        def gone(_: object) -> None:
            lost.set()

        lock.add_termination_listener(gone)
        await lock.add_listener(bot_errands.CHANNEL, heard)
        works = [
            asyncio.create_task(self._events(account_id, connection)),
            asyncio.create_task(self._errands(account_id, robot, connection, news)),
            asyncio.create_task(lost.wait()),
        ]
        ends = [*works, *([connection.ended] if connection.ended else [])]
        try:
            done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for work in done:
                work.result()
        except AWAY_ERRORS as away:
            raise DatabaseAway(str(away)) from None
        finally:
            if connection.is_over:
                news.set()  # what was under way is noted as such before the end
                await asyncio.wait(works[1:2], timeout=NOTED_WITHIN_S)
            for work in works:
                work.cancel()
            await asyncio.gather(*works, return_exceptions=True)
            lock.remove_termination_listener(gone)
            with suppress(*AWAY_ERRORS, asyncpg.InterfaceError):
                await lock.remove_listener(bot_errands.CHANNEL, heard)

    async def _events(self, account_id: int, connection: BotConnection) -> None:
        """Each by itself, since WeCom waits for none of them; those under way end with the connection."""
        async with asyncio.TaskGroup() as answers:
            async for event in connection.events():
                if isinstance(event, TakenOver):
                    break
                answers.create_task(self._chat.answer(account_id, connection, event))
        # Coming back at once would throw the other one out in turn, and so on.
        raise Closed("taken over by a newer connection")

    async def _errands(
        self, account_id: int, robot: BotAccount, connection: BotConnection, news: asyncio.Event
    ) -> None:
        """Send what is handed over; ends when the account was changed, so that it is connected anew."""
        while not connection.is_over and await self._robot(account_id) == robot:
            news.clear()
            async for errand in self._taken(account_id):
                await self._send(errand, connection)
                if connection.is_over:
                    return
            with suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), LOOK_EVERY_S)

    async def _taken(self, account_id: int) -> AsyncIterator[Errand]:
        """One after the other, so that of those behind it nobody has to ask whether they were sent."""
        while errands := await bot_errands.take(self._db, account_id, self._real.now(), 1):
            yield errands[0]

    async def _send(self, errand: Errand, connection: BotConnection) -> None:
        failure: SendFailed | None = None
        try:
            await connection.ask(Cmd.SEND, errand.body)
        except SendFailed as failed:
            failure = failed
        await bot_errands.done(self._db, errand.id, outcome_of(failure))

    async def _answer_all(self, account_id: int, refused: SendFailed) -> None:
        """A robot that WeCom refuses sends nothing: whoever waits is told why."""
        async for errand in self._taken(account_id):
            await bot_errands.done(self._db, errand.id, outcome_of(refused))


def _back_off(failures: int) -> float:
    """Seconds, growing, with jitter so that not all installations come back at one moment."""
    most = min(BACK_OFF_MOST_S, BACK_OFF_FIRST_S * 2 ** min(failures, 10))
    return random.uniform(most / 2, most)  # noqa: S311 - spreads retries, guards nothing
