"""From a message to a call: an approved text with its variables, and the menu of keys.

Sources: help.aliyun.com documents 393519 (SingleCallByTts), 393521 (IvrCall). A call informs; its key acknowledges
and never approves.
"""

from pydantic import BaseModel, ConfigDict

from notifier.channel import Content
from notifier.providers.aliyun_voice.account import VoiceSettings
from notifier.providers.speech import as_json, spoken, within
from notifier.providers.templates import text_for

WITH_MENU, WITHOUT_MENU = "IvrCall", "SingleCallByTts"
# Less than 250 characters in all; the id that reports repeat has 1 to 15 bytes.
_PARAMETERS, _OUT_ID = 249, 15


class FrozenCall(BaseModel):
    """What the outbox keeps of a call: the operation, its parameters, and the text as it is spoken."""

    model_config = ConfigDict(frozen=True)

    action: str
    request: dict[str, str]
    text: str


def freeze(content: Content, settings: VoiceSettings) -> FrozenCall:
    """The call for that message. Raises SendFailed (configuration) when no template serves it."""
    template, content = text_for(settings.templates, content)
    values = within(spoken(template.values(content)), _PARAMETERS)
    request = {"PlayTimes": str(settings.play_times)}
    if settings.caller_number:
        request["CalledShowNumber"] = settings.caller_number
    if len(content.unique_id) <= _OUT_ID:
        request["OutId"] = content.unique_id
    if settings.menu:
        request |= {"StartCode": template.code, "StartTtsParams": as_json(values)} | _menu(settings)
    else:
        request |= {"TtsCode": template.code, "TtsParam": as_json(values)}
        request |= {"Volume": str(settings.volume), "Speed": str(settings.speed)}
    action = WITH_MENU if settings.menu else WITHOUT_MENU
    return FrozenCall(action=action, request=request, text=template.filled(values))


def _menu(settings: VoiceSettings) -> dict[str, str]:
    """Keys and what is read out after them, as lists stand in a query; the time to press one in milliseconds."""
    flat = {"Timeout": str(settings.key_within_s * 1000)}
    for place, (key, code) in enumerate(sorted(settings.menu.items()), start=1):
        flat |= {f"MenuKeyMap.{place}.Key": key, f"MenuKeyMap.{place}.Code": code}
    return flat
