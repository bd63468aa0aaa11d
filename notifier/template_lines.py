"""What was approved, taken over from the table as it came back: all of it, or what is wrong with each line."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from notifier.providers.templates import NumberedTemplate, Template
from notifier.template_table import Proposal, form_of
from storage.texts import N_

NOT_A_KIND = N_("There is no such kind of message.")
TWICE = N_("This kind appears twice in the table.")
NO_TEXT = N_("The text is missing.")
OTHER_PLACES = N_("The placeholders of this text are {found}, but should be {places}.")
FORBIDDEN = N_("A text has no links and no square brackets: the provider adds the signature.")
TOUCHING = N_("There must be words between two placeholders.")
ONCE = N_("Each placeholder may appear in the text only once.")
WRONG_ID = N_("An id of this provider looks like {example}.")
SAME_ID = N_("This id is also used for {kind}, with another text.")
NOT_A_TEMPLATE = N_("The id or the text is not in the provider's format.")
_ADDRESS = re.compile(r"https?:|www\.|[【】]", re.IGNORECASE)
_TOUCHING = re.compile(r"\}\s*\$?\{")
IDS = {"sms": "SMS_123456789", "voice": "TTS_123456789"}
NUMBER = "1234567"


@dataclass(frozen=True)
class Approved:
    """One line of the table as it came back. `row` is its number there, `key` by what the account knows the text."""

    row: int
    key: str
    text: str
    code: str


@dataclass(frozen=True)
class Fault:
    """What is wrong with a line: the column (`key`, `text`, `code`), and a source text with its values."""

    row: int
    key: str
    column: str
    text: str
    values: Mapping[str, str] = field(default_factory=dict)


class TemplateLines:
    """Judges the lines of one account's table."""

    def __init__(self, account_kind: str, proposals: Sequence[Proposal]) -> None:
        self._form: type[Template] = form_of(account_kind)
        self._id = IDS.get(account_kind, NUMBER)
        self._proposed = {proposal.key: proposal for proposal in proposals}

    def take_over(
        self, settings: Mapping[str, Any], lines: Sequence[Approved]
    ) -> tuple[dict[str, Any], list[Fault]]:
        """The settings with what was approved, and what is wrong with the lines: then nothing is to be saved."""
        taken, faults = dict(settings.get("templates", {})), [*_twice(lines), *_same_ids(lines)]
        for line in lines:
            has = taken.get(line.key, {})
            if (has.get("code"), has.get("text")) == (line.code, line.text):
                continue
            found = list(self._faults(line))
            faults += found
            if not found:
                taken[line.key] = self._template(line, self._proposed[line.key])
        return {**settings, "templates": taken}, sorted(faults, key=lambda fault: fault.row)

    def _faults(self, line: Approved) -> Iterator[Fault]:
        proposal = self._proposed.get(line.key)
        if proposal is None:
            yield Fault(line.row, line.key, "key", NOT_A_KIND)
            return
        if not re.fullmatch(re.sub(r"[0-9]+$", "[0-9]+", self._id), line.code):
            yield Fault(line.row, line.key, "code", WRONG_ID, {"example": self._id})
        if not line.text:
            yield Fault(line.row, line.key, "text", NO_TEXT)
            return
        wrong = list(self._wrong_words(line, proposal))
        yield from wrong
        if not wrong and not self._is_a_template(line, proposal):
            yield Fault(line.row, line.key, "text", NOT_A_TEMPLATE)

    def _wrong_words(self, line: Approved, proposal: Proposal) -> Iterator[Fault]:
        found, wanted = self._places(line.text), self._variables(line, proposal)
        if set(found) != set(wanted):
            values = {"found": self._shown(found), "places": self._shown(wanted)}
            yield Fault(line.row, line.key, "text", OTHER_PLACES, values)
        elif len(found) != len(set(found)):
            yield Fault(line.row, line.key, "text", ONCE)
        if _ADDRESS.search(line.text):
            yield Fault(line.row, line.key, "text", FORBIDDEN)
        if _TOUCHING.search(line.text):
            yield Fault(line.row, line.key, "text", TOUCHING)

    def _places(self, text: str) -> list[str]:
        return self._form.PLACE.findall(text)

    def _shown(self, places: Iterable[str]) -> str:
        mark = "" if self._form is NumberedTemplate else "$"
        return ", ".join(f"{mark}{{{place}}}" for place in places) or "–"

    def _variables(self, line: Approved, proposal: Proposal) -> dict[str, Any]:
        """Of the proposal, or those with which the kind was approved before, if the text is made of these."""
        known, proposed = proposal.known or {}, proposal.variables
        is_of_before = proposal.code and line.text != proposal.text
        if is_of_before and set(self._places(line.text)) == set(known):
            return dict(known)
        same = {
            n: known[n] for n in proposed if n in known and known[n].get("source") == proposed[n]["source"]
        }
        return {**proposed, **same}

    def _template(self, line: Approved, proposal: Proposal) -> dict[str, Any]:
        return {"code": line.code, "text": line.text, "variables": self._variables(line, proposal)}

    def _is_a_template(self, line: Approved, proposal: Proposal) -> bool:
        try:
            self._form.model_validate(self._template(line, proposal))
        except ValidationError:
            return False
        return True


def _twice(lines: Sequence[Approved]) -> Iterator[Fault]:
    seen: set[str] = set()
    for line in lines:
        if line.key in seen:
            yield Fault(line.row, line.key, "key", TWICE)
        seen.add(line.key)


def _same_ids(lines: Sequence[Approved]) -> Iterator[Fault]:
    """An id is approved for one text; kinds may share both."""
    by_code: dict[str, list[Approved]] = defaultdict(list)
    for line in lines:
        first = next((other for other in by_code[line.code] if other.text != line.text), None)
        if first is not None and first.key != line.key:
            yield Fault(line.row, line.key, "code", SAME_ID, {"kind": first.key})
        by_code[line.code].append(line)
