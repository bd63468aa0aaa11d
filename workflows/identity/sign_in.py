"""Sign-in, sessions that time out, and what ends them.

GB/T 22239-2019, 8.1.4.1 b: failed sign-ins are limited, idle sessions end. Its numbers are ours to set.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

import structlog

from storage import audit, sessions
from storage.audit import AuditRow
from storage.clock import Clock
from storage.database import Connection, Database
from storage.directory import Viewer
from storage.rates import Rate
from storage.sessions import NewSession, SignInAccount
from workflows.actor import Door
from workflows.identity.lockout import Lockout, SignInLocked, SignInRefused
from workflows.identity.password_policy import policy_at
from workflows.identity.passwords import HashCost, Passwords

__all__ = ["SignIn", "SignInLocked", "SignInRefused", "SignInSettings"]

TOUCH_EVERY = timedelta(minutes=1)

log = structlog.get_logger()


class Way(StrEnum):
    """How somebody signed in."""

    PASSWORD = "password"  # noqa: S105 - the name of a way
    WECOM = "wecom"
    WECOM_SCAN = "wecom_scan"


@dataclass(frozen=True)
class SignInSettings:
    """Limits of sign-in. `passwords_at_once` bounds memory: each check takes `cost.memory_kib`.

    `name_failures` and `network_failures`: how many sign-ins may fail with one name, and from one network, in a time.
    """

    idle: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(hours=12)
    name_failures: Rate = Rate(5, 900)
    network_failures: Rate = Rate(100, 900)
    passwords_at_once: int = 2
    cost: HashCost = field(default_factory=HashCost)


@dataclass(frozen=True)
class Browser:
    """What signs in: what it calls itself, its network address, and the network that this stands for."""

    client: str = ""
    address: str = ""
    network: str = ""


@dataclass(frozen=True)
class SessionInfo:
    """A live session: whose it is, with what they hold now, and what every form of it must carry."""

    viewer: Viewer
    csrf_token: str
    must_change_password: bool


@dataclass(frozen=True)
class Known:
    """Whoever proved who they are."""

    person_id: int
    name: str
    organisation_id: int


class SignIn:
    """The account side of a browser session. The token goes to the browser, only its hash is stored.

    `business` says which password policy and which posts hold; it is the real clock where nobody moves time.
    """

    def __init__(
        self, db: Database, real: Clock, settings: SignInSettings, business: Clock | None = None
    ) -> None:
        self._db = db
        self._real = real
        self._business = business or real
        self.settings = settings
        self.passwords = Passwords(settings.cost, settings.passwords_at_once)
        self.lockout = Lockout(db, real, settings.name_failures, settings.network_failures)

    async def sign_in(self, username: str, password: str, browser: Browser | None = None) -> str:
        """The token of a new session. Raises `SignInRefused`, one of its kinds, or `DatabaseAway`."""
        name, browser = username.strip(), browser or Browser()
        await self.lockout.count_try(name, browser.network)
        # PostgreSQL's texts hold no NUL and no lone surrogates, so no account has such a name.
        account = await sessions.account(self._db, name) if name.isprintable() else None
        verdict = await self.passwords.check(account.password_hash if account else None, password)
        if account is None or not verdict.right:
            await self._refused(account, browser)
            raise SignInRefused
        await self.lockout.succeeded(name, browser.network)
        if verdict.new_hash is not None:
            await sessions.change_hash(self._db, account.person_id, account.password_hash, verdict.new_hash)
        known = Known(account.person_id, account.name, account.organisation_id)
        return await self.begin(known, Way.PASSWORD, browser, must_change=await self._too_old(account))

    async def begin(self, known: Known, way: Way, browser: Browser, *, must_change: bool = False) -> str:
        """The token of a new session for somebody known. Raises `SignInRefused` for who has left."""
        token, now = secrets.token_urlsafe(32), self._real.now()
        new = NewSession(session_id(token), known.person_id, now, browser.client, browser.address, way)
        async with self._db.transaction() as tx:
            if not await sessions.begin(tx, new):
                raise SignInRefused
            if must_change:
                await tx.execute(
                    "UPDATE person SET must_change_password = true WHERE id = $1", known.person_id
                )
            await self._note(tx, "session.begin", known, browser, way)
        return token

    async def session(self, token: str, *, prolongs: bool = True) -> SessionInfo | None:
        """The live session behind a token, which its use by a person prolongs; None when there is none."""
        now = self._real.now()
        row = await sessions.live(
            self._db,
            session_id(token),
            now - self.settings.longest,
            now - self.settings.idle,
            self._business.now(),
        )
        if row is None:
            return None
        if prolongs and now - row.seen_at >= TOUCH_EVERY:
            await sessions.touch(self._db, session_id(token), now)
        return SessionInfo(row.viewer, _csrf_token(token), row.must_change)

    async def sign_out(self, token: str, browser: Browser | None = None) -> None:
        """End the session; one that does not exist is no error."""
        async with self._db.transaction() as tx:
            ended = await sessions.end(tx, session_id(token), self._real.now())
            if ended is not None:
                known = Known(ended.person_id, ended.name, ended.organisation_id)
                await self._note(tx, "session.sign_out", known, browser or Browser(), Way(ended.way))

    async def hash_password(self, password: str) -> str:
        """The hash to keep for a new password."""
        return await self.passwords.hash(password)

    async def _refused(self, account: SignInAccount | None, browser: Browser) -> None:
        """Note it where the person is known; a name that nobody has may be a password typed too early."""
        log.info("sign_in_refused", person=account.person_id if account else None)
        if account is not None:
            known = Known(account.person_id, account.name, account.organisation_id)
            async with self._db.connection() as connection:
                await self._note(connection, "session.refuse", known, browser, Way.PASSWORD)

    async def _too_old(self, account: SignInAccount) -> bool:
        """Has the password reached the age at which the organisation wants a new one?"""
        async with self._db.connection() as connection:
            policy = await policy_at(connection, account.path, self._business.now())
        return policy.is_too_old(account.password_changed_at, self._real.now())

    async def _note(
        self, connection: Connection, action: str, known: Known, browser: Browser, way: Way
    ) -> None:
        row = AuditRow(
            at=self._real.now(),
            person_id=known.person_id,
            case_id=None,
            door=Door.PAGE,
            client=browser.address,
            action=action,
            subject=known.name,
            data={"way": way},
            organisation_id=known.organisation_id,
            subject_kind="person",
            subject_id=known.person_id,
        )
        await audit.append(connection, row)


def session_id(token: str) -> str:
    """What is kept of a session's token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _csrf_token(token: str) -> str:
    """Derived, so that it needs no column: who has it cannot get back to the session's token."""
    return hmac.digest(token.encode("utf-8", "surrogatepass"), b"csrf", "sha256").hex()
