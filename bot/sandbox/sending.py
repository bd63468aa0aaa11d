"""message/send: checks, duplicates, task ids, silent drops, delivery to the phones.

Rules: developer.work.weixin.qq.com/document/path/90236 and 90454.
"""

import hashlib
import json
from typing import Any

from bot.sandbox.api_models import ENVELOPE, Envelope, content_of, split_recipients
from bot.sandbox.cards import Card
from bot.sandbox.errors import (
    BAD_PARAMETER,
    CALLBACK_URL_NEEDED,
    NO_RECIPIENT_LEFT,
    TASK_ID_ILLEGAL,
    WeComError,
)
from bot.sandbox.media import check_media
from bot.sandbox.wire import Wire, check
from bot.sandbox.world import AppState, Message, ResponseCode, Sent, World

Answer = dict[str, Any]


def send(world: World, state: AppState, data: dict[str, Any]) -> Answer:
    """Play message/send and return its answer; raises `WeComError`."""
    envelope = check(ENVELOPE, data)
    digest = _digest(data)
    known = _known_answer(world, state, envelope, digest)
    if known is not None:
        state.duplicates += 1
        world.touch()
        return known
    content = content_of(data, envelope.msgtype)
    _check_card(world, state, content)
    recipients, invalid = _recipients(world, state, envelope)
    answer = _deliver(world, state, envelope, content, recipients) | invalid
    state.answers[digest] = (world.monotonic(), answer)
    return answer


def deliver_copy(
    world: World, state: AppState, userid: str, msgid: str, content: Wire, msgtype: str
) -> Message | None:
    """Put one message on one phone; None when the member's limit drops it in silence."""
    chat = world.chat(state.key, userid)
    if not chat.window.admit():
        chat.dropped += 1
        world.touch()
        return None
    card = content if isinstance(content, Card) else None
    message = Message(
        id=world.next_id(),
        msgid=msgid,
        at=world.now(),
        app=state.key,
        direction="to_member",
        msgtype=msgtype,
        body=content.model_dump(exclude_unset=True),
        task_id=card.task_id if card else None,
        card=card,
        first_card=card,
    )
    chat.messages.append(message)
    return message


def _digest(data: dict[str, Any]) -> str:
    canonical = json.dumps(data, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _known_answer(world: World, state: AppState, envelope: Envelope, digest: str) -> Answer | None:
    """The first answer to an identical request within the interval, if that is checked."""
    if not envelope.enable_duplicate_check or world.faults.wecom.duplicate_check_off:
        return None
    at, answer = state.answers.get(digest) or (float("-inf"), None)
    recent = world.monotonic() - at < envelope.duplicate_check_interval
    return answer if recent else None


def _check_card(world: World, state: AppState, content: Wire) -> None:
    if not isinstance(content, Card):
        return
    if content.needs_callback() and not state.app.callback_url:
        raise WeComError(CALLBACK_URL_NEEDED)
    check_media(world, state, content)
    if content.task_id in state.task_ids and not world.faults.wecom.task_id_reuse_allowed:
        raise WeComError(TASK_ID_ILLEGAL, "task_id used before")


def _recipients(world: World, state: AppState, envelope: Envelope) -> tuple[list[str], dict[str, str]]:
    """Members that exist, in order and once each, and the answer's invalid… fields."""
    parties = split_recipients(envelope.toparty, 100)
    tags = split_recipients(envelope.totag, 100)
    if envelope.touser == "@all":
        return world.members(state.corp.corpid), _invalid([], parties, tags)
    wanted = split_recipients(envelope.touser, 1000)
    if not wanted + parties + tags:
        raise WeComError(BAD_PARAMETER, "touser, toparty and totag are all empty")
    found = {userid: world.member(state.corp.corpid, userid) for userid in wanted}
    members = list(dict.fromkeys(userid for userid in found.values() if userid))
    if not members:
        raise WeComError(NO_RECIPIENT_LEFT)
    unknown = [userid.lower() for userid, member in found.items() if member is None]
    return members, _invalid(unknown, parties, tags)


def _invalid(users: list[str], parties: list[str], tags: list[str]) -> dict[str, str]:
    return {
        "invaliduser": "|".join(users),
        "invalidparty": "|".join(parties),
        "invalidtag": "|".join(tags),
    }


def _deliver(
    world: World, state: AppState, envelope: Envelope, content: Wire, recipients: list[str]
) -> Answer:
    sent = Sent(world.word(64), world.monotonic(), {})
    for userid in recipients:
        copy = deliver_copy(world, state, userid, sent.msgid, content, envelope.msgtype)
        if copy is not None:
            sent.copies[userid] = copy
    state.sent[sent.msgid] = sent
    answer = {"errcode": 0, "errmsg": "ok", "unlicenseduser": "", "msgid": sent.msgid}
    if isinstance(content, Card):
        answer |= _remember_card(world, state, content, sent)
    return answer


def _remember_card(world: World, state: AppState, card: Card, sent: Sent) -> dict[str, str]:
    if card.task_id is not None:
        state.task_ids[card.task_id] = sent.msgid
    if not card.has_response_code():
        return {}
    sent.response_code = new_response_code(world, state, sent, "send")
    return {"response_code": sent.response_code}


def new_response_code(world: World, state: AppState, sent: Sent, source: Any) -> str:
    """A word that allows one update of `sent` within 72 hours."""
    word = world.word()
    state.codes[word] = ResponseCode(sent, world.monotonic(), source)
    return word
