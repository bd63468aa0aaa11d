"""Takes secrets out of texts before they are written down: out of addresses, headers, settings and what quotes them.

By what stands around them, since what they are nobody knows here. The second net, not the first: the code hands
secrets to no log in the first place, but an error of a library may quote an address or a header.
"""

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "[redacted]"
_SECRET_NAMES = re.compile("secret|password|passphrase|token|cookie|authorization|key|dsn", re.IGNORECASE)
_NAMES = (
    r"[\w-]*(?:password|passwd|passphrase|secret|token|api[_-]?key|master[_-]?key|credential|authorization"
    r"|signature|encoding_aes_key|echostr)[\w-]*"
)
# Without one of these no rule finds anything; most texts in a log have none, and are looked at once.
_SIGNS = re.compile(r"[=:?&]|bearer|basic|/bot\d|/webhooks/|/[dfilnp]/[A-Za-z0-9_-]{12}", re.IGNORECASE)
_RULES = [
    # postgresql://user:password@host, also where the password holds an @
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s/:@]*:)[^\s/]+(@)", re.IGNORECASE), rf"\1{HIDDEN}\2"),
    # Authorization: Bearer …, wherever it is quoted
    (re.compile(r"\b(bearer|basic)(\s+)[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE), rf"\1\2{HIDDEN}"),
    (re.compile(r"\b((?:set-)?cookie)(['\"]?\s*[:=]\s*)[^\r\n]+", re.IGNORECASE), rf"\1\2{HIDDEN}"),
    # access_token=…, "password": "…", corpsecret=…; and what an address calls code, sig and key
    (
        re.compile(
            rf"\b({_NAMES})(['\"]?\s*[:=]\s*)(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|(?!\[redacted\])[^\s,;&)}}\]]+)",
            re.IGNORECASE,
        ),
        rf"\1\2{HIDDEN}",
    ),
    (re.compile(r"([?&](?:code|sig|key|state|ticket)=)[^&\s\"'<>]+", re.IGNORECASE), rf"\1{HIDDEN}"),
    # Telegram's token stands in the path, and so do our own labels, links and the address of delivery reports.
    (re.compile(r"/bot\d+:[A-Za-z0-9_-]+"), f"/bot{HIDDEN}"),
    (re.compile(r"(/webhooks/[\w-]+/[\w-]+/)[\w-]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(/[dfilnp]/)[A-Za-z0-9_-]{12,}"), rf"\1{HIDDEN}"),
]


def hide_secrets(text: str) -> str:
    """The text without what looks like a secret."""
    if not _SIGNS.search(text):
        return text
    for pattern, shown in _RULES:
        text = pattern.sub(shown, text)
    return text


def hide_in(name: str, value: Any) -> Any:
    """A value as it may be logged under that name, with everything that is in it."""
    if _SECRET_NAMES.search(name):
        return HIDDEN
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    if isinstance(value, str):
        return hide_secrets(value)
    if isinstance(value, Mapping):
        return {str(inner): hide_in(str(inner), content) for inner, content in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [hide_in("", content) for content in value]
    return hide_secrets(str(value))
