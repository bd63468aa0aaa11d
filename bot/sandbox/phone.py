"""What a person can do on the phone, and what the app's reply does to it."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from bot.sandbox.callbacks import CallbackSender, NoCallbackUrlError
from bot.sandbox.cards import Card
from bot.sandbox.crypto import BadReplyError
from bot.sandbox.errors import N_, PressError, WeComError
from bot.sandbox.events import CardEvent, Occasion, card_event, text_message
from bot.sandbox.replies import apply_reply
from bot.sandbox.sending import new_response_code
from bot.sandbox.world import AppState, Callback, Message, Press, Sent, World

MENU_EVENT = "template_card_menu_event"


class _Act(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    corpid: str
    agentid: int
    userid: str


class PressOrder(_Act):
    """Press `key` on the card `task_id`.

    `selections` maps question keys to chosen options. `stale` plays a phone that has not
    yet heard of the card's update: greyed buttons can then still be pressed.
    """

    task_id: str
    key: str
    selections: dict[str, list[str]] = {}
    stale: bool = False


class SayOrder(_Act):
    """Write `text` to the app."""

    text: str


@dataclass(frozen=True)
class _Person:
    state: AppState
    userid: str

    def occasion(self, record: Callback) -> Occasion:
        created = int(record.at.timestamp())
        return Occasion(self.state.corp.corpid, self.state.app.agentid, self.userid, created)


class Phones:
    """All phones of one world."""

    def __init__(self, world: World, sender: CallbackSender) -> None:
        self._world = world
        self._sender = sender

    async def press(self, order: PressOrder) -> Callback:
        """Press a button and carry the callback through; raises `PressError`."""
        person = self._person(order)
        message, card, sent = self._find(person, order)
        event, selections = _event_of(card, order)
        record = self._record(person, event, f"{order.key} {order.task_id}")
        message.pressed.append(Press(record.at, order.key, order.selections, record.id))
        code = new_response_code(self._world, person.state, sent, "callback")
        pressed = CardEvent(event, order.key, order.task_id, card.card_type, code, selections)
        text = card_event(person.occasion(record), pressed)
        return await self._carry(person, record, text, message, words=event == MENU_EVENT)

    async def say(self, order: SayOrder) -> Callback:
        """Write to the app and carry the message through; raises `PressError`."""
        person = self._person(order)
        record = self._record(person, "text", order.text)
        msgid = self._world.rng.randrange(10**15, 2**62)
        self._show_own_words(person, order.text, str(msgid), record.id)
        text = text_message(person.occasion(record), order.text, msgid)
        return await self._carry(person, record, text, None, words=True)

    async def _carry(
        self, person: _Person, record: Callback, text: str, pressed: Message | None, *, words: bool
    ) -> Callback:
        try:
            reply = await self._sender.deliver(person.state, record, text)
            if reply:
                apply = (self._world, person.state, person.userid, reply, pressed)
                record.reply = apply_reply(*apply, words=words)
        except NoCallbackUrlError as error:
            record.outcome, record.reply = "failed", str(error)
        except (BadReplyError, WeComError) as error:
            record.reply = f"ignored: {error}"
        self._world.touch()
        return record

    def _person(self, order: _Act) -> _Person:
        state = self._world.apps.get((order.corpid, order.agentid))
        userid = self._world.member(order.corpid, order.userid)
        if state is None or userid is None:
            raise PressError(N_("no such app or member"))
        return _Person(state, userid)

    def _find(self, person: _Person, order: PressOrder) -> tuple[Message, Card, Sent]:
        for message in reversed(self._world.chat(person.state.key, person.userid).messages):
            card = message.first_card if order.stale else message.card
            if card is not None and message.task_id == order.task_id:
                if message.recalled or not (message.active or order.stale):
                    raise PressError(N_("this card can no longer be used"))
                if sent := person.state.sent.get(message.msgid):
                    return message, card, sent
        raise PressError(N_("no such card on this phone"))

    def _record(self, person: _Person, event: str, what: str) -> Callback:
        record = Callback(
            self._world.next_id(), self._world.now(), person.state.key, person.userid, event, what
        )
        self._world.callbacks.append(record)
        return record

    def _show_own_words(self, person: _Person, text: str, msgid: str, callback_id: int) -> None:
        self._world.chat(person.state.key, person.userid).messages.append(
            Message(
                id=self._world.next_id(),
                msgid=msgid,
                at=self._world.now(),
                app=person.state.key,
                direction="to_app",
                msgtype="text",
                body={"content": text},
                callback_id=callback_id,
            )
        )


def _event_of(card: Card, order: PressOrder) -> tuple[str, dict[str, list[str]] | None]:
    """The event's name and its selections; menus carry none."""
    if order.key in card.callback_keys():
        return "template_card_event", checked_selections(card, order.selections)
    if order.key in card.menu_keys():
        return MENU_EVENT, None
    raise PressError(N_("no such button on this card"))


def checked_selections(card: Card, selections: dict[str, list[str]]) -> dict[str, list[str]]:
    """What the card lets somebody choose; raises `PressError` for anything else."""
    questions = card.questions()
    for question, options in selections.items():
        ids, several = questions.get(question, (set(), False))
        if not ids.issuperset(options) or (len(options) > 1 and not several):
            raise PressError(N_("no such choice on this card"))
    return selections
