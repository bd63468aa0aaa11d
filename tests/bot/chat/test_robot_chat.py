"""What a smart robot's chat says when it cannot answer, and where others read along."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.chat.answers import Reply
from bot.chat.presses import PressOutcome
from bot.chat.wecom_bot import RobotChat
from notifier.channel import SendFailed, Verdict
from notifier.providers.wecom_bot.frames import Cmd, Happened, Pressed, Wrote
from storage.database import DatabaseAway

FROM = {"req_id": "r1", "msgid": "m1", "from": {"userid": "u1"}}
CARD = {"template_card": {"task_id": "t", "card_action": {"type": 1, "url": "https://pages.example/c"}}}


class Line:
    """The connection: keeps what it is asked for, and refuses one command."""

    def __init__(self, refuses: str = "") -> None:
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self.refuses = refuses

    async def ask(self, cmd: Cmd, body: Mapping[str, Any], req_id: str = "") -> None:
        if cmd == self.refuses:
            raise SendFailed(Verdict.PERMANENT, "846605", "too late")
        self.asked.append((cmd, body))


class Front:
    """The front door, whose database is away or not."""

    def __init__(self, *, away: bool = False) -> None:
        self.away = away
        self.said: list[str] = []

    async def person(self, _account: int, _address: str) -> None:
        if self.away:
            raise DatabaseAway

    async def say(self, _person: None, _door: str, text: str, _key: str) -> Reply:
        self.said.append(text)
        return Reply.of("your own list")

    async def press(self, *_: object) -> PressOutcome:
        return PressOutcome(True, Reply.of("approved: Head"), CARD)

    def alone(self, _person: None) -> Reply:
        return Reply.of("write to me alone")

    def not_now(self) -> Reply:
        return Reply.of("not now")


async def after(event: Happened, front: Front, line: Line) -> list[tuple[str, str]]:
    """What the robot did."""
    chat = RobotChat(front)  # type: ignore[arg-type] # as much of it as is needed here
    await chat.answer(1, line, event)  # type: ignore[arg-type]
    return [
        (cmd, body.get("markdown", body.get("stream", {})).get("content", "")) for cmd, body in line.asked
    ]


@pytest.mark.parametrize(
    "event",
    [
        Wrote.model_validate({**FROM, "text": "todo"}),
        Pressed.model_validate({**FROM, "task_id": "t", "key": "approve"}),
    ],
)
async def test_what_could_not_be_worked_out_is_said_and_not_passed_over(event: Happened) -> None:
    assert await after(event, Front(away=True), Line()) == [(Cmd.SEND, "not now")]


async def test_a_decision_that_its_card_cannot_show_any_more_is_said() -> None:
    press = Pressed.model_validate({**FROM, "task_id": "t", "key": "approve"})
    assert await after(press, Front(), Line(refuses=Cmd.UPDATE)) == [(Cmd.SEND, "approved: Head")]


async def test_nothing_of_one_reader_is_said_in_a_group() -> None:
    asked = Wrote.model_validate({**FROM, "chatid": "g1", "chattype": "group", "text": "@robot todo"})
    front = Front()
    assert await after(asked, front, Line()) == [(Cmd.RESPOND, "write to me alone")]
    assert front.said == []
