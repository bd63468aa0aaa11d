"""With whom a channel account speaks: what of it only some may set, and which secrets it does not take along.

An administrator may replace a secret and not read it. Whoever had the service speak to a server of their own would
be sent it; and a server of their choosing may be one within the house, which only the service can reach.
"""

from collections.abc import Mapping
from typing import Any

from storage.directory import Viewer
from storage.texts import N_
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

ENTER_ANEW = N_("It would be sent to another server from now on, so please enter it anew.")
ONLY_AT_THE_TOP = N_(
    "Only who administers the top organisation may set this: it has the service speak to a server of its own network."
)


def check(
    viewer: Viewer, path: str, before: Mapping[str, Any], after: Mapping[str, Any], kept: set[str]
) -> None:
    """Raises `FormInvalid` for settings that are not the viewer's to set, and for `kept` secrets sent elsewhere.

    `path` is the organisation's; `before` and `after` are the settings.
    """
    faults: dict[str, tuple[str, dict[str, Any]]] = {
        name: (ENTER_ANEW, {}) for name in kept if _moves(name, before, after)
    }
    top = f"{path.partition('.')[0]}."
    if not viewer.holds({Role.ADMINISTRATOR}, top):
        leading = (*LEADING, "url") if after.get("private_addresses") else LEADING
        set_here = [name for name in leading if after.get(name) and after[name] != before.get(name)]
        faults |= {name: (ONLY_AT_THE_TOP, {}) for name in set_here}
    if faults:
        raise FormInvalid(faults)


def _moves(secret: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    places = SENT_TO.get(secret, ())
    return any((before.get(p) or DEFAULTS.get(p)) != (after.get(p) or DEFAULTS.get(p)) for p in places)
