"""Secrets at rest, and keys that are derived from the master key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.sealing import MasterKey, SealBroken, new_master_key

KEY = MasterKey("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
SECRETS = {"secret": "made-up", "令牌": "值"}


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=200), max_size=5), st.text(max_size=50))
def test_what_was_sealed_is_opened_again(secrets: dict[str, str], context: str) -> None:
    assert KEY.open(KEY.seal(secrets, context), context) == secrets


def test_the_same_secrets_are_never_sealed_alike() -> None:
    assert KEY.seal(SECRETS, "row 1") != KEY.seal(SECRETS, "row 1")
    assert b"made-up" not in KEY.seal(SECRETS, "row 1")


def test_a_change_of_any_byte_is_found() -> None:
    sealed = KEY.seal({"a": "b"}, "row 1")
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(SealBroken):
            KEY.open(changed, "row 1")


@pytest.mark.parametrize("length", [0, 3, 4, 10, 16, 20, 31])
def test_what_was_cut_short_is_found(length: int) -> None:
    with pytest.raises(SealBroken):
        KEY.open(KEY.seal(SECRETS, "row 1")[:length], "row 1")


def test_a_secret_does_not_open_for_another_row() -> None:
    with pytest.raises(SealBroken, match="another row"):
        KEY.open(KEY.seal(SECRETS, "row 1"), "row 2")


def test_another_key_does_not_open_and_says_so() -> None:
    with pytest.raises(SealBroken, match="another master key"):
        MasterKey(new_master_key()).open(KEY.seal(SECRETS, "row 1"), "row 1")


@pytest.mark.parametrize("wrong", ["", "short", "A" * 43, "*" * 44, "AAAA" * 20])
def test_what_is_no_key_of_32_bytes_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of two libraries, with words of their own
        MasterKey(wrong)


def test_the_key_shows_itself_nowhere() -> None:
    assert repr(KEY) == f"MasterKey(id={KEY.key_id.hex()})"


def test_derived_keys_differ_by_purpose_and_master_and_stay_the_same() -> None:
    again = MasterKey("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    assert KEY.derive("links") == again.derive("links")
    assert len({KEY.derive("links"), KEY.derive("pages"), MasterKey(new_master_key()).derive("links")}) == 3
