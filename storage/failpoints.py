"""Named points at which a test makes the process die, to prove that nothing accepted is lost."""

import os
import signal
from typing import Protocol


class FailPoints(Protocol):
    """Something may happen at a named point."""

    def hit(self, name: str) -> None:
        """The code has come to this point."""
        ...


class NoFailPoints:
    """What runs in production: nothing ever happens."""

    def hit(self, name: str) -> None:  # noqa: ARG002 - the name is for those who kill
        return None


class KillAt:
    """Ends the process by SIGKILL at the n-th time that a point is passed."""

    def __init__(self, name: str, nth: int) -> None:
        self._name = name
        self._left = nth

    @classmethod
    def parse(cls, spec: str) -> "KillAt":
        """Read `name:nth`; raises ValueError."""
        name, _, nth = spec.partition(":")
        return cls(name, int(nth or 1))

    def hit(self, name: str) -> None:
        if name == self._name:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
