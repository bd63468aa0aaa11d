"""What is proposed to providers as the fixed wording of a kind of message, in one language.

The severity is fixed, places are named after the kind's values, each stands there once, and words part them: providers
refuse a variable that comes twice, and variables with nothing but a comma between them. Sources of the rules:
help.aliyun.com document 463270, cloud.tencent.com document 382/39023.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from notifier.providers.templates import ANY_KIND, CHINESE, NumberedTemplate, Template
from notifier.rendering import LEVEL_WORDS, SEVERITY_WORDS
from storage.kinds import MessageKind, Severity
from storage.texts import N_, Gettext

VOICE = "voice"
ANSWERS = "sms."  # kinds that answer somebody's reply
ABOUT_A_CASE = N_("{severity}: {words}. Case {number}, please open the platform.")
ABOUT_NO_CASE = N_("{severity}: {words}. Please open the platform.")
ANSWER = N_("{words}.")
# What is critical has to be acknowledged, and who has no more than a phone can do so by a reply.
BY_REPLY = N_("{sentence} Reply {reply} to acknowledge.")
SPOKEN = N_("Yishe reminds you. {severity}: {words}. If you have taken note, press {key}.")
OTHERS = MessageKind(ANY_KIND, N_("Everything that has no text of its own"), "", short="{what}")
PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
TOUCHING = re.compile(r"\}[\s,，:：;；、.。]*\{(?=([a-z][a-z0-9_]*)\})")
ENDED = re.compile(r"([?？])[.,。，]\s*")  # a question needs no other mark behind it
BETWEEN = {"device": N_("device"), "side_text": N_("state"), "what": N_("matter"), "number": N_("number")}
EXAMPLES = {
    "acknowledge": "1",
    "brief_text": N_("too warm: check cooling"),
    "cost": "98,000.00 元",
    "count": "12",
    "device": "CT",
    "estimate": "¥120,000.00",
    "level_text": N_("Alarm"),
    "licence_number": "乙1001100001",
    "metric_text": N_("Temperature"),
    "number": "WX2026-000001",
    "open": "000012、000011",
    "side_text": N_("too high"),
    "summary": N_("The repair has begun"),
    "turned_text": N_("too low"),
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
        return self.read(text, {name: place for place, name in names.items()})

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
        level = "{level}" if kind.name == ANY_KIND else self.gettext(SEVERITY_WORDS[kind.severity])
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
        if kind.name.startswith(ANSWERS):
            return ANSWER
        names_it = "number" in PLACE.findall(kind.short or kind.title)
        return ABOUT_NO_CASE if kind.page or names_it else ABOUT_A_CASE

    def _parted(self, found: re.Match[str]) -> str:
        words = BETWEEN.get(found[1], "")
        if self.language == CHINESE:
            return f"}}，{self.gettext(words) if words else ''}{{"
        return f"}}, {self.gettext(words)} {{" if words else "}, {"

    def _name(self, nth: int, place: str) -> str:
        """A name of letters alone is taken everywhere."""
        return str(nth) if self.numbered else place.removesuffix("_text").replace("_", "")

    def _example(self, place: str) -> str:
        if place == "level":
            return self.gettext(LEVEL_WORDS[Severity.URGENT])
        return self.gettext(EXAMPLES.get(place, place))
