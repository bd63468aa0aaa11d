"""The roles that a post can have (岗位)."""

from enum import StrEnum

from storage.texts import N_


class Role(StrEnum):
    """A role at an organisation; it counts for everything below that organisation."""

    ADMINISTRATOR = "administrator"
    MEDICAL_STAFF = "medical_staff"
    DEPARTMENT_HEAD = "department_head"
    ENGINEER = "engineer"
    EQUIPMENT_HEAD = "equipment_head"
    VICE_DIRECTOR = "vice_director"
    SAFETY_OFFICER = "safety_officer"
    LICENCE_CONTACT = "licence_contact"
    CITY_OFFICER = "city_officer"
    PROVINCE_OFFICER = "province_officer"
    AUDITOR = "auditor"


ROLE_LABELS: dict[Role, str] = {
    Role.ADMINISTRATOR: N_("Administrator"),
    Role.MEDICAL_STAFF: N_("Medical staff"),
    Role.DEPARTMENT_HEAD: N_("Head of department"),
    Role.ENGINEER: N_("Clinical engineer"),
    Role.EQUIPMENT_HEAD: N_("Head of equipment"),
    Role.VICE_DIRECTOR: N_("Vice-director"),
    Role.SAFETY_OFFICER: N_("Safety officer"),
    Role.LICENCE_CONTACT: N_("Licence contact"),
    Role.CITY_OFFICER: N_("City health officer"),
    Role.PROVINCE_OFFICER: N_("Provincial health officer"),
    Role.AUDITOR: N_("Auditor"),
}
