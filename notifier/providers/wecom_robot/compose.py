"""From a message to what a group robot takes, within its limits.

A card cannot mention anybody, so what is urgent goes as markdown where people are to be mentioned, and as text
where mobile numbers or everybody are. Source: developer.work.weixin.qq.com document 99110.
"""

from dataclasses import replace
from typing import Any

from notifier.channel import Content
from notifier.providers.wecom.cards import TEXT_BYTES, harmless, notice_card
from notifier.providers.wecom.markdown import LINK_BYTES, markdown_words
from notifier.providers.wecom_robot.account import EVERYBODY, RobotSettings
from notifier.trim import clean, fit_bytes, one_line

MARKDOWN_BYTES = 4096

Message = dict[str, Any]


def message_for(content: Content, settings: RobotSettings) -> Message:
    """The body of a send."""
    if settings.mentions(content.severity):
        by_name = settings.mention_users and not settings.mention_mobiles
        if by_name and EVERYBODY not in settings.mention_users:
            return _markdown(content, settings.mention_users)
        return _text(content, settings)
    if not content.url:
        return _markdown(content, ())
    # A group answers nothing, so the card has no task id.
    card = {
        name: value
        for name, value in notice_card(replace(content, photos=(), picture="")).items()
        if name != "task_id"
    }
    return {"msgtype": "template_card", "template_card": card}


def _markdown(content: Content, mentioned: tuple[str, ...]) -> Message:
    return {
        "msgtype": "markdown",
        "markdown": {"content": markdown_words(content, MARKDOWN_BYTES, mentioned)},
    }


def _text(content: Content, settings: RobotSettings) -> Message:
    head = f"【{one_line(content.severity_word)}】{one_line(content.title)}"
    lines = [head, clean(content.summary).strip()]
    lines += [f"{one_line(name)}: {one_line(value)}" for name, value in content.fields]
    tail = f"\n{content.url}" if content.url and len(content.url.encode()) <= LINK_BYTES else ""
    words = harmless("\n".join(line for line in lines if line))
    return {
        "msgtype": "text",
        "text": {
            "content": fit_bytes(words, TEXT_BYTES - len(tail.encode())) + tail,
            "mentioned_list": list(settings.mention_users),
            "mentioned_mobile_list": list(settings.mention_mobiles),
        },
    }
