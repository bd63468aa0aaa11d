"""The chat front door, the same for every provider: what people type, and the buttons they press.

An adapter finds out who it is and by which account, hands words and presses over, and writes the answer
in its provider's form. What was refused is said in words, and then nothing was changed. `DatabaseAway`
passes through: the adapter lets the provider come again, with the same `event_key`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.chat import replies
from bot.chat.answers import Link, Pages, Reply
from bot.chat.asides import ASIDES, Asides
from bot.chat.commands import Command, Typed, numbers_in, read_command
from bot.chat.presses import ButtonPress, PressOutcome, ReadOnly
from notifier.rendering import DECIDED
from storage import chat_policy, directory
from storage.access import NotVisible, cards, devices
from storage.access.cards import Card
from storage.access.devices import DeviceRecord
from storage.database import Database
from storage.directory import Viewer
from storage.texts import N_, Gettext, Texts
from workflows.acknowledging import ACKNOWLEDGE, Acknowledged, Acknowledging, NotAll, acted
from workflows.actor import DOOR_LABELS, Actor, Door
from workflows.cases import Cases
from workflows.definition import Workflow, must_fill_in
from workflows.engine import Clocks, Engine, Place
from workflows.errors import ActorUnknown, CaseNotFound, WorkflowError
from workflows.repair.machine import REPAIR, A

ASKS_MORE = N_("“{action_text}” needs a comment. Please fill it in on the page:")


@dataclass(frozen=True)
class ChatSettings:
    """`public_url` is the address of the pages, as people's phones reach it."""

    public_url: str


