"""The plain form below each SMS on the page of phones."""

from aiohttp import web

from bot.sandbox.page import Page, back, order_of, texts_of
from bot.sandbox.sms_replies import SmsReplies, SmsSay


class SmsForms:
    """Handler of what is answered to an SMS."""

    def __init__(self, page: Page, replies: SmsReplies) -> None:
        self._page = page
        self._replies = replies

    def routes(self) -> list[web.RouteDef]:
        """All paths of the forms."""
        return [web.post("/sms/say", self._say)]

    async def _say(self, request: web.Request) -> web.Response:
        fields = texts_of(await request.post(), "id", "text")
        if not fields["text"].strip():
            raise back(request)
        return await self._page.do(request, self._replies.say(order_of(SmsSay, dict(fields))))
