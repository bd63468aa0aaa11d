"""A mail server that keeps what it takes, and misbehaves when told to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiosmtpd.smtp import SMTP, Envelope, Session

from bot.sandbox.mails import not_delivered, parse_mail
from bot.sandbox.world import World

MOST_BYTES = 25 * 1024 * 1024


class MailHandler:
    """aiosmtpd's hooks: who may receive, and where mail goes."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def handle_RCPT(  # noqa: N802 -- the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Unknown and refused addresses get 550."""
        refused = {entry.lower() for entry in self._world.faults.mail.refuse}
        if address.lower() in refused:
            return "550 5.7.1 recipient refused"
        if address.lower() not in self._world.mails:
            return "550 5.1.1 user unknown"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 -- the name is aiosmtpd's
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep the mail in every recipient's box."""
        if self._world.faults.use_temporary_mail_failure():
            return "451 4.3.0 try again later"
        self._keep(envelope)
        if self._world.faults.use_disconnect():
            _abort(server.transport)
        return "250 2.0.0 OK"

    def _keep(self, envelope: Envelope) -> None:
        raw = envelope.original_content or b""
        lost = {address.lower() for address in self._world.faults.mail.bounce}
        for address in dict.fromkeys(address.lower() for address in envelope.rcpt_tos):
            if address in lost:
                self._come_back(envelope.mail_from or "", address, raw)
                continue
            mail = parse_mail(
                self._world.next_id(),
                self._world.now(),
                envelope.mail_from or "",
                [str(recipient) for recipient in envelope.rcpt_tos],
                raw,
            )
            self._world.mails[address].append(mail)

    def _come_back(self, sender: str, address: str, raw: bytes) -> None:
        """A report to the envelope's sender, if that has a mailbox here."""
        box = self._world.mails.get(sender.lower())
        if box is not None:
            report = not_delivered(sender, address, raw)
            box.append(parse_mail(self._world.next_id(), self._world.now(), "", [sender], report))


def _abort(transport: asyncio.BaseTransport | None) -> None:
    # uvloop's transports are none of asyncio's classes, though they can all abort.
    if transport is not None:
        transport.abort()  # type: ignore[attr-defined]


@asynccontextmanager
async def mail_server(world: World, host: str, port: int) -> AsyncIterator[int]:
    """SMTP for the length of a `with`, which hears the port; port 0 takes a free one."""
    connections: set[SMTP] = set()

    def connection() -> SMTP:
        smtp = SMTP(
            MailHandler(world),
            data_size_limit=MOST_BYTES,
            enable_SMTPUTF8=True,
            hostname="sandbox.invalid",
        )
        connections.add(smtp)
        return smtp

    server = await asyncio.get_running_loop().create_server(connection, host, port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for smtp in connections:
            _abort(smtp.transport)
        await server.wait_closed()
