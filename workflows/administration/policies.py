"""Sets new versions of policies, and goes back to what holds above. Each with its audit row; no version is changed."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from storage import organisation_writer, policy_values, policy_writer
from storage.access import NotVisible
from storage.clock import SHANGHAI
from storage.organisation_writer import OrganisationRow
from storage.policy_writer import NewPolicy
from storage.texts import N_
from workflows.administration.office import By, Change, ChangedMeanwhile, Desk, Office
from workflows.administration.organisation_kinds import Kind
from workflows.administration.policy_catalogue import PolicyKind, catalogue
from workflows.administration.policy_forms import When, read
from workflows.errors import FormInvalid, NotPermitted, WorkflowError
from workflows.forms import fill_in
from workflows.identity.roles import Role

AUTHORITIES = (Kind.NATION, Kind.PROVINCE, Kind.CITY)
SET_IT = N_("set this policy, which is binding on hospitals and set by their authority")
SET_BY_ISSUER = N_("set this policy, which is set by the authority that issues licences of this category")
OF_DEPARTMENTS = N_("set a policy for a department, which only administrators of its hospital may")
PAST = N_("A version cannot take effect on a date in the past.")
BACK = "as above"


class NothingOfItsOwn(WorkflowError):
    """The organisation has set nothing that it could go back from."""

    text = N_("This organisation has no value of its own here, so there is nothing to revert.")


def kind_of(name: str) -> PolicyKind:
    """The policy of that name; raises `NotVisible`."""
    found = catalogue().get(name)
    if found is None:
        raise NotVisible
    return found


def may_be_set_at(kind: PolicyKind, organisation_kind: str) -> bool:
    """May it be set at an organisation of that kind? What binds hospitals is set by authorities.

    What holds in a department is set by whoever administers its hospital: limits and approvals are the hospital's.
    What the issuing authority decides for its class of licences is set by that one alone.
    """
    if kind.tier is not None:
        return organisation_kind == kind.tier
    return not kind.authority_only or organisation_kind in AUTHORITIES


def begins_at(form: When, now: datetime) -> datetime:
    """From which instant a version holds; raises `FormInvalid` for a day that is past."""
    if form.valid_from is None:
        return now
    today = now.astimezone(SHANGHAI).date()
    if form.valid_from < today:
        raise FormInvalid({"valid_from": (PAST, {})})
    return now if form.valid_from == today else datetime.combine(form.valid_from, time(), SHANGHAI)


async def set_version(
    office: Office, by: By, organisation_id: int, name: str, seen: int, data: Mapping[str, Any]
) -> int:
    """Set a new version; its number. `seen` is the newest that the form knew of.

    Raises `NotVisible`, `NotPermitted`, `ChangedMeanwhile`, `FormInvalid`, `DatabaseAway`.
    """
    kind = kind_of(name)
    async with office.writing(by) as desk:
        place = await _place(desk, organisation_id, kind, seen)
        form, value = read(kind, data)
        valid_from = begins_at(form, desk.clocks.business.now())
        return await _add(
            desk,
            place,
            NewPolicy(
                place.id,
                name,
                value,
                form.source,
                seen + 1,
                valid_from,
                by.viewer.person_id,
                form.note,
                inherits=False,
            ),
        )


async def go_back(
    office: Office, by: By, organisation_id: int, name: str, seen: int, data: Mapping[str, Any]
) -> int:
    """From then on what stands above holds again: a version that says so.

    Raises as `set_version` does, and `NothingOfItsOwn`.
    """
    kind = kind_of(name)
    async with office.writing(by) as desk:
        place = await _place(desk, organisation_id, kind, seen)
        if seen == 0:
            raise NothingOfItsOwn
        form = fill_in(When, data)
        valid_from = begins_at(form, desk.clocks.business.now())
        above = place.path.removesuffix(f"{place.id}.")
        value = await policy_values.nearest(desk.connection, name, above, valid_from) or kind.default.value
        new = NewPolicy(
            place.id,
            name,
            value,
            BACK,
            seen + 1,
            valid_from,
            by.viewer.person_id,
            form.note,
            inherits=True,
        )
        return await _add(desk, place, new)


async def _place(desk: Desk, organisation_id: int, kind: PolicyKind, seen: int) -> OrganisationRow:
    """The administered organisation, locked, if the form knew its newest version."""
    place = await organisation_writer.locked(desk.connection, organisation_id)
    if place is None or not desk.by.viewer.holds({Role.ADMINISTRATOR}, place.path):
        raise NotVisible
    if not may_be_set_at(kind, place.kind):
        raise NotPermitted(action_text=SET_BY_ISSUER if kind.tier else SET_IT)
    home = await organisation_writer.hospital_of(desk.connection, place.path)
    if home is not None and not desk.by.viewer.holds({Role.ADMINISTRATOR}, home.path):
        raise NotPermitted(action_text=OF_DEPARTMENTS)
    if await policy_writer.latest_version(desk.connection, place.id, kind.name) != seen:
        raise ChangedMeanwhile
    return place


async def _add(desk: Desk, place: OrganisationRow, new: NewPolicy) -> int:
    now = desk.clocks.business.now()
    before = await policy_values.nearest(desk.connection, new.name, place.path, now)
    policy_id = await policy_writer.add(desk.connection, new)
    after = {
        "value": dict(new.value),
        "version": new.version,
        "source": new.source,
        "valid_from": new.valid_from.isoformat(),
        "inherits": new.inherits,
    }
    shipped = dict(kind_of(new.name).default.value)
    change = Change(
        "policy.inherit" if new.inherits else "policy.set",
        place.id,
        "policy",
        policy_id,
        new.name,
        {"value": dict(before) if before else shipped},
        {**after, "note": new.note} if new.note else after,
    )
    await desk.record(change)
    return new.version
