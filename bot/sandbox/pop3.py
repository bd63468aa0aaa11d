"""The mail server's boxes over POP3, as RFC 1939 has it. Any password that begins with "sandbox-" opens one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from bot.sandbox.config import SECRET_PREFIX
from bot.sandbox.mails import Mail
from bot.sandbox.world import World


class _Visit:
    """One connection."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._user = ""
        self._mails: list[Mail] | None = None
        self._gone: set[int] = set()

    def answer(self, line: str) -> tuple[bytes, bool]:
        """What is said to a command, and whether the visit goes on."""
        command, _, rest = line.partition(" ")
        if command.upper() == "QUIT":
            self._leave()
            return b"+OK\r\n", False
        handle = {"USER": self._name, "PASS": self._enter}.get(command.upper())
        if handle is None and self._mails is not None:
            handle = {"UIDL": self._ids, "TOP": self._begin, "RETR": self._read, "DELE": self._delete}.get(
                command.upper()
            )
        return (handle(rest) if handle else b"-ERR\r\n"), True

    def _name(self, user: str) -> bytes:
        self._user = user.lower()
        return b"+OK\r\n"

    def _enter(self, password: str) -> bytes:
        if self._user not in self._world.mails or not password.startswith(SECRET_PREFIX):
            return b"-ERR [AUTH]\r\n"
        self._mails = list(self._world.mails[self._user])
        return b"+OK\r\n"

    def _ids(self, _: str) -> bytes:
        lines = [f"{number} {mail.id}" for number, mail in enumerate(self._mails or (), start=1)]
        return "\r\n".join(["+OK", *lines, ".", ""]).encode()

    def _read(self, number: str) -> bytes:
        mail = self._mail(number)
        return _lines(mail.raw.splitlines()) if mail else b"-ERR\r\n"

    def _begin(self, what: str) -> bytes:
        """The headers and so many lines of the body."""
        number, _, most = what.partition(" ")
        mail = self._mail(number)
        if mail is None or not most.isdecimal():
            return b"-ERR\r\n"
        lines = mail.raw.splitlines()
        headers = lines.index(b"") if b"" in lines else len(lines)
        return _lines(lines[: headers + 1 + int(most)])

    def _delete(self, number: str) -> bytes:
        mail = self._mail(number)
        if mail is None:
            return b"-ERR\r\n"
        self._gone.add(mail.id)
        return b"+OK\r\n"

    def _mail(self, number: str) -> Mail | None:
        mails = self._mails or []
        return mails[int(number) - 1] if number.isdecimal() and 0 < int(number) <= len(mails) else None

    def _leave(self) -> None:
        """What was deleted goes when the visit ends in order."""
        box = self._world.mails.get(self._user)
        for mail in [mail for mail in box or () if mail.id in self._gone]:
            self._world.mails[self._user].remove(mail)
        self._world.touch()


def _lines(lines: list[bytes]) -> bytes:
    told = [b"." + line if line.startswith(b".") else line for line in lines]
    return b"\r\n".join([b"+OK", *told, b".", b""])


@asynccontextmanager
async def mailboxes(world: World, host: str, port: int) -> AsyncIterator[int]:
    """POP3 for the length of a `with`, which hears the port; port 0 takes a free one."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit, goes_on = _Visit(world), True
        writer.write(b"+OK sandbox\r\n")
        with suppress(ConnectionError):
            while goes_on and (line := await reader.readline()):
                said, goes_on = visit.answer(line.decode("utf-8", "replace").rstrip("\r\n"))
                writer.write(said)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, host, port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
