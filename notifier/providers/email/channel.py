"""E-mail as a channel of the notifier."""

import asyncio
import ssl
from collections.abc import Mapping
from typing import Any

import aiosmtplib

from notifier.channel import Accepted, Account, Content
from notifier.providers.email.account import EmailAccount, account_of, checked_address
from notifier.providers.email.compose import FrozenMail, MailComposer, mail_bytes
from notifier.providers.email.errors import Stage, failure
from notifier.providers.email.photos import Contents, Photos
from notifier.providers.email.pool import Line, Pool, PoolSettings
from notifier.providers.unchangeable import Unchangeable
from notifier.trim import one_line
from storage.clock import Clock

# RFC 5321 grants a server ten minutes after DATA. A claimed message cannot wait so long: later than this
# it counts as "perhaps delivered", and the next try carries the same Message-ID.
_ANSWER_S, _TOTAL_S = 20.0, 60.0
# Photos make a mail large, and hospitals' lines are narrow: 2 Mbit/s.
_BYTES_A_SECOND = 256_000
_GOODBYE = 421
_TOO_LARGE = 552  # RFC 1870 6.1, of servers that do not say beforehand how much they take


Forms = tuple[bytes, bytes]
"""A mail with its photos, and without."""


class EmailChannel(Unchangeable):
    """Mails over connections that are kept. `files` is where photos are read; without it none go along.

    `tls_context` replaces the machine's trusted certificates.
    """

    kind = "email"

    def __init__(
        self,
        clock: Clock,
        files: Contents | None = None,
        *,
        answer_s: float = _ANSWER_S,
        total_s: float = _TOTAL_S,
        tls_context: ssl.SSLContext | None = None,
        pool: PoolSettings | None = None,
    ) -> None:
        self._clock = clock
        self._photos = Photos(files)
        self._answer_s, self._total_s = answer_s, total_s
        self._pool = Pool(answer_s, tls_context, pool or PoolSettings())
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
        photos = await self._photos.read(mail.photos)
        bare = mail_bytes(mail)
        forms = (mail_bytes(mail, photos), bare) if photos else (bare, bare)
        try:
            async with asyncio.timeout(self._total_s):
                note = await self._deliver_what_fits(
                    forms, checked_address(address), account.id, sender, progress
                )
        except (aiosmtplib.SMTPException, OSError) as error:
            failed = failure(error, progress.stage, sender.said_at_sign_in)
        else:
            return Accepted(mail.headers["Message-ID"], note=one_line(note)[:160])
        # Outside of the handler: the library's exception may quote what was said while signing in.
        raise failed

    async def close(self) -> None:
        """End the connections that lie idle."""
        await self._pool.close()

    async def _deliver_what_fits(
        self, forms: Forms, recipient: str, account_id: int, sender: EmailAccount, progress: "_Progress"
    ) -> str:
        """With photos, and without them once the server has found that too large."""
        whole, bare = forms
        try:
            return await self._deliver(forms, recipient, account_id, sender, progress)
        except aiosmtplib.SMTPResponseException as refusal:
            if refusal.code != _TOO_LARGE or progress.stage is not Stage.DATA or whole == bare:
                raise
        return await self._deliver((bare, bare), recipient, account_id, sender, progress)

    async def _deliver(
        self, forms: Forms, recipient: str, account_id: int, sender: EmailAccount, progress: "_Progress"
    ) -> str:
        """A kept connection that turns out to be gone before the mail was on it is replaced by a new one, once."""

        async def hand_over(line: Line) -> str:
            progress.used, progress.stage = line.used, Stage.SENDER
            await line.server.mail(sender.settings.return_path)
            progress.stage = Stage.RECIPIENT
            # One recipient a mail: a refusal is this recipient's, there is none in part.
            await line.server.rcpt(recipient)
            progress.stage = Stage.DATA
            mail = _fitting(forms, line)
            timeout = self._answer_s + len(mail) / _BYTES_A_SECOND
            return (await line.server.data(mail, timeout=timeout)).message

        try:
            return await self._pool.with_line(account_id, sender, hand_over)
        except (aiosmtplib.SMTPException, OSError) as error:
            if not progress.may_begin_anew(error):
                raise
        progress.stage = Stage.CONNECT
        return await self._pool.with_line(account_id, sender, hand_over, fresh=True)


def _fitting(forms: Forms, line: Line) -> bytes:
    """With photos, unless the server said that it takes no mail as large as that (RFC 1870)."""
    whole, bare = forms
    most = line.server.esmtp_extensions.get("size", "").strip()
    return bare if most.isdecimal() and 0 < int(most) < len(whole) else whole


class _Progress:
    """How far the mail came, for whoever has to judge what went wrong. `used`: on a connection that was kept."""

    stage = Stage.CONNECT
    used = False

    def may_begin_anew(self, error: Exception) -> bool:
        """Had the server ended the kept connection before the mail was on it?"""
        gone = isinstance(error, ConnectionError) or (
            isinstance(error, aiosmtplib.SMTPResponseException) and error.code == _GOODBYE
        )
        return self.used and gone and self.stage in (Stage.SENDER, Stage.RECIPIENT)
