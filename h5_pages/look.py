"""Words and colours: what a state, a level, a door and a delivery look like. Source texts."""

from datetime import datetime

from storage.access.cases import DeliveryLine
from storage.device_types import DEVICE_TYPE_LABELS
from storage.directory import Viewer
from storage.kinds import Severity
from storage.texts import N_, P_
from workflows.actor import DOOR_LABELS
from workflows.alarm import forms as alarm_forms
from workflows.alarm.forms import Level
from workflows.identity.roles import Role
from workflows.licence.stages import COLOUR_LABELS, SEVERITIES, Colour
from workflows.repair.forms import Urgency
from workflows.rules import Offer

# The four levels alone are blue, yellow, orange and red; states have the other colours.
STATE_TONES = {
    "closed": "done",
    "cancelled": "dropped",
    "rejected": "stopped",
    "in_progress": "active",
    "triaged": "active",
    "cost_refused": "stopped",
    "refused": "dropped",
    "handled": "active",
    "acknowledged": "active",
    "cleared": "done",
    "purchased": "active",
    "duplicate_issued": "done",
    "lapsed": "stopped",
}
LEVELS = {
    Urgency.NORMAL: Severity.INFO,
    Urgency.URGENT: Severity.URGENT,
    Urgency.CRITICAL: Severity.CRITICAL,
}
ALARM_LABELS = alarm_forms.LEVEL_LABELS
ALARM_LEVELS = {Level.WARNING: Severity.URGENT, Level.ALARM: Severity.CRITICAL}
LEVEL_LABELS = {
    Severity.INFO: N_("Blue: for information"),
    Severity.NOTICE: N_("Yellow: please note"),
    Severity.URGENT: N_("Orange: urgent"),
    Severity.CRITICAL: N_("Red: critical"),
}
LIST_LEVELS = {nth: (grade, LEVEL_LABELS[grade]) for nth, grade in enumerate(Severity, start=1)}
WAY_LABELS = {
    "password": N_("by password"),
    "wecom": N_("inside WeCom"),
    "wecom_scan": N_("by scanning with WeCom"),
}
CHANNEL_LABELS = {
    "wecom": N_("WeCom"),
    "wecom_bot": N_("WeCom smart robot"),
    "wecom_robot": N_("WeCom group robot"),
    "telegram": N_("Telegram"),
    "email": N_("E-mail"),
    "sms": N_("SMS"),
    "tencent_sms": N_("SMS (Tencent Cloud)"),
    "voice": N_("Call"),
    "tencent_voice": N_("Call (Tencent Cloud)"),
    "webhook": N_("Other system"),
}
MESSAGE_LABELS = {
    "queued": N_("waiting to be sent"),
    "sent": N_("sent"),
    "withdrawn": N_("withdrawn, since it no longer applied"),
    "dead": N_("could not be delivered"),
    "bundled": N_("grouped with other messages"),
}
DELIVERY_LABELS = {
    "waiting": N_("waiting to be sent"),
    "sending": N_("being sent"),
    "superseded": N_("no longer needed"),
    "accepted": N_("accepted by the provider"),
    "refused": N_("refused by the provider"),
}
REPORT_UNKNOWN = N_("sent, but the report is not understood")
REACHED = (
    ("acted_at", N_("acted on")),
    ("recalled_at", P_("a message", "recalled")),
    ("opened_at", N_("opened")),
    ("received_at", N_("delivered")),
)
"""How far a message came after it was sent, the furthest first."""
STATUS_LABELS = {
    "in_use": N_("In use"),
    "stopped": N_("Out of use"),
    "retired": N_("Retired"),
}
STATUS_TONES = {"in_use": "active", "stopped": "stopped", "retired": "dropped"}
CATEGORY_LABELS = {"A": N_("Category A (national licence)"), "B": N_("Category B (provincial licence)")}


LICENCE_ROLES = frozenset(
    {
        Role.LICENCE_CONTACT,
        Role.EQUIPMENT_HEAD,
        Role.VICE_DIRECTOR,
        Role.CITY_OFFICER,
        Role.PROVINCE_OFFICER,
    }
)


def tone(state: str) -> str:
    """The colour class of a state; what waits for somebody looks the same everywhere."""
    return STATE_TONES.get(state, "waiting")


def level(urgency: str | None) -> Severity:
    """The level that an urgency stands for."""
    return LEVELS[Urgency(urgency)] if urgency else Severity.INFO


def alarm_level(name: str) -> Severity:
    """The level that a warning or an alarm of a sensor has: orange or red."""
    return ALARM_LEVELS[Level(name)]


def overdue(due_at: datetime | None, now: datetime) -> bool:
    """Has the next deadline passed?"""
    return due_at is not None and due_at < now


def door(name: str) -> str:
    """The front door through which a step came."""
    return next((label for door, label in DOOR_LABELS.items() if door == name), name)


def channel(name: str | None) -> str:
    """A channel's name."""
    return CHANNEL_LABELS.get(name or "", name or "")


def outcome(line: DeliveryLine) -> str:
    """What became of a message on a channel, or of the message as a whole."""
    furthest = next((words for when, words in REACHED if getattr(line, when) is not None), "")
    if furthest:
        return furthest
    if line.state == "accepted" and line.receipt_unknown:
        return REPORT_UNKNOWN
    if line.state is not None and line.message_state in ("queued", "sent"):
        return DELIVERY_LABELS.get(line.state, line.state)
    return MESSAGE_LABELS.get(line.message_state, line.message_state)


def status(name: str) -> str:
    """Whether a device is in use."""
    return STATUS_LABELS.get(name, name)


def status_tone(name: str) -> str:
    """The colour class of a device's status."""
    return STATUS_TONES.get(name, "dropped")


def category(name: str) -> str:
    """The category of the licence that a device needs."""
    return CATEGORY_LABELS.get(name, name)


def device_type(name: str) -> str:
    """What kind of device it is."""
    return next((label for kind, label in DEVICE_TYPE_LABELS.items() if kind == name), name)


def colour(name: str) -> tuple[Severity, str]:
    """The level and the word of a licence's colour."""
    return SEVERITIES[Colour(name)], COLOUR_LABELS[Colour(name)]


def looks_after_licences(viewer: Viewer) -> bool:
    """Does the viewer hold a post to which licences are told?"""
    return any(grant.role in LICENCE_ROLES for grant in viewer.grants)


def administers(viewer: Viewer) -> bool:
    """Does the viewer administer anything?"""
    return any(grant.role == Role.ADMINISTRATOR for grant in viewer.grants)


def administers_at(viewer: Viewer, path: str) -> bool:
    """Does the viewer administer the organisation of that path?"""
    return viewer.holds({Role.ADMINISTRATOR}, path)


def primary(offers: list[Offer]) -> Offer | None:
    """The one main action of a page: the first that the table calls primary, else the first harmless one.

    What undoes something, such as reopening, never becomes it.
    """
    by_style = {offer.style: offer for offer in reversed(offers)}
    return by_style.get("primary") or by_style.get("default")


def beside(offers: list[Offer], main: Offer | None) -> list[Offer]:
    """The other answers to what the main action asks."""
    return [offer for offer in offers if main is not None and offer.instead_of == main.action]
