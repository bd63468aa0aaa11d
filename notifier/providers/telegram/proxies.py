"""By which way the Bot API is reached: directly, through an HTTP proxy, or through a SOCKS proxy."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp
from aiohttp_socks import ProxyConnector, ProxyType
from yarl import URL

_SOCKS_PORT = 1080


@dataclass(frozen=True)
class Proxy:
    """Its address, and who signs in there, if anybody has to."""

    url: str
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def is_socks(self) -> bool:
        """Then it takes whole connections, and not requests."""
        return self.url.startswith("socks5")

    @property
    def headers(self) -> Mapping[str, str]:
        """What signs in at an HTTP proxy."""
        said = {"Proxy-Authorization": aiohttp.encode_basic_auth(self.user, self.password)}
        return said if self.user else {}


class Sessions:
    """The service's own session, which stays the caller's to close, and one of ours for each SOCKS proxy."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http
        self._through: dict[Proxy, aiohttp.ClientSession] = {}

    def by(self, proxy: Proxy | None) -> aiohttp.ClientSession:
        """The session whose connections go that way."""
        if proxy is None or not proxy.is_socks:
            return self._http
        if proxy not in self._through:
            self._through[proxy] = aiohttp.ClientSession(connector=_connector(proxy))
        return self._through[proxy]

    async def close(self) -> None:
        """End those that were made here."""
        for session in self._through.values():
            await session.close()
        self._through.clear()


def _connector(proxy: Proxy) -> aiohttp.BaseConnector:
    where = URL(proxy.url)
    return ProxyConnector(
        where.host or "",
        where.port or _SOCKS_PORT,
        ProxyType.SOCKS5,
        proxy.user or None,
        proxy.password or None,
        rdns=True,  # where Telegram is blocked, what a name server says of it is wrong
    )
