"""Who has to do with adverse events."""

from workflows.definition import Part, part, role
from workflows.identity.roles import Role

SAFETY = role(Role.SAFETY_OFFICER)
HEAD = role(Role.EQUIPMENT_HEAD)
DIRECTOR = role(Role.VICE_DIRECTOR)
CITY = role(Role.CITY_OFFICER)
PROVINCE = role(Role.PROVINCE_OFFICER)
MANAGEMENT = SAFETY | HEAD | DIRECTOR
OFFICERS = CITY | PROVINCE
REPORTERS = role(
    Role.MEDICAL_STAFF, Role.DEPARTMENT_HEAD, Role.ENGINEER, Role.EQUIPMENT_HEAD, Role.SAFETY_OFFICER
)
REPORTER = part(Part.REPORTER)
