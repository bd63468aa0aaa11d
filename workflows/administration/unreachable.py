"""Once a day administrators learn of people whom nothing reaches, before it matters."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta

from storage import directory
from storage import unreachable as people
from storage.clock import SHANGHAI
from storage.database import Connection, Database
from storage.unreachable import Notice, Unreached
from workflows.definition import Say, Workflow
from workflows.engine import Clocks
from workflows.house_messages import UNREACHABLE
from workflows.identity.roles import Role
from workflows.registry import Registry

FROM_HOUR = 8
LATELY = timedelta(days=7)
NAMED = 10  # more names than that nobody reads in a message


def told_roles(workflows: Iterable[Workflow]) -> list[str]:
    """The roles that any workflow tells anything."""
    return sorted({role for workflow in workflows for say in _says(workflow) for role in say.to.roles})


def _says(workflow: Workflow) -> Iterable[Say]:
    for move in workflow.moves:
        yield from move.tells
    for deadline in workflow.deadlines:
        for rung in deadline.ladder:
            yield from rung.tells


class UnreachablePeople:
    """Tells whoever administers the organisations of such people."""

    def __init__(self, db: Database, registry: Registry, clocks: Clocks) -> None:
        self._db = db
        self._roles = told_roles(registry)
        self._clocks = clocks

    async def tell(self) -> int:
        """Tell of them, from eight in the morning on and once a day; how many were told. Raises `DatabaseAway`."""
        now = self._clocks.real.now()
        midnight = datetime.combine(now.astimezone(SHANGHAI).date(), time(), SHANGHAI)
        if now < midnight + timedelta(hours=FROM_HOUR):
            return 0
        async with self._db.transaction() as tx:
            await people.one_at_a_time(tx)
            found = await people.unreachable(tx, self._roles, self._clocks.business.now(), now - LATELY)
            told = 0
            for administrator, whom in (await self._by_administrator(tx, found)).items():
                told += await people.tell(tx, _notice(administrator, whom, midnight), now)
        return told

    async def _by_administrator(
        self, tx: Connection, found: Iterable[Unreached]
    ) -> Mapping[int, list[Unreached]]:
        """Whom each administrator has to look after. One who cannot be told either does not count."""
        found = list(found)
        nobody = {one.person_id for one in found}
        told: dict[int, list[Unreached]] = {}
        for path in sorted({one.path for one in found}):
            held = await directory.holders(tx, [Role.ADMINISTRATOR], path, self._clocks.business.now())
            for administrator in set(held[Role.ADMINISTRATOR]) - nobody:
                told.setdefault(administrator, []).extend(one for one in found if one.path == path)
        return told


def _notice(administrator: int, whom: Iterable[Unreached], midnight: datetime) -> Notice:
    named = {one.person_id: f"{one.name} ({one.organisation})" for one in whom}
    shown = ", ".join(list(named.values())[:NAMED]) + ("…" if len(named) > NAMED else "")
    variables: dict[str, object] = {"count": len(named), "names": shown}
    return Notice(UNREACHABLE.name, UNREACHABLE.severity, administrator, variables, midnight)
