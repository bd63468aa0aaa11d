"""What stands in the trail, in words: kinds of record, what was done to them, and their fields. Source texts.

An action is written as `<kind>.<done>` (`device.move`). Both parts have words here, or the action has its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from storage.texts import N_, Gettext
from workflows.administration.trail_fields import OTHER_FIELDS

TOGETHER = N_("{what}: {done}")

KINDS: Mapping[str, str] = {
    "absence": N_("Absence"),
    "address_book": N_("Address book"),
    "audit": N_("Audit"),
    "calendar": N_("Working days"),
    "case": N_("Case"),
    "cases": N_("Cases"),
    "channel_account": N_("Channel account"),
    "chat": N_("Chat"),
    "contact": N_("Contact method"),
    "contact_point": N_("Contact method"),
    "device": N_("Device"),
    "device_file": N_("Photo or document"),
    "devices": N_("List of devices"),
    "duty": N_("Duty"),
    "import": N_("Import"),
    "label": N_("Label"),
    "labels": N_("Labels"),
    "language": N_("Language"),
    "link": N_("Follow-up link"),
    "link_code": N_("Code for a chat"),
    "listener": N_("Listener"),
    "master_key": N_("Master key"),
    "licences": N_("Licences"),
    "message": N_("Message"),
    "messages": N_("Messages"),
    "organisation": N_("Organisation"),
    "password": N_("Password"),
    "password_link": N_("Link to a new password"),
    "patient": N_("Patient's data"),
    "people": N_("List of people"),
    "person": N_("Person"),
    "policy": N_("Policy"),
    "post": N_("Assigned role"),
    "session": N_("Session"),
    "trail": N_("Audit"),
}

DONE: Mapping[str, str] = {
    "add": N_("added"),
    "apply": N_("received"),
    "begin": N_("begun"),
    "resume": N_("back again"),
    "unblock": N_("opened again"),
    "block": N_("blocked"),
    "change": N_("changed"),
    "close": N_("closed"),
    "complete": N_("said whether it is complete"),
    "bands": N_("limits changed"),
    "create": N_("entered"),
    "deactivate": N_("switched off"),
    "discard": N_("discarded"),
    "done": N_("finished"),
    "drop": N_("dropped"),
    "dropped": N_("dropped"),
    "end": N_("ended"),
    "end_all": N_("all ended"),
    "enter": N_("entered"),
    "export": N_("exported"),
    "fail": N_("failed"),
    "failed": N_("failed"),
    "file_add": N_("file added"),
    "file_remove": N_("file removed"),
    "first": N_("put first"),
    "give": N_("assigned"),
    "inherit": N_("left to the inherited value"),
    "issue": N_("issued"),
    "label": N_("new label"),
    "leave": N_("offboarded"),
    "link": N_("linked"),
    "look": N_("viewed"),
    "move": N_("moved"),
    "order": N_("reordered"),
    "place": N_("place noted"),
    "print": N_("printed"),
    "refuse": N_("refused"),
    "remove": N_("removed"),
    "reopen": N_("opened again"),
    "resend": N_("sent again"),
    "reset": N_("reset"),
    "retire": N_("retired"),
    "return": N_("is back"),
    "revoke": N_("revoked"),
    "rotate": N_("key changed"),
    "run": N_("carried out"),
    "running": N_("started"),
    "set": N_("set"),
    "start": N_("started"),
    "step": N_("next step"),
    "stop": N_("taken out of use"),
    "switch_off": N_("switched off"),
    "switch_on": N_("switched on"),
    "test": N_("tested"),
    "undo": N_("undone"),
    "undoing": N_("is being undone"),
    "undone": N_("undone"),
    "unlock": N_("unlocked"),
    "unlink": N_("unlinked"),
    "upload": N_("file read"),
    "use_again": N_("in use again"),
}

OWN_WORDS: Mapping[str, str] = {
    "export": N_("List exported"),
    "look": N_("Patient's data viewed"),
    "session.begin": N_("Signed in"),
    "session.end": N_("Session ended"),
    "session.refuse": N_("Sign-in refused"),
    "session.sign_out": N_("Signed out"),
}

FIELDS: Mapping[str, str] = {
    "account": N_("Account"),
    "active": N_("In use"),
    "address": N_("Address"),
    "after": N_("From"),
    "code": N_("Code"),
    "complete": N_("Complete"),
    "count": N_("Quantity"),
    "department": N_("Department"),
    "deputy": N_("Deputy"),
    "ends_at": N_("Until"),
    "fields": N_("Fields"),
    "filters": N_("Filters"),
    "from": N_("From"),
    "hears_steps": N_("Every step of a case as well"),
    "installed_on": N_("Installed on"),
    "is_workday": N_("Working day"),
    "kind": N_("Kind"),
    "language": N_("Language"),
    "location": N_("Place"),
    "maker": N_("Maker"),
    "model": N_("Model"),
    "name": N_("Name"),
    "note": N_("Note"),
    "organisation": N_("Organisation"),
    "parent": N_("Belongs to"),
    "person": N_("Person"),
    "phone": N_("Phone"),
    "muted": N_("Muted"),
    "watched": N_("Notified when closed"),
    "days": N_("Days"),
    "digest_at": N_("Digest at"),
    "quiet_from": N_("Quiet from"),
    "quiet_to": N_("Quiet until"),
    "reason": N_("Reason"),
    "result": N_("Result"),
    "role": N_("Role"),
    "secrets": N_("Secrets"),
    "serial": N_("Serial number"),
    "settings": N_("Settings"),
    "severities": N_("Level"),
    "source": N_("Source"),
    "starts_at": N_("From"),
    "state": N_("State"),
    "status": N_("State"),
    "title": N_("Title"),
    "type": N_("Type"),
    "unit": N_("Organisation"),
    "until": N_("Until"),
    "username": N_("User name"),
    "value": N_("Policy value"),
    "version": N_("Version"),
    "way": N_("Method"),
    "workflows": N_("Workflow"),
}


@dataclass(frozen=True)
class Action:
    """An action in its two parts."""

    kind: str
    done: str

    @classmethod
    def of(cls, code: str) -> "Action":
        kind, _, done = code.partition(".")
        return cls(kind, done)


def has_words(code: str) -> bool:
    """Can the action be told in words?"""
    action = Action.of(code)
    return code in OWN_WORDS or (action.kind in KINDS and action.done in DONE)


def told(code: str, gettext: Gettext) -> str:
    """The action in words; one of a later version as its code."""
    if code in OWN_WORDS:
        return gettext(OWN_WORDS[code])
    action = Action.of(code)
    if not has_words(code):
        return code
    return gettext(TOGETHER).format(what=gettext(KINDS[action.kind]), done=gettext(DONE[action.done]))


def kind(code: str, gettext: Gettext) -> str:
    """A kind of record in words."""
    return gettext(KINDS[code]) if code in KINDS else code.replace("_", " ")


def field(name: str, gettext: Gettext) -> str:
    """The name of a field in words."""
    known = FIELDS.get(name) or OTHER_FIELDS.get(name)
    return gettext(known) if known else name.replace("_", " ")
