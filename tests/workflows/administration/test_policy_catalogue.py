"""Every policy that the code knows can be named, said, filled in and read back."""

import re
from pathlib import Path
from typing import Any

import pytest

from workflows.administration.policy_catalogue import catalogue
from workflows.administration.policy_forms import read, typed
from workflows.administration.policy_words import KEY_LABELS, UNIT_LABELS, WORDS, in_short

ROOM = Path(__file__).resolve().parents[3] / "workflows"
KINDS = catalogue()


def as_sets(value: Any) -> Any:
    return {key: set(part) if isinstance(part, list) else part for key, part in value.items()}


def test_every_policy_in_the_code_is_in_the_catalogue() -> None:
    """A default that no workflow holds and that is not among the others would be found by nobody."""
    named = {
        name
        for path in ROOM.rglob("*.py")
        for name in re.findall(r'"([a-z_]+\.[a-z_]+)": PolicyDefault\(', path.read_text())
    }
    alone = [
        path
        for path in ROOM.rglob("*.py")
        if re.search(r"^DEFAULT = PolicyDefault\(", path.read_text(), re.MULTILINE)
    ]
    assert len(named) > 30
    assert named <= set(KINDS)
    assert len(KINDS) == len(named) + len(alone)


def test_every_policy_has_words_and_every_word_a_policy() -> None:
    assert set(WORDS) == set(KINDS)
    parts = {key for kind in KINDS.values() for key in kind.default.value}
    assert parts <= set(KEY_LABELS)
    units = {kind.default.value.get("unit", "hours") for kind in KINDS.values()}
    assert units <= set(UNIT_LABELS)


@pytest.mark.parametrize("name", KINDS)
def test_a_default_can_be_typed_and_read_back_as_it_was(name: str) -> None:
    kind = KINDS[name]
    form, value = read(kind, {**typed(kind, kind.default.value), "source": "default"})
    assert as_sets(value) == as_sets(kind.default.value)
    assert form.source == "default"
    assert in_short(value, str)
