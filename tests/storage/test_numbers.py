"""Mobile numbers as people write them."""

import pytest

from notifier.channel import SendFailed
from notifier.providers.mobiles import checked_number
from storage.numbers import is_mistyped_mobile, mobile, spellings
from tests.support.desk import open_desk
from workflows.actor import Actor, Door, Reporter
from workflows.administration.contacts import Channel, canonical
from workflows.administration.person_forms import PersonForm
from workflows.errors import FormInvalid
from workflows.forms import fill_in

NUMBER = "13800000001"
PERSON = {"name": "Somebody", "organisation": "1"}
WRITTEN = (
    *(
        "13800000001",
        "+8613800000001",
        "8613800000001",
        "008613800000001",
        "+86 138 0000 0001",
        "+86-138-0000-0001",
    ),
    *(
        "0086 138 0000 0001",
        "(+86) 138 0000 0001",
        "（+86）13800000001",
        "＋８６ １３８００００００01",
        "138-0000-0001",
    ),
    *(
        "１３８０００００００１",
        "138 0000\u00a00001",
        "\u202d13800000001\u202c",
        "138\u200b00000001",
        "138.0000.0001",
    ),
    *(
        "(138)0000-0001",
        "[86]13800000001",
        "138—0000—0001",
        "013800000001",
        " 13800000001\n",
        "+86 (0)138 0000 0001",
    ),
)
WRONG = (
    *("1380000000", "138000000012", "+86 1380000000", "0086138000000", "+86 02012345678", "+861280000000"),
    *("1580000", "+86", "0086 abc"),
)
NO_MOBILE = (
    "",
    "12800000001",
    "23800000001",
    "02512345678",
    "13800000001x",
    "电话13800000001",
    "1380000000１２",
)


@pytest.mark.parametrize("typed", WRITTEN)
def test_a_mobile_is_the_same_however_it_was_written_and_wherever_it_is_entered(typed: str) -> None:
    assert mobile(typed) == NUMBER
    assert checked_number(typed) == NUMBER
    assert canonical(Channel.SMS, typed) == canonical(Channel.VOICE, typed) == NUMBER
    assert NUMBER in spellings(typed)
    assert fill_in(PersonForm, {**PERSON, "phone": typed}).phone == NUMBER


@pytest.mark.parametrize("typed", WRONG)
def test_a_mobile_with_a_digit_too_many_or_too_few_is_refused_in_words(typed: str) -> None:
    assert mobile(typed) is None
    assert is_mistyped_mobile(typed)
    with pytest.raises(FormInvalid) as refused:
        fill_in(PersonForm, {**PERSON, "phone": typed})
    assert refused.value.fields["phone"][0] == "A mobile number has 11 digits and begins with 13 to 19."


@pytest.mark.parametrize("typed", [*WRONG, *NO_MOBILE[1:]])
def test_what_is_no_mobile_is_no_address_for_sms(typed: str) -> None:
    with pytest.raises(FormInvalid):
        canonical(Channel.SMS, typed)
    with pytest.raises(SendFailed):
        checked_number(typed)


@pytest.mark.parametrize(
    "typed", ["025-8123 4567", "(025) 81234567", "+49 30 123456", "8123", "400-800-1234"]
)
def test_other_phones_stay_as_they_are_written(typed: str) -> None:
    assert fill_in(PersonForm, {**PERSON, "phone": typed}).phone == typed


async def test_a_reporters_mobile_is_kept_by_its_digits_whatever_door_they_came_by(database_url: str) -> None:
    async with open_desk(database_url) as desk:
        for typed, kept in (("+86 138-0000-0001", NUMBER), ("8123", "8123"), ("", "")):
            case = await desk.engine.open(
                "repair",
                "report",
                Actor(Door.LINK),
                {"fault": "x"},
                place=desk.place,
                idempotency_key=desk.new_key(),
                reporter=Reporter("A nurse", typed, ""),
            )
            phone = await desk.value("SELECT phone FROM participant WHERE id = $1", case.participant_id)
            assert phone == kept
