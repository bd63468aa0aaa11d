"""How often visitors may come, counted for all processes together."""

from enum import StrEnum
from ipaddress import IPv6Address, IPv6Network, ip_address

from h5_pages.services import PageSettings
from storage.clock import Clock
from storage.database import Database
from storage.rates import Limits, Rate, Use
from storage.texts import N_
from workflows.errors import WorkflowError

ONE_SUBSCRIBER = 64
"""Bits of an IPv6 address that name who connects; the rest are theirs to choose."""


class Pace(StrEnum):
    """Which rate of the settings an address falls under, for visitors without sign-in."""

    VIEW = "view_rate"
    SIGN_IN = "sign_in_rate"

    def of(self, settings: PageSettings) -> Rate:
        """The rate as it is set."""
        return {Pace.VIEW: settings.view_rate, Pace.SIGN_IN: settings.sign_in_rate}[self]


class TooOften(WorkflowError):
    """The visitor has to wait."""

    text = N_("Too many requests in a short time. Please try again in {seconds} seconds.")

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds=seconds)
        self.seconds = seconds


class Window:
    """Counts by key over real time."""

    def __init__(self, db: Database, real: Clock) -> None:
        self._limits = Limits(db, real)

    async def count(self, rate: Rate, *keys: str) -> None:
        """Count one use for each key; raises `TooOften`, and then counts for none, or `DatabaseAway`."""
        seconds = await self._limits.wait(*(Use(rate, key) for key in keys))
        if seconds is not None:
            raise TooOften(seconds)


def subscriber(client: str) -> str:
    """Whom a network address stands for: with IPv6 the whole network of a house or phone."""
    try:
        address = ip_address(client)
    except ValueError:
        return client
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), ONE_SUBSCRIBER), strict=False))
