"""How the database is reached: by the service, and by whoever changes its schema."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.settings import Settings
from storage.embedded import EmbeddedServer
from storage.roles import as_login, make_login


@dataclass(frozen=True)
class Addresses:
    """Two logins to one database; one and the same where only one is set. Both may hold passwords."""

    service: str = field(repr=False)
    owner: str = field(repr=False)


@asynccontextmanager
async def databases(settings: Settings) -> AsyncIterator[Addresses]:
    """The configured PostgreSQL, else the embedded one in the data folder. Raises `EmbeddedServerError`.

    The embedded server's owner makes the service a login of its own, which cannot change history.
    """
    if settings.has_server:
        yield _configured(settings)
        return
    async with EmbeddedServer(settings.data_dir / "postgres") as owner:
        await make_login(owner)
        yield Addresses(as_login(owner), owner)


def _configured(settings: Settings) -> Addresses:
    """Whichever of the two is missing, the other does both."""
    given = [url.get_secret_value() for url in (settings.database_url, settings.owner_database_url) if url]
    return Addresses(service=given[0], owner=given[-1])
