"""Tables, as tortoise models: the one description of the schema, from which migrations are made.

Front doors never import this package; they read through `storage.access` and write through
`workflows.engine`. Hot paths speak SQL to the same tables (see docs/decisions).
"""

from storage.models.cases import Case, Participant, Repair, Step, Timer
from storage.models.devices import Device, DeviceLabel
from storage.models.files import Attachment, StoredFile
from storage.models.messages import Delivery, Message
from storage.models.organisations import ChannelAccount, Organisation, Policy
from storage.models.people import ContactPoint, Person, Post, WebSession
from storage.models.runtime import BusinessTime, CalendarOverride, Idempotency

__all__ = [
    "Attachment",
    "BusinessTime",
    "CalendarOverride",
    "Case",
    "ChannelAccount",
    "ContactPoint",
    "Delivery",
    "Device",
    "DeviceLabel",
    "Idempotency",
    "Message",
    "Organisation",
    "Participant",
    "Person",
    "Policy",
    "Post",
    "Repair",
    "Step",
    "StoredFile",
    "Timer",
    "WebSession",
]
