"""Every form that was taken leaves a row in the trail: watched in every test that sends one."""

import re

from h5_pages.routes import ROUTES
from storage.database import Database, DatabaseAway

COUNT = "SELECT (SELECT count(*) FROM audit) + (SELECT count(*) FROM step) AS rows"
REFUSED = 400
WITHOUT_ROW = {
    "/admin/policies/{name}/preview": "shows what would change, and changes nothing",
    "/me/sessions/end": "where there is no other session, none ends",
    "/me/sessions/{key}/end": "a session of somebody else is not ended by its name",
    "/me/notices/mutes/{id}/end": "what somebody else stopped is not ended by its number",
    "/me/storms/{id}": "who acknowledged all of it before changes nothing",
    "/n/{token}": "the ledger says who acknowledged, and when what was stopped",
    "/sign-out": "who is not signed in has no session to end",
}


class Traces:
    """Looks at the first form of each address that was taken; a form that is sent twice does nothing more."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._seen: set[str] = set()

    async def rows(self) -> int | None:
        """How many rows the trail has; None while the database is away."""
        try:
            row = await self._db.fetchrow(COUNT)
        except DatabaseAway:
            return None
        return int(row["rows"]) if row else None

    async def check(self, path: str, status: int, before: int | None) -> None:
        """Did a form that was taken leave a row? Raises AssertionError."""
        route, after = route_of(path), await self.rows()
        if status >= REFUSED or route in self._seen or before is None or after is None:
            return
        assert after > before or route in WITHOUT_ROW, f"POST {route} was taken and left no row in the trail"
        if after > before:
            self._seen.add(route)


def route_of(path: str) -> str:
    """The address as the routes write it; found by itself, so that a new one is watched too."""
    plain = path.partition("?")[0]
    return next((r.path for r in ROUTES if r.method == "POST" and _pattern(r.path).fullmatch(plain)), "")


def _pattern(route: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{\w+\}", "[^/]+", route))
