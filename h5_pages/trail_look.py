"""Rows of the trail as people read them: what was done, to what, and what it changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from h5_pages import look
from h5_pages.message_look import OUTCOME_LABELS
from h5_pages.visit import Visit
from storage.access import trail
from storage.access.trail import TrailLine
from storage.texts import N_
from workflows.administration import trail_words
from workflows.administration.trail import AUDITORS
from workflows.identity.roles import ROLE_LABELS

NOTHING = "–"
# Fields whose values have words.
VALUES: Mapping[str, Mapping[str, str]] = {
    "channel": look.CHANNEL_LABELS,
    "kind": {**look.CHANNEL_LABELS, **trail_words.KINDS},
    "outcome": OUTCOME_LABELS,
    "severity": {str(level): label for level, label in look.LEVEL_LABELS.items()},
    "role": {str(role): label for role, label in ROLE_LABELS.items()},
    "way": look.WAY_LABELS,
}
YES, NO = N_("yes"), N_("no")
PLACES: Mapping[str, str] = {
    "channel_account": "/admin/channels/{}",
    "device": "/devices/{}",
    "organisation": "/admin/organisations/{}",
    "person": "/admin/people/{}",
}


@dataclass(frozen=True)
class Difference:
    """A field that a write changed, as it was and as it is."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Told:
    """One row in the reader's language; `url` leads to what it was done to, if there is such a page."""

    line: TrailLine
    done: str
    subject: str
    door: str
    url: str
    differences: Sequence[Difference]

    @property
    def changes(self) -> str:
        """All differences in one line."""
        return "; ".join(f"{d.label}: {d.before} → {d.after}" for d in self.differences)


def told(visit: Visit, line: TrailLine) -> Told:
    """A row as its reader understands it."""
    done = _of_case(visit, line) if line.origin == "step" else trail_words.told(line.action, visit.gettext)
    door = visit.gettext(look.door(line.door))
    of_a_kind = line.subject == line.subject_kind  # a list, or the audit itself
    subject = trail_words.kind(line.subject, visit.gettext) if of_a_kind else line.subject
    return Told(line, done, subject, door, _url(line), _differences(visit, line))


async def history(visit: Visit, kind: str, number: int) -> Sequence[Told]:
    """What was done to one record, the latest first; nothing for who may not read the trail there."""
    found = await trail.history(visit.services.db, visit.person, AUDITORS, (kind, number))
    return [told(visit, line) for line in found]


def _of_case(visit: Visit, line: TrailLine) -> str:
    """What was done to a case, in the words of its workflow."""
    workflow, _, action = line.action.partition(".")
    known = visit.services.cases.workflow(workflow).actions.get(action)
    return visit.gettext(known.done) if known else line.action


def _url(line: TrailLine) -> str:
    if line.case_number:
        return f"/cases/{line.case_number}"
    place = PLACES.get(line.subject_kind)
    return place.format(line.subject_id) if place and line.subject_id is not None else ""


def _differences(visit: Visit, line: TrailLine) -> list[Difference]:
    before, after = line.before or {}, line.after or {}
    more = {name: value for name, value in line.data.items() if name not in after}
    names = [
        n for n in dict.fromkeys([*before, *after, *more]) if n not in before or before[n] != after.get(n)
    ]
    return [
        Difference(
            trail_words.field(name, visit.gettext),
            _value(visit, line, name, before.get(name)),
            _value(visit, line, name, {**more, **after}.get(name)),
        )
        for name in names
    ]


def _value(visit: Visit, line: TrailLine, name: str, value: Any) -> str:
    if line.origin == "step" and name == "state" and value:
        return _state(visit, line.action.partition(".")[0], str(value))
    if isinstance(value, str) and value in VALUES.get(name, {}):
        return visit.gettext(VALUES[name][value])
    if isinstance(value, Mapping):
        inside = [
            f"{trail_words.field(n, visit.gettext)}: {_value(visit, line, n, v)}" for n, v in value.items()
        ]
        return "; ".join(inside) or NOTHING
    if isinstance(value, list):
        return ", ".join(_value(visit, line, "", v) for v in value) or NOTHING
    if isinstance(value, bool):
        return visit.gettext(YES if value else NO)
    return NOTHING if value in (None, "") else str(value)


def _state(visit: Visit, workflow: str, state: str) -> str:
    return visit.gettext(visit.services.cases.workflow(workflow).states.get(state, state))
