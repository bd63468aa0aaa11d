"""What a member does in a chat with a smart robot: press, write, open it."""

from contextlib import suppress
from typing import Any, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.sandbox.bots_world import ANSWER_WITHIN_S, BotEvent, BotMessage, BotState, Open, event_state
from bot.sandbox.errors import N_, PressError
from bot.sandbox.page import Page, back, order_of, texts_of
from bot.sandbox.phone import checked_selections
from bot.sandbox.world import World

Answers = Literal["aibot_respond_msg", "aibot_respond_welcome_msg", "aibot_respond_update_msg"]


class _Act(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    bot_id: str
    userid: str


class BotPress(_Act):
    """Press `key` on the card `task_id`, with what was chosen before, by question."""

    task_id: str
    key: str
    selections: dict[str, list[str]] = {}


class BotSay(_Act):
    """Write to the robot."""

    text: str


class BotPhones:
    """All chats with robots of one world. An event is told once, as WeCom does."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def press(self, order: BotPress) -> BotEvent:
        """Raises `PressError`."""
        state = self._state(order)
        message = self._card(state, order)
        card = message.card
        if card is None or order.key not in [*card.callback_keys(), *card.menu_keys()]:
            raise PressError(N_("no such button on this card"))
        items = checked_selections(card, order.selections)
        selected = [{"question_key": q, "option_ids": {"option_id": ids}} for q, ids in items.items()]
        told = {
            "card_type": card.card_type,
            "event_key": order.key,
            "task_id": order.task_id,
            "selected_items": {"selected_item": selected},
        }
        message.pressed.append(order.key)
        inner = {"eventtype": "template_card_event", "template_card_event": told}
        body = {"msgtype": "event", "event": inner}
        what = f"{order.key} {order.task_id}"
        return await self._tell(state, order, what, body, "aibot_respond_update_msg", message)

    async def say(self, order: BotSay) -> BotEvent:
        """Raises `PressError`."""
        state, network = self._state(order), self._world.bots
        words = BotMessage(network.next_id(), network.now(), "to_bot", "text", {"content": order.text})
        network.put(state, order.userid, words)
        body = {"msgtype": "text", "text": {"content": order.text}}
        return await self._tell(state, order, order.text, body, "aibot_respond_msg")

    async def enter(self, order: _Act) -> BotEvent:
        """Open the chat for the first time today. Raises `PressError`."""
        body = {"msgtype": "event", "event": {"eventtype": "enter_chat"}}
        return await self._tell(self._state(order), order, "enter_chat", body, "aibot_respond_welcome_msg")

    async def _tell(
        self,
        state: BotState,
        order: _Act,
        what: str,
        body: dict[str, Any],
        answered_by: Answers,
        message: BotMessage | None = None,
    ) -> BotEvent:
        network = self._world.bots
        event = network.note(state, order.userid, what)
        req_id = f"req-{event.id}"
        state.open[req_id] = Open(event, answered_by, network.monotonic() + ANSWER_WITHIN_S, message)
        head = {
            "msgid": f"msg-{event.id}",
            "aibotid": state.bot.bot_id,
            "chattype": "single",
            "from": {"userid": order.userid},
            "create_time": int(event.at.timestamp()),
        }
        cmd = "aibot_msg_callback" if body["msgtype"] == "text" else "aibot_event_callback"
        event.outcome = "failed"
        if state.line is not None:
            with suppress(ConnectionError):
                await state.line.push({"cmd": cmd, "headers": {"req_id": req_id}, "body": head | body})
                event.outcome = "delivered"
        self._world.touch()
        return event

    def _state(self, order: _Act) -> BotState:
        state = self._world.bots.bots.get(order.bot_id)
        if state is None or self._world.member(state.bot.corpid, order.userid) != order.userid:
            raise PressError(N_("no such bot or person"))
        return state

    def _card(self, state: BotState, order: BotPress) -> BotMessage:
        for message in reversed(self._world.bots.chat(state.bot.bot_id, order.userid).messages):
            if message.card is not None and message.card.task_id == order.task_id:
                return message
        raise PressError(N_("no such card on this phone"))


class BotForms:
    """The forms on the page of phones, and the same as JSON for tests."""

    def __init__(self, page: Page, phones: BotPhones) -> None:
        self._page = page
        self._phones = phones

    def routes(self) -> list[web.RouteDef]:
        """All paths."""
        return [
            web.post("/bot/press", self._press),
            web.post("/bot/say", self._say),
            web.post("/sandbox/bot/{what:press|say|enter}", self._order),
        ]

    async def _press(self, request: web.Request) -> web.Response:
        form = await request.post()
        fields = texts_of(form, "bot_id", "userid", "task_id", "key")
        asked = [name for name in form if name.startswith("q:")]
        chosen = {name.removeprefix("q:"): [str(value) for value in form.getall(name)] for name in asked}
        order = order_of(BotPress, fields | {"selections": chosen})
        return await self._page.do(request, self._phones.press(order))

    async def _say(self, request: web.Request) -> web.Response:
        fields = texts_of(await request.post(), "bot_id", "userid", "text")
        if not fields["text"].strip():
            raise back(request)
        return await self._page.do(request, self._phones.say(order_of(BotSay, fields)))

    async def _order(self, request: web.Request) -> web.Response:
        raw = await request.read()
        try:
            match request.match_info["what"]:
                case "press":
                    event = await self._phones.press(BotPress.model_validate_json(raw))
                case "say":
                    event = await self._phones.say(BotSay.model_validate_json(raw))
                case _:
                    event = await self._phones.enter(_Act.model_validate_json(raw))
        except ValidationError as error:
            raise web.HTTPBadRequest(text=str(error.error_count())) from error
        except PressError as error:
            return web.json_response({"error": str(error)}, status=409)
        return web.json_response(event_state(event))
