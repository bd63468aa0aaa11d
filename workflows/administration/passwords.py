"""Passwords: changed by their owner, or set by a one-time link that an administrator makes.

The present password may not be taken again; of former ones nothing is kept, so they are not compared.
"""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage import password_links, sessions
from storage.directory import Viewer
from storage.password_links import Credentials
from storage.texts import N_
from workflows.actor import Door
from workflows.administration.accounts import administered
from workflows.administration.in_charge import check_all_theirs
from workflows.administration.office import By, Change, ChangedMeanwhile, Desk, Office
from workflows.errors import ActorUnknown, FormInvalid, WorkflowError
from workflows.identity import password_policy
from workflows.identity.password_policy import PasswordPolicy, Wish
from workflows.identity.sign_in import SignIn, session_id

LINK_HOLDS = timedelta(hours=24)


class NoUserName(WorkflowError):
    """Whoever has no user name cannot sign in by password."""

    text = N_("Set a user name for this person first. Nothing was changed.")


class LinkInvalid(WorkflowError):
    """The link was used, is too old, or was never made."""

    text = N_("This link was already used or has expired. Please ask the administrator for a new one.")


@dataclass(frozen=True)
class NewPassword:
    """A password as it was typed, twice."""

    password: str
    again: str


@dataclass(frozen=True)
class Issued:
    """A link's token, shown once, and until when it holds (real time)."""

    token: str
    expires_at: datetime


@dataclass(frozen=True)
class PasswordOffice:
    """Writes passwords."""

    office: Office
    sign_in: SignIn

    async def least_length(self, person_id: int) -> int:
        """How long the person's password must be, in characters. Raises `ActorUnknown`, `DatabaseAway`."""
        who = await password_links.credentials(self.office.db, person_id)
        if who is None:
            raise ActorUnknown
        return (await self.policy_for(who)).least_length

    async def policy_for(self, who: Credentials) -> PasswordPolicy:
        """What holds at the person's organisation; raises `DatabaseAway`."""
        async with self.office.db.connection() as connection:
            now = self.office.clocks.business.now()
            return await password_policy.policy_at(connection, who.path, now)

    async def change(self, by: By, old: str, new: NewPassword, token: str) -> None:
        """Somebody changes their own; all their sessions but the one of `token` end.

        Raises `FormInvalid`, `SignInLocked` after too many wrong tries, `ActorUnknown`, `DatabaseAway`.
        """
        who = await self._credentials(by)
        await self._check_old(who, old)
        if new.password == old:
            raise _wrong("password", N_("This is your current password. Please choose another."))
        await self._check_new(who, new)
        fresh = await self.sign_in.hash_password(new.password)
        async with self.office.writing(by) as desk:
            await self._set(desk, who, fresh, "password.change", but=session_id(token))

    async def issue_link(self, by: By, person_id: int, *, at_once: bool) -> Issued:
        """A link with which the person sets a password; with `at_once` the present one holds no more.

        Raises `PersonUnknown`, `NotPermitted`, `NoUserName`, `DatabaseAway`.
        """
        async with self.office.writing(by) as desk:
            person = await administered(desk, person_id)
            if not person.active:
                raise ActorUnknown
            if person.username is None:
                raise NoUserName
            await check_all_theirs(desk, person_id)
            issued = await issue(desk, person_id)
            if at_once:
                await password_links.end_password(desk.connection, person_id)
            after = {"former_ends": at_once}
            await desk.record(
                _changed("password.link", person.organisation_id, person_id, person.name, after)
            )
            return issued

    async def holder(self, token: str) -> Credentials:
        """Whose password the link sets. Raises `LinkInvalid`, `DatabaseAway`."""
        who = await password_links.holder(self.office.db, token, self.office.clocks.real.now())
        if who is None:
            raise LinkInvalid
        return who

    async def redeem(self, token: str, new: NewPassword, client: str) -> None:
        """Set the password; the link is used up, all sessions end, a lock ends.

        Raises `LinkInvalid`, `FormInvalid`, `DatabaseAway`.
        """
        who = await self.holder(token)
        await self._check_new(who, new)
        fresh = await self.sign_in.hash_password(new.password)
        by = By(Viewer(who.name, who.person_id, organisation_id=who.organisation_id), Door.LINK, client)
        async with self.office.writing(by) as desk:
            if not await password_links.use(desk.connection, token, desk.clocks.real.now()):
                raise LinkInvalid
            await self._set(desk, who, fresh, "password.set", but="")
        await self.sign_in.lockout.unlock(who.username or "")

    async def _credentials(self, by: By) -> Credentials:
        person_id = by.viewer.person_id
        who = await password_links.credentials(self.office.db, person_id) if person_id else None
        if who is None or who.password_hash is None:
            raise ActorUnknown
        return who

    async def _check_old(self, who: Credentials, old: str) -> None:
        """Wrong ones count as failed sign-ins: an open browser is no place to guess in."""
        await self.sign_in.lockout.count_try(who.username or "", "")
        verdict = await self.sign_in.passwords.check(who.password_hash, old)
        if not verdict.right:
            raise _wrong("old_password", N_("This is not your current password."))
        await self.sign_in.lockout.succeeded(who.username or "", "")

    async def _check_new(self, who: Credentials, new: NewPassword) -> None:
        if new.password != new.again:
            raise _wrong("password_again", N_("The two are not the same."))
        wish, policy = Wish(new.password, who.words), await self.policy_for(who)
        await asyncio.to_thread(password_policy.check, policy, wish)

    async def _set(self, desk: Desk, who: Credentials, fresh: str, action: str, but: str) -> None:
        now = desk.clocks.real.now()
        former = who.password_hash
        if not await password_links.set_hash(desk.connection, who.person_id, fresh, now, former):
            raise ChangedMeanwhile
        await password_links.void(desk.connection, who.person_id)
        ended = await sessions.end_those(desk.connection, who.person_id, now, but=but)
        after = {"sessions_ended": ended}
        await desk.record(_changed(action, who.organisation_id, who.person_id, who.name, after))


async def issue(desk: Desk, person_id: int) -> Issued:
    """A new link in a transaction that somebody has opened; their former ones end."""
    token, now = secrets.token_urlsafe(32), desk.clocks.real.now()
    issued = Issued(token, now + LINK_HOLDS)
    by = desk.by.viewer.person_id
    await password_links.issue(desk.connection, token, person_id, by, now, issued.expires_at)
    return issued


def _changed(
    action: str, organisation_id: int, person_id: int, name: str, after: Mapping[str, object]
) -> Change:
    return Change(action, organisation_id, "person", person_id, name, after=after)


def _wrong(name: str, text: str) -> FormInvalid:
    return FormInvalid({name: (text, {})})
