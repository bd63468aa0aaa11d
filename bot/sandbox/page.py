"""The page of phones: everybody's cards and mails, and the clock."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import jinja2
from aiohttp import web
from multidict import MultiMapping
from pydantic import BaseModel, ValidationError

from bot.sandbox import render
from bot.sandbox.bots_world import BotMessage, BotState
from bot.sandbox.clock import ClockAwayError, ClockControl, ClockState
from bot.sandbox.config import Phone
from bot.sandbox.errors import SandboxError
from bot.sandbox.hooks import Event
from bot.sandbox.mails import Mail
from bot.sandbox.phone import Phones, PressOrder, SayOrder
from bot.sandbox.robots import Said
from bot.sandbox.sms_world import Sms
from bot.sandbox.telegram_markup import as_markup
from bot.sandbox.telegram_world import TgMessage, TgUpdate
from bot.sandbox.voice_world import Call
from bot.sandbox.world import AppState, Callback, Message, World

M = TypeVar("M", bound=BaseModel)
SHOWN = 30
# A quick answer is seen at once; a slow one appears when it comes.
PATIENCE_S = 2.0
STEPS_S = {"hour": 3600.0, "day": 86400.0, "week": 604800.0}
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data: http: https:; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


@dataclass(frozen=True)
class Texts:
    """The page's language: its tag and the function that translates English sources."""

    language: str
    gettext: Callable[[str], str]


@dataclass(frozen=True)
class Entry:
    """One thing on a phone: a message in WeCom or Telegram, a mail or an SMS, in the order of arrival."""

    id: int
    app: AppState | None = None
    message: Message | None = None
    mail: Mail | None = None
    sms: Sms | None = None
    call: Call | None = None
    callback: Callback | None = None
    telegram: TgMessage | None = None
    update: TgUpdate | None = None
    said: Said | None = None
    event: Event | None = None
    bot: BotState | None = None
    bot_message: BotMessage | None = None


