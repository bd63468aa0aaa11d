"""update_template_card and recall. Rules: developer.work.weixin.qq.com/document/path/94945."""

from typing import Any

from bot.sandbox.api_models import RECALL, UPDATE, Update
from bot.sandbox.cards import ANY_CARD, Card
from bot.sandbox.errors import (
    BAD_PARAMETER,
    CALLBACK_URL_NEEDED,
    NO_RECIPIENT_LEFT,
    RESPONSE_CODE_UNUSABLE,
    TASK_ID_ILLEGAL,
    WeComError,
)
from bot.sandbox.sending import Answer
from bot.sandbox.wire import check
from bot.sandbox.world import AppState, Message, ResponseCode, Sent, World

CODE_VALID_S = 72 * 3600.0
RECALL_WITHIN_S = 24 * 3600.0


def update(world: World, state: AppState, data: dict[str, Any]) -> Answer:
    """Play update_template_card; the response_code is used up only by success."""
    request = check(UPDATE, data)
    code = _usable_code(world, state, request.response_code)
    card = _new_card(state, code.sent, request)
    copies, invalid = _copies(world, state, code.sent, request)
    if not copies:
        raise WeComError(NO_RECIPIENT_LEFT)
    code.used = True
    for copy in copies:
        if card is not None:
            replace_card(world, state, copy, card, "api")
        elif request.button is not None:
            replace_button(world, copy, request.button.replace_name, "api")
    return {"errcode": 0, "errmsg": "ok", "invaliduser": invalid}


def recall(world: World, state: AppState, data: dict[str, Any]) -> Answer:
    """Play message/recall: this app's message, within 24 hours."""
    sent = state.sent.get(check(RECALL, data).msgid)
    if sent is None or world.monotonic() - sent.at > RECALL_WITHIN_S:
        raise WeComError(BAD_PARAMETER, "msgid")
    for copy in sent.copies.values():
        copy.recalled = True
    world.touch()
    return {"errcode": 0, "errmsg": "ok"}


def replace_button(world: World, message: Message, name: str, by: str) -> None:
    """Put words in the place of the card's buttons."""
    message.replace_name = name
    _note(world, message, {"by": by, "replace_name": name})


def replace_card(world: World, state: AppState, message: Message, card: Card, by: str) -> None:
    """Put another card in the place of the first; with replace_text its buttons are grey."""
    message.card = card
    message.replace_name = None
    message.body = card.model_dump(exclude_unset=True)
    if card.task_id is not None:
        message.task_id = card.task_id
        state.task_ids[card.task_id] = message.msgid
    _note(world, message, {"by": by, "template_card": message.body})


def checked_card(state: AppState, msgid: str, data: object) -> Card:
    """A card that may replace one of the send `msgid`; raises `WeComError`."""
    card = check(ANY_CARD, data)
    if card.needs_callback() and not state.app.callback_url:
        raise WeComError(CALLBACK_URL_NEEDED)
    if card.task_id is not None and state.task_ids.get(card.task_id) not in (None, msgid):
        raise WeComError(TASK_ID_ILLEGAL, "task_id used before")
    return card


def _note(world: World, message: Message, what: dict[str, Any]) -> None:
    message.updates.append({"at": world.now().isoformat()} | what)
    world.touch()


def _usable_code(world: World, state: AppState, word: str) -> ResponseCode:
    code = state.codes.get(word)
    if code is None or code.used or world.monotonic() - code.at > CODE_VALID_S:
        raise WeComError(RESPONSE_CODE_UNUSABLE, "response_code")
    return code


def _new_card(state: AppState, sent: Sent, request: Update) -> Card | None:
    if (request.button is None) == (request.template_card is None):
        raise WeComError(BAD_PARAMETER, "either button or template_card")
    if request.template_card is None:
        if not all(copy.card is not None and copy.card.has_buttons() for copy in sent.copies.values()):
            raise WeComError(BAD_PARAMETER, "a notice has no buttons to be replaced")
        return None
    return checked_card(state, sent.msgid, request.template_card)


def _copies(world: World, state: AppState, sent: Sent, request: Update) -> tuple[list[Message], list[str]]:
    if request.atall:
        return list(sent.copies.values()), []
    found = {userid: world.member(state.corp.corpid, userid) for userid in request.userids}
    copies = {userid: sent.copies.get(member or "") for userid, member in found.items()}
    invalid = [userid.lower() for userid, copy in copies.items() if copy is None]
    return [copy for copy in copies.values() if copy is not None], invalid
