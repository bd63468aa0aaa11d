"""The long connection of smart robots, as wss://openws.work.weixin.qq.com offers it.

Rules: developer.work.weixin.qq.com/document/path/101463.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from aiohttp import WSMsgType, web
from pydantic import AfterValidator, TypeAdapter

from bot.sandbox.bots_world import BotEvent, BotMessage, BotState, Open
from bot.sandbox.cards import ANY_CARD, Card
from bot.sandbox.errors import (
    BAD_MSGTYPE,
    BAD_PARAMETER,
    BAD_REQ_ID,
    BAD_SECRET,
    NO_RECIPIENT_LEFT,
    NOT_SUBSCRIBED,
    TASK_ID_ILLEGAL,
    TOO_OFTEN,
    WeComError,
)
from bot.sandbox.wire import Text, Wire, at_most_bytes, check
from bot.sandbox.world import World

PATH = "/bots"
SILENT_FOR_S = 100.0  # a connection without a ping for some periods is ended
MARKDOWN_BYTES = 20_480


class _Words(Wire):
    content: Annotated[Text, AfterValidator(at_most_bytes(MARKDOWN_BYTES))]


WORDS = TypeAdapter(_Words)


class BotLines:
    """Handlers of all connections. `silent_for_s`: how long a connection may be silent."""

    def __init__(self, world: World, silent_for_s: float = SILENT_FOR_S) -> None:
        self._world = world
        self._silent_for_s = silent_for_s

    def routes(self) -> list[web.RouteDef]:
        """The one address."""
        return [web.get(PATH, self._connect)]

    async def _connect(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(receive_timeout=self._silent_for_s)
        await socket.prepare(request)
        line = _Socket(self._world, socket)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await line.take(message.data)
        except TimeoutError:
            await socket.close()
        finally:
            line.end()
        return socket


class _Socket:
    """One connection: nothing before it is subscribed."""

    def __init__(self, world: World, socket: web.WebSocketResponse) -> None:
        self._world = world
        self._socket = socket
        self._state: BotState | None = None

    async def push(self, frame: Mapping[str, Any]) -> None:
        """Tell the service something."""
        await self._socket.send_str(json.dumps(frame, ensure_ascii=False))

    async def take(self, text: str) -> None:
        """One frame of the service, and the answer to it."""
        frame = _object(text)
        headers = frame.get("headers")
        req_id = str(headers.get("req_id", "")) if isinstance(headers, dict) else ""
        answer: dict[str, Any] = {"headers": {"req_id": req_id}, "errcode": 0, "errmsg": "ok"}
        try:
            await self._do(str(frame.get("cmd", "")), req_id, frame.get("body"))
        except WeComError as error:
            answer |= {"errcode": error.errcode, "errmsg": error.errmsg("")}
        self._world.touch()
        if self._world.faults.use_drop():
            await self._socket.close()
            return
        await self.push(answer)

    def end(self) -> None:
        """The connection is gone."""
        if self._state is not None and self._state.line is self:
            self._state.line = None
            self._world.touch()

    async def _do(self, cmd: str, req_id: str, body: object) -> None:
        data = body if isinstance(body, dict) else {}
        if cmd == "aibot_subscribe":
            await self._subscribe(data)
            return
        if self._state is None:
            raise WeComError(NOT_SUBSCRIBED)
        match cmd:
            case "ping":
                self._state.pings += 1
            case "aibot_send_msg":
                self._send(self._state, data)
            case "aibot_respond_msg" | "aibot_respond_welcome_msg" | "aibot_respond_update_msg":
                self._respond(self._state, cmd, req_id, data)
            case _:
                raise WeComError(BAD_PARAMETER, "cmd")

    async def _subscribe(self, data: Mapping[str, Any]) -> None:
        state = self._world.bots.bots.get(str(data.get("bot_id")))
        if state is None or data.get("secret") != state.bot.secret:
            raise WeComError(BAD_SECRET)
        former, state.line, self._state = state.line, self, state
        state.connections += 1
        if former is not None and former is not self:
            await former.push({"cmd": "aibot_event_callback", "headers": {}, "body": _taken_over(state)})

    def _send(self, state: BotState, data: dict[str, Any]) -> None:
        world = self._world
        ordered = world.faults.use_errcode()
        if ordered is not None:
            raise WeComError(ordered)
        userid = world.member(state.bot.corpid, str(data.get("chatid", "")))
        if userid is None:
            raise WeComError(NO_RECIPIENT_LEFT)
        message = self._message(state, data)
        chat = world.bots.chat(state.bot.bot_id, userid)
        if not chat.window.admit():
            chat.refused += 1
            raise WeComError(TOO_OFTEN)
        if message.card and message.card.task_id:
            state.task_ids[message.card.task_id] = message
        chat.messages.append(message)

    def _message(self, state: BotState, data: dict[str, Any]) -> BotMessage:
        kind = str(data.get("msgtype", ""))
        if kind not in ("markdown", "template_card"):
            raise WeComError(BAD_MSGTYPE, kind)
        card = check(ANY_CARD, data.get(kind)) if kind == "template_card" else None
        words = None if card else check(WORDS, data.get(kind))
        if card and card.has_response_code() and card.task_id is None:
            raise WeComError(TASK_ID_ILLEGAL, "task_id required")
        if card and card.task_id in state.task_ids:
            raise WeComError(TASK_ID_ILLEGAL, "task_id used before")
        body = (card or words).model_dump(exclude_unset=True)  # type: ignore[union-attr] # one of both is there
        network = self._world.bots
        return BotMessage(network.next_id(), network.now(), "to_member", kind, body, card)

    def _respond(self, state: BotState, cmd: str, req_id: str, data: dict[str, Any]) -> None:
        """An answer to an event: in time, of its own kind, and once."""
        opened = state.open.get(req_id)
        if opened is None or opened.kind != cmd or opened.event.answered:
            raise WeComError(BAD_REQ_ID)
        if self._world.bots.monotonic() > opened.until:
            raise WeComError(BAD_REQ_ID, "too late")
        if cmd == "aibot_respond_update_msg":
            _update(opened, data)
        else:
            self._say(state, opened.event, _spoken(data))
        opened.event.answered = cmd

    def _say(self, state: BotState, event: BotEvent, words: str) -> None:
        network = self._world.bots
        said = BotMessage(network.next_id(), network.now(), "to_member", "markdown", {"content": words})
        network.put(state, event.userid, said)


def _update(opened: Open, data: dict[str, Any]) -> None:
    card: Card = check(ANY_CARD, data.get("template_card"))
    message = opened.message
    if message is None or message.card is None or card.task_id != message.card.task_id:
        raise WeComError(TASK_ID_ILLEGAL, "not the task_id of the pressed card")
    message.card, message.updates = card, message.updates + 1
    message.body = card.model_dump(exclude_unset=True)


def _spoken(data: dict[str, Any]) -> str:
    """A whole answer; the pieces of a long one are not played."""
    kind = str(data.get("msgtype", ""))
    inner = data.get(kind)
    if kind not in ("stream", "text", "markdown") or not isinstance(inner, dict):
        raise WeComError(BAD_MSGTYPE, kind)
    if kind == "stream" and not (inner.get("id") and inner.get("finish")):
        raise WeComError(BAD_PARAMETER, "stream")
    return str(check(WORDS, inner).content)


def _taken_over(state: BotState) -> dict[str, Any]:
    return {"aibotid": state.bot.bot_id, "msgtype": "event", "event": {"eventtype": "disconnected_event"}}


def _object(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
