"""What the HTTP faces of all providers of calls have in common."""

from abc import ABC, abstractmethod
from typing import Generic, TypeVar

from aiohttp import web

from bot.sandbox.cloud import suffer
from bot.sandbox.voice_config import VoiceAccount
from bot.sandbox.voice_phone import VoicePhones
from bot.sandbox.voice_world import Call
from bot.sandbox.world import World

E = TypeVar("E", bound=Exception)


class VoiceApi(ABC, Generic[E]):
    """Answers orders of calls for one world's accounts. `refusal` is the vendor's error."""

    refusal: type[E]

    def __init__(self, world: World, phones: VoicePhones) -> None:
        self._world = world
        self._phones = phones

    async def answer(self, request: web.Request) -> web.Response:
        """What the vendor answers to an order of a call."""
        faults = self._world.faults
        await suffer(faults.voice)
        request_id = self._world.word(20)
        try:
            call = await self._ordered(request)
        except self.refusal as error:
            return self._refused(error, request_id)
        self._world.voice.calls.append(call)
        self._phones.ring(call)
        if faults.use_voice_drop() and request.transport:
            request.transport.abort()
        return self._accepted(call, request_id)

    def _counted(self, account: VoiceAccount, call: Call) -> Call:
        """The call, if its number takes one more."""
        full = self._world.voice.full(account, call.number)
        if full:
            raise self._too_often(*full)
        return call

    @abstractmethod
    async def _ordered(self, request: web.Request) -> Call:
        """The call that was ordered; raises the vendor's refusal."""

    @abstractmethod
    def _accepted(self, call: Call, request_id: str) -> web.Response: ...

    @abstractmethod
    def _refused(self, error: E, request_id: str) -> web.Response: ...

    @abstractmethod
    def _too_often(self, window: str, count: int) -> E: ...
