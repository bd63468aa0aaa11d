"""Texts of SMS and calls as a table to submit for approval, and what was approved taken over from it.

Providers approve fixed wordings with places one by one. For every kind of message a wording is proposed, in Chinese,
from its own words: the severity is fixed, places are named after the kind's values, and no two places touch.
Source of the rules: help.aliyun.com document 463270, cloud.tencent.com document 382/39023.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import ValidationError

from notifier.providers.accounts import ACCOUNT_KINDS
from notifier.providers.sms.parts import parts_of
from notifier.providers.templates import ANY_KIND, VARIABLE_LENGTH, NumberedTemplate, Template
from notifier.rendering import SEVERITY_WORDS
from storage.kinds import MessageKind, Vocabulary
from storage.texts import N_, Gettext

SAYS = {
    "sms": N_("{severity}: {words}. Case {number}, please open the platform."),
    "voice": N_("Yishe reminds you. {severity}: {words}. If you have taken note, press 1."),
}
PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
TOUCHING = re.compile(r"\}\s*\{")
NOT_A_KIND = N_("There is no such kind of message.")
TWICE = N_("This kind stands in the table twice.")
OTHER_PLACES = N_("The places of this text are not those of the proposal: {places}.")
NOT_A_TEMPLATE = N_("The id or the text does not have the form that the provider takes.")


@dataclass(frozen=True)
class Proposal:
    """One kind's wording. `code` is the approved id, empty when there is none; `approved_text` what was approved."""

    kind: str
    title: str
    text: str
    variables: Mapping[str, Mapping[str, Any]]
    example: str
    parts: int
    code: str
    approved_text: str

    @property
    def differs(self) -> bool:
        """Was something else approved than what would be proposed now?"""
        return bool(self.code) and self.approved_text != self.text


@dataclass(frozen=True)
class Approved:
    """One line of the table as it came back. `row` is its number there."""

    row: int
    kind: str
    text: str
    code: str


@dataclass(frozen=True)
class Fault:
    """What is wrong with a line: a source text with its values."""

    row: int
    kind: str
    text: str
    values: Mapping[str, str]


def has_templates(account_kind: str) -> bool:
    """Does that kind of account send by approved templates?"""
    known = ACCOUNT_KINDS.get(account_kind)
    return known is not None and "templates" in known.settings.model_fields


class TemplateTable:
    """The table of one account. `gettext` is the Chinese one: what goes through China's carriers is Chinese."""

    def __init__(self, vocabulary: Vocabulary, gettext: Gettext, account_kind: str) -> None:
        known = ACCOUNT_KINDS[account_kind]
        self._vocabulary = vocabulary
        self._gettext = gettext
        self._says = SAYS[known.medium]
        annotation = known.settings.model_fields["templates"].annotation
        self._form: type[Template] = next(a for a in get_args(annotation) if a is not str)

    def proposals(self, settings: Mapping[str, Any]) -> list[Proposal]:
        """Every kind with its wording, and what the account has of it."""
        templates = settings.get("templates", {})
        return [self._proposal(kind, templates.get(kind.name, {})) for kind in self._vocabulary]

    def _proposal(self, kind: MessageKind, has: Mapping[str, Any]) -> Proposal:
        words = self._words(kind)
        places = list(dict.fromkeys(PLACE.findall(words)))
        names = {place: self._name(number, place) for number, place in enumerate(places, start=1)}
        text = PLACE.sub(lambda found: self._place(names[found[1]]), words)
        example = PLACE.sub(lambda found: f"〔{found[1].removesuffix('_text')}〕", words)
        variables = {name: {"source": place, "length": VARIABLE_LENGTH} for place, name in names.items()}
        title = self._gettext(kind.title)
        code, approved = str(has.get("code", "")), str(has.get("text", ""))
        return Proposal(kind.name, title, text, variables, example, parts_of(example), code, approved)

    def _words(self, kind: MessageKind) -> str:
        """The sentence with places by the names of values."""
        severity = self._gettext(SEVERITY_WORDS[kind.severity])
        own = self._gettext(kind.short or kind.title)
        frame = self._gettext(self._says).replace("{severity}", severity).replace("{words}", own)
        return TOUCHING.sub("}，{", frame)

    def _name(self, number: int, place: str) -> str:
        return str(number) if self._form is NumberedTemplate else place

    def _place(self, name: str) -> str:
        return f"{{{name}}}" if self._form is NumberedTemplate else f"${{{name}}}"

    def take_over(
        self, settings: Mapping[str, Any], lines: Sequence[Approved]
    ) -> tuple[dict[str, Any], list[Fault]]:
        """The settings with what was approved, and what is wrong with the lines: then nothing is to be saved."""
        proposed = {proposal.kind: proposal for proposal in self.proposals(settings)}
        taken, faults = dict(settings.get("templates", {})), list(_twice(lines))
        for line in lines:
            proposal = proposed.get(line.kind)
            fault = self._fault(line, proposal)
            if fault is not None:
                faults.append(fault)
            elif proposal is not None:
                taken[line.kind] = {"code": line.code, "text": line.text, "variables": proposal.variables}
        return {**settings, "templates": taken}, faults

    def _fault(self, line: Approved, proposal: Proposal | None) -> Fault | None:
        if proposal is None:
            return Fault(line.row, line.kind, NOT_A_KIND, {})
        places = set(self._form.PLACE.findall(line.text))
        if places != set(proposal.variables):
            wanted = ", ".join(map(self._place, proposal.variables))
            return Fault(line.row, line.kind, OTHER_PLACES, {"places": wanted})
        try:
            self._form.model_validate({"code": line.code, "text": line.text, "variables": proposal.variables})
        except ValidationError:
            return Fault(line.row, line.kind, NOT_A_TEMPLATE, {})
        return None


def _twice(lines: Sequence[Approved]) -> Iterator[Fault]:
    seen: set[str] = set()
    for line in lines:
        if line.kind in seen and line.kind != ANY_KIND:
            yield Fault(line.row, line.kind, TWICE, {})
        seen.add(line.kind)
