"""What is proposed to providers as the fixed wording of a kind of message, in one language.

The severity is fixed, places are named after the kind's values, each stands there once, and words part them: providers
refuse a variable that comes twice, and variables with nothing but a comma between them. Sources of the rules:
help.aliyun.com document 463270, cloud.tencent.com document 382/39023.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from notifier.matters import TO_DO
from notifier.providers.templates import ANY_KIND, CHINESE, NumberedTemplate, Template
from notifier.rendering import LEVEL_WORDS, SEVERITY_WORDS
from storage.kinds import MessageKind, Severity
from storage.marks import marks
from storage.texts import N_, Gettext

VOICE = "voice"
ANSWERS = "sms."  # kinds that answer somebody's reply
# In Chinese without two colons in a row, and with as few signs as leave one part for the longest usual values.
AT_ONCE = N_("({severity}) {words}, please act at once ({number}).")
BY_THEN = N_("({severity}) {words}, please act by {due_at}, no. {number}.")
TO_DO_BY_THEN = N_("{words}, please act by {due_at}, no. {number}.")
CRITICAL = N_("({severity}) Case {number} says: {words}.")
PRESSING_ONE = N_("({severity}) {words}, no. {number}.")
A_CASE = N_("{words}, no. {number}.")
NAMED_AT_ONCE = N_("{words}, please act at once.")
NAMED_BY_THEN = N_("{words}, please act by {due_at}.")
FOR_INFORMATION = N_("{words}, no. {number}, please see the platform for more.")
NO_CASE = N_("{words}, please open the platform.")
ANSWER = N_("{words}.")
FOR_ALL = N_("Yishe, for medical equipment: {words}, no. {number}. Please open the platform.")
# What is critical has to be acknowledged, and who has no more than a phone can do so by a reply.
BY_REPLY = N_("{sentence} Reply {reply} to acknowledge.")
SPOKEN = N_(
    "This is Yishe, for medical equipment ({severity}): {words}. If you have taken note, press {key}."
)
OTHERS = MessageKind(ANY_KIND, N_("Everything that has no text of its own"), "", short="{matter}")
ASKING = {Severity.CRITICAL: AT_ONCE, Severity.URGENT: BY_THEN, Severity.NOTICE: TO_DO_BY_THEN}
WHOLE = {Severity.CRITICAL: CRITICAL, Severity.URGENT: PRESSING_ONE}
PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
TOUCHING = re.compile(r"\}[\s,，:：;；、.。]*\{(?=([a-z][a-z0-9_]*)\})")
ENDED = re.compile(r"([?？])[.,。，]\s*")  # a question needs no other mark behind it
BETWEEN = {"device": N_("device"), "what": N_("matter"), "number": N_("number")}
SOURCES = {"device": "device_short"}
"""In a text message a device goes by its short name."""
SHORT = {source: place for place, source in SOURCES.items()}
# Long, as they are in a hospital: who approves a text sees what it takes.
EXAMPLES = {
    "acknowledge": "1",
    "answer_by": "2027-03-01",
    "issue_by": "2027-03-01",
    "nearest_day": "2027-03-01",
    "nearest_unit": N_("First People's Hospital"),
    "others_list": "8",
    "to_do_list": "8",
    "brief_text": N_("too warm: check cooling"),
    "cost": "98,000.00元",
    "count": "128",
    "days": "180",
    "days_past": "128",
    "device": "PET/CT-1",
    "alarm_at": "12-31T12:30",
    "due_at": "12-31T12:30",
    "each_case_at": "12-31T12:30",
    "hospital_at": "12-31T12:30",
    "national_at": "12-31T24:00",
    "province_at": "12-31T12:30",
    "estimate": N_("120,000.00 yuan"),
    "level_text": N_("Alarm"),
    "licence_number": "乙1001100001",
    "limit": "2027-03-01",
    "matter": TO_DO["repair"],
    "metric_text": N_("Oxygen"),
    "number": "WX2026-000001",
    "open": "000012、000011",
    "side_text": N_("too high"),
    "summary": N_("The repair has begun"),
    "turned_text": N_("too low"),
    "unit": N_("First People's Hospital"),
    "what": N_("The repair has begun"),
}


@dataclass(frozen=True)
class Wording:
    """A text with the provider's places, which value fills each, and how it reads with usual ones."""

    text: str
    sources: Mapping[str, str]
    example: str


