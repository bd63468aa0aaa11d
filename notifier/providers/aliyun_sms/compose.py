"""From a message to an SMS: a template, its variables within their lengths, and how many parts it takes.

Sources: template and variable rules (help.aliyun.com documents 463270, 3041859), parts (document 44335).
An SMS informs; it carries no button, no link, and nothing that could approve.
"""

import json
import re
from math import ceil
from typing import Any

from pydantic import BaseModel, ConfigDict

from notifier.channel import Content
from notifier.providers.aliyun_sms.account import PLACE, SmsSettings, Template
from notifier.trim import fit_units, one_line, utf16_units

_ONE_PART, _EACH_PART = 70, 67
_NOTHING = "-"  # a variable may not be empty
_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*://|www\.)\S*", re.IGNORECASE | re.ASCII)
_DOMAIN = re.compile(r"(?<=[a-z0-9])\.(?=[a-z])", re.IGNORECASE | re.ASCII)
_BRACKETS = str.maketrans("【】", "〔〕")


class FrozenSms(BaseModel):
    """What the outbox keeps of an SMS: the call's parameters, the text as it is read, its parts."""

    model_config = ConfigDict(frozen=True)

    request: dict[str, str]
    text: str
    segments: int


def freeze(content: Content, settings: SmsSettings) -> FrozenSms:
    """The SMS for that message. Raises SendFailed (configuration) when no template serves it."""
    template = settings.template(content.kind)
    values = variables(content, template)
    text = f"【{settings.sign_name}】" + PLACE.sub(lambda place: values[place[1]], template.text)
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


def variables(content: Content, template: Template) -> dict[str, str]:
    """Each variable's value, cut to its length on the border of a character."""
    sources: dict[str, Any] = {
        "level": content.level or content.severity_word,
        "what": content.short or content.title,
        "summary": content.summary,
        "number": content.thread_id,
    }
    return {
        name: fit_units(harmless(sources[variable.source]), variable.length) or _NOTHING
        for name, variable in template.variables.items()
    }


def harmless(text: str) -> str:
    """One line without what the provider refuses in a variable: addresses, and a signature's brackets."""
    without = _ADDRESS.sub("…", one_line(text))
    return _DOMAIN.sub("·", without).translate(_BRACKETS).strip()


def segments(text: str) -> int:
    """The parts that are sent and paid: one of up to 70 UTF-16 units, else of 67 each."""
    length = utf16_units(text)
    return 1 if length <= _ONE_PART else ceil(length / _EACH_PART)
