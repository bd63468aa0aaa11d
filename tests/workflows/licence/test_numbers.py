"""Licence numbers and credit codes: what is refused, and what only warns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.licences import ORIGINAL
from workflows.errors import FormInvalid
from workflows.forms import fill_in
from workflows.licence.forms import Original
from workflows.licence.numbers import (
    ALPHABET,
    category,
    check_digit_fits,
    has_known_class,
    is_credit_code,
    is_licence_number,
)

RIGHT = [
    "91350100M000100Y43",
    "91512081MA62K0260E",
    "913301067046373179",
    "12320000466000002A",
    "123200004660026810",
]


@pytest.mark.parametrize("code", RIGHT)
def test_right_codes_have_their_check_digit(code: str) -> None:
    assert is_credit_code(code)
    assert check_digit_fits(code)


@pytest.mark.parametrize("code", RIGHT)
@given(place=st.integers(0, 17), character=st.sampled_from(ALPHABET))
def test_one_wrong_character_is_found(code: str, place: int, character: str) -> None:
    wrong = code[:place] + character + code[place + 1 :]
    assert check_digit_fits(wrong) == (character == code[place])


@pytest.mark.parametrize(
    "code", ["", "91350100M000100Y4", "91350100M000100Y4Z", "91350100m000100Y43", "9135010OM000100Y43"]
)
def test_what_is_no_credit_code(code: str) -> None:
    assert not is_credit_code(code)


@pytest.mark.parametrize("number", ["乙1001100001", "甲2703200938", "甲2702200743", "甲3201100001"])
def test_licence_numbers(number: str) -> None:
    assert is_licence_number(number)
    assert has_known_class(number)


@pytest.mark.parametrize(
    "number",
    [
        "",
        "乙100110000",
        "乙10011000011",
        "丙1001100001",
        "乙0001100001",
        "乙3301100001",
        "乙１００１１００００１",
        "乙1001100001\n",
    ],
)
def test_what_is_no_licence_number(number: str) -> None:
    assert not is_licence_number(number)


def test_the_first_character_says_who_licenses() -> None:
    assert (category("甲2703200938"), category("乙1001100001")) == ("A", "B")


def faults(**changes: str) -> set[str]:
    try:
        fill_in(Original, {**ORIGINAL, **changes})
    except FormInvalid as error:
        return set(error.fields)
    return set()


def test_an_unknown_class_asks_for_a_tick() -> None:
    assert faults(licence_number="甲1005100001") == {"class_code_checked"}
    assert faults(licence_number="甲1005100001", class_code_checked="true") == set()


def test_a_wrong_check_digit_asks_for_a_reason() -> None:
    assert faults(credit_code="123200004660000020") == {"credit_code_reason"}
    assert faults(credit_code="123200004660000020", credit_code_reason="as given") == set()


def test_a_code_in_small_letters_is_taken() -> None:
    assert faults(credit_code="12320000466000002a") == set()
