"""What an app's passive reply does to the phone.

Rules: developer.work.weixin.qq.com/document/path/90241.
"""

from pydantic import TypeAdapter

from bot.sandbox.api_models import CONTENT, Button
from bot.sandbox.crypto import BadReplyError
from bot.sandbox.events import parse_reply
from bot.sandbox.sending import deliver_copy
from bot.sandbox.updating import checked_card, replace_button, replace_card
from bot.sandbox.wire import check
from bot.sandbox.world import AppState, Message, World

_BUTTON = TypeAdapter(Button)


def apply_reply(
    world: World, state: AppState, userid: str, text: str, pressed: Message | None, *, words: bool
) -> str:
    """Do what a decrypted reply says and return its type.

    Cards are answered by update_button or update_template_card, words and menus (`words`) by text. Raises
    `BadReplyError` or `WeComError` for anything else; WeCom ignores such replies.
    """
    reply = parse_reply(text)
    kind = str(reply.get("msg_type", ""))
    if str(reply.get("to_user_name", "")).lower() != userid.lower():
        raise BadReplyError("ToUserName is not the person who acted")
    if kind == "text" and words:
        deliver_copy(world, state, userid, "", check(CONTENT["text"], reply), "text")
    elif kind == "update_button" and pressed is not None:
        button = check(_BUTTON, reply.get("button"))
        replace_button(world, pressed, button.replace_name, "reply")
    elif kind == "update_template_card" and pressed is not None:
        card = checked_card(state, pressed.msgid, reply.get("template_card"))
        replace_card(world, state, pressed, card, "reply")
    else:
        raise BadReplyError(f"{kind or 'no MsgType'} does not answer this")
    return kind
