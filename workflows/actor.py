"""Who acts, through which front door."""

from dataclasses import dataclass
from enum import StrEnum

from storage.texts import N_


class Door(StrEnum):
    """The front door through which somebody came in; history names it."""

    PAGE = "page"
    LINK = "link"
    WECOM = "wecom"
    TELEGRAM = "telegram"
    SMS = "sms"
    VOICE = "voice"
    MAIL = "mail"
    API = "api"
    SYSTEM = "system"


DOOR_LABELS: dict[Door, str] = {
    Door.PAGE: N_("phone page"),
    Door.LINK: N_("follow-up link"),
    Door.WECOM: N_("WeCom"),
    Door.TELEGRAM: N_("Telegram"),
    Door.SMS: N_("SMS"),
    Door.VOICE: N_("call"),
    Door.MAIL: N_("e-mail"),
    Door.API: N_("interface"),
    Door.SYSTEM: N_("system"),
}


@dataclass(frozen=True)
class Actor:
    """A person, a participant by follow-up link, the system, or (opening a case only) somebody unknown.

    `client` is the network address that the action came from, where there is one.
    """

    door: Door
    person_id: int | None = None
    participant_id: int | None = None
    client: str = ""

    @property
    def is_system(self) -> bool:
        return self.door is Door.SYSTEM


SYSTEM_ACTOR = Actor(Door.SYSTEM)


@dataclass(frozen=True)
class Reporter:
    """Somebody without an account who opens a case: a name, ways to reach them, and the language they read.

    The outcome names their participant id, from which `storage.links` makes the follow-up link.
    """

    name: str
    phone: str
    email: str
    language: str | None = None