class ChatFront:
    """Answers people in chat."""

    def __init__(
        self,
        db: Database,
        engine: Engine,
        cases: Cases,
        texts: Texts,
        clocks: Clocks,
        settings: ChatSettings,
    ) -> None:
        self._db = db
        self._engine = engine
        self._cases = cases
        self._texts = texts
        self._clocks = clocks
        self._pages = Pages(settings.public_url.rstrip("/"))
        self._acknowledging = Acknowledging(db, engine, cases.registry, clocks)
        self._asides = Asides(db, self._acknowledging, clocks, self._pages)

    async def person(self, account_id: int, address: str) -> Viewer | None:
        """Who that is, if they are known and active. Raises `DatabaseAway`."""
        async with self._db.connection() as connection:
            return await directory.person_at(connection, account_id, address, self._clocks.business.now())

    def greeting(self, person: Viewer | None) -> Reply:
        """For somebody who opens the chat: what can be done here."""
        _ = self._language(person, None)
        return replies.greeting(person.name, _) if person else replies.refused(ActorUnknown(), _)

    def wordless(self, person: Viewer | None) -> Reply:
        """For a picture, a voice, a place: what can be understood here."""
        return replies.not_understood(self._language(person, None))

    def alone(self, person: Viewer | None) -> Reply:
        """For somebody who asks where others listen."""
        return replies.alone(self._language(person, None))

    def not_now(self) -> Reply:
        """For somebody to whom no answer could be worked out, whoever they are."""
        return replies.not_now(self._language(None, None))

    async def say(self, person: Viewer | None, door: Door, text: str, event_key: str) -> Reply:
        """Answer a text. The same `event_key` again reports no second fault. Raises `DatabaseAway`."""
        typed = read_command(text)
        _ = self._language(person, typed.language)
        try:
            if person is None:
                raise ActorUnknown
            return await self._command(person, door, typed, event_key, _)
        except WorkflowError as refusal:
            return replies.refused(refusal, _)

    async def press(
        self, person: Viewer | None, door: Door, pressed: ButtonPress, event_key: str
    ) -> PressOutcome:
        """Do what the button of a card stands for. Right and state are checked now, not when it was sent.

        The same `event_key` again gives the first answer. Raises `DatabaseAway`.
        """
        _ = self._language(person, None)
        card: Card | None = None
        try:
            if person is None:
                raise ActorUnknown
            if pressed.action in ASIDES:
                return await self._say_aside(person, door, pressed, _)
            card = await self._card(pressed.unique_id, pressed.account_id)
            if pressed.reads_only or not await self._may_decide(door, card.path):
                raise ReadOnly
            return await self._act(person, door, card, pressed, event_key, _)
        except WorkflowError as refusal:
            link = Link(card.number, self._pages.case(card.number)) if card and card.number else None
            return PressOutcome(False, replies.refused(refusal, _, link))

    def refusal(self, person: Viewer | None, why: WorkflowError) -> PressOutcome:
        """A press that the adapter itself refuses."""
        return PressOutcome(False, replies.refused(why, self._language(person, None)))

    async def _card(self, unique_id: str, account_id: int) -> Card:
        try:
            return await cards.card(self._db, unique_id, account_id)
        except NotVisible:
            raise CaseNotFound from None

    async def _take_note(
        self, person: Viewer, door: Door, card: Card, action: str, _: Gettext
    ) -> PressOutcome:
        """What is about no case (a storm of them) can be acknowledged, by whoever was told."""
        if action != ACKNOWLEDGE or card.person_id != person.person_id:
            raise CaseNotFound
        done = await self._acknowledging.acknowledge(card.message_id, door, delivery_id=card.delivery_id)
        if done is Acknowledged.REFUSED:
            raise NotAll
        words = self._cases.registry.vocabulary().action(card.workflow, action)
        return PressOutcome(
            True, Reply.of(_(DECIDED).format(name=person.name, done=_(words.done))), card.sent
        )

    async def _say_aside(self, person: Viewer, door: Door, pressed: ButtonPress, _: Gettext) -> PressOutcome:
        """What decides nothing can be said everywhere; cases that would move with it stay where nothing may."""
        notice = await self._asides.notice(person, pressed.unique_id, pressed.account_id)
        moves = not pressed.reads_only and await self._may_decide(door, notice.path)
        said = await self._asides.take(notice, door, pressed.action, _, moves=moves)
        return PressOutcome(said.done, said.reply, said.sent, pressed.action)

    async def _may_decide(self, door: Door, path: str) -> bool:
        """As the house has it now: also for what was sent before it was forbidden."""
        if door is not Door.TELEGRAM:
            return True
        async with self._db.connection() as connection:
            return await chat_policy.may_decide(connection, path, self._clocks.business.now())

    async def _act(
        self, person: Viewer, door: Door, card: Card, pressed: ButtonPress, event_key: str, _: Gettext
    ) -> PressOutcome:
        if card.case_id is None:
            return await self._take_note(person, door, card, pressed.action, _)
        workflow, action, data = self._cases.workflow(card.workflow), pressed.action, pressed.data
        if _asks_more(workflow, action, data):
            ask = _(ASKS_MORE).format(action_text=_(workflow.actions[action].label))
            page = Link(card.number, self._pages.case(card.number, action))
            return PressOutcome(False, Reply.of(ask, page))
        actor = Actor(door, person.person_id, client=DOOR_LABELS[door])
        outcome = await self._engine.act(
            card.case_id, action, actor, data, seen_version=card.case_version, idempotency_key=event_key
        )
        await acted(self._db, self._clocks, outcome, actor, action)
        done = _(DECIDED).format(name=person.name, done=_(workflow.actions[action].done))
        return PressOutcome(True, Reply.of(done), card.sent)

    async def _command(self, person: Viewer, door: Door, typed: Typed, event_key: str, _: Gettext) -> Reply:
        match typed.command:
            case Command.TODO:
                return await self._todo(person, _)
            case Command.DEVICE:
                return await self._device(person, typed.rest, _)
            case Command.REPORT:
                return await self._report(person, door, typed.rest, event_key, _)
            case Command.HELP:
                return replies.help_text(_)
            case Command.UNKNOWN:
                return replies.not_understood(_)

    async def _todo(self, person: Viewer, _: Gettext) -> Reply:
        lines = await self._cases.todo(person)
        return replies.todo(lines, self._cases.workflow, self._pages, self._clocks.business.now(), _)

    async def _device(self, person: Viewer, rest: str, _: Gettext) -> Reply:
        if not rest:
            return replies.how_to_look_up(self._pages, _)
        device, words = await self._find(person, rest)
        if device is None:
            return replies.no_device(words, _)
        open_cases = await self._cases.visible(person, device_id=device.id)
        return replies.device(device, open_cases, self._cases.workflow, self._pages, _)

    async def _report(self, person: Viewer, door: Door, rest: str, event_key: str, _: Gettext) -> Reply:
        if not rest:
            return replies.how_to_report(None, self._pages, _)
        device, words = await self._find(person, rest)
        if device is None:
            return replies.no_device(words, _)
        if device.status == "retired":
            return replies.retired(device, _)
        if not words:
            return replies.how_to_report(device, self._pages, _)
        outcome = await self._engine.open(
            REPAIR.name,
            A.REPORT,
            Actor(door, person.person_id, client=DOOR_LABELS[door]),
            {"fault": words},
            place=Place(device.organisation_id, device.id),
            idempotency_key=event_key,
        )
        return replies.reported(device, outcome.number, self._pages, _)

    async def _find(self, person: Viewer, rest: str) -> tuple[DeviceRecord | None, str]:
        """The device that the text names and the words behind it, or nothing and the number that is unknown."""
        numbers = numbers_in(rest)
        for number, words in numbers:
            try:
                return await devices.by_number(self._db, person, number), words
            except NotVisible:
                continue
        return None, numbers[0][0] if numbers else rest

    def _language(self, person: Viewer | None, typed: str | None) -> Gettext:
        """The person's own choice, else the language of the command, else the default."""
        return self._texts.gettext((person.language if person else None) or typed)


def _asks_more(workflow: Workflow, action: str, data: Mapping[str, str]) -> bool:
    """Must more be filled in than what was chosen along with the press?"""
    return any(must_fill_in(move.form) - data.keys() for move in workflow.moves if move.action == action)
