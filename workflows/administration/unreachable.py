"""Once a day administrators learn of people whom nothing reaches, before it matters."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Protocol

from storage import reach
from storage import unreachable as people
from storage.clock import SHANGHAI
from storage.database import Connection, Database
from storage.texts import N_
from storage.unreachable import MutePost, Notice, Unreached
from workflows.audiences import audience_of
from workflows.definition import Say, Workflow
from workflows.engine import Clocks
from workflows.house_messages import UNREACHABLE
from workflows.identity.roles import Role
from workflows.registry import Registry, all_workflows

FROM_HOUR = 8
SHOWN = 20
REACHES_OTHERS = N_(
    "What the role {role} at {place} is notified of would reach only {names}, who has no channel that works. "
    "It goes to {instead} instead."
)
REACHES_NOBODY = N_(
    "What the role {role} at {place} is notified of would reach only {names}, who has no channel that works, "
    "and there is nobody to whom it could go instead."
)
NAMED = 10  # more names than that nobody reads in a message


class Asked(Protocol):
    """Who asks: a connection, and both clocks."""

    @property
    def connection(self) -> Connection: ...

    @property
    def clocks(self) -> Clocks: ...


def told_roles(workflows: Iterable[Workflow]) -> list[str]:
    """The roles that any workflow tells anything, and the one that is told in the end."""
    told = {role for workflow in workflows for say in _says(workflow) for role in _roles(workflow, say)}
    return sorted(told | {Role.ADMINISTRATOR})


def _roles(workflow: Workflow, say: Say) -> frozenset[str]:
    """Those of a policy as shipped: the others are told besides, and are no promise of the workflow."""
    named = audience_of(workflow.policies[say.audience].value).roles if say.audience else ()
    return say.to.roles | say.or_else.roles | frozenset(named)


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
            found = await people.unreachable(tx, self._roles, self._clocks.business.now(), now)
            told = 0
            for administrator, whom in (await self._by_administrator(tx, found)).items():
                told += await people.tell(tx, _notice(administrator, whom, midnight), now)
        return told

    async def _by_administrator(
        self, tx: Connection, found: Iterable[Unreached]
    ) -> Mapping[int, list[Unreached]]:
        """Whom each administrator has to look after: the nearest of those who can be told themselves."""
        found = list(found)
        told: dict[int, list[Unreached]] = {}
        for path in sorted({one.path for one in found}):
            held = await reach.holders(
                tx, [Role.ADMINISTRATOR], path, self._clocks.business.now(), self._clocks.real.now()
            )
            for administrator in held.told[Role.ADMINISTRATOR]:
                told.setdefault(administrator, []).extend(one for one in found if one.path == path)
        return told


def _notice(administrator: int, whom: Iterable[Unreached], midnight: datetime) -> Notice:
    named = {one.person_id: f"{one.name} ({one.organisation})" for one in whom}
    shown = ", ".join(list(named.values())[:NAMED]) + ("…" if len(named) > NAMED else "")
    variables: dict[str, object] = {"count": len(named), "names": shown}
    return Notice(UNREACHABLE.name, UNREACHABLE.severity, administrator, variables, midnight)


@dataclass(frozen=True)
class Mute:
    """A warning: nothing reaches whoever is there for a role at a place. `text` is a source text with its params."""

    role: str
    text: str
    params: Mapping[str, str]


async def mute(
    desk: Asked, roles: Sequence[str], below: str, only: Callable[[MutePost], bool] = lambda _: True
) -> list[Mute]:
    """What an administrator is warned of: posts at and below that path whose holders nothing reaches."""
    at, real = desk.clocks.business.now(), desk.clocks.real.now()
    found = []
    for post in filter(only, await people.mute_posts(desk.connection, roles, at, real, below, SHOWN)):
        instead = ", ".join(await told_instead(desk.connection, post, at, real))
        params = {"place": post.organisation, "names": ", ".join(post.names)}
        text, more = (REACHES_OTHERS, {"instead": instead}) if instead else (REACHES_NOBODY, {})
        found.append(Mute(post.role, text, {**params, **more}))
    return found


@dataclass(frozen=True)
class Look:
    """A look without writing anything."""

    connection: Connection
    clocks: Clocks


async def mute_posts_of(
    db: Database, clocks: Clocks, name: str, posts: Iterable[tuple[str, int, str]]
) -> list[Mute]:
    """Which posts of that person (role, organisation and its path) tell nobody there, as they have no channel."""
    wanted = {(role, place): path for role, place, path in posts if role in told_roles(all_workflows())}

    def theirs(post: MutePost) -> bool:
        return (post.role, post.organisation_id) in wanted and name in post.names

    async with db.connection() as connection:
        look = Look(connection, clocks)
        found = [await mute(look, [role], path, theirs) for (role, _), path in wanted.items()]
    return list({(each.role, each.params["place"]): each for some in found for each in some}.values())


async def told_instead(connection: Connection, post: MutePost, at: datetime, real: datetime) -> list[str]:
    """The names of those who are told what is meant for such a post: above it, or the administrators."""
    roles = [post.role, Role.ADMINISTRATOR]
    held = await reach.holders(connection, roles, post.path, at, real)
    found = held.told[post.role] or held.told[Role.ADMINISTRATOR]
    return await people.names(connection, found)
