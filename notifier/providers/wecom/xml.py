"""XML as WeCom writes it: read into plain trees, written with CDATA and PascalCase names."""

from collections.abc import Iterator, Mapping
from typing import Any

from defusedxml.ElementTree import ParseError, fromstring

from notifier.providers.wecom.crypto import CallbackRejected, Check

Tree = dict[str, Any]
"""Name to text, to a tree, or to a list of these where a name comes more than once."""

# The deepest documented form has four levels; an unsigned body must not choose how deep we go.
_DEEPEST = 8
_ODD_NAMES = {"keyname": "KeyName"}


def read_xml(data: bytes) -> Tree:
    """The children of the root. Raises CallbackRejected; a DTD, and so any entity, is refused."""
    try:
        root = fromstring(data, forbid_dtd=True)
    except (ParseError, ValueError, LookupError):
        raise CallbackRejected(Check.CONTENT) from None
    tree = _read(root, _DEEPEST)
    return tree if isinstance(tree, dict) else {}


def write_xml(content: Mapping[str, Any]) -> bytes:
    """A message for WeCom from names in snake_case; lists become repeated elements."""
    return f"<xml>{''.join(_write(content))}</xml>".encode()


def encrypted_part(body: bytes) -> str:
    """What the envelope of a POST carries. Raises CallbackRejected."""
    try:
        encrypted = read_xml(body).get("Encrypt")
    except CallbackRejected:
        raise CallbackRejected(Check.ENVELOPE) from None
    if not isinstance(encrypted, str) or not encrypted:
        raise CallbackRejected(Check.ENVELOPE)
    return encrypted


def _read(element: Any, levels: int) -> str | Tree:
    if not len(element):
        return (element.text or "").strip()
    if not levels:
        raise CallbackRejected(Check.CONTENT)
    tree: Tree = {}
    for child in element:
        value = _read(child, levels - 1)
        if child.tag in tree:
            earlier = tree[child.tag]
            tree[child.tag] = [*earlier, value] if isinstance(earlier, list) else [earlier, value]
        else:
            tree[child.tag] = value
    return tree


def _write(content: Mapping[str, Any]) -> Iterator[str]:
    for name, value in content.items():
        tag = _ODD_NAMES.get(name) or "".join(word.capitalize() for word in name.split("_"))
        for item in value if isinstance(value, list) else [value]:
            yield f"<{tag}>{_inner(item)}</{tag}>"


def _inner(value: Any) -> str:
    if isinstance(value, Mapping):
        return "".join(_write(value))
    if isinstance(value, int):
        return str(value)
    return "<![CDATA[" + str(value).replace("]]>", "]]]]><![CDATA[>") + "]]>"
