"""Sign-in by user name and password, lock-out after failures, and sessions that time out.

GB/T 22239-2019, 8.1.4.1 b: failed sign-ins are limited, idle sessions end. Its numbers are ours to set.
"""

import hashlib
import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from storage import sessions
from storage.clock import Clock
from storage.database import Database
from storage.sessions import Account
from storage.texts import N_
from workflows.errors import WorkflowError
from workflows.identity.passwords import HashCost, Passwords

TOUCH_EVERY = timedelta(minutes=1)
UNKNOWN_NAMES_KEPT = 10_000

log = structlog.get_logger()


@dataclass(frozen=True)
class SignInSettings:
    """Limits of sign-in. `passwords_at_once` bounds memory: each check takes `cost.memory_kib`."""

    idle: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(hours=12)
    tries: int = 5
    lock: timedelta = timedelta(minutes=15)
    passwords_at_once: int = 2
    cost: HashCost = field(default_factory=HashCost)


class SignInRefused(WorkflowError):
    """Not signed in. Says neither whether the user name exists nor what was wrong."""

    text = N_("User name or password is wrong.")


class SignInLocked(SignInRefused):
    """Too many failures with this user name, whether it exists or not."""

    text = N_("After {tries} failed tries this user name is locked. Try again in {minutes} minutes.")


@dataclass(frozen=True)
class SessionInfo:
    """A live session: whose it is, and what every form of it must carry."""

    person_id: int
    csrf_token: str


class SignIn:
    """Signs people in and out. Tokens are handed out once; only their SHA-256 is kept."""

    def __init__(self, db: Database, real: Clock, settings: SignInSettings) -> None:
        self._db = db
        self._real = real
        self._settings = settings
        self._passwords = Passwords(settings.cost, settings.passwords_at_once)
        self._unknown = _UnknownNames(settings)

    async def sign_in(self, username: str, password: str, client: str) -> str:
        """The token of a new session. Raises `SignInRefused`, `SignInLocked` or `DatabaseAway`."""
        now = self._real.now()
        account = await self._count_try(username.strip(), now)
        verdict = await self._passwords.check(account.password_hash if account else None, password)
        if account is None or not verdict.right:
            log.info("sign_in_refused", person=account.person_id if account else None)
            raise SignInRefused
        await sessions.clear_tries(self._db, account.person_id)
        if verdict.new_hash is not None:
            await sessions.change_hash(self._db, account.person_id, account.password_hash, verdict.new_hash)
        token = secrets.token_urlsafe(32)
        await sessions.begin(self._db, _hashed(token), account.person_id, now, client)
        return token

    async def session(self, token: str, *, prolongs: bool = True) -> SessionInfo | None:
        """The live session behind a token, which its use by a person prolongs; None when there is none."""
        now = self._real.now()
        row = await sessions.live(
            self._db, _hashed(token), now - self._settings.longest, now - self._settings.idle
        )
        if row is None:
            return None
        if prolongs and now - row.seen_at >= TOUCH_EVERY:
            await sessions.touch(self._db, _hashed(token), now)
        return SessionInfo(row.person_id, _csrf_token(token))

    async def sign_out(self, token: str) -> None:
        """End the session; one that does not exist is no error."""
        await sessions.end(self._db, _hashed(token), self._real.now())

    async def hash_password(self, password: str) -> str:
        """The hash to keep for a new password."""
        return await self._passwords.hash(password)

    async def _count_try(self, username: str, now: datetime) -> Account | None:
        """Count the try; raises `SignInLocked` where none is left. None: there is no such name."""
        # PostgreSQL's texts hold no NUL and no lone surrogates, so no account has such a name.
        storable = "\x00" not in username and username.isprintable()
        s = self._settings
        account = await sessions.count_try(self._db, username, now, s.tries, s.lock) if storable else None
        locked_until = account.locked_until if account else self._unknown.count_try(username, now)
        if locked_until is not None:
            log.warning("sign_in_locked", person=account.person_id if account else None)
            minutes = -(-(locked_until - now) // timedelta(minutes=1))
            raise SignInLocked(tries=s.tries, minutes=minutes)
        return account


class _UnknownNames:
    """Counts tries of names that do not exist as accounts count theirs, so that a lock gives no name away.

    Kept in this process and bounded: the least recently tried name is forgotten.
    """

    def __init__(self, settings: SignInSettings) -> None:
        self._settings = settings
        self._tries: OrderedDict[str, tuple[int, datetime | None]] = OrderedDict()

    def count_try(self, username: str, now: datetime) -> datetime | None:
        """Count one try; until when the name was locked before it, if it was."""
        name = _hashed(username)
        tries, locked_until = self._tries.pop(name, (0, None))
        if locked_until is not None and locked_until <= now:
            tries, locked_until = 0, None
        before = locked_until
        if locked_until is None:
            tries += 1
            locked_until = now + self._settings.lock if tries >= self._settings.tries else None
        self._tries[name] = (tries, locked_until)
        if len(self._tries) > UNKNOWN_NAMES_KEPT:
            self._tries.popitem(last=False)
        return before


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _csrf_token(token: str) -> str:
    """Derived, so that it needs no column: who has it cannot get back to the session's token."""
    return hmac.new(token.encode("utf-8", "surrogatepass"), b"csrf", hashlib.sha256).hexdigest()
