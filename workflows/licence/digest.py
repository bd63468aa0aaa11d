"""What somebody is reminded of in one morning, in one message: by colour and region, the nearest limit first. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from storage.kinds import MessageKind, Severity
from storage.mornings import Reminder, Said
from storage.spread import SPREAD
from storage.texts import N_
from workflows.definition import Digest
from workflows.licence.stages import COLOUR_LABELS, Colour

REGIONS_NAMED = 6
NEAREST_NAMED = 3
OVERSEEN = "_overseen"
MOST_SERIOUS_FIRST = tuple(reversed(Colour))
AUTHORITY = "卫生健康委"
"""Regions are named by their authority: what stands before this word is the region's own name."""

FIELDS = (
    (N_("To do"), "{to_do_list}"),
    (N_("Elsewhere"), "{others_list}"),
    *((COLOUR_LABELS[colour], f"{{{colour}_list}}") for colour in MOST_SERIOUS_FIRST),
    *((N_("Nearest"), f"{{nearest_{place}}}") for place in range(NEAREST_NAMED)),
)


def _kind(name: str, title: str, summary: str, severity: Severity, short: str) -> MessageKind:
    return MessageKind(name, title, summary, FIELDS, severity, short=short, page="/licences")


TO_DO_TITLE = N_("Licences to handle: {to_do_list}")
TO_DO = N_("The nearest time limit is {nearest_limit}: {nearest}. Please record the next steps in the list.")
TO_DO_SHORT = N_("{to_do_list}, next {nearest_unit} by {nearest_day}")
CHANGED = _kind("licence.digest_changed", TO_DO_TITLE, TO_DO, Severity.URGENT, TO_DO_SHORT)
AGAIN = _kind("licence.digest", TO_DO_TITLE, TO_DO, Severity.NOTICE, TO_DO_SHORT)
FOR_INFORMATION = _kind(
    "licence.digest_overseen",
    N_("Licences of your region: {others_list}"),
    N_("The nearest time limit is {nearest_limit}: {nearest}. The units or the issuing authority act."),
    Severity.INFO,
    N_("{others_list}, next {nearest_unit} by {nearest_day}"),
)
KINDS = (CHANGED, AGAIN, FOR_INFORMATION)
PRESSING = (Severity.URGENT, Severity.CRITICAL)


@dataclass(frozen=True)
class LicenceDigest(Digest):
    """Red is in it every week; what presses is what has changed its colour and waits for the reader."""

    kinds: Sequence[MessageKind] = KINDS

    def ordered(self, reminders: Sequence[Reminder]) -> Sequence[Reminder]:
        """What the reader has to do first, then the nearest limit."""
        return sorted(reminders, key=lambda each: (_is_overseen(each), each.variables["limit"], each.id))

    def severity(self, reminders: Sequence[Reminder]) -> str:
        """How pressing one of them is by itself."""
        one = reminders[0]
        return one.severity if one.severity not in PRESSING else _kind_of(reminders).severity

    def said(self, reminders: Sequence[Reminder]) -> Said:
        """All of them in one message."""
        cases = {each.case_id: each for each in reversed(self.ordered(reminders))}
        by_limit = sorted(cases.values(), key=lambda each: (each.variables["limit"], each.id))
        to_do = [each for each in by_limit if not _is_overseen(each)]
        others = [each for each in by_limit if _is_overseen(each)]
        kind = _kind_of(reminders)
        nearest = (to_do or others)[0]
        return Said(
            by_limit[0].person_id,
            kind.name,
            kind.severity,
            {
                "to_do_list": _counted_colours(to_do),
                "others_list": _counted_colours(others),
                **{f"{colour}_list": _counted_regions(by_limit, colour) for colour in Colour},
                **_nearest([*to_do, *others]),
                **_spread(reminders),
                "nearest": _named(nearest),
                "nearest_unit": nearest.variables["unit"],
                "nearest_limit": nearest.variables["limit"],
                "nearest_day": nearest.variables["limit"][-len("MM-DD") :],
            },
        )


def _spread(reminders: Iterable[Reminder]) -> Mapping[str, Any]:
    """By several channels only where the policy says so for something that has changed its colour."""
    asked = (each.variables[SPREAD] for each in reminders if SPREAD in each.variables)
    return next(({SPREAD: spread} for spread in asked), {})


def _kind_of(reminders: Iterable[Reminder]) -> MessageKind:
    to_do = [each for each in reminders if not _is_overseen(each)]
    if not to_do:
        return FOR_INFORMATION
    changed = any(each.variables.get("changed") and each.severity in PRESSING for each in to_do)
    return CHANGED if changed else AGAIN


def _is_overseen(reminder: Reminder) -> bool:
    return reminder.kind.endswith(OVERSEEN)


def _counted_colours(reminders: Sequence[Reminder]) -> list[tuple[str, int]]:
    """The label of each colour (a source text) with the number of licences, the most serious first."""
    of = {colour: sum(each.variables["colour"] == colour for each in reminders) for colour in Colour}
    rest = sum(not each.variables["colour"] for each in reminders)
    counted = [(COLOUR_LABELS[colour], of[colour]) for colour in MOST_SERIOUS_FIRST if of[colour]]
    return [*counted, *([(N_("More than 6 months"), rest)] if rest else [])]


def _counted_regions(by_limit: Sequence[Reminder], colour: Colour) -> list[tuple[str, int]]:
    """Each region with its licences of that colour, the one with the nearest limit first."""
    counts: dict[str, int] = {}
    for each in by_limit:
        if each.variables["colour"] == colour:
            name = each.region.partition(AUTHORITY)[0] or each.region
            counts[name] = counts.get(name, 0) + 1
    named = list(counts.items())[:REGIONS_NAMED]
    rest = sum(list(counts.values())[REGIONS_NAMED:])
    return [*named, *([("…", rest)] if rest else [])]


def _nearest(ordered: Sequence[Reminder]) -> Mapping[str, Any]:
    lines = [f"{each.variables['limit']} {_named(each)}" for each in ordered[:NEAREST_NAMED]]
    padded = [*lines, *[""] * NEAREST_NAMED]
    return {f"nearest_{place}": padded[place] for place in range(NEAREST_NAMED)}


def _named(reminder: Reminder) -> str:
    return f"{reminder.variables['unit']} {reminder.variables['device']}"
