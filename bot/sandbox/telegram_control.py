"""Telegram in the sandbox's JSON interface and on its page's forms."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from bot.sandbox.errors import PressError
from bot.sandbox.telegram_phone import TelegramPhones, TgMove, TgPress, TgSay, TgStand
from bot.sandbox.telegram_world import TgMessage, TgUpdate
from bot.sandbox.world import World

Json = dict[str, Any]
M = TypeVar("M", bound=BaseModel)


class TelegramControl:
    """Handlers under /sandbox/telegram/."""

    def __init__(self, phones: TelegramPhones) -> None:
        self._phones = phones

    def routes(self) -> list[web.RouteDef]:
        """All paths of the interface."""
        return [
            web.post("/sandbox/telegram/press", self._press),
            web.post("/sandbox/telegram/say", self._say),
            web.post("/sandbox/telegram/stand", self._stand),
            web.post("/sandbox/telegram/move", self._move),
        ]

    async def _press(self, request: web.Request) -> web.Response:
        return await _outcome(request, TgPress, self._phones.press)

    async def _say(self, request: web.Request) -> web.Response:
        return await _outcome(request, TgSay, self._phones.say)

    async def _stand(self, request: web.Request) -> web.Response:
        return await _outcome(request, TgStand, self._phones.stand)

    async def _move(self, request: web.Request) -> web.Response:
        return await _outcome(request, TgMove, self._phones.move)


async def _outcome(
    request: web.Request, model: type[M], act: Callable[[M], Awaitable[TgUpdate]]
) -> web.Response:
    try:
        order = model.model_validate_json(await request.read())
        return web.json_response(update_state(await act(order)))
    except ValidationError as error:
        text = error.json(include_url=False, include_context=False)
        raise web.HTTPBadRequest(text=text, content_type="application/json") from error
    except PressError as error:
        return web.json_response({"error": str(error)}, status=409)


def telegram_state(world: World) -> Json:
    """All chats and updates; the bots' secrets stay out."""
    network = world.telegram
    chats = [
        {
            "bot": state.bot.username,
            "chat_id": chat.user.id,
            "name": chat.user.name,
            "messages": [message_state(message) for message in chat.messages],
        }
        for user in network.users
        for state, chat in network.chats_of(user)
    ]
    return {"chats": chats, "updates": [update_state(record) for record in network.updates]}


def message_state(message: TgMessage) -> Json:
    """One message as it looks now."""
    return asdict(message) | {"at": message.at.isoformat()}


def update_state(record: TgUpdate) -> Json:
    """One update with its tries."""
    attempts = [asdict(attempt) | {"at": attempt.at.isoformat()} for attempt in record.attempts]
    return asdict(record) | {"at": record.at.isoformat(), "attempts": attempts}
