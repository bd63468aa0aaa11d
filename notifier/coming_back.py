"""What was done and is to be written down, or was not done after all: as soon as the database answers again."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from storage.database import DatabaseAway

AGAIN_AFTER_S = 0.5
WITHIN_S = 60.0

log = structlog.get_logger()


async def once_it_answers(write: Callable[[], Awaitable[None]]) -> None:
    """Write it, again and again while the database is away; raises `DatabaseAway` when it stays so for a minute.

    What is written must be safe to write twice: nobody knows how a commit ended whose answer was lost.
    """
    until = asyncio.get_running_loop().time() + WITHIN_S
    while True:
        try:
            await write()
        except DatabaseAway as away:
            if asyncio.get_running_loop().time() >= until:
                raise
            log.warning("note_waits", reason=str(away))
            await asyncio.sleep(AGAIN_AFTER_S)
        else:
            return
