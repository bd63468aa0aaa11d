"""From an outbox row to a `Content`: one kind of message in one language, before any channel's form."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Literal, cast

from notifier.channel import READ, STOP, Button, Content, Poll, Question, Replacement
from notifier.matters import matter
from storage import kinds
from storage.device_names import shortened
from storage.kinds import ActionWords, MessageKind, Severity, Vocabulary, shown
from storage.links import Links
from storage.live_cards import LiveCard
from storage.marks import marks_in
from storage.mutes import may_be_muted
from storage.outbox import Claimed
from storage.texts import N_, P_, Gettext, Texts

SEVERITY_WORDS = {
    Severity.INFO: N_("Information"),
    Severity.NOTICE: N_("Please act"),
    Severity.URGENT: N_("Urgent"),
    Severity.CRITICAL: N_("Critical"),
}
LEVEL_WORDS = {
    Severity.INFO: N_("Blue: for information"),
    Severity.NOTICE: N_("Yellow: please note"),
    Severity.URGENT: N_("Orange: urgent"),
    Severity.CRITICAL: N_("Red: critical"),
}
FOOTER = N_("Sent by Yishe because you take part in {number}. Please do not reply to this message.")
HEARD = N_("Sent by Yishe to all listeners of {number}. Please do not reply to this message.")
FOOTER_OF_NO_CASE = N_("Sent by Yishe. Please do not reply to this message.")
OPEN = N_("Open the case")
ACKNOWLEDGE = N_("Mark as read")
ACKNOWLEDGE_OR_STOP = N_("Mark as read, or mute")
INSTEAD = N_("You are notified instead of")
NOT_REACHED = N_("{name}, who cannot be reached on any channel")
DECIDED = N_("{done}: {name}")
HAVE_READ = N_("I have read this")
NO_MORE = N_("Mute such messages")
PHOTO = N_("Photo")
DUE, OVER = N_("Deadline"), P_("a time limit", "passed")
IN_TIME = N_("the time limit")
"""Where no limit is known: "please decide by the time limit"."""


class Renderer:
    """Renders any declared kind. `public_url` is where the phone pages are reached, without a slash at the end."""

    def __init__(self, vocabulary: Vocabulary, texts: Texts, links: Links, public_url: str) -> None:
        self._vocabulary = vocabulary
        self._texts = texts
        self._links = links
        self._public_url = public_url
        self.reminders = vocabulary.reminders

    def content(self, message: Claimed, unique_id: str, sender: str) -> Content:
        """The message in its recipient's language; raises `UnknownKind`."""
        kind = self._vocabulary.kind(message.kind)

        def retold(language: str) -> Content:
            return self.content(replace(message, language=language), unique_id, sender)

        return self._render(kind, message, unique_id, sender, retold)

    def _render(
        self,
        kind: MessageKind,
        message: Claimed,
        unique_id: str,
        sender: str,
        retold: Callable[[str], Content],
    ) -> Content:
        gettext = self._texts.gettext(message.language)
        values = _values(message, gettext)
        brief = {**values, "device": values["device_short"]}
        instead = _instead(message, gettext)
        url = self._url(message, kind)
        # A group, or another system, decides nothing.
        keys = _pressed(message, kind) if message.account_id is None else ()
        buttons = [self._button(message, key, url, gettext) for key in keys]
        return Content(
            unique_id=unique_id,
            thread_id=message.number or kind.name,
            severity=kind.severity,
            severity_word=gettext(SEVERITY_WORDS[kind.severity]),
            title=gettext(kind.title).format_map(brief),
            summary=gettext(kind.summary).format_map(values),
            fields=instead + _fields(kind, values, gettext) + _limit(kind, message, values, gettext),
            buttons=tuple(buttons),
            url=url,
            url_label=gettext(OPEN),
            sender=sender,
            language=message.language or "zh_CN",
            footer=gettext(_footer(message)).format_map(values),
            kind=kind.name,
            level=gettext(LEVEL_WORDS[kind.severity]),
            short=gettext(kind.short or kind.title).format_map(brief),
            matter=matter(kind, gettext),
            poll=self._poll(message, kind, gettext),
            photos=_photos(message, kind, gettext),
            picture=self._picture(message, kind),
            asides=_asides(message, kind, gettext),
            facts={name: message.variables.get(name, "") for name in kind.facts},
            **self._links_of(message, kind, gettext),
            values=values,
            retold=retold,
        )

    def decision(self, card: LiveCard) -> Replacement:
        """What a card shows once somebody decided: who did what."""
        gettext = self._texts.gettext(card.language)
        words = self._vocabulary.action(card.workflow, card.action)
        done = gettext(words.done)
        named = gettext(DECIDED).format(name=card.actor_name, done=done)
        return Replacement(named if card.actor_name else done)

    def _links_of(self, message: Claimed, kind: MessageKind, gettext: Gettext) -> dict[str, str]:
        """Where a person acknowledges the message, and stops such messages unless they are urgent."""
        if message.person_id is None:
            return {}
        url = f"{self._public_url}/n/{self._links.notice(message.id)}"
        may_stop = may_be_muted(kind.name, kind.severity)
        label = gettext(ACKNOWLEDGE_OR_STOP if may_stop else ACKNOWLEDGE)
        return {"notice_url": url, "stop_url": url if may_stop else "", "notice_label": label}

    def _picture(self, message: Claimed, kind: MessageKind) -> str:
        """Only to people: a group sees no photo."""
        has_one = kind.photos and message.variables.get(kinds.PHOTOS) and message.person_id is not None
        return f"{self._public_url}/i/{self._links.photo(message.id)}" if has_one else ""

    def _url(self, message: Claimed, kind: MessageKind) -> str:
        if message.case_id is None:
            page = kind.page.format_map(message.variables)
            return f"{self._public_url}{page}" if page else ""
        if message.participant_id is not None:
            return f"{self._public_url}/f/{self._links.token(message.participant_id)}"
        return f"{self._public_url}/cases/{message.number}"

    def _poll(self, message: Claimed, kind: MessageKind, gettext: Gettext) -> Poll | None:
        """None where nothing is asked, and for those without an account, who answer on their page."""
        if (
            not kind.questions
            or message.participant_id is not None
            or kind.answers not in _pressed(message, kind)
        ):
            return None
        if message.account_id is not None:
            return None
        words = self._vocabulary.action(message.workflow, kind.answers)
        questions = tuple(_question(question, gettext) for question in kind.questions)
        return Poll(questions, Button(kind.answers, gettext(kind.send or words.label), _style(words)))

    def _button(self, message: Claimed, key: str, url: str, gettext: Gettext) -> Button:
        # What is about no case has a name before the dot as well.
        words = self._vocabulary.action(message.workflow or message.kind.partition(".")[0], key)
        by_page = not words.one_press or message.participant_id is not None
        return Button(key, gettext(words.label), _style(words), f"{url}/{key}" if by_page else None)


def _values(message: Claimed, gettext: Gettext) -> dict[str, str]:
    """The variables as they are read; an older version wrote neither a limit nor a short name of the device."""
    values = shown(message.variables, gettext)
    short = values.get("device_short") or shortened(values.get("device", ""))
    return {**values, "device_short": short, "due_at": values.get("due_at") or gettext(IN_TIME)}


def _pressed(message: Claimed, kind: MessageKind) -> tuple[str, ...]:
    """The buttons that its reader may press."""
    may: Sequence[str] = message.variables.get(kinds.MAY_PRESS, kind.buttons)
    return tuple(button for button in kind.buttons if button in may)


def _asides(message: Claimed, kind: MessageKind, gettext: Gettext) -> tuple[Button, ...]:
    """What a person can say of it. What is taken back once it is not true needs none, and could not be with them.

    Work that is somebody's own is not stopped by a touch.
    """
    if message.person_id is None or kind.recalled:
        return ()
    read = Button(READ, gettext(HAVE_READ))
    may_stop = not kind.buttons and may_be_muted(kind.name, kind.severity)
    return (read, Button(STOP, gettext(NO_MORE))) if may_stop else (read,)


def _photos(message: Claimed, kind: MessageKind, gettext: Gettext) -> tuple[tuple[str, str], ...]:
    contents = message.variables.get(kinds.PHOTOS) if kind.photos else None
    return tuple((gettext(PHOTO), str(each)) for each in contents) if isinstance(contents, list) else ()


def _question(asked: kinds.Question, gettext: Gettext) -> Question:
    named = ((value, gettext(label)) for value, label in asked.choices)
    choices = tuple((words if asked.own_words else value, words) for value, words in named)
    return Question(asked.field, gettext(asked.title), choices, asked.chosen, asked.several)


def _footer(message: Claimed) -> str:
    if message.account_id is not None:
        return HEARD
    return FOOTER if message.case_id is not None else FOOTER_OF_NO_CASE


def _style(words: ActionWords) -> Literal["primary", "default", "danger"]:
    return cast(Literal["primary", "default", "danger"], words.style)


def _instead(message: Claimed, gettext: Gettext) -> tuple[tuple[str, str], ...]:
    """In whose stead the reader is told."""
    name = message.variables.get("stand_in_for", "") if message.stand_in_for_id is not None else ""
    return ((gettext(INSTEAD), gettext(NOT_REACHED).format(name=name)),) if name else ()


def _limit(
    kind: MessageKind, message: Claimed, values: Mapping[str, str], gettext: Gettext
) -> tuple[tuple[str, str], ...]:
    """Until when it has to be done, on everything that asks for something and does not say so itself."""
    if not kind.asks or not message.variables.get("due_at") or any(label == DUE for label, _ in kind.fields):
        return ()
    over = gettext(OVER) if message.variables.get("due_over") else ""
    return ((gettext(DUE), marks_in(gettext).aside(values["due_at"], over)),)


def _fields(kind: MessageKind, values: Mapping[str, str], gettext: Gettext) -> tuple[tuple[str, str], ...]:
    """Label and value; what has no value yet is left out."""
    filled = ((gettext(label), value.format_map(values).strip()) for label, value in kind.fields)
    return tuple((label, value) for label, value in filled if value)
