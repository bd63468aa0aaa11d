"""Every text for people in the code, as `make catalogues` collects them."""

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg

from storage.texts import P_


def source_texts(root: Path) -> set[str]:
    """The texts of all rooms of the checkout at `root`, by the settings in its Makefile."""
    makefile = (root / "Makefile").read_text()
    return {text for room in _rooms(makefile) for text in _texts_in(root, room, makefile)}


def _rooms(makefile: str) -> list[str]:
    listed = re.search(r"^SOURCES := (.+)$", makefile, re.MULTILINE)
    assert listed is not None
    return [room for room in listed[1].split() if room != "tests"]


def _keywords(makefile: str) -> dict[str, tuple[int, ...] | None]:
    command = next(line for line in makefile.splitlines() if " extract " in line)
    return {**DEFAULT_KEYWORDS, **parse_keywords(re.findall(r"-k (\S+)", command))}


def _texts_in(root: Path, room: str, makefile: str) -> Iterator[str]:
    with (root / "bot" / "locale" / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    for _, _, text, _, context in extract_from_dir(root / room, methods, options, _keywords(makefile)):
        source = text if isinstance(text, str) else text[0]
        yield P_(context, source) if context else source
