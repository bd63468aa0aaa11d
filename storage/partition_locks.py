"""How many locks the partitions may take at once, and how many the server has room for.

A page that looks through all of ten years locks each month of the tables that it joins, and every index of these.
"""

from dataclasses import dataclass

from storage.database import Database

AT_ONCE = 20
"""So many statements that look through everything at once must have room, beside all others."""
LEAST = 64
"""PostgreSQL's own default, which is enough for a few months."""
# The server has room for so many for each possible session, shared by all. Outbox and ledger are looked through
# together.
SETTINGS = """
SELECT current_setting('max_locks_per_transaction')::int AS per_session,
       current_setting('max_connections')::int + current_setting('max_prepared_transactions')::int AS sessions,
       (SELECT count(*) FROM pg_inherits i LEFT JOIN pg_index x ON x.indrelid = i.inhrelid
         WHERE i.inhparent IN ('message'::regclass, 'delivery'::regclass))
     + (SELECT count(*) FROM pg_inherits WHERE inhparent IN ('message'::regclass, 'delivery'::regclass)) AS relations
"""


@dataclass(frozen=True)
class LockRoom:
    """`per_session` is PostgreSQL's `max_locks_per_transaction`; `relations` may one statement lock at most."""

    per_session: int
    sessions: int
    relations: int

    @property
    def needed(self) -> int:
        """What the setting should be at least: a power of two."""
        least = -(-AT_ONCE * self.relations // self.sessions)
        needed = LEAST
        while needed < least:
            needed *= 2
        return needed

    @property
    def is_enough(self) -> bool:
        """Is there room for all?"""
        return self.per_session >= self.needed


async def lock_room(db: Database) -> LockRoom:
    """As the server is set, and as many partitions as there are now. Raises `DatabaseAway`."""
    [row] = await db.fetch(SETTINGS)
    return LockRoom(**dict(row))