def environment(texts: Texts) -> jinja2.Environment:
    """Templates with `_` bound to the language."""
    env = jinja2.Environment(
        loader=jinja2.PackageLoader("bot.sandbox"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update(_=texts.gettext, language=texts.language)
    for name in ("text_html", "card_html", "markdown_html", "link", "clock_time", "full_time"):
        env.filters[name] = getattr(render, name)
    env.filters["telegram_html"] = as_markup
    return env


class Page:
    """Handlers of the page and its plain forms."""

    def __init__(self, world: World, phones: Phones, clock: ClockControl | None, texts: Texts) -> None:
        self._world = world
        self._phones = phones
        self._clock = clock
        self.environment = environment(texts)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._notice: str | None = None
        self._stories: Mapping[str, str] = {}

    def offer_stories(self, names: Mapping[str, str]) -> None:
        """Show a button for each of these."""
        self._stories = names

    def routes(self) -> list[web.RouteDef]:
        """All paths of the page."""
        return [
            web.get("/", self._show),
            web.get("/mail/{id:\\d+}", self._mail),
            web.post("/press", self._press),
            web.post("/say", self._say),
            web.post("/clock", self._move_clock),
        ]

    async def end_with_app(self, _: web.Application) -> AsyncIterator[None]:
        """The application's clean-up context: ends what is still under way."""
        yield
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _show(self, request: web.Request) -> web.Response:
        people = self._people()
        chosen = _number(request.query.get("person"), len(people))
        clock = await self._clock_state()
        html = self._html(people, chosen, clock)
        self._notice = None
        return web.Response(text=html, content_type="text/html")

    async def _clock_state(self) -> ClockState | None:
        try:
            return await self._clock.state() if self._clock else None
        except ClockAwayError as error:
            self._notice = str(error)
            return None

    def _html(self, people: list[Phone], chosen: int, clock: ClockState | None) -> str:
        return self.environment.get_template("phones.html").render(
            people=[(person, self._entries(person), self._apps(person)) for person in people],
            dropped=[self._dropped(person) for person in people],
            robots=[self._world.bots.of_corp(person.corpid) if person.userid else [] for person in people],
            bots=[list(self._world.telegram.chats_of(person.telegram)) for person in people],
            chosen=chosen,
            clock=clock,
            stories=self._stories,
            notice=self._notice,
            version=self._world.version,
        )

    async def _mail(self, request: web.Request) -> web.Response:
        wanted = int(request.match_info["id"])
        for mail in (mail for box in self._world.mails.values() for mail in box):
            if mail.id == wanted:
                # Links must leave the frame, in which nothing else may run.
                html = f'<!doctype html><base target="_blank">{mail.html}'
                headers = {"Content-Security-Policy": MAIL_POLICY}
                return web.Response(text=html, content_type="text/html", headers=headers)
        raise web.HTTPNotFound(text="no such mail")

    async def _press(self, request: web.Request) -> web.Response:
        form = await request.post()
        fields = texts_of(form, "corpid", "agentid", "userid", "task_id", "key")
        selections = {
            name.removeprefix("q:"): [str(value) for value in form.getall(name)]
            for name in form
            if name.startswith("q:")
        }
        order = order_of(PressOrder, fields | {"selections": selections})
        return await self.do(request, self._phones.press(order))

    async def _say(self, request: web.Request) -> web.Response:
        form = await request.post()
        fields = texts_of(form, "corpid", "agentid", "userid", "text")
        if not fields["text"].strip():
            raise back(request)
        return await self.do(request, self._phones.say(order_of(SayOrder, fields)))

    async def _move_clock(self, request: web.Request) -> web.Response:
        if self._clock is None:
            raise web.HTTPNotFound(text="this sandbox moves no clock")
        step = str((await request.post()).get("step", ""))
        if step == "next":
            return await self.do(request, self._clock.advance_to_next())
        if step not in STEPS_S:
            raise web.HTTPBadRequest(text="no such step")
        return await self.do(request, self._clock.advance(STEPS_S[step]))

    async def do(self, request: web.Request, act: Coroutine[Any, Any, Any]) -> web.Response:
        """Start the act, wait a moment for it, and go back to the page."""
        task = asyncio.create_task(self._noted(act))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.wait({task}, timeout=PATIENCE_S)
        raise back(request)

    async def _noted(self, act: Coroutine[Any, Any, Any]) -> None:
        try:
            await act
        except SandboxError as error:
            self._notice = str(error)
        self._world.touch()

    def _people(self) -> list[Phone]:
        return self._world.config.people or [
            Phone(name=member.name, userid=member.userid, corpid=corp.corpid)
            for corp in self._world.config.corps
            for member in corp.members
        ]

    def _apps(self, person: Phone) -> list[AppState]:
        """The apps to which the person can write."""
        states = self._world.apps.values()
        return [state for state in states if person.userid and state.corp.corpid == person.corpid]

    def _dropped(self, person: Phone) -> int:
        if not person.userid:
            return 0
        chats = self._world.chats_of(person.corpid or "", person.userid)
        return sum(chat.dropped for _, chat in chats)

    def _entries(self, person: Phone) -> list[Entry]:
        entries = self._chat_entries(person) if person.userid else []
        if person.mail:
            mails = self._world.mails[person.mail.lower()]
            entries += [Entry(mail.id, mail=mail) for mail in mails]
        if person.number:
            entries += [Entry(sms.id, sms=sms) for sms in self._world.sms.on_phone(person.number)]
            entries += [Entry(call.id, call=call) for call in self._world.voice.on_phone(person.number)]
        entries += [
            Entry(message.id, bot=state, bot_message=message)
            for state in self._world.bots.of_corp(person.corpid)
            for message in self._world.bots.chat(state.bot.bot_id, person.userid or "").messages
        ]
        if group := self._world.robots.group(person.robot):
            entries += [Entry(said.id, said=said) for said in group.messages]
        if hook := self._world.hooks.by_name.get(person.hook or ""):
            entries += [Entry(event.id, event=event) for event in hook.events]
        entries += self._telegram_entries(person)
        return sorted(entries, key=lambda entry: entry.id, reverse=True)[:SHOWN]

    def _telegram_entries(self, person: Phone) -> list[Entry]:
        network = self._world.telegram
        return [
            Entry(message.id, telegram=message, update=network.update(message.update_id))
            for _, chat in network.chats_of(person.telegram)
            for message in chat.messages
        ]

    def _chat_entries(self, person: Phone) -> list[Entry]:
        last = {record.id: record for record in self._world.callbacks}
        return [
            Entry(message.id, state, message, callback=_last_callback(message, last))
            for state, chat in self._world.chats_of(person.corpid or "", person.userid or "")
            for message in chat.messages
        ]


def order_of(model: type[M], fields: dict[str, Any]) -> M:
    """A form as its model; raises HTTPBadRequest."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise web.HTTPBadRequest(text="this form is not from the page") from error


def _last_callback(message: Message, callbacks: dict[int, Callback]) -> Callback | None:
    if message.callback_id is not None:
        return callbacks.get(message.callback_id)
    return callbacks.get(message.pressed[-1].callback_id) if message.pressed else None


def _number(value: str | None, count: int) -> int:
    return int(value) if value and value.isdecimal() and int(value) < count else 0


def texts_of(form: MultiMapping[Any], *names: str) -> dict[str, str]:
    """Fields of a form; one that is missing is empty."""
    return {name: str(form.get(name, "")) for name in names}


def back(request: web.Request) -> web.HTTPSeeOther:
    """To the phone on which the form stood."""
    person = request.query.get("person", "")
    return web.HTTPSeeOther(f"/?person={person}" if person.isdecimal() else "/")
