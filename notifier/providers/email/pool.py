"""Connections to mail servers, kept for the next mail: a sign-in and two handshakes cost more than the mail itself.

A connection that was quiet for a while is asked by NOOP before it is trusted; one that has carried its share of mails,
or is quiet for too long, is closed. Servers count a sender's connections, so an account has a few at most.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import aiosmtplib

from notifier.providers.email.account import EmailAccount

GOODBYE_S = 2.0
# It says goodbye, or what it said was no answer.
_OUT_OF_STEP = (aiosmtplib.SMTPStatus.domain_unavailable, aiosmtplib.SMTPStatus.invalid_response)


@dataclass(frozen=True)
class PoolSettings:
    """Times in seconds. `most`: connections of an account; `mails`: that one connection carries.

    Many servers end a quiet connection after half a minute, and RFC 5321 lets none of them end one within a command.
    """

    idle_s: float = 25.0
    trusted_s: float = 3.0
    most: int = 4
    mails: int = 100


@dataclass
class Line:
    """One connection. `used`: it has carried a mail before, so the server may have ended it meanwhile."""

    server: aiosmtplib.SMTP
    mails: int = 0
    quiet_since: float = 0.0
    ending: asyncio.TimerHandle | None = None

    @property
    def used(self) -> bool:
        return self.mails > 0


@dataclass
class _Account:
    """The lines of one account, as it stood when they were made."""

    of: EmailAccount
    room: asyncio.Semaphore
    idle: list[Line] = field(default_factory=list)


class Pool:
    """Lends lines. `answer_s` is for one answer of a server, `tls` replaces the machine's trusted certificates."""

    def __init__(self, answer_s: float, tls: ssl.SSLContext | None, settings: PoolSettings) -> None:
        self._answer_s = answer_s
        self._tls = tls
        self._settings = settings
        self._accounts: dict[int, _Account] = {}
        self.opened = 0

    async def with_line(
        self,
        account_id: int,
        sender: EmailAccount,
        do: Callable[[Line], Awaitable[str]],
        *,
        fresh: bool = False,
    ) -> str:
        """Do something with a line, which is kept if the conversation is still in step afterwards.

        `fresh`: a new one, whatever lies idle. Raises what `do`, connecting and signing in raise.
        """
        account = self._account(account_id, sender)
        async with account.room:
            line = None if fresh else await self._idle(account)
            line = line or await self._connect(sender)
            try:
                said = await do(line)
            except aiosmtplib.SMTPResponseException as refusal:
                await self._after_refusal(account, line, refusal)
                raise
            except BaseException:
                line.server.close()
                raise
            line.mails += 1
            self._keep(account, line)
            return said

    async def close(self) -> None:
        """End all that lies idle, politely."""
        lines = [line for account in self._accounts.values() for line in account.idle]
        self._accounts.clear()
        await asyncio.gather(*(_say_goodbye(line) for line in lines))

    def _account(self, account_id: int, sender: EmailAccount) -> _Account:
        """With other settings it is another account, and its former lines are left to end."""
        known = self._accounts.get(account_id)
        if known is None or known.of != sender:
            known = _Account(sender, asyncio.Semaphore(self._settings.most))
            self._accounts[account_id] = known
        return known

    async def _idle(self, account: _Account) -> Line | None:
        """The line that was used last, if the server still holds it."""
        while account.idle:
            line = account.idle.pop()
            if line.ending:
                line.ending.cancel()
            if await self._lives(line):
                return line
            line.server.close()
        return None

    async def _lives(self, line: Line) -> bool:
        if not line.server.is_connected:
            return False
        if asyncio.get_running_loop().time() - line.quiet_since < self._settings.trusted_s:
            return True
        return await _answers(line, line.server.noop(timeout=GOODBYE_S))

    async def _connect(self, sender: EmailAccount) -> Line:
        settings, (user, password) = sender.settings, sender.login or (None, None)
        server = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            username=user,
            password=password,
            use_tls=settings.tls == "implicit",
            start_tls=settings.tls == "starttls",
            # The machine's own name may be one that no server believes, and looking it up can take seconds.
            local_hostname=settings.message_id_domain,
            tls_context=self._tls,
            timeout=self._answer_s,
        )
        try:
            await server.connect()
        except BaseException:
            server.close()
            raise
        self.opened += 1
        return Line(server)

    async def _after_refusal(
        self, account: _Account, line: Line, refusal: aiosmtplib.SMTPResponseException
    ) -> None:
        """A refused mail leaves the conversation in step once it is reset, unless the server says goodbye."""
        if refusal.code in _OUT_OF_STEP or not await _answers(line, line.server.rset(timeout=GOODBYE_S)):
            line.server.close()
            return
        line.mails += 1
        self._keep(account, line)

    def _keep(self, account: _Account, line: Line) -> None:
        if line.mails >= self._settings.mails or not line.server.is_connected:
            line.server.close()
            return
        loop = asyncio.get_running_loop()
        line.quiet_since = loop.time()
        line.ending = loop.call_later(self._settings.idle_s, self._end, account, line)
        account.idle.append(line)

    def _end(self, account: _Account, line: Line) -> None:
        if line in account.idle:
            account.idle.remove(line)
            line.server.close()


async def _answers(line: Line, asked: Awaitable[object]) -> bool:
    """Does the server answer as it should?"""
    try:
        await asked
    except (aiosmtplib.SMTPException, OSError):
        return False
    except (
        BaseException
    ):  # nobody waits for it any more, and what comes now would be taken for another answer
        line.server.close()
        raise
    return True


async def _say_goodbye(line: Line) -> None:
    """Whatever happens to the farewell changes nothing."""
    if line.ending:
        line.ending.cancel()
    try:
        await line.server.quit(timeout=GOODBYE_S)
    except (aiosmtplib.SMTPException, OSError):
        pass
    finally:
        line.server.close()
