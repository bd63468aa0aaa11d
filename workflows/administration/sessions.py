"""Sessions ended by hand: one or all others of one's own, all of somebody, and the end of a lock."""

from storage import sessions
from workflows.administration.accounts import administered, own_or_administered
from workflows.administration.office import By, Change, Office
from workflows.identity.sign_in import SignIn, session_id


async def end_one(office: Office, by: By, key: str) -> None:
    """End one's own session that its page calls `key`; one that has ended is no error. Raises `DatabaseAway`."""
    await _end(office, by, by.viewer.person_id or 0, named=key)


async def end_others(office: Office, by: By, token: str) -> None:
    """End all of one's own sessions but the one of `token`. Raises `DatabaseAway`."""
    await _end(office, by, by.viewer.person_id or 0, but=session_id(token))


async def end_all(office: Office, by: By, person_id: int) -> None:
    """End all sessions of somebody. Raises `PersonUnknown`, `NotPermitted`, `DatabaseAway`."""
    await _end(office, by, person_id)


async def _end(office: Office, by: By, person_id: int, *, named: str = "", but: str = "") -> None:
    async with office.writing(by) as desk:
        person = await own_or_administered(desk, person_id)
        now = desk.clocks.real.now()
        ended = await sessions.end_those(desk.connection, person_id, now, named=named, but=but)
        after = {"sessions_ended": ended}
        await desk.record(
            Change("session.end", person.organisation_id, "person", person_id, person.name, after=after)
        )


async def unlock(office: Office, sign_in: SignIn, by: By, person_id: int) -> None:
    """Let somebody try again who failed too often. Raises `PersonUnknown`, `NotPermitted`, `DatabaseAway`."""
    async with office.writing(by) as desk:
        person = await administered(desk, person_id)
        await desk.record(Change("person.unlock", person.organisation_id, "person", person_id, person.name))
    await sign_in.lockout.unlock(person.username or "")
