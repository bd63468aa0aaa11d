"""What the pages of policies show: the lines of the list, and how far deadlines would move, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from h5_pages.visit import Visit
from storage.access.policies import Holding
from storage.texts import N_, Gettext
from workflows.administration.policy_catalogue import PolicyKind, catalogue
from workflows.administration.policy_words import in_short, said

PATH = "/admin/policies"
SHIPPED = N_("default")
DAYS, HOURS, MINUTES = N_("{count} days"), N_("{count} h"), N_("{count} min")


@dataclass(frozen=True)
class Line:
    """One policy as it holds at an organisation. `where` names the organisation that set it."""

    kind: PolicyKind
    value: str
    where: str
    own: bool
    version: int | None
    source: str


@dataclass(frozen=True)
class Group:
    """The policies of one workflow."""

    label: str
    lines: Sequence[Line]


def groups(visit: Visit, unit: int, holding: Mapping[str, Holding]) -> list[Group]:
    """Every policy with what holds, in the order of the workflows."""
    found: dict[str, list[Line]] = {}
    for kind in catalogue().values():
        found.setdefault(kind.group, []).append(line(visit, kind, unit, holding.get(kind.name)))
    return [Group(visit.gettext(label), lines) for label, lines in found.items()]


def line(visit: Visit, kind: PolicyKind, unit: int, held: Holding | None) -> Line:
    """What holds of one policy."""
    t = visit.gettext
    if held is None:
        return Line(
            kind,
            in_short(kind.default.value, t),
            t(SHIPPED),
            own=False,
            version=None,
            source=t(kind.default.source),
        )
    return Line(
        kind,
        in_short(held.value, t),
        held.organisation_name,
        held.organisation_id == unit,
        held.version,
        held.source,
    )


def parts(value: Mapping[str, Any], gettext: Gettext) -> list[tuple[str, str]]:
    """A value in words, part by part."""
    return said(value, gettext)


def length(span: timedelta, gettext: Gettext) -> str:
    """How long, in the two largest units: 2 h 30 min, 3 days."""
    minutes = round(span.total_seconds() / 60)
    amounts = ((DAYS, minutes // 1440), (HOURS, minutes % 1440 // 60), (MINUTES, minutes % 60))
    shown = [gettext(text).format(count=count) for text, count in amounts if count]
    return " ".join(shown[:2]) or gettext(MINUTES).format(count=0)


def is_planned(valid_from: datetime, now: datetime) -> bool:
    """Does a version hold only later?"""
    return valid_from > now
