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
    likely_credit_code,
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


@pytest.mark.parametrize("code", ["0" * 18, "123200000000000000", "9135010000000000" + "00", "０" * 18])
def test_a_code_of_zeros_is_refused_though_its_check_digit_fits(code: str) -> None:
    assert faults(credit_code=code, credit_code_reason="as given") == {"credit_code"}


MISTYPED = [
    ("9135010OMOOO1OOY43", "91350100M000100Y43"),
    ("9l350l00M000l00Y43", "91350100M000100Y43"),
    ("9I350I00M000I00Y43", "91350100M000100Y43"),
    ("91512O8IMA6ZK0260E", "91512081MA62K0260E"),
    ("9I512O8IMA62K0260E", "91512081MA62K0260E"),
    ("9151208IMA6ZKOZ6OE", "91512081MA62K0260E"),
    ("9133O1O67O46373l79", "913301067046373179"),
    ("1232O000466OOOOO2A", "12320000466000002A"),
    ("l2320000466000002A", "12320000466000002A"),
    ("123Z0000466000002A", "12320000466000002A"),
    ("I2320000466000003A", None),
    ("OOOOOOOOOOOOOOOOOO", None),
]


@pytest.mark.parametrize(("typed", "meant"), MISTYPED)
def test_the_likely_reading_is_offered_if_its_check_digit_fits(typed: str, meant: str | None) -> None:
    assert likely_credit_code(typed) == meant
    with pytest.raises(FormInvalid) as refused:
        fill_in(Original, {**ORIGINAL, "credit_code": typed})
    (text, values) = refused.value.fields.get("credit_code") or refused.value.fields["credit_code_reason"]
    said = text.format(**values)
    assert (f"Did you mean {meant}?" in said) if meant else ("Did you mean" not in said)


def test_a_one_typed_as_a_small_l_warns_with_its_reading_and_can_be_let_through() -> None:
    with pytest.raises(FormInvalid) as refused:
        fill_in(Original, {**ORIGINAL, "credit_code": "91350100M000l00Y43"})
    (text, values) = refused.value.fields["credit_code_reason"]
    assert "Did you mean 91350100M000100Y43?" in text.format(**values)
    assert faults(credit_code="91350100M000l00Y43", credit_code_reason="as given") == set()


@pytest.mark.parametrize(
    "typed", ["91350100-M000100Y4-3", " 91350100M 000100Y43 ", "９１３５０１００M000100Y43"]
)
def test_what_stands_between_the_parts_in_print_is_left_out(typed: str) -> None:
    assert fill_in(Original, {**ORIGINAL, "credit_code": typed}).credit_code == "91350100M000100Y43"


def test_a_former_organisation_code_is_taken_by_its_check_digit() -> None:
    assert check_digit_fits("D2143569X")
    assert faults(credit_code="D2143569X") == faults(credit_code="d2143569-x") == set()
    assert faults(credit_code="D21435690") == {"credit_code_reason"}
    assert faults(credit_code="000000000") == {"credit_code"}


def test_a_code_in_small_letters_is_taken() -> None:
    assert faults(credit_code="12320000466000002a") == set()
