"""Another system that hears of events: it verifies what comes, as its own programmers would.

Rules: the Standard Webhooks specification 1.0.0, with its five minutes of tolerance. Shares no code with the sender.
"""

import base64
import hashlib
import hmac
import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, field_validator

TOLERANCE_S = 300
MOST_BYTES = 1024 * 1024

Json = dict[str, Any]


class Hook(BaseModel):
    """One receiver, at /hooks/<name>. Any of its `secrets` may have signed."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: str = Field(pattern=r"^[a-z0-9-]{1,40}$")
    secrets: list[str] = Field(repr=False, min_length=1)

    @field_validator("secrets")
    @classmethod
    def _in_base64(cls, value: list[str]) -> list[str]:
        for secret in value:
            base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        return value


class HookFaults(BaseModel):
    """Misbehaviour of the receivers: the next `status_times` events get `status`, with `retry_after` if it is set.

    `accept_then_drop_connection` is the number of events that are taken while the connection ends before the answer.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: int = Field(default=503, ge=300, le=599)
    status_times: int = Field(default=0, ge=0)
    retry_after: str = ""
    accept_then_drop_connection: int = Field(default=0, ge=0)


@dataclass
class Event:
    """One event that was taken. `times` counts how often it came."""

    id: int
    at: datetime
    event_id: str
    body: Json
    times: int = 1


@dataclass
class Receiver:
    """A hook with what it took, and why it refused the rest."""

    hook: Hook
    events: deque[Event]
    refused: list[str] = field(default_factory=list)


@dataclass
class Receivers:
    """All of one world."""

    by_name: Mapping[str, Receiver]
    now: Callable[[], datetime]
    next_id: Callable[[], int]
    faults: HookFaults = field(default_factory=HookFaults)

    @classmethod
    def of(
        cls, hooks: Sequence[Hook], keep: int, now: Callable[[], datetime], next_id: Callable[[], int]
    ) -> "Receivers":
        """Empty ones."""
        return cls({hook.name: Receiver(hook, deque(maxlen=keep)) for hook in hooks}, now, next_id)

    def take(self, receiver: Receiver, headers: Mapping[str, str], raw: bytes) -> None:
        """Keep an event, once; raises ValueError that says what is wrong with it."""
        id_ = self._verified(receiver, headers, raw)
        known = next((event for event in receiver.events if event.event_id == id_), None)
        if known is not None:
            known.times += 1
            return
        body = json.loads(raw)
        if not isinstance(body, dict) or body.get("id") != id_:
            raise ValueError("the body is not the event of that id")
        receiver.events.append(Event(self.next_id(), self.now(), id_, body))

    def _verified(self, receiver: Receiver, headers: Mapping[str, str], raw: bytes) -> str:
        id_, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not at.isdecimal() or abs(self.now().timestamp() - int(at)) > TOLERANCE_S:
            raise ValueError("too old, or from the future")
        said = f"{id_}.{at}.".encode() + raw
        shown = headers.get("webhook-signature", "").split()
        for secret in receiver.hook.secrets:
            key = base64.b64decode(secret.removeprefix("whsec_"))
            right = base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
            if any(hmac.compare_digest(f"v1,{right}", one) for one in shown):
                return id_
        raise ValueError("the signature is wrong")

    def use(self, name: str) -> bool:
        """Whether that fault was ordered, which is then used up once."""
        left: int = getattr(self.faults, name)
        self.faults = self.faults.model_copy(update={name: max(0, left - 1)})
        return left > 0


class HookApi:
    """The receivers' HTTP face, and the tests' switches."""

    def __init__(self, receivers: Receivers) -> None:
        self._receivers = receivers

    def routes(self) -> list[web.RouteDef]:
        """All paths."""
        return [
            web.post("/hooks/{name}", self._take),
            web.post("/sandbox/hooks/faults", self._order),
        ]

    async def _order(self, request: web.Request) -> web.Response:
        self._receivers.faults = HookFaults.model_validate(await request.json())
        return web.json_response({})

    async def _take(self, request: web.Request) -> web.Response:
        receiver = self._receivers.by_name.get(request.match_info["name"])
        if receiver is None:
            raise web.HTTPNotFound(text="no such receiver")
        faults = self._receivers.faults
        if self._receivers.use("status_times"):
            more = {"Retry-After": faults.retry_after} if faults.retry_after else {}
            return web.Response(status=faults.status, headers={"Location": "http://127.0.0.1:9/", **more})
        raw = await request.content.read(MOST_BYTES)
        try:
            self._receivers.take(receiver, request.headers, raw)
        except ValueError as error:
            receiver.refused.append(str(error))
            return web.Response(status=HTTPStatus.UNAUTHORIZED, text=str(error))
        if self._receivers.use("accept_then_drop_connection") and request.transport:
            request.transport.abort()
        return web.Response(status=HTTPStatus.NO_CONTENT)


def hook_state(receiver: Receiver) -> Json:
    """One receiver as it is; its secrets stay out."""
    return {
        "name": receiver.hook.name,
        "refused": receiver.refused,
        "events": [
            {"id": e.id, "at": e.at.isoformat(), "event": e.event_id, "body": e.body, "times": e.times}
            for e in receiver.events
        ],
    }
