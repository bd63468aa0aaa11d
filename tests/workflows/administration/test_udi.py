"""UDI from scanners and from hands: the elements that they hold, and what is refused."""

from datetime import date

import pytest

from workflows.administration import udi
from workflows.administration.device_forms import DeviceForm
from workflows.errors import FormInvalid
from workflows.forms import fill_in

GS = "\x1d"
TODAY = date(2026, 3, 2)
GTIN = "06901234567892"
WHOLE = f"(01){GTIN}(11)141231(17)150707(10)A213B1(21)1234"
CODE = f"01{GTIN}111412311715070710A213B1{GS}211234"
DEVICE = {"number": "CT-1", "type": "ct", "name": "CT", "maker": "Demo", "model": "64"}

SAME = [
    *(
        WHOLE,
        WHOLE.replace("(", " ("),
        CODE,
        f"{GS}{CODE}",
        f"]d2{CODE}",
        f"]C1{CODE}",
        f"]Q3{CODE}",
        f"]e0{CODE}",
    ),
    *(
        f"]d2{GS}{CODE}",
        CODE.replace(GS, "<GS>"),
        CODE.replace(GS, "{GS}"),
        CODE.replace(GS, "␝"),
        f" {CODE}\n",
    ),
    *(f"]d2{CODE}{GS}", CODE.replace(GS, "\\x1d"), WHOLE.replace("(", "（").replace(")", "）")),
    "".join(chr(ord(c) + 0xFEE0) if c.isdecimal() else c for c in WHOLE),
]


@pytest.mark.parametrize("typed", SAME)
def test_one_identifier_is_the_same_however_it_was_read(typed: str) -> None:
    known = udi.read(typed)
    assert (known.text, known.issuer, known.serial) == (WHOLE, "GS1", "1234")
    assert known.elements[udi.LOT] == "A213B1"
    assert known.day(udi.MADE, TODAY) == date(2014, 12, 31)
    assert known.day(udi.EXPIRES, TODAY) == date(2015, 7, 7)


@pytest.mark.parametrize(
    ("digits", "today", "day"),
    [
        ("260200", TODAY, date(2026, 2, 28)),
        ("240200", TODAY, date(2024, 2, 29)),
        ("260400", TODAY, date(2026, 4, 30)),
        ("261200", TODAY, date(2026, 12, 31)),
        ("760101", TODAY, date(2076, 1, 1)),
        ("770101", TODAY, date(1977, 1, 1)),
        ("990101", TODAY, date(1999, 1, 1)),
        ("000101", TODAY, date(2000, 1, 1)),
        ("100101", date(2060, 1, 1), date(2110, 1, 1)),
        ("110101", date(2060, 1, 1), date(2011, 1, 1)),
        ("990101", date(2060, 1, 1), date(2099, 1, 1)),
        ("490101", date(1999, 1, 1), date(2049, 1, 1)),
        ("500101", date(1999, 1, 1), date(1950, 1, 1)),
    ],
)
def test_day_00_is_the_months_last_and_the_century_the_nearest(digits: str, today: date, day: date) -> None:
    assert udi.read(f"(01){GTIN}(11){digits}").day(udi.MADE, today) == day


@pytest.mark.parametrize(
    "wrong",
    [
        "06901234567893",
        "0" * 14,
        f"(01){'0' * 14}(21)1",
        "6901234567893",
        "(01)06901234567893",
        "(01)6901234567892",
        "(01)",
        "0106901234567893",
        f"]d2010690123456789321{GS}1",
        f"(01){GTIN}(11)261301",
        f"(01){GTIN}(11)260230",
        f"(01){GTIN}(17)26020",
        f"(01){GTIN}(17)abcdef",
        f"(01){GTIN}(10){'x' * 21}",
        f"(01){GTIN}(21){'1' * 21}",
        f"01{GTIN}11269901",
    ],
)
def test_what_claims_to_follow_gs1_and_does_not_is_refused(wrong: str) -> None:
    with pytest.raises(udi.UdiWrong):
        udi.read(wrong)
    with pytest.raises(FormInvalid) as refused:
        fill_in(DeviceForm, {**DEVICE, "serial": "S", "udi": wrong})
    text, values = refused.value.fields["udi"]
    assert text.format(**values)


@pytest.mark.parametrize(
    ("typed", "issuer"),
    [
        ("MA.156.M0.100221.ABC12345", "MA"),
        ("+A123BJC5D6E71G", "HIBCC"),
        ("AHM00123456", "AHM"),
        ("something of the house", ""),
        ("12345", ""),
    ],
)
def test_identifiers_of_others_are_recognised_and_kept_as_they_are(typed: str, issuer: str) -> None:
    known = udi.read(typed)
    assert (known.text, known.issuer, dict(known.elements)) == (typed, issuer, {})


@pytest.mark.parametrize("typed", [GTIN, "6901234567892"])
def test_the_product_alone_is_one_too(typed: str) -> None:
    assert (udi.read(typed).text, udi.read(typed).elements) == (typed, {udi.DI: GTIN})


def test_serial_number_is_taken_from_the_udi_where_none_was_typed() -> None:
    form = fill_in(DeviceForm, {**DEVICE, "udi": f"]d2{CODE}"})
    assert (form.serial, form.udi) == ("1234", WHOLE)
    assert fill_in(DeviceForm, {**DEVICE, "serial": "own", "udi": WHOLE}).serial == "own"
    with pytest.raises(FormInvalid) as refused:
        fill_in(DeviceForm, {**DEVICE, "udi": f"(01){GTIN}"})
    assert list(refused.value.fields) == ["serial"]