@dataclass(frozen=True)
class Tongue:
    """One language of one account's texts. `numbered`: places are numbers; `key` acknowledges a call.

    `reply` is the word by which an SMS is acknowledged; empty where replies are not understood.
    """

    language: str
    gettext: Gettext
    medium: str
    numbered: bool
    key: str
    reply: str = ""

    def wording(self, kind: MessageKind) -> Wording:
        """The one that is proposed for that kind."""
        sentence = self._sentence(kind)
        places = list(dict.fromkeys(PLACE.findall(sentence)))
        names = {place: self._name(nth, place) for nth, place in enumerate(places, start=1)}
        text = PLACE.sub(lambda found: self.place(names[found[1]]), sentence)
        return self.read(text, {name: SOURCES.get(place, place) for place, name in names.items()})

    def read(self, text: str, sources: Mapping[str, str]) -> Wording:
        """A text with the provider's places, which are filled by these values."""
        form = NumberedTemplate if self.numbered else Template
        example = form.PLACE.sub(lambda found: self._example(sources.get(found[1], found[1])), text)
        return Wording(text, sources, example)

    def place(self, name: str) -> str:
        """As the provider writes a place."""
        return f"{{{name}}}" if self.numbered else f"${{{name}}}"

    def _sentence(self, kind: MessageKind) -> str:
        """With places by the names of values, and words between any two of them."""
        level = self.gettext(SEVERITY_WORDS[kind.severity])
        own = kind.short or kind.title
        words = own if kind.name == ANY_KIND else self.gettext(own)
        frame = self.gettext(self._frame(kind)).replace("{key}", self.key)
        said = frame.replace("{severity}", level).replace("{words}", words)
        sentence = TOUCHING.sub(self._parted, ENDED.sub(r"\1 ", said)).replace("？ ", "？")
        return self._with_reply(sentence) if self._asks_for_reply(kind) else sentence

    def _asks_for_reply(self, kind: MessageKind) -> bool:
        is_sms = self.medium != VOICE and not kind.name.startswith(ANSWERS)
        return bool(self.reply) and is_sms and kind.severity is Severity.CRITICAL

    def _with_reply(self, sentence: str) -> str:
        # By replacing, as the sentence has places of its own.
        return self.gettext(BY_REPLY).replace("{sentence}", sentence.rstrip()).replace("{reply}", self.reply)

    def _frame(self, kind: MessageKind) -> str:
        if self.medium == VOICE:
            return SPOKEN
        if kind.name == ANY_KIND:
            return FOR_ALL
        if kind.name.startswith(ANSWERS):
            return ANSWER
        return self._about(kind)

    def _about(self, kind: MessageKind) -> str:
        places = PLACE.findall(self.gettext(kind.short or kind.title))
        if "number" in places or "licence_number" in places:
            return self._named(kind)
        if kind.page:
            return NO_CASE
        if not kind.asks:
            return FOR_INFORMATION
        return WHOLE.get(kind.severity, A_CASE) if kind.whole or _is_timed(places) else ASKING[kind.severity]

    def _named(self, kind: MessageKind) -> str:
        """Its own words say which case it is."""
        if kind.whole or _is_timed(PLACE.findall(self.gettext(kind.short or kind.title))):
            return ANSWER if kind.asks else NO_CASE
        asked = NAMED_AT_ONCE if kind.severity is Severity.CRITICAL else NAMED_BY_THEN
        return asked if kind.asks else NO_CASE

    def _parted(self, found: re.Match[str]) -> str:
        words = BETWEEN.get(found[1], "")
        if self.language == CHINESE:
            return f"}}，{self.gettext(words) if words else ''}{{"
        return f"}}, {self.gettext(words)} {{" if words else "}, {"

    def _name(self, nth: int, place: str) -> str:
        """A name of letters alone is taken everywhere."""
        return str(nth) if self.numbered else place.removesuffix("_text").removesuffix("_at").replace("_", "")

    def _example(self, place: str) -> str:
        if place == "level":
            return self.gettext(LEVEL_WORDS[Severity.URGENT])
        return marks(self.language).moment(self.gettext(EXAMPLES.get(SHORT.get(place, place), place)))


def _is_timed(places: Sequence[str]) -> bool:
    """Do its own words say until when?"""
    return any(place.endswith(("_at", "_by")) or place in ("days", "days_past") for place in places)
