"""From a message to an SMS: a template, its variables within their lengths, and how many parts it takes.

Source of the parts: help.aliyun.com document 44335. An SMS informs; it carries no button, no link, and nothing
that could approve.
"""

import json
from math import ceil

from pydantic import BaseModel, ConfigDict

from notifier.channel import Content
from notifier.providers.aliyun_sms.account import SmsSettings
from notifier.trim import utf16_units

_ONE_PART, _EACH_PART = 70, 67


class FrozenSms(BaseModel):
    """What the outbox keeps of an SMS: the call's parameters, the text as it is read, its parts."""

    model_config = ConfigDict(frozen=True)

    request: dict[str, str]
    text: str
    segments: int


def freeze(content: Content, settings: SmsSettings) -> FrozenSms:
    """The SMS for that message. Raises SendFailed (configuration) when no template serves it."""
    template = settings.template(content.kind)
    values = template.values(content)
    text = f"【{settings.sign_name}】{template.filled(values)}"
    return FrozenSms(
        request={
            "SignName": settings.sign_name,
            "TemplateCode": template.code,
            "TemplateParam": json.dumps(values, ensure_ascii=False),
            "OutId": content.unique_id,
        },
        text=text,
        segments=segments(text),
    )


def segments(text: str) -> int:
    """The parts that are sent and paid: one of up to 70 UTF-16 units, else of 67 each."""
    length = utf16_units(text)
    return 1 if length <= _ONE_PART else ceil(length / _EACH_PART)
