"""Reads the mailboxes of bounces: a mail that came back is refused in the ledger, and the next way is taken."""

from collections.abc import Mapping
from typing import Protocol

import structlog

from notifier.channel import Account, SendFailed
from notifier.providers.email.account import EmailAccount, account_of
from notifier.providers.email.bounces import Bounce, read_bounce
from notifier.providers.email.mailbox import UNREACHABLE, Left, Mailbox
from storage import receipts
from storage.channel_accounts import OpenedAccount
from storage.clock import Clock
from storage.database import Database
from storage.receipts import Noted, Receipt
from storage.sealing import SealBroken
from storage.texts import N_

KIND = "email"
CAME_BACK = N_("The mail bounced: the server of the address did not accept it.")
WITH_MAILBOX = """
SELECT id FROM channel_account WHERE kind = 'email' AND active AND coalesce(settings->>'bounce_host', '') <> ''
"""

_DEALT_WITH = (Noted.NEWS, Noted.NOTHING_NEW)

log = structlog.get_logger()


class Accounts(Protocol):
    """Channel accounts with their secrets opened."""

    async def by_id(self, account_id: int) -> OpenedAccount | None:
        """The active account of that id."""
        ...


class Bounces:
    """Reads them by rounds. `clock` is the real one."""

    def __init__(self, db: Database, accounts: Accounts, clock: Clock) -> None:
        self._db = db
        self._accounts = accounts
        self._clock = clock
        self._left: dict[int, Left] = {}

    async def read(self) -> int:
        """Look into every mailbox once; how many mails had come back. Raises `DatabaseAway`."""
        found = 0
        for row in await self._db.fetch(WITH_MAILBOX):
            opened = await self._opened(row["id"])
            if opened is not None:
                found += await self._look(row["id"], opened)
        return found

    async def _opened(self, account_id: int) -> EmailAccount | None:
        try:
            known = await self._accounts.by_id(account_id)
            return account_of(Account(account_id, known.settings, known.secrets)) if known else None
        except (SealBroken, SendFailed) as error:
            log.warning("bounces_unread", account=account_id, reason=type(error).__name__)
            return None

    async def _look(self, account_id: int, account: EmailAccount) -> int:
        left = self._left.setdefault(account_id, Left())
        mailbox = Mailbox(account, left)
        try:
            mails = await mailbox.mails()
            bounces = _bounces(mails, account.settings.message_id_domain)
            noted = {id_: await self._note(account_id, bounce) for id_, bounce in bounces.items()}
            self._leave(
                account_id, left, {id_ for id_ in mails if noted.get(id_, Noted.UNKNOWN) is Noted.UNKNOWN}
            )
            # One that came back before it was noted as sent is read again in the next round.
            await mailbox.delete([id_ for id_, of in noted.items() if of in _DEALT_WITH])
        except UNREACHABLE as error:
            # The words of a server may repeat what was said while signing in.
            log.warning("bounces_unread", account=account_id, reason=type(error).__name__)
            return 0
        return len([bounce for bounce in bounces.values() if bounce.status])

    def _leave(self, account_id: int, left: Left, strange: set[str]) -> None:
        """What is none of ours stays for people to read, whoever wrote it."""
        if strange:
            left.strange |= strange
            log.info("mails_left_in_mailbox", account=account_id, new=len(strange), all=len(left.strange))

    async def _note(self, account_id: int, bounce: Bounce) -> Noted:
        if not bounce.status:
            return Noted.NOTHING_NEW
        receipt = Receipt(
            unique_id=bounce.unique_id,
            provider_id=bounce.message_id,
            delivered=False,
            code=bounce.status,
            at=self._clock.now(),
            reason=CAME_BACK,
        )
        noted = await receipts.note(self._db, account_id, receipt, self._clock.now())
        log.info("mail_came_back", account=account_id, status=bounce.status, noted=noted)
        return noted


def _bounces(mails: Mapping[str, bytes], domain: str) -> dict[str, Bounce]:
    found = {id_: _read(raw, domain) for id_, raw in mails.items()}
    return {id_: bounce for id_, bounce in found.items() if bounce is not None}


def _read(raw: bytes, domain: str) -> Bounce | None:
    try:
        return read_bounce(raw, domain)
    except Exception as error:  # noqa: BLE001 - whatever a stranger wrote keeps nobody else's report from being read
        log.warning("mail_unreadable", reason=type(error).__name__)
        return None
