"""Telegram's plain forms on the page of phones."""

from aiohttp import web

from bot.sandbox.page import Page, back, order_of, texts_of
from bot.sandbox.telegram_phone import TelegramPhones, TgPress, TgSay


class TelegramForms:
    """Handlers of the buttons below messages, and of what is written to bots."""

    def __init__(self, page: Page, phones: TelegramPhones) -> None:
        self._page = page
        self._phones = phones

    def routes(self) -> list[web.RouteDef]:
        """All paths of the forms."""
        return [web.post("/telegram/press", self._press), web.post("/telegram/say", self._say)]

    async def _press(self, request: web.Request) -> web.Response:
        fields = texts_of(await request.post(), "bot", "chat_id", "message_id", "data")
        return await self._page.do(request, self._phones.press(order_of(TgPress, fields)))

    async def _say(self, request: web.Request) -> web.Response:
        fields = texts_of(await request.post(), "bot", "chat_id", "text")
        if not fields["text"].strip():
            raise back(request)
        return await self._page.do(request, self._phones.say(order_of(TgSay, fields)))
