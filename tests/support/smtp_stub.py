"""A mail server on loopback that speaks real SMTP and refuses, breaks off or goes silent when told to."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class SmtpStub:
    """What to answer at each command (None: accept), and what came in."""

    at_mail: str | None = None
    at_rcpt: str | None = None
    at_data: str | None = None
    at_sign_in: str | None = None
    silent_after_data: bool = False
    most_bytes: int = 32 * 1024 * 1024
    silently_most_bytes: int = 32 * 1024 * 1024
    slow_after_data_s: float = 0.0
    silent_at_noop: bool = False
    gone_after_data: bool = False
    goodbye_once: bool = False
    noops: int = 0
    greeted: list[str] = field(default_factory=list)
    lost: asyncio.Event = field(default_factory=asyncio.Event)
    lines: list[asyncio.Transport] = field(default_factory=list)
    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    envelopes: list[tuple[str | None, list[str]]] = field(default_factory=list)
    sign_ins: list[tuple[str, str]] = field(default_factory=list)
    over_tls: list[bool] = field(default_factory=list)
    release: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_EHLO(  # noqa: N802 - the server's name for it
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.greeted.append(hostname)
        if _wire(server) not in self.lines:
            self.lines.append(_wire(server))
        return responses

    async def handle_NOOP(  # noqa: N802 - the server's name for it
        self, server: SMTP, session: Session, envelope: Envelope, arg: str
    ) -> str:
        self.noops += 1
        if self.silent_at_noop:
            await self.release.wait()
        return "250 OK"

    async def handle_MAIL(  # noqa: N802 - the server's name for it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.goodbye_once:
            self.goodbye_once = False
            return "421 4.3.2 Closing"
        envelope.mail_from = address
        return self.at_mail or "250 OK"

    async def handle_RCPT(  # noqa: N802 - the server's name for it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.at_rcpt:
            return self.at_rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - same
        if self.at_data:
            return self.at_data
        if len(envelope.content or b"") > self.silently_most_bytes:
            return "552 5.3.4 Message size exceeds fixed limit"
        self._keep(server, envelope)
        if self.silent_after_data:
            await self.release.wait()
        await asyncio.sleep(self.slow_after_data_s)
        if self.gone_after_data:
            _wire(server).abort()
        return "250 OK queued as 42"

    def sign_in(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        self.sign_ins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=not self.at_sign_in, message=self.at_sign_in, handled=False)

    def _keep(self, server: SMTP, envelope: Envelope) -> None:
        content = envelope.content
        assert isinstance(content, bytes)
        self.raw.append(content)
        self.mails.append(message_from_bytes(content, policy=default))
        self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
        self.over_tls.append(_wire(server).get_extra_info("ssl_object") is not None)


class _Watched(SMTP):
    """Tells the stub that a connection has ended."""

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.event_handler.lost.set()


def _wire(server: SMTP) -> asyncio.Transport:
    assert isinstance(server.transport, asyncio.Transport)
    return server.transport


@asynccontextmanager
async def serving(
    stub: SmtpStub, *, starttls: ssl.SSLContext | None = None, implicit: ssl.SSLContext | None = None
) -> AsyncIterator[SmtpStub]:
    """Listen on a free port until the end of the block."""
    options: dict[str, Any] = {"tls_context": starttls, "authenticator": stub.sign_in}
    options["data_size_limit"] = stub.most_bytes
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: _Watched(stub, hostname="mx.example", auth_require_tls=False, **options),
        "127.0.0.1",
        0,
        ssl=implicit,
    )
    stub.port = server.sockets[0].getsockname()[1]
    try:
        yield stub
    finally:
        stub.release.set()
        server.close()
        await server.wait_closed()
