"""What a sent card becomes once its matter is decided: words in the place of its buttons, or another card.

Source: developer.work.weixin.qq.com documents 94945 and 90241.
"""

from collections.abc import Mapping
from typing import Any

from notifier.channel import Content, Replacement
from notifier.providers.wecom.cards import notice_card
from notifier.providers.wecom.parts import BELOW_ZI, BUTTON_ZI, Message
from notifier.trim import clean, columns, fit_columns, one_line

NOTICES = frozenset({"text_notice", "news_notice"})
_KEPT = ("task_id", "source", "main_title", "horizontal_content_list", "card_action")


def replacement_for(replacement: Replacement) -> Message:
    """What `update_template_card` puts in the place of the buttons, or of the whole card.

    The whole card where the buttons' place is too small for the words, or there is none, as on a notice. A card
    that informs needs a page to open; where there is none, the buttons alone are changed.
    """
    if replacement.content and replacement.content.url:
        return {"template_card": replacement_card(replacement.content, replacement.text)}
    sent, words = replacement.sent.get("template_card", {}), one_line(replacement.text)
    if sent.get("card_type") in NOTICES or columns(words) > 2 * BUTTON_ZI:
        card = decided_card(sent, words)
        if card is not None:
            return {"template_card": _without_id(card)}
    return {"button": {"replace_name": fit_columns(words, BUTTON_ZI)}}


def replacement_card(content: Content, outcome: str) -> Message:
    """The card once the matter is decided: nothing to press, and who decided."""
    return _without_id({**notice_card(content), "sub_title_text": _below(outcome)})


def decided_card(sent: Mapping[str, Any], outcome: str) -> Message | None:
    """A card, as it was sent, once the matter is decided: nothing to press. None for one that opens no page."""
    if "card_action" not in sent:
        return None
    card = {name: sent[name] for name in _KEPT if name in sent}
    # What was composed names files by their contents; WeCom's ids for them are known to the try alone.
    lines = [line for line in card.get("horizontal_content_list", ()) if "media_id" not in line]
    card |= {"card_type": "text_notice", "horizontal_content_list": lines}
    return card | {"sub_title_text": _below(outcome)}


def _below(outcome: str) -> str:
    return fit_columns(clean(outcome).strip(), BELOW_ZI)


def _without_id(card: Message) -> Message:
    """A task id is used once; a card that answers nothing needs none."""
    return {name: value for name, value in card.items() if name != "task_id"}
