"""Ringing phones, and the fingers of those who hold them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Literal, Self

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.sandbox.errors import N_, PressError
from bot.sandbox.reports import report_state
from bot.sandbox.voice_reports import VoiceReports
from bot.sandbox.voice_world import Call, Outcome
from bot.sandbox.world import World

RINGS_S = 40.0
NO_CALL = N_("There is no such call.")
NOT_RINGING = N_("This phone does not ring any more.")
NOT_TALKING = N_("Nobody is on the line.")
NO_KEYS = N_("The provider does not support key presses in this call.")
ENDS: dict[str, Outcome] = {"decline": "declined", "ignore": "unanswered"}


class CallOrder(BaseModel):
    """What somebody does with a call: answer it, press a key, hang up; or not answer it."""

    model_config = ConfigDict(extra="forbid")

    id: int
    act: Literal["answer", "press", "hang_up", "decline", "ignore"]
    key: str = Field(default="", pattern=r"^[0-9*#]?$")

    @model_validator(mode="after")
    def _key_is_pressed(self) -> Self:
        if (self.act == "press") != bool(self.key):
            raise ValueError("a key and nothing else is pressed")
        return self


class VoicePhones:
    """Every phone that can be called. `rings_s` is how long one rings when nobody answers."""

    def __init__(self, world: World, reports: VoiceReports, rings_s: float = RINGS_S) -> None:
        self._world = world
        self._reports = reports
        self._rings_s = rings_s
        self._timers: dict[int, asyncio.TimerHandle] = {}

    async def end_with_app(self, _: web.Application) -> AsyncIterator[None]:
        """The application's clean-up context: what still rings then does not end any more."""
        yield
        for timer in self._timers.values():
            timer.cancel()

    def ring(self, call: Call) -> None:
        """A call comes in; it ends by itself when nobody answers."""
        if call.number in self._world.faults.voice.switched_off:
            self._over(call, "off")
            return
        if self._world.voice.engaged(call):
            self._over(call, "engaged")
            return
        loop = asyncio.get_running_loop()
        self._timers[call.id] = loop.call_later(self._rings_s, self._over, call, "unanswered")

    async def do(self, order: CallOrder) -> Call:
        """Raises `PressError` for what cannot be done with that call now."""
        call = self._world.voice.call(order.id)
        if call is None:
            raise PressError(NO_CALL)
        if order.act in ("press", "hang_up"):
            self._talk(call, order.key)
        elif call.state != "ringing":
            raise PressError(NOT_RINGING)
        elif order.act == "answer":
            self._answer(call)
        else:
            self._over(call, ENDS[order.act])
        return call

    def _answer(self, call: Call) -> None:
        self._timers.pop(call.id).cancel()
        call.state, call.outcome, call.answered_at = "talking", "answered", self._world.now()
        self._world.touch()

    def _talk(self, call: Call, key: str) -> None:
        """Press a key, or hang up without one. A menu ends the call after what it says to a key that it has."""
        if call.state != "talking":
            raise PressError(NOT_TALKING)
        if not key:
            self._over(call, "answered")
            return
        if call.menu is None:
            raise PressError(NO_KEYS)
        call.keys += key
        self._reports.key(call, key)
        if key in call.menu:
            call.said.append(call.menu[key])
            self._over(call, "answered")
        self._world.touch()

    def _over(self, call: Call, outcome: Outcome) -> None:
        timer = self._timers.pop(call.id, None)
        if timer is not None:
            timer.cancel()
        call.state, call.outcome, call.ended_at = "over", outcome, self._world.now()
        self._reports.end(call)
        self._world.touch()


def call_state(call: Call) -> dict[str, Any]:
    """One call with its reports, for tests; the account stays out."""
    state = {name: value for name, value in vars(call).items() if name not in ("account", "reports")}
    times = {name: value and value.isoformat() for name, value in state.items() if name in TIMES}
    reports = [report_state(report) for report in call.reports]
    return state | times | {"vendor": call.account.vendor, "reports": reports}


TIMES = ("at", "answered_at", "ended_at")
