"""What is done with ringing phones: by the page's plain forms, and by tests."""

from aiohttp import web
from pydantic import ValidationError

from bot.sandbox.errors import PressError
from bot.sandbox.page import Page, order_of, texts_of
from bot.sandbox.voice_phone import CallOrder, VoicePhones, call_state


class VoiceForms:
    """Handlers of the buttons of a call."""

    def __init__(self, page: Page, phones: VoicePhones) -> None:
        self._page = page
        self._phones = phones

    def routes(self) -> list[web.RouteDef]:
        """All paths."""
        return [web.post("/voice", self._form), web.post("/sandbox/call", self._order)]

    async def _form(self, request: web.Request) -> web.Response:
        """A button is named by what it does, or is the key that it is the picture of."""
        fields = texts_of(await request.post(), "id", "act", "key")
        order = fields | ({"act": "press"} if fields["key"] else {})
        return await self._page.do(request, self._phones.do(order_of(CallOrder, order)))

    async def _order(self, request: web.Request) -> web.Response:
        try:
            call = await self._phones.do(CallOrder.model_validate_json(await request.read()))
            return web.json_response(call_state(call))
        except ValidationError as error:
            text = error.json(include_url=False, include_context=False)
            raise web.HTTPBadRequest(text=text, content_type="application/json") from error
        except PressError as error:
            return web.json_response({"error": str(error)}, status=409)
