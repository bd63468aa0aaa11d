"""What the fields of the trail are called where the forms that people fill in say it, or nobody fills them in."""

from collections.abc import Mapping

from storage.texts import N_
from workflows.administration.device_forms import DeviceForm, Retirement
from workflows.administration.organisation_forms import OrganisationForm
from workflows.administration.person_forms import NewPerson

FORMS = (DeviceForm, Retirement, OrganisationForm, NewPerson)
MORE: Mapping[str, str] = {
    "absences_ended": N_("Absences"),
    "changed": N_("Changed"),
    "channel": N_("Channel"),
    "counts": N_("Rows"),
    "deadlines_moved": N_("Deadlines moved"),
    "file": N_("File"),
    "former_ends": N_("The current password expires now"),
    "generation": N_("Label number"),
    "handed_back": N_("Cases handed back"),
    "inherits": N_("left to the inherited value"),
    "links_void": N_("Open links"),
    "messages_withdrawn": N_("Messages not sent yet"),
    "metric": N_("Measured"),
    "new": N_("New"),
    "numbers": N_("Devices"),
    "open_cases": N_("Cases that stay open"),
    "path": N_("Belongs to"),
    "posts_ended": N_("Roles"),
    "rows": N_("Rows"),
    "same": N_("Unchanged"),
    "sessions_ended": N_("Signed in"),
    "shifts_ended": N_("Duty calendar"),
    "valid_from": N_("Effective from"),
    "ways_ended": N_("Contact methods"),
    "wrong": N_("Wrong"),
}
IN_FORMS: Mapping[str, str] = {
    name: str(field.title) for form in FORMS for name, field in form.model_fields.items() if field.title
}
OTHER_FIELDS: Mapping[str, str] = {**IN_FORMS, **MORE}
"""Captions (source texts) by the name of the field."""
