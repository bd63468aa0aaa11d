"""Every version of some policies, to know what held at which moment of business time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.database import Connection


@dataclass(frozen=True)
class PolicyVersion:
    """One version at the organisation of that path. `inherits`: from then on what stands above holds."""

    path: str
    name: str
    version: int
    value: Mapping[str, Any]
    valid_from: datetime
    inherits: bool


VERSIONS = """
SELECT o.path, p.name, p.version, p.value, p.valid_from, p.inherits
  FROM policy p JOIN organisation o ON o.id = p.organisation_id WHERE p.name = ANY($1) ORDER BY p.version
"""


class PolicyHistory:
    """What held where and when, by the rule of `policy_values.in_force`."""

    def __init__(self, versions: Iterable[PolicyVersion]) -> None:
        """`versions` of one path and name come in their order."""
        self._known: dict[tuple[str, str], list[PolicyVersion]] = defaultdict(list)
        for version in versions:
            self._known[version.name, version.path].append(version)

    def at(self, path: str, names: Iterable[str], moment: datetime) -> dict[str, Mapping[str, Any]]:
        """What held at the organisation of that path, without what nobody had set."""
        found = {name: self._held(path, name, moment) for name in names}
        return {name: held.value for name, held in found.items() if held}

    def changes(self, path: str, name: str, after: datetime, until: datetime) -> set[datetime]:
        """The moments between the two at which a version came to hold there or above."""
        return {
            version.valid_from
            for place in _places(path)
            for version in self._known.get((name, place), ())
            if after < version.valid_from < until
        }

    def _held(self, path: str, name: str, moment: datetime) -> PolicyVersion | None:
        """The nearest organisation's newest version that was valid, unless it went back to what stood above."""
        for place in _places(path):
            valid = [held for held in self._known.get((name, place), ()) if held.valid_from <= moment]
            if valid and not valid[-1].inherits:
                return valid[-1]
        return None


async def policy_history(connection: Connection, names: Sequence[str]) -> PolicyHistory:
    """All versions of those policies."""
    return PolicyHistory(PolicyVersion(**dict(row)) for row in await connection.fetch(VERSIONS, list(names)))


def _places(path: str) -> list[str]:
    """The paths of an organisation and of all above it, the nearest first."""
    ids = path.rstrip(".").split(".")
    return [".".join(ids[:depth]) + "." for depth in range(len(ids), 0, -1)]
