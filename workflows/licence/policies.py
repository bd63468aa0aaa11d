"""What authorities set for licences, as shipped."""

from storage.spread import Ways
from storage.texts import N_
from workflows.audiences import audience
from workflows.definition import PolicyDefault
from workflows.identity.roles import Role

AUDIENCE = N_(
    "default audience, set by each authority; colours, SMS and mail: Jiangsu draft standard, clause 6.2.2.3"
)
USUAL = N_(
    "Guangdong notice of 2020-01-20: configured within 2 years, or the licence lapses; also in the draft standard"
)
HOUSE_RULE = N_("default; set by each authority")
ANSWER = N_("20 working days for a licence, as a provincial licensing system counts them; default")
NOT_BY_ITSELF = {"automatic": False, "amount": 30, "unit": "calendar_days"}

POLICIES = {
    "licence.time_limit_a": PolicyDefault({"amount": 2, "unit": "years"}, USUAL),
    "licence.time_limit_b": PolicyDefault({"amount": 2, "unit": "years"}, USUAL),
    "licence.reminder_hour": PolicyDefault({"hour": 9}, HOUSE_RULE),
    "licence.red_again": PolicyDefault({"amount": 7 * 24, "unit": "hours"}, HOUSE_RULE),
    "licence.answer": PolicyDefault({"amount": 28, "unit": "calendar_days"}, ANSWER),
    "licence.lapse_a": PolicyDefault(NOT_BY_ITSELF, HOUSE_RULE),
    "licence.lapse_b": PolicyDefault(NOT_BY_ITSELF, HOUSE_RULE),
    "licence.plan_past_the_limit": PolicyDefault({"amount": 31, "unit": "calendar_days"}, HOUSE_RULE),
    "licence.blue": PolicyDefault(audience([Role.LICENCE_CONTACT], Ways.FIRST), AUDIENCE),
    "licence.yellow": PolicyDefault(
        audience([Role.LICENCE_CONTACT, Role.EQUIPMENT_HEAD], Ways.TWO), AUDIENCE
    ),
    "licence.orange": PolicyDefault(
        audience(
            [Role.LICENCE_CONTACT, Role.EQUIPMENT_HEAD, Role.VICE_DIRECTOR, Role.CITY_OFFICER], Ways.TWO
        ),
        AUDIENCE,
    ),
    "licence.red": PolicyDefault(
        audience(
            [
                Role.LICENCE_CONTACT,
                Role.EQUIPMENT_HEAD,
                Role.VICE_DIRECTOR,
                Role.CITY_OFFICER,
                Role.PROVINCE_OFFICER,
            ],
            Ways.TWO,
        ),
        AUDIENCE,
    ),
}
