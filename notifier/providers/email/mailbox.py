"""The mailbox to which bounces come, read by POP3 (RFC 1939): reports are taken, dealt with, and then deleted.

The library's client blocks, so each visit is made in a thread. A server lets one visitor in at a time, so of several
processes one reads.
"""

import asyncio
import poplib
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from notifier.providers.email.account import EmailAccount

ANSWER_S = 15.0
MOST_MAILS = 50
MOST_LINES = 1000
"""Of a mail's body: a report names what came back at its beginning, and whole mails may follow in it."""
LINE_TOO_LONG = "line too long"  # the library's words; nobody who keeps the rules writes such lines
UNREACHABLE = (poplib.error_proto, OSError)


@dataclass
class Left:
    """What stays in a mailbox, by the ids that its server gives: mails that are none of ours, and those it keeps back.

    POP3 knows no flags, so this is what keeps them from being read again and again before others.
    """

    strange: set[str] = field(default_factory=set)
    kept_back: set[str] = field(default_factory=set)

    def order(self, numbers: Mapping[str, int]) -> list[tuple[str, int]]:
        """What is to be read, the newest first; what the server would not give out last."""
        self.strange &= numbers.keys()
        self.kept_back &= numbers.keys()
        new = (item for item in numbers.items() if item[0] not in self.strange)
        return sorted(new, key=lambda item: (item[0] in self.kept_back, -item[1]))


class Mailbox:
    """One account's. Its methods raise what `UNREACHABLE` names."""

    def __init__(
        self, account: EmailAccount, left: Left | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self._account = account
        self.left = left or Left()
        self._tls = tls

    async def mails(self) -> Mapping[str, bytes]:
        """The beginnings of the newest mails in it that were not left there before, by their ids.

        One that breaks the rules is empty. One that the server does not give out is asked for again, after others.
        """
        return await asyncio.to_thread(self._mails)

    async def delete(self, ids: Sequence[str]) -> None:
        """They have been dealt with."""
        if ids:
            await asyncio.to_thread(self._delete, ids)

    def _mails(self) -> Mapping[str, bytes]:
        found: dict[str, bytes] = {}
        with self._visit() as visit:
            for id_, number in self.left.order(_numbers(visit))[:MOST_MAILS]:
                try:
                    found[id_] = b"\r\n".join(visit.top(number, MOST_LINES)[1])
                except poplib.error_proto as error:
                    if _is_refusal(error):
                        self.left.kept_back.add(id_)
                        continue
                    if error.args[0] != LINE_TOO_LONG:
                        raise
                    # The rest of it is still under way, so this visit is over.
                    return {**found, id_: b""}
            visit.quit()
        return found

    def _delete(self, ids: Sequence[str]) -> None:
        with self._visit() as visit:
            numbers = _numbers(visit)
            for id_ in ids:
                if id_ in numbers:
                    visit.dele(numbers[id_])
            visit.quit()  # what was deleted goes only now

    @contextmanager
    def _visit(self) -> Iterator[poplib.POP3]:
        """Whoever is done says so by QUIT; else nothing was deleted."""
        visit = self._enter()
        try:
            yield visit
        finally:
            visit.close()

    def _enter(self) -> poplib.POP3:
        settings, password = self._account.settings, self._account.secrets.bounce_password
        where = (settings.bounce_host, settings.bounce_port)
        visit: poplib.POP3
        if settings.bounce_tls == "implicit":
            context = self._tls or ssl.create_default_context()
            visit = poplib.POP3_SSL(*where, timeout=ANSWER_S, context=context)
        else:
            visit = poplib.POP3(*where, timeout=ANSWER_S)
        try:
            visit.user(settings.bounce_username)
            visit.pass_(password.get_secret_value() if password else "")
        except BaseException:
            visit.close()
            raise
        return visit


def _numbers(visit: poplib.POP3) -> dict[str, int]:
    """The number of each mail in this visit, by its lasting id."""
    _, lines, _ = visit.uidl()
    pairs = (line.decode("ascii", "replace").split(maxsplit=1) for line in lines)
    return {pair[1]: int(pair[0]) for pair in pairs if len(pair) > 1 and pair[0].isdecimal()}


def _is_refusal(error: poplib.error_proto) -> bool:
    """Did the server answer with a no? Then it waits for the next command."""
    return isinstance(error.args[0], bytes)
