"""Smart robots of WeCom: what people write and press comes over the connection that we keep open ourselves.

WeCom tells of each event once and takes an answer to it for five seconds. So every answer is given within
`ANSWER_WITHIN_S`; what could not be worked out is told as a message of its own, and the card stays active.
"""

import itertools
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import structlog

from bot.chat.answers import Link, Reply
from bot.chat.background import Background
from bot.chat.door import ANSWER_WITHIN_S
from bot.chat.front import ChatFront
from bot.chat.presses import ButtonPress, PressOutcome
from notifier.channel import SendFailed
from notifier.providers.wecom.markdown import plain
from notifier.providers.wecom.replacing import decided_card
from notifier.providers.wecom_bot.channel import MARKDOWN_BYTES
from notifier.providers.wecom_bot.connection import BotConnection
from notifier.providers.wecom_bot.frames import Cmd, Entered, Happened, Pressed, Wrote
from storage.database import DatabaseAway
from workflows.actor import Door

KIND = "wecom_bot"

log = structlog.get_logger()


class RobotChat:
    """Answers what happens on a robot's connection."""

    def __init__(self, front: ChatFront, answer_within_s: float = ANSWER_WITHIN_S) -> None:
        self._front = front
        self._answer_within_s = answer_within_s
        self._background = Background()
        self._streams = itertools.count(1)

    async def answer(self, account_id: int, connection: BotConnection, event: Happened) -> None:
        """React in time; nothing that goes wrong ends the connection."""
        work = self._react(account_id, connection, event)
        try:
            await self._background.within(work, self._answer_within_s)
        except (DatabaseAway, TimeoutError, SendFailed) as failure:
            log.warning("wecom_bot_not_answered", account=account_id, why=type(failure).__name__)
            await self._say_so(connection, event)
        except Exception:
            log.exception("wecom_bot_answer_broke", account=account_id)
            await self._say_so(connection, event)

    async def _say_so(self, connection: BotConnection, event: Happened) -> None:
        """WeCom does not come again with it, so whoever pressed or wrote would wait in vain."""
        if not isinstance(event, Entered):
            with suppress(SendFailed):
                await _say(connection, event, self._front.not_now())

    async def _react(self, account_id: int, connection: BotConnection, event: Happened) -> None:
        person = await self._front.person(account_id, event.sender.userid)
        key = f"{KIND}:{account_id}:{event.msgid}"
        match event:
            case Wrote():
                if event.in_group:
                    reply = self._front.alone(person)
                else:
                    reply = await self._front.say(person, Door.WECOM, event.text, key)
                await connection.ask(Cmd.RESPOND, self._stream(reply), event.req_id)
            case Entered():
                words = {"msgtype": "text", "text": {"content": _written(self._front.greeting(person))}}
                await connection.ask(Cmd.WELCOME, words, event.req_id)
            case Pressed():
                pressed = ButtonPress(account_id, event.task_id, event.key, event.selected)
                outcome = await self._front.press(person, Door.WECOM, pressed, key)
                await _show(connection, event, outcome)

    def _stream(self, reply: Reply) -> Mapping[str, Any]:
        """A whole answer in one piece, which is how a robot answers a message."""
        number = f"s{next(self._streams)}"
        return {"msgtype": "stream", "stream": {"id": number, "finish": True, "content": _written(reply)}}


async def _show(connection: BotConnection, event: Pressed, outcome: PressOutcome) -> None:
    """Done: the card says by whom. Not done, or a card that cannot say it: a message of its own does."""
    sent = {} if outcome.aside else outcome.sent.get("template_card", {})  # the rest of its menu still serves
    card = decided_card(sent, _written(outcome.reply)) if outcome.done else None
    if card is not None:
        body = {"response_type": "update_template_card", "template_card": card}
        with suppress(SendFailed):  # as when it comes too late
            await connection.ask(Cmd.UPDATE, body, event.req_id)
            return
    await _say(connection, event, outcome.reply)


async def _say(connection: BotConnection, event: Happened, reply: Reply) -> None:
    words = {"msgtype": "markdown", "markdown": {"content": _written(reply)}}
    await connection.ask(Cmd.SEND, {"chatid": event.chat, **words})


def _written(reply: Reply) -> str:
    return reply.written(_link, plain, MARKDOWN_BYTES)


def _link(link: Link) -> str:
    return f"[{plain(link.label)}]({link.url})"
