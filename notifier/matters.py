"""What kind of thing a message is about, in one of a few fixed words.

Providers of text messages want variables of fixed words where a text serves for everything (help.aliyun.com document
463270, cloud.tencent.com document 382/39023).
"""

from storage.kinds import MessageKind
from storage.texts import N_, Gettext

TO_DO = {
    "repair": N_("a repair is waiting for you"),
    "licence": N_("a licence is waiting for you"),
    "adverse_event": N_("an adverse event is waiting for you"),
    "alarm": N_("a machine room has an alarm"),
}
TO_KNOW = {
    "repair": N_("a repair was updated"),
    "licence": N_("a licence was updated"),
    "adverse_event": N_("an adverse event was updated"),
    "alarm": N_("a room alarm was updated"),
    "storm": N_("several machine rooms have alarms"),
    "house": N_("something needs administration"),
    "digest": N_("messages for your information"),
    "watch": N_("a case that you follow is closed"),
}
NOUNS = (*TO_DO.values(), *TO_KNOW.values())


def matter(kind: MessageKind, gettext: Gettext) -> str:
    """The words for a kind; empty for answers to somebody's reply, which say it themselves."""
    about = kind.name.partition(".")[0]
    words = TO_DO.get(about, "") if kind.asks else ""
    words = words or TO_KNOW.get(about, "")
    return gettext(words) if words else ""
