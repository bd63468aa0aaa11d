"""The administration of organisations, people and policies in a real browser, as wide as a phone."""

import pytest
from playwright.async_api import Page

from storage.sealing import MasterKey, new_master_key
from tests.support.house import make_house
from tests.support.measures import SMALL, TOO_WIDE
from tests.support.pages import Pages
from tests.support.phone import listen, sign_in
from tests.support.world import add_account, add_contact

pytestmark = pytest.mark.browser


async def test_every_page_of_the_house_fits_a_phone_and_its_targets_a_thumb(
    pages: Pages, phone_page: Page
) -> None:
    house = await make_house(pages.db, pages.world, pages.clock)
    account = await add_account(
        pages.db, house.city, "email", "city-mail", {}, {}, MasterKey(new_master_key())
    )
    await add_contact(pages.db, pages.world.engineer, account, "engineer.of.the.first@demo-hospital.example")
    await add_contact(pages.db, pages.world.engineer, account, "another@demo-hospital.example", rank=2)
    await pages.report(pages.world.reporter)
    base = str(pages.server.make_url("")).rstrip("/")
    complaints = listen(phone_page)
    await sign_in(phone_page, pages, base, house.province_admin)
    hospital, department, person = pages.world.hospital, pages.world.department, pages.world.engineer
    for path in (
        "/admin/organisations",
        f"/admin/organisations?under={hospital}",
        f"/admin/organisations/{hospital}",
        f"/admin/organisations/new?parent={house.city}",
        f"/admin/organisations/{hospital}/edit",
        f"/admin/organisations/{department}/move",
        "/admin/people",
        f"/admin/people/new?unit={hospital}",
        f"/admin/people/{person}",
        f"/admin/people/{person}/edit",
        f"/admin/people/{person}/posts",
        f"/admin/people/{person}/ways",
        f"/admin/policies?unit={hospital}",
        f"/admin/policies/repair.triage?unit={hospital}",
        f"/admin/policies/licence.blue/new?unit={house.province}",
    ):
        await phone_page.goto(base + path)
        assert await phone_page.evaluate(TOO_WIDE) <= 0, path
        assert await phone_page.evaluate(SMALL) == [], path
    assert complaints == []


async def test_a_policy_is_set_after_a_look_ahead(pages: Pages, phone_page: Page) -> None:
    house = await make_house(pages.db, pages.world, pages.clock)
    await pages.report(pages.world.reporter)
    base = str(pages.server.make_url("")).rstrip("/")
    await sign_in(phone_page, pages, base, house.hospital_admin)
    await phone_page.goto(f"{base}/admin/policies/repair.triage/new?unit={pages.world.hospital}")
    await phone_page.fill("[name=amount]", "2")
    await phone_page.select_option("[name=unit]", "hours")
    await phone_page.fill("[name=source]", "House rule 7")
    await phone_page.click(".bar button")
    assert "that would end later: 1, by 1 h 30 min" in await phone_page.inner_text("main")
    assert await phone_page.evaluate(TOO_WIDE) <= 0
    await phone_page.click(".bar button")
    assert "2 hours" in await phone_page.inner_text("main")
