"""Tokens of follow-up links cannot be guessed, changed or made up."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage.links import Links

LINKS = Links(b"k" * 32)


@given(st.integers(1, 2**59))
def test_a_token_leads_back_to_its_participant_and_is_the_same_each_time(participant: int) -> None:
    token = LINKS.token(participant)
    assert LINKS.participant_id(token) == participant
    assert token == LINKS.token(participant)


def test_neither_another_number_nor_another_key_fits() -> None:
    number, _, mac = LINKS.token(7).partition("-")
    assert number == "7"
    assert LINKS.participant_id(f"8-{mac}") is None
    assert Links(b"x" * 32).participant_id(LINKS.token(7)) is None
    assert len(mac) == 22  # 128 bits


@given(st.text(st.characters(), max_size=60))
@example("7-\udcff")
def test_anything_else_leads_nowhere(token: str) -> None:
    assert LINKS.participant_id(token) is None


@pytest.mark.parametrize("number", ["07", "+7", " 7", "７", "7_0", "-7", "7" * 5000, ""])
def test_a_number_written_another_way_leads_nowhere(number: str) -> None:
    mac = LINKS.token(7).partition("-")[2]
    assert LINKS.participant_id(f"{number}-{mac}") is None


def test_link_of_a_message_is_good_for_messages_alone() -> None:
    links = Links(b"k" * 32)
    assert links.message_id(links.notice(7)) == 7
    assert links.notice(7) != links.token(7)
    assert (links.message_id(links.token(7)), links.participant_id(links.notice(7))) == (None, None)
    assert links.message_id(links.notice(7)[:-1] + "_") is None
