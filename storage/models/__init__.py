"""Tables, as tortoise models: the one description of the schema, from which migrations are made.

Front doors never import this package; they read through `storage.access` and write through
`workflows.engine`. Hot paths speak SQL to the same tables (see docs/decisions).
"""

from storage.models.adverse_events import AdverseEvent
from storage.models.audit import Audit
from storage.models.auditing import AuditorRound, PromiseMiss
from storage.models.bots import BotErrand
from storage.models.cases import Case, Participant, Repair, Step, Timer
from storage.models.devices import Device, DeviceLabel
from storage.models.files import Attachment, DeviceFile, StoredFile
from storage.models.imports import ImportBatch, ImportRow
from storage.models.keys import KeptKey
from storage.models.licences import Licence
from storage.models.listeners import Listener, ProviderToken
from storage.models.messages import Delivery, Message, RoutingNote
from storage.models.noise import (
    DutyShift,
    MorningReminder,
    MorningTold,
    Mute,
    NoticePreference,
    Storm,
    Watch,
)
from storage.models.organisations import ChannelAccount, Organisation, Policy
from storage.models.people import Absence, ContactPoint, LinkCode, PasswordLink, Person, Post, WebSession
from storage.models.runtime import (
    BusinessTime,
    CalendarOverride,
    CalendarYear,
    CardLook,
    Idempotency,
    OutboxSpan,
    Press,
    RateWindow,
)
from storage.models.sms import AccountCircuit, SmsReply
from storage.models.telemetry import Alarm, Band, Gateway, Quarantine, QuarantineCount, Reading, SensorRule

__all__ = [
    "Absence",
    "AccountCircuit",
    "AdverseEvent",
    "Alarm",
    "Attachment",
    "Audit",
    "AuditorRound",
    "Band",
    "BotErrand",
    "BusinessTime",
    "CalendarOverride",
    "CalendarYear",
    "CardLook",
    "Case",
    "ChannelAccount",
    "ContactPoint",
    "Delivery",
    "Device",
    "DeviceFile",
    "DeviceLabel",
    "DutyShift",
    "Gateway",
    "Idempotency",
    "ImportBatch",
    "ImportRow",
    "KeptKey",
    "Licence",
    "LinkCode",
    "Listener",
    "Message",
    "MorningReminder",
    "MorningTold",
    "Mute",
    "NoticePreference",
    "Organisation",
    "OutboxSpan",
    "Participant",
    "PasswordLink",
    "Person",
    "Policy",
    "Post",
    "Press",
    "PromiseMiss",
    "ProviderToken",
    "Quarantine",
    "QuarantineCount",
    "RateWindow",
    "Reading",
    "Repair",
    "RoutingNote",
    "SensorRule",
    "SmsReply",
    "Step",
    "StoredFile",
    "Storm",
    "Timer",
    "Watch",
    "WebSession",
]
