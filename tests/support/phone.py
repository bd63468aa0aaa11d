"""What every walk on a phone needs: signing in, complaints of the browser, and whether a page fits."""

from playwright.async_api import Page, expect

from tests.support.pages import PASSWORD, Pages


async def sign_in(page: Page, pages: Pages, base: str, person_id: int) -> None:
    await pages.person(person_id)
    await page.goto(f"{base}/sign-in")
    await page.fill("[name=username]", f"person{person_id}")
    await page.fill("[name=password]", PASSWORD)
    await page.click(".bar button")
    await expect(page).to_have_url(f"{base}/todo")


def listen(page: Page) -> list[str]:
    """What the browser complains about, for example what the content security policy refused."""
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints
