"""Texts of SMS and calls as a table that can be submitted for approval as it is.

For every kind of message, and for all that have no text of their own, a wording is proposed in each language that is
read. Providers take English in notices for the mainland (help.aliyun.com document 463270); their international
templates are refused for numbers of the mainland, and no others are written to. Calls are read out in Chinese, and
only for what is urgent or critical.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from notifier.providers.accounts import ACCOUNT_KINDS
from notifier.providers.sms.parts import parts_of
from notifier.providers.sms.settings import ReplyWords
from notifier.providers.templates import CHINESE, VARIABLE_LENGTH, NumberedTemplate, Template, name_of
from notifier.routing import PRESSING
from notifier.template_words import OTHERS, VOICE, Tongue
from notifier.trim import fit_units
from storage.case_writer import STEP_KIND
from storage.kinds import MessageKind, Vocabulary
from storage.texts import N_, Gettext

SMS_TYPE, VOICE_TYPE = N_("Notice, for the mainland"), N_("Notice that is read out")
# Why it is needed, and how it reads: reviewers ask for both (cloud.tencent.com document 382/13301).
REMARK = N_("Notice to staff who look after medical equipment. Example: {example}")
NAME_LENGTH, REMARK_LENGTH = 30, 100  # Aliyun's, CreateSmsTemplate
# Up to 35 characters of any kind; Aliyun alone asks for the attribute (help.aliyun.com document 2806243).
ATTRIBUTE, ASKS_FOR_ATTRIBUTES = "others", "sms"
_AT_AN_END = re.compile(r"^(?:[\W_]*\{\w+\})+\W*|\W*(?:\{\w+\}[\W_]*)+$")
_INSIDE, _SIGNS = re.compile(r"\{\w+\}"), re.compile(r"[^\w\s-]+")


@dataclass(frozen=True)
class Proposal:
    """One wording. `key` is by what the account knows it: the kind, and its language if that is not Chinese.

    `type`, `name`, `text`, `attributes` and `remark` are what the provider asks for, in Chinese but for the text;
    `type` and `title` are source texts. `code` is the approved id, empty when there is none; `approved_text` what
    was approved, `known` the variables with which it was, and then what is told of it is told of that text.
    """

    key: str
    language: str
    title: str
    type: str
    name: str
    text: str
    variables: Mapping[str, Mapping[str, Any]]
    attributes: str
    remark: str
    example: str
    parts: int
    code: str = ""
    approved_text: str = ""
    known: Mapping[str, Mapping[str, Any]] | None = None

    @property
    def differs(self) -> bool:
        """Was something else approved than what would be proposed now?"""
        return bool(self.code) and self.approved_text != self.text


def has_templates(account_kind: str) -> bool:
    """Does that kind of account send by approved templates?"""
    known = ACCOUNT_KINDS.get(account_kind)
    return known is not None and "templates" in known.settings.model_fields


def form_of(account_kind: str) -> type[Template]:
    """The form of such an account's templates."""
    annotation = ACCOUNT_KINDS[account_kind].settings.model_fields["templates"].annotation
    form: type[Template] = next(a for a in get_args(annotation) if a is not str)
    return form


class TemplateTable:
    """The table of one account. `languages` are those that its readers read, Chinese among them."""

    def __init__(self, vocabulary: Vocabulary, languages: Mapping[str, Gettext], account_kind: str) -> None:
        self._vocabulary = vocabulary
        self._chinese = languages[CHINESE]
        self._kind = account_kind
        self._medium = ACCOUNT_KINDS[account_kind].medium
        self._languages = {CHINESE: self._chinese} if self._medium == VOICE else languages

    def proposals(self, settings: Mapping[str, Any]) -> list[Proposal]:
        """Every wording, and what the account has of it; each language by itself."""
        names: Counter[str] = Counter()
        found = []
        for language, gettext in self._languages.items():
            numbered, key = form_of(self._kind) is NumberedTemplate, str(settings.get("acknowledge_key", "1"))
            tongue = Tongue(language, gettext, self._medium, numbered, key, _reply(settings))
            found += [self._proposal(kind, tongue, settings, names) for kind in self._kinds()]
        return found

    def _kinds(self) -> Iterator[MessageKind]:
        """What can be told to people that way."""
        yield OTHERS
        for kind in self._vocabulary:
            if kind.name != STEP_KIND and (self._medium != VOICE or kind.severity in PRESSING):
                yield kind

    def _proposal(
        self, kind: MessageKind, tongue: Tongue, settings: Mapping[str, Any], names: Counter[str]
    ) -> Proposal:
        key, wording = name_of(kind.name, tongue.language), tongue.wording(kind)
        has = settings.get("templates", {}).get(key, {})
        shown = tongue.read(has["text"], _sources(has)) if has else wording
        sign = f"【{settings['sign_name']}】" if settings.get("sign_name") else ""
        rules = dict.fromkeys(shown.sources, ATTRIBUTE) if self._kind == ASKS_FOR_ATTRIBUTES else {}
        return Proposal(
            key=key,
            language=tongue.language,
            title=kind.title,
            type=VOICE_TYPE if self._medium == VOICE else SMS_TYPE,
            name=self._name(kind, tongue.language, names),
            text=wording.text,
            variables={n: {"source": s, "length": VARIABLE_LENGTH} for n, s in wording.sources.items()},
            attributes=json.dumps(rules, separators=(",", ":")) if rules else "",
            remark=self._remark(shown.example),
            example=sign + shown.example,
            parts=parts_of(sign + shown.example),
            code=str(has.get("code", "")),
            approved_text=str(has.get("text", "")),
            known=has.get("variables", {}) if has else None,
        )

    def _remark(self, example: str) -> str:
        """Where there is no room for both, the example says more."""
        both = self._chinese(REMARK).format(example=example)
        return both if len(both) <= REMARK_LENGTH else fit_units(example, REMARK_LENGTH)

    def _name(self, kind: MessageKind, language: str, names: Counter[str]) -> str:
        """What the kind is for, in a few words that no other line has."""
        said = kind.title if kind.name == OTHERS.name else kind.short or kind.title
        told = _INSIDE.sub("X", _AT_AN_END.sub("", self._chinese(said)))
        words = " ".join(_SIGNS.sub(" ", told).split())
        short = words[: NAME_LENGTH - len(" en 99")].strip()
        name = short if language == CHINESE else f"{short} {language}"
        names[name] += 1
        return name if names[name] == 1 else f"{name} {names[name]}"


def _reply(settings: Mapping[str, Any]) -> str:
    """The first word by which that account understands an acknowledgement."""
    return next(iter(settings.get("reply_words", {}).get("acknowledge", ReplyWords().acknowledge)), "")


def _sources(template: Mapping[str, Any]) -> dict[str, str]:
    """Which value fills each variable of a template that the account has."""
    return {name: str(variable["source"]) for name, variable in template.get("variables", {}).items()}
