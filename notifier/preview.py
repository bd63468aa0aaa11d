"""How every kind of message looks on every channel before anybody is sent one, and what does not fit.

Composed by the channels themselves with sample variables of usual length, so what is shown is what would be sent.
Channels cut what is too long; a text that is cut even with usual words is too long.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from string import Formatter
from typing import Any

from notifier.channel import Account, Channel, Content, SendFailed
from notifier.rendering import Renderer
from notifier.trim import ELLIPSIS, Fitted, noting
from storage.kinds import MessageKind, Vocabulary
from storage.outbox import Claimed
from storage.texts import N_

ADDRESSES = {"email": "reader@hospital.example", "telegram": "1", "wecom": "reader"}
MOBILE = "13800000000"
CUT = N_("Shortened: too long for this channel.")
BROKEN = N_("The text has a placeholder that this kind has no value for.")
NUMBER = "WX2026-000001"
# Long, as they are in a hospital, so that what fits here fits there; what is not named here stands for itself.
USUAL = {
    "acknowledge": "1",
    "alarm_at": "12-31T12:30",
    "number": NUMBER,
    "open": "000012、000011",
    "device": "X线正电子发射断层扫描仪（PET/CT）",
    "device_number": "NJ01-PETCT-0001",
    "device_short": "PET/CT-1",
    "department": "医学影像科",
    "place": "门诊楼地下一层PET/CT机房",
    "due_at": "12-31T12:30",
    "each_case_at": "12-31T12:30",
    "estimate": "120,000.00 元",
    "cost": "98,000.00 元",
    "fault": "球管过热，连续扫描数次后停机",
    "hospital_at": "12-31T12:30",
    "licence_number": "乙1001100001",
    "issue_by": "2026-12-31",
    "answer_by": "2026-12-31",
    "nearest": "示例市第一人民医院 PET/CT",
    "nearest_unit": "示例市第一人民医院",
    "nearest_limit": "2026-12-31",
    "nearest_day": "12-31",
    "what_text": "no data: oxygen, measure first",
    "brief_text": "lack of oxygen: keep out, ventilate",
    "means_text": "Anyone in the room can lose consciousness without warning.",
    "first_text": "Do not enter. Everybody leaves the room at once. Open its doors, switch the exhaust fan on from "
    "outside and keep others away. If somebody is still inside, nobody goes in without breathing apparatus: call 119.",
    "call_text": "Security; 119 if anybody is inside",
    "service_vendor": "示例医疗设备服务有限公司",
    "service_phone": "400-000-0000",
    "to_do_list": [["Red", 2], ["Orange", 1]],
    "others_list": [["Red", 2], ["Orange", 1]],
    "level_text": "Alarm",
    "limit": "2027-03-01",
    "metric_text": "Room temperature",
    "national_at": "12-31T24:00",
    "province_at": "12-31T12:30",
    "reporter": "欧阳晓明",
    "side_text": "too high",
    "technician": "欧阳晓明",
    "unit": "示例市第一人民医院",
    "since": "2026-03-02 09:00:01",
    "count": "512",
    "days": "180",
    "days_past": "128",
    "storm": "1",
}
_TAG = re.compile(r"<[^<>]+>")


@dataclass(frozen=True)
class Sample:
    """One kind on one channel in one language. `fault` is a source text, empty when all is well.

    `tightest` is the text that comes nearest to its limit; `parts` how many messages an SMS is counted as.
    """

    kind: str
    channel: str
    language: str
    text: str
    fault: str = ""
    detail: str = ""
    tightest: Fitted | None = None
    parts: int | None = None


class Preview:
    """Composes samples. Sends nothing."""

    def __init__(self, channels: Mapping[str, Channel], renderer: Renderer, vocabulary: Vocabulary) -> None:
        self._channels = channels
        self._renderer = renderer
        self._vocabulary = vocabulary

    def kinds(self) -> list[MessageKind]:
        """Every declared kind."""
        return list(self._vocabulary)

    def broken(self, languages: Iterable[str]) -> Iterator[Sample]:
        """Kinds that cannot be rendered in a language at all."""
        for language in languages:
            for kind in self._vocabulary:
                try:
                    self._content(kind, language, "")
                except (LookupError, ValueError) as error:
                    yield Sample(kind.name, "", language, "", BROKEN, str(error))

    def samples(self, channel: str, account: Account, sender: str, language: str) -> Iterator[Sample]:
        """Every kind as that account would send it. `sender` is the account's name."""
        for kind in self._vocabulary:
            yield self.sample(kind, channel, account, sender, language)

    def sample(self, kind: MessageKind, channel: str, account: Account, sender: str, language: str) -> Sample:
        """One kind as that account would send it."""
        try:
            content = self._content(kind, language, sender)
            with noting() as fitted:
                payload = self._channels[channel].compose(content, ADDRESSES.get(channel, MOBILE), account)
        except SendFailed as failed:
            return Sample(kind.name, channel, language, "", failed.reason, failed.detail)
        except (LookupError, ValueError) as error:
            return Sample(kind.name, channel, language, "", BROKEN, str(error))
        fault = CUT if _is_cut(payload, content) else ""
        tightest = max((each for each in fitted if each.limit > 0), key=lambda each: each.share, default=None)
        parts = payload.get("segments")
        text = readable(payload)
        return Sample(kind.name, channel, language, text, fault, tightest=tightest, parts=parts)

    def _content(self, kind: MessageKind, language: str, sender: str) -> Content:
        return self._renderer.content(_message(kind, language), "sample-1", sender)


def readable(payload: Mapping[str, Any]) -> str:
    """The words of a payload as a reader sees them, line by line."""
    return "\n".join(dict.fromkeys(line for line in map(_words, _strings(payload)) if line))


def _words(text: str) -> str:
    return unescape(_TAG.sub("", text)).strip()


def _strings(value: object, key: str = "") -> Iterator[str]:
    """Every text in a payload, without addresses, markup of a whole page, and technical values."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            if name not in _TECHNICAL:
                yield from _strings(part, name)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _strings(part, key)
    elif isinstance(value, str) and not value.startswith(("http://", "https://")):
        yield value


_TECHNICAL = frozenset({
    "html", "headers", "request", "msgtype", "card_type", "task_id", "key", "url", "callback_data", "type", "style",
    "decided_keyboard", "asides", "action", "extend_code", "unique_id", "question_key", "id",
})  # fmt: skip


def _is_cut(payload: Mapping[str, Any], content: Content) -> bool:
    own = f"{content.title}{content.summary}{content.short}{content.fields}"
    return ELLIPSIS not in own and any(ELLIPSIS in text for text in _strings(payload))


def _message(kind: MessageKind, language: str) -> Claimed:
    """A message of that kind to a person."""
    about_a_case = not kind.page
    return Claimed(
        id=1,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        case_id=1 if about_a_case else None,
        number=NUMBER if about_a_case else "",
        workflow=kind.name.partition(".")[0],
        case_version=1,
        kind=kind.name,
        person_id=1,
        participant_id=None,
        variables={name: USUAL.get(name, _stand_in(name)) for name in _places(kind)},
        valid_while=None,
        attempts=1,
        entered_version=1,
        path="1.",
        language=language,
        email=None,
        severity=kind.severity,
    )


def _places(kind: MessageKind) -> set[str]:
    texts = [kind.title, kind.summary, kind.short, kind.page]
    texts += [text for field in kind.fields for text in field]
    named = {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}
    return named | {"number"}


def _stand_in(name: str) -> str:
    """Minutes where time is left, else the place's own name."""
    return "95" if name.endswith("_left") else name.removesuffix("_text").replace("_", " ")
