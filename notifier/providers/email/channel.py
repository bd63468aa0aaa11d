"""E-mail as a channel of the notifier."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiosmtplib

from notifier.channel import Accepted, Account, Content
from notifier.providers.email.account import EmailAccount, account_of, checked_address
from notifier.providers.email.compose import FrozenMail, MailComposer, mail_bytes
from notifier.providers.email.errors import Stage, failure
from notifier.providers.unchangeable import Unchangeable
from notifier.trim import one_line
from storage.clock import Clock

# RFC 5321 grants a server ten minutes after DATA. A claimed message cannot wait so long: later than this
# it counts as "perhaps delivered", and the next try carries the same Message-ID.
_ANSWER_S, _TOTAL_S = 20.0, 60.0
_GOODBYE_S = 2.0


class EmailChannel(Unchangeable):
    """One connection a mail. `tls_context` replaces the machine's trusted certificates."""

    kind = "email"

    def __init__(
        self,
        clock: Clock,
        *,
        answer_s: float = _ANSWER_S,
        total_s: float = _TOTAL_S,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        self._clock = clock
        self._answer_s = answer_s
        self._total_s = total_s
        self._tls_context = tls_context
        self._composer = MailComposer()

    def compose(self, content: Content, address: str, account: Account) -> dict[str, Any]:
        """Subject, both bodies and all headers, its date included. Raises SendFailed."""
        settings = account_of(account).settings
        return self._composer.freeze(
            content, checked_address(address), settings, self._clock.now()
        ).model_dump()

    async def send(self, payload: Mapping[str, Any], address: str, account: Account) -> Accepted:
        """`provider_id` is the mail's Message-ID. Raises SendFailed."""
        mail = FrozenMail.model_validate(payload)
        sender = account_of(account)
        progress = _Progress()
        try:
            async with asyncio.timeout(self._total_s):
                note = await self._deliver(mail_bytes(mail), checked_address(address), sender, progress)
        except (aiosmtplib.SMTPException, OSError) as error:
            failed = failure(error, progress.stage)
        else:
            return Accepted(mail.headers["Message-ID"], note=one_line(note)[:160])
        # Outside of the handler: the library's exception may quote what was said while signing in.
        raise failed

    async def _deliver(self, mail: bytes, recipient: str, sender: EmailAccount, progress: "_Progress") -> str:
        async with self._connection(sender) as server:
            progress.stage = Stage.SENDER
            await server.mail(sender.settings.sender_address)
            progress.stage = Stage.RECIPIENT
            # One recipient a mail: a refusal is this recipient's, there is none in part.
            await server.rcpt(recipient)
            progress.stage = Stage.DATA
            return (await server.data(mail)).message

    @asynccontextmanager
    async def _connection(self, sender: EmailAccount) -> AsyncIterator[aiosmtplib.SMTP]:
        settings, (user, password) = sender.settings, sender.login or (None, None)
        server = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            username=user,
            password=password,
            use_tls=settings.tls == "implicit",
            start_tls=settings.tls == "starttls",
            tls_context=self._tls_context,
            timeout=self._answer_s,
        )
        try:
            await server.connect()
            yield server
            await _say_goodbye(server)
        finally:
            server.close()


class _Progress:
    """How far the mail came, for whoever has to judge what went wrong."""

    stage = Stage.CONNECT


async def _say_goodbye(server: aiosmtplib.SMTP) -> None:
    """The mail is accepted; whatever happens to the farewell changes nothing."""
    try:
        await server.quit(timeout=_GOODBYE_S)
    except (aiosmtplib.SMTPException, OSError):
        return
