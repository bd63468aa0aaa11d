"""The pages of storms and of how much people hear, as wide as a phone."""

import pytest
from playwright.async_api import Page

from tests.h5_pages.test_own_notices import RAISED
from tests.support.measures import SMALL, TOO_WIDE
from tests.support.pages import Pages
from tests.support.phone import listen, sign_in

pytestmark = pytest.mark.browser


async def test_they_fit_a_phone_and_their_targets_a_thumb(pages: Pages, phone_page: Page) -> None:
    world, base = pages.world, str(pages.server.make_url("")).rstrip("/")
    await pages.db.execute(RAISED, world.hospital, world.device, world.engineer)
    complaints = listen(phone_page)
    await sign_in(phone_page, pages, base, world.engineer)
    for path in ("/me/storms/1", "/me/notices", "/me/notices/cases/BJ2026-000001"):
        await phone_page.goto(base + path)
        assert await phone_page.evaluate(TOO_WIDE) <= 0, path
        assert await phone_page.evaluate(SMALL) == [], path
    assert complaints == []
