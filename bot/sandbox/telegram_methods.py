"""What the methods of the Bot API do. The same for a request and for an answer to a webhook."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.config import is_loopback
from bot.sandbox.telegram_errors import bad_request, forbidden, moved, too_many
from bot.sandbox.telegram_requests import (
    ANSWER_CHARS,
    AnswerQuery,
    EditMarkup,
    EditText,
    SendMessage,
    SetWebhook,
    read,
)
from bot.sandbox.telegram_world import BotState, TgChat, TgMessage, bot_json, message_json
from bot.sandbox.world import World

Fields = Mapping[str, Any]
CHAT_PAUSE_S = 1


def get_me(_world: World, state: BotState, _fields: Fields) -> Any:
    """The bot itself."""
    return bot_json(state)


def send_message(world: World, state: BotState, fields: Fields) -> Any:
    """A new message in a person's chat."""
    request = read(SendMessage, fields)
    plain, html = request.read()
    keyboard = request.reply_markup.checked()
    chat = _writable(world, state, request.chat_id)
    if not (state.window.admit() and chat.window.admit()):
        raise too_many(CHAT_PAUSE_S)
    number = world.next_id()
    message = TgMessage(
        number, world.now(), state.bot.username, request.chat_id, "to_person", plain, html, keyboard
    )
    return message_json(state, chat.user, world.telegram.put(chat, message))


def edit_text(world: World, state: BotState, fields: Fields) -> Any:
    """Other words and buttons for a message of the bot's own."""
    request = read(EditText, fields)
    plain, html = request.read()
    return _edit(
        world, state, request.chat_id, request.message_id, (plain, html), request.reply_markup.checked()
    )


def edit_markup(world: World, state: BotState, fields: Fields) -> Any:
    """Other buttons for a message of the bot's own."""
    request = read(EditMarkup, fields)
    return _edit(world, state, request.chat_id, request.message_id, None, request.reply_markup.checked())


def answer_query(world: World, state: BotState, fields: Fields) -> Any:
    """What a pressed button shows; once for each press."""
    request = read(AnswerQuery, fields)
    if len(request.text) > ANSWER_CHARS:
        raise bad_request("MESSAGE_TOO_LONG")
    update = world.telegram.by_query(state.bot.username, request.callback_query_id)
    if update is None or update.answer is not None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    update.answer, update.alert = request.text, request.show_alert
    world.touch()
    return True


def set_webhook(world: World, state: BotState, fields: Fields) -> Any:
    """Where updates go from now on."""
    request = read(SetWebhook, fields)
    host = urlsplit(request.url or "http://localhost").hostname or ""
    if not (world.config.allow_remote_callbacks or is_loopback(host)):
        raise bad_request("bad webhook: this sandbox sends nothing beyond this machine")
    state.webhook_url, state.secret_token = request.url or None, request.secret_token
    state.allowed_updates = request.allowed_updates
    return True


METHODS: dict[str, Callable[[World, BotState, Fields], Any]] = {
    "getMe": get_me,
    "sendMessage": send_message,
    "editMessageText": edit_text,
    "editMessageReplyMarkup": edit_markup,
    "answerCallbackQuery": answer_query,
    "setWebhook": set_webhook,
}


def _writable(world: World, state: BotState, chat_id: int) -> TgChat:
    chat = world.telegram.chat(state.bot.username, chat_id)
    if chat_id in world.faults.telegram.moved:
        raise moved(world.faults.telegram.moved[chat_id])
    if chat is None:
        raise bad_request("chat not found")
    if chat.moved_to is not None:
        raise moved(chat.moved_to)
    if chat.standing == "restricted":
        raise bad_request("not enough rights to send text messages to the chat")
    if chat_id in world.faults.telegram.blocked or chat.standing in ("kicked", "left"):
        raise forbidden(
            "bot was kicked from the supergroup chat" if chat_id < 0 else "bot was blocked by the user"
        )
    if not chat.started:
        raise forbidden("bot can't initiate conversation with a user")
    return chat


def _edit(
    world: World,
    state: BotState,
    chat_id: int,
    message_id: int,
    words: tuple[str, str] | None,
    keyboard: list[list[dict[str, str]]],
) -> Any:
    chat = _writable(world, state, chat_id)
    message = world.telegram.message(state.bot.username, chat_id, message_id)
    if message is None:
        raise bad_request("message to edit not found")
    if message.direction != "to_person":
        raise bad_request("message can't be edited")
    new = (*(words or (message.text, message.html)), keyboard)
    if new == (message.text, message.html, message.keyboard):
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same "
            "as a current content and reply markup of the message"
        )
    message.text, message.html, message.keyboard = new
    message.edits += 1
    world.touch()
    return message_json(state, chat.user, message)
