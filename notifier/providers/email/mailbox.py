"""The mailbox to which bounces come, read by POP3 (RFC 1939): mails are taken, dealt with, and then deleted.

The library's client blocks, so each visit is made in a thread. A server lets one visitor in at a time, so of several
processes one reads.
"""

import asyncio
import poplib
import ssl
from collections.abc import Mapping, Sequence

from notifier.providers.email.account import EmailAccount

ANSWER_S = 15.0
MOST_MAILS = 50
UNREACHABLE = (poplib.error_proto, OSError)


class Mailbox:
    """One account's. Its methods raise what `UNREACHABLE` names."""

    def __init__(self, account: EmailAccount, tls: ssl.SSLContext | None = None) -> None:
        self._account = account
        self._tls = tls

    async def mails(self) -> Mapping[str, bytes]:
        """The oldest mails in it, by the id that the server gives them."""
        return await asyncio.to_thread(self._mails)

    async def delete(self, ids: Sequence[str]) -> None:
        """They have been dealt with."""
        if ids:
            await asyncio.to_thread(self._delete, ids)

    def _mails(self) -> Mapping[str, bytes]:
        visit = self._enter()
        try:
            numbers = list(_numbers(visit).items())[:MOST_MAILS]
            return {id_: b"\r\n".join(visit.retr(number)[1]) for id_, number in numbers}
        finally:
            visit.quit()

    def _delete(self, ids: Sequence[str]) -> None:
        visit = self._enter()
        try:
            numbers = _numbers(visit)
            for id_ in ids:
                if id_ in numbers:
                    visit.dele(numbers[id_])
        finally:
            visit.quit()  # what was deleted goes only now

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
    return {pair[1]: int(pair[0]) for pair in pairs if len(pair) > 1}
