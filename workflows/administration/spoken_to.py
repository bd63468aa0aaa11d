"""With whom a channel account speaks: what of it only some may set, and which secrets it does not take along.

An administrator may replace a secret and not read it. Whoever had the service speak to a server of their own would
be sent it; and a server of their choosing may be one within the house, which only the service can reach: that is
for the topmost administrators, above whom there are no others.
"""

from collections.abc import Mapping
from typing import Any

from storage import person_writer
from storage.texts import N_
from workflows.administration.office import Desk
from workflows.errors import FormInvalid
from workflows.identity.roles import Role

SENT_TO: Mapping[str, tuple[str, ...]] = {
    "secret": ("base_url",),
    "key": ("base_url",),
    "token": ("base_url",),
    "webhook_secret": ("base_url",),
    "proxy_password": ("proxy",),
    "password": ("host", "port", "tls"),
    "bounce_password": ("bounce_host", "bounce_port", "bounce_tls"),
}
"""The settings that say where each secret is sent; others only sign."""
DEFAULTS: Mapping[str, Any] = {"tls": "starttls", "bounce_tls": "implicit", "bounce_port": 995}
LEADING = ("base_url", "private_addresses")
"""The settings by which the service speaks to a server that is not the provider's, or may stand within the house."""

ENTER_ANEW = N_("It would now be sent to another server, so please enter it again.")
ONLY_AT_THE_TOP = N_(
    "Only administrators of the top organisation can set this: it makes the service "
    "connect to a server on its internal network."
)


async def check(
    desk: Desk, path: str, before: Mapping[str, Any], after: Mapping[str, Any], kept: set[str]
) -> None:
    """Raises `FormInvalid` for settings that are not the viewer's to set, and for `kept` secrets sent elsewhere.

    `path` is the organisation's; `before` and `after` are the settings.
    """
    faults: dict[str, tuple[str, dict[str, Any]]] = {
        name: (ENTER_ANEW, {}) for name in kept if _moves(name, before, after)
    }
    inside = before.get("private_addresses") and after.get("private_addresses")
    leading = (*LEADING, "url") if inside else LEADING
    set_here = [name for name in leading if after.get(name) and after[name] != before.get(name)]
    if set_here and not await _is_at_the_top(desk, path):
        faults |= {name: (ONLY_AT_THE_TOP, {}) for name in set_here}
    if faults:
        raise FormInvalid(faults)


async def _is_at_the_top(desk: Desk, path: str) -> bool:
    """Does nobody administer anything above what the viewer administers there?"""
    mine = [g.path for g in desk.by.viewer.grants if g.role == Role.ADMINISTRATOR and g.covers(path)]
    highest, now = min(mine, key=len, default=path), desk.clocks.business.now()
    return not await person_writer.is_held_above(desk.connection, highest, Role.ADMINISTRATOR, now)


def _moves(secret: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    places = SENT_TO.get(secret, ())
    return any((before.get(p) or DEFAULTS.get(p)) != (after.get(p) or DEFAULTS.get(p)) for p in places)
