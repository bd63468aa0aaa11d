"""Leaving (离职): everything that somebody has is closed at once, in one transaction, and nothing is deleted.

Posts, sessions, ways to be reached, links, absences, shifts and messages end; cases in which they have a part go
back to whoever is responsible, who is told and has it to do. Coming back later opens the account, and nothing else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from storage import (
    accounts,
    case_opening,
    leaving,
    organisation_writer,
    password_links,
    person_writer,
    reach,
)
from storage import sessions as session_rows
from storage.accounts import PersonRow
from storage.case_writer import NewPart
from storage.leaving import OpenPart
from storage.reach import Holders
from storage.texts import N_
from workflows.actor import SYSTEM_ACTOR
from workflows.administration import posts
from workflows.administration.accounts import administered
from workflows.administration.in_charge import HasLeft
from workflows.administration.office import By, Change, Desk, Office, check_administers
from workflows.definition import HandBack
from workflows.engine import Engine
from workflows.errors import WorkflowError
from workflows.identity.roles import Role
from workflows.registry import Registry

LEFT = N_("This person has left the organisation.")
BEYOND = N_("offboard somebody who has a role outside your organisations")


class NotOneself(WorkflowError):
    """Nobody closes their own account by a slip of the thumb."""

    text = N_("Another administrator has to do this: you cannot offboard yourself.")


class NotLeft(WorkflowError):
    """Who is there cannot come back."""

    text = N_("This person already exists.")


@dataclass(frozen=True)
class Leaving:
    """Lets people leave and come back."""

    office: Office
    engine: Engine
    registry: Registry

    async def leave(self, by: By, person_id: int) -> None:
        """Close everything. Raises `PersonUnknown`, `NotPermitted`, `HasLeft`, `NotOneself`, `LastAdministrator`.

        All is done or nothing; `DatabaseAway` when nobody knows, and then it may be asked for again.
        """
        if person_id == by.viewer.person_id:
            raise NotOneself
        async with self.office.writing(by) as desk:
            # As whoever ends a post does, so that two administrators do not end each other's.
            await organisation_writer.lock_tree(desk.connection)
            person = await administered(desk, person_id)
            if not person.active:
                raise HasLeft
            closed = await self._close(desk, person)
            before = {"active": True}
            after = {"active": False, **closed}
            await desk.record(_change("person.leave", person, before, after))

    async def come_back(self, by: By, person_id: int) -> None:
        """The account is open again, without password, posts and ways to be reached: those are given anew.

        Raises `PersonUnknown`, `NotPermitted`, `NotLeft`, `DatabaseAway`.
        """
        async with self.office.writing(by) as desk:
            person = await administered(desk, person_id)
            if person.active:
                raise NotLeft
            tx, now = desk.connection, desk.clocks.real.now()
            # What had just begun as they left: a sign-in, a chat being linked. Nobody was known by it since.
            await session_rows.end_those(tx, person_id, now)
            await leaving.end_ways(tx, person_id, now)
            await leaving.set_active(tx, person_id, True, now)
            await desk.record(_change("person.return", person, {"active": False}, {"active": True}))

    async def _close(self, desk: Desk, person: PersonRow) -> dict[str, Any]:
        """Everything of theirs; what was closed, for the record."""
        tx, now, business = desk.connection, desk.clocks.real.now(), desk.clocks.business.now()
        ended = await self._end_posts(desk, person)
        await leaving.set_active(tx, person.id, False, now)
        return {
            "posts_ended": ended,
            "sessions_ended": await session_rows.end_those(tx, person.id, now),
            "ways_ended": await leaving.end_ways(tx, person.id, now),
            "links_void": await leaving.void_codes(tx, person.id, now)
            + await password_links.void(tx, person.id),
            "absences_ended": await leaving.end_absences(tx, person.id, now),
            "shifts_ended": await leaving.end_shifts(tx, person.id, now, business),
            "handed_back": await self._hand_back(desk, person),
            "messages_withdrawn": await leaving.withdraw_messages(tx, person.id, now, LEFT),
        }

    async def _end_posts(self, desk: Desk, person: PersonRow) -> int:
        """Every post that holds or would; raises `LastAdministrator`, `NotPermitted` for one above."""
        now, ended = desk.clocks.business.now(), 0
        for post in await person_writer.posts(desk.connection, person.id):
            if post.ends_at is None or post.ends_at > now:
                check_administers(desk.by.viewer, post.path, BEYOND)
                await posts.check_not_last(desk, post)
                await person_writer.end_post(desk.connection, post, now)
                ended += 1
        return ended

    async def _hand_back(self, desk: Desk, person: PersonRow) -> list[str]:
        """Their parts in open cases go to whoever is responsible; the cases' numbers."""
        hand_backs = {(w.name, back.part): back for w in self.registry for back in w.hand_backs}
        kinds = sorted({part for _, part in hand_backs})
        found = await leaving.open_parts(desk.connection, person.id, kinds)
        known = [
            (case, hand_backs[case.workflow, case.part])
            for case in found
            if (case.workflow, case.part) in hand_backs
        ]
        for case, back in known:
            await self._give_back(desk, person, case, back)
        return [case.number for case, _ in known]

    async def _give_back(self, desk: Desk, person: PersonRow, case: OpenPart, back: HandBack) -> None:
        """The part goes to the first who holds one of the roles there, and the system says so on the case."""
        now, tx = desk.clocks.business.now(), desk.connection
        roles = (*back.roles, Role.ADMINISTRATOR)
        holders = await reach.holders(tx, roles, case.path, now, desk.clocks.real.now())
        heir = next(_heirs(holders, roles), None)
        taker = await accounts.lock(tx, heir) if heir is not None else None
        name = taker.name if taker else ""
        await case_opening.take_part(tx, case.case_id, NewPart(case.part, heir, name), now)
        await self.engine.within(tx).act(
            case.case_id,
            back.action,
            SYSTEM_ACTOR,
            {"left": person.name},
            seen_version=case.version,
            idempotency_key=f"left {person.id} {person.version} {case.case_id}",
        )


def _heirs(holders: Holders, roles: Sequence[str]) -> Iterator[int]:
    """Whoever can be told comes before those who hold the nearer roles and cannot."""
    for found in (holders.told, holders.nearest):
        yield from (person for role in roles for person in found[role])


def _change(action: str, person: PersonRow, before: dict[str, Any], after: dict[str, Any]) -> Change:
    return Change(action, person.organisation_id, "person", person.id, person.name, before, after)
