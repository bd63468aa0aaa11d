"""Lock-out after failed sign-ins: for each user name, whether it exists or not, and for each network.

Every try is counted before the password is looked at, for all processes together, so that a burst of guesses cannot
outrun the count. What succeeds is taken back. A try that a crash cut off counts as one failure, for some minutes.
"""

from dataclasses import dataclass

from storage import rates
from storage.clock import Clock
from storage.database import Database
from storage.rates import Rate
from storage.texts import N_
from workflows.errors import WorkflowError


class SignInRefused(WorkflowError):
    """Not signed in. Says neither whether the user name exists nor what was wrong."""

    text = N_("User name or password is wrong.")


class SignInLocked(SignInRefused):
    """Too many failures with this user name, whether it exists or not."""

    text = N_("After {tries} failed attempts this user name is locked. Try again in {minutes} minutes.")


class NetworkLocked(SignInRefused):
    """Too many failures from one network address, with whatever names."""

    text = N_("Too many sign-ins from your network have failed. Try again in {minutes} minutes.")


@dataclass(frozen=True)
class Lockout:
    """Counts tries. `names` and `networks` say how many may fail within which time."""

    db: Database
    real: Clock
    names: Rate
    networks: Rate

    async def count_try(self, username: str, network: str) -> None:
        """Count one; raises `SignInLocked`, `NetworkLocked`, `DatabaseAway`."""
        wait = await rates.count(self.db, self.real, self.networks, _network(network)) if network else None
        if wait is not None:
            raise NetworkLocked(minutes=_minutes(wait))
        wait = await rates.count(self.db, self.real, self.names, _name(username))
        if wait is not None:
            raise SignInLocked(tries=self.names.times, minutes=_minutes(wait))

    async def succeeded(self, username: str, network: str) -> None:
        """The try that was just counted was right: the name's failures are forgotten, the network's count again."""
        await self.unlock(username)
        if network:
            await rates.give_back(self.db, self.real, self.networks, _network(network))

    async def unlock(self, username: str) -> None:
        """Forget the failures with that name."""
        await rates.forget(self.db, self.names, _name(username))

    async def locked_s(self, username: str) -> int | None:
        """For how many seconds the name is locked; None when it is not."""
        return await rates.wait(self.db, self.real, self.names, _name(username))


def _name(username: str) -> str:
    return f"sign-in as {username}"


def _network(network: str) -> str:
    return f"failed sign-in from {network}"


def _minutes(seconds: int) -> int:
    return -(-seconds // 60)
