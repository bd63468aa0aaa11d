"""What systemd is told: ready, still alive, stopping (sd_notify(3)). Nothing where systemd does not ask."""

import socket
from collections.abc import Mapping
from contextlib import suppress

MICROSECONDS = 1_000_000


class Systemd:
    """The socket on which systemd listens, as the environment of a unit with `Type=notify` names it."""

    def __init__(self, environment: Mapping[str, str], pid: int) -> None:
        """`pid` is this process: a watchdog that was set for another one is none of ours."""
        name = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + name[1:] if name.startswith("@") else name
        mine = environment.get("WATCHDOG_PID", str(pid)) == str(pid)
        period = environment.get("WATCHDOG_USEC", "") if mine else ""
        self.watchdog_s = int(period) / MICROSECONDS if period.isdecimal() and int(period) else None
        """How often it must hear that we live, in seconds; None when there is no watchdog."""

    def tell(self, state: str) -> None:
        """Send one state, such as `READY=1`. A socket that takes nothing is systemd's affair, not an error of ours."""
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as telling:
            telling.setblocking(False)
            telling.sendto(state.encode(), self._address)
