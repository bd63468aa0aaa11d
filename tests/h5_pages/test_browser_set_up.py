import pytest
from playwright.async_api import Page

pytestmark = pytest.mark.browser
# Width of a character that no font has, compared with a Chinese one: without a font both are the same box.
IS_DRAWN = """() => {
    const context = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const pixels = text => {
        context.clearRect(0, 0, 50, 50);
        context.font = '30px sans-serif';
        context.fillText(text, 5, 40);
        return context.getImageData(0, 0, 50, 50).data.join();
    };
    return pixels('医') !== pixels('设');
}"""


async def test_the_page_is_as_wide_as_a_phone(phone_page: Page) -> None:
    await phone_page.set_content('<meta name="viewport" content="width=device-width">')
    assert await phone_page.evaluate("innerWidth") == 390


async def test_chinese_text_is_drawn(phone_page: Page) -> None:
    assert await phone_page.evaluate(IS_DRAWN)
