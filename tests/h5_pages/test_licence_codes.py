"""The QR code of a licence: what anybody may verify by it, and who may print it."""

from datetime import timedelta
from pathlib import Path

import zxingcpp
from PIL import Image

from storage.rates import Rate
from tests.support.licence_town import key_of, licence, town
from tests.support.licences import ORIGINAL
from tests.support.pages import Pages, running_pages


async def test_anybody_verifies_a_licence_by_its_code(pages: Pages) -> None:
    at = await town(pages)
    case = await licence(pages, at)
    visitor = await pages.visitor()
    page = (await visitor.get(f"/l/{await key_of(pages, case)}")).text
    for shown in (
        "乙1001100001",
        "First Demo Hospital",
        "PET/CT",
        "Demo Health Commission",
        "2025-03-02",
        "Original issued",
    ):
        assert shown in page
    for hidden in (ORIGINAL["legal_representative"], ORIGINAL["credit_code"], case.number, "Open the case"):
        assert hidden not in page


async def test_who_sees_the_case_is_led_to_it_and_others_are_not(pages: Pages) -> None:
    at = await town(pages)
    case = await licence(pages, at)
    url = f"/l/{await key_of(pages, case)}"
    assert f"/cases/{case.number}" in (await (await pages.person(at.contacts[0])).get(url)).text
    assert case.number not in (await (await pages.person(at.contacts[1])).get(url)).text


async def test_an_unknown_code_says_so(pages: Pages) -> None:
    visitor = await pages.visitor()
    for key, text in (
        ("A" * 22, "This licence is not registered"),
        ("x" * 65, "Not found"),
        ("a b", "Not found"),
    ):
        answer = await visitor.get(f"/l/{key}")
        assert answer.status == 404
        assert text in answer.text


async def test_verification_without_sign_in_is_limited(database_url: str, tmp_path: Path) -> None:
    async with running_pages(database_url, tmp_path, view_rate=Rate(3, 60)) as pages:
        visitor = await pages.visitor()
        answers = [await visitor.get(f"/l/guess{nth}") for nth in range(4)]
        assert [answer.status for answer in answers] == [404, 404, 404, 429]
        pages.clock.forward(timedelta(seconds=66))
        assert (await visitor.get("/l/guess")).status == 404


async def test_the_code_leads_to_the_verification_and_is_printed(pages: Pages, tmp_path: Path) -> None:
    at = await town(pages)
    case = await licence(pages, at)
    contact = await pages.person(at.contacts[0])
    (tmp_path / "qr.png").write_bytes((await contact.get(f"/licences/{case.number}/qr.png")).body)
    read = zxingcpp.read_barcodes(Image.open(tmp_path / "qr.png").convert("L"))
    assert [code.text for code in read] == [f"http://yishe.example/l/{await key_of(pages, case)}"]
    assert "<svg" in (await contact.get(f"/licences/{case.number}/qr.svg")).text
    assert (await contact.get(f"/licences/{case.number}/qr.pdf")).body.startswith(b"%PDF")


async def test_codes_of_others_are_not_found(pages: Pages) -> None:
    at = await town(pages)
    case = await licence(pages, at)
    other = await pages.person(at.contacts[1])
    ends = ("qr.svg", "qr.png", "qr.pdf")
    assert [(await other.get(f"/licences/{case.number}/{end}")).status for end in ends] == [404] * 3
