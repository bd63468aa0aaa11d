"""The tree of organisations that a viewer administers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aiohttp import web

from h5_pages.params_house import Tree
from h5_pages.visit import Visit
from storage.access import organisations as access
from storage.access.organisations import OrganisationLine
from workflows.administration.office import ADMINISTER
from workflows.administration.organisation_kinds import KIND_LABELS
from workflows.errors import NotPermitted
from workflows.identity.roles import Role

MOST_AT_ONCE = 150
ADMIN = Role.ADMINISTRATOR


@dataclass(frozen=True)
class Branch:
    """A line of the tree and how deep it stands."""

    line: OrganisationLine
    depth: int


async def tree(request: web.Request, visit: Visit) -> web.StreamResponse:
    """What the viewer administers: a branch of the tree, or what was searched for."""
    chosen, db, viewer = Tree.of(request), visit.services.db, visit.person
    top = await access.record(db, viewer, ADMIN, chosen.under) if chosen.under else None
    if chosen.q:
        branches = [Branch(line, 0) for line in await access.found(db, viewer, ADMIN, chosen.q)]
    elif top:
        branches = list(_grown(await _below(visit, top.path), top.id, 0))
    else:
        branches = [branch for line in await _tops(visit) for branch in await _with_branches(visit, line)]
    return visit.page("organisations.html", branches=branches, top=top, chosen=chosen, labels=KIND_LABELS)


async def _tops(visit: Visit) -> Sequence[OrganisationLine]:
    found = await access.tops(visit.services.db, visit.person, ADMIN)
    if not found:
        raise NotPermitted(action_text=ADMINISTER)
    return found


async def _below(visit: Visit, path: str) -> Sequence[OrganisationLine]:
    """Everything below, or only the next level where that would be a long page."""
    db, viewer = visit.services.db, visit.person
    level = await access.below(db, viewer, ADMIN, path, everything=False)
    if sum(1 + line.below for line in level) > MOST_AT_ONCE:
        return level
    return await access.below(db, viewer, ADMIN, path, everything=True)


async def _with_branches(visit: Visit, line: OrganisationLine) -> list[Branch]:
    return [Branch(line, 0), *_grown(await _below(visit, line.path), line.id, 1)]


def _grown(lines: Sequence[OrganisationLine], parent: int | None, depth: int) -> Iterator[Branch]:
    """The lines as a tree, from the top; what is open first, then in the order of their entry."""
    own = (line for line in lines if line.parent_id == parent)
    for line in sorted(own, key=lambda line: (not line.active, line.id)):
        yield Branch(line, depth)
        yield from _grown(lines, line.id, depth + 1)
