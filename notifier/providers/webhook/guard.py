"""Which addresses a host name stands for, looked at before anything is said to one of them.

A name is resolved once, and the very addresses that were looked at are spoken to: one that changes its mind between
the look and the call gains nothing (OWASP, Server-Side Request Forgery Prevention).
"""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence

from notifier.channel import SendFailed, Verdict
from storage.texts import N_

NOT_PUBLIC = N_("The address is in the internal network, and the account does not allow that")
UNKNOWN_HOST = N_("The name of the receiver is not known")


async def addresses_of(host: str, port: int, *, private: bool) -> Sequence[str]:
    """The addresses of the host, the one to be tried first in front.

    Raises SendFailed: an unknown name, or an address that must not be spoken to.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (
        OSError,
        UnicodeError,
    ):  # a name that is none (a label too long, or empty) cannot be written as one
        found = []
    if not found:
        raise SendFailed(Verdict.TEMPORARY, "dns", UNKNOWN_HOST)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not private and not all(is_public(address) for address in addresses):
        raise SendFailed(Verdict.CONFIGURATION, "private-address", NOT_PUBLIC)
    return addresses


def is_public(address: str) -> bool:
    """Can anybody in the world have it? Addresses that only wrap another one count as what they wrap."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        wrapped = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo and parsed.teredo[1])
        if wrapped:
            return is_public(str(wrapped))
        # 64:ff9b::/96 leads to IPv4 addresses by a translator of the house (RFC 6052).
        if parsed in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(str(ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)))
    return parsed.is_global and not parsed.is_multicast
