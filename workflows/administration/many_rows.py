"""Many rows in one transaction: what nobody reads in it is written together, and holds other people up for less."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import asyncpg

from storage.later import Later
from storage.texts import N_
from workflows.administration.office import Desk
from workflows.errors import WorkflowError


class Clash(WorkflowError):
    """What a row has may be there once only, and came from somewhere else meanwhile."""

    text = N_(
        "Somebody added the same in the meantime, so nothing was imported. Please upload the file again."
    )


@asynccontextmanager
async def putting_off(desk: Desk) -> AsyncIterator[tuple[Later, Desk]]:
    """The same transaction at a desk that puts such writes off, to the end at the latest. Raises `Clash`."""
    later = Later()
    try:
        yield later, replace(desk, later=later)
        await later.send(desk.connection)
    except asyncpg.UniqueViolationError:
        raise Clash from None
