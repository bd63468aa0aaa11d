"""Gives people their part in a case, as a move says it."""

from dataclasses import replace

from storage import case_opening, directory
from storage.case_writer import NewPart
from storage.database import Connection
from storage.directory import Viewer
from storage.facts import PartHolder
from workflows.asked import Taking
from workflows.errors import FormInvalid


async def appoint(tx: Connection, step: Taking) -> Taking:
    """The step with the part given to the person that the form names, or to the actor; raises `FormInvalid`."""
    wanted = step.move.appoints
    if wanted is None:
        return step
    if wanted.beside:
        return await _join(tx, step, wanted.part)
    person = await _named(tx, step, wanted.field)
    if person is None or not person.holds({wanted.role}, step.facts.path):
        raise FormInvalid.choice(wanted.field)
    part = NewPart(wanted.part, person.person_id, person.name)
    new_id = await case_opening.take_part(tx, step.facts.case_id, part, step.facts.now)
    others = [holder for holder in step.facts.parts if holder.part != wanted.part]
    return _with(step, others, PartHolder(new_id, wanted.part, person.name, person.person_id, ""))


async def _named(tx: Connection, step: Taking, field: str) -> Viewer | None:
    person_id = getattr(step.form, field, None) or step.viewer.person_id
    if person_id == step.viewer.person_id:
        return step.viewer
    return await directory.viewer_of(tx, person_id, step.facts.now) if person_id else None


async def _join(tx: Connection, step: Taking, part: str) -> Taking:
    """The actor takes part besides others; who does already, or reported it, is not entered again."""
    viewer, joining = step.viewer, step.asked.joining
    if joining is None and any(_is(holder, viewer) for holder in step.facts.parts):
        return step
    new = (
        NewPart(part, viewer.person_id, viewer.name)
        if joining is None
        else NewPart(part, None, joining.name, joining.phone, joining.email, joining.language)
    )
    new_id = await case_opening.join(tx, step.facts.case_id, new)
    holder = PartHolder(new_id, part, new.name, new.person_id, new.email, new.phone)
    if joining is not None:
        case_id = step.facts.case_id
        step = replace(step, viewer=replace(viewer, participant_id=new_id, case_id=case_id))
    return _with(step, step.facts.parts, holder)


def _is(holder: PartHolder, viewer: Viewer) -> bool:
    if viewer.person_id is None:
        return holder.id == viewer.participant_id
    return holder.person_id == viewer.person_id


def _with(step: Taking, others: "list[PartHolder] | tuple[PartHolder, ...]", new: PartHolder) -> Taking:
    return replace(step, facts=replace(step.facts, parts=(*others, new)))
