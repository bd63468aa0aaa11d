"""What each route of the service is about, so that it can be tried from elsewhere.

A new route needs one line here, or `test_every_route_is_described` fails:

- `OWN`: shows or changes only what is the visitor's own or in their scope, like lists, exports and searches.
- `mine(part="…")`: the same, with a part that names a thing of A: it answers as if it had done it, or as it likes.
- `of(role, part="…")`: is about one thing of somebody's. `part` is the name in braces of the address, and its value
  the name of that thing in `House.ids` (or the words themselves); `role` is who may at the thing's own hospital, and
  `form` what that person fills in, if the test is to do it. `query` and `form` may name things as `{department}`.
- `OPEN`: is meant for whoever holds the token in the address.
- `Apart("why")`: is tried elsewhere, and why.

Routes that are not in the pages' table stand in `bot.guard.LIMITED` or `bot.guard.UNLIMITED`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from workflows.identity.roles import Role


@dataclass(frozen=True)
class Of:
    """About one thing of A. `by`: who of A may; None where nobody of A is tried."""

    by: Role | None
    parts: Mapping[str, str]
    query: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    refuses: bool = True


@dataclass(frozen=True)
class Apart:
    """Not tried here."""

    why: str


class Own:
    """The visitor's own, or a list of what is in their scope."""


class Open:
    """For whoever holds the token."""


OWN, OPEN = Own(), Open()
About = Of | Apart | Own | Open


def of(by: Role | None, *, query: str = "", form: Mapping[str, str] | None = None, **parts: str) -> Of:
    """About one thing."""
    return Of(by, parts, query, form or {})


def mine(**parts: str) -> Of:
    """About the visitor's own things, one of which is named."""
    return Of(None, parts, refuses=False)


A, E, H = Role.ADMINISTRATOR, Role.ENGINEER, Role.EQUIPMENT_HEAD
CASES: dict[tuple[str, str], About] = {
    ("GET", "/"): OWN,
    ("GET", "/todo"): OWN,
    ("GET", "/cases"): OWN,
    ("GET", "/cases/export.xlsx"): OWN,
    ("GET", "/cases/{number}"): of(E, number="repair"),
    ("POST", "/cases/{number}/patient"): of(Role.SAFETY_OFFICER, number="event"),
    ("GET", "/cases/{number}/looks"): of(Role.SAFETY_OFFICER, number="event"),
    ("GET", "/cases/{number}/sensors"): Apart("about an alarm: tests/h5_pages/test_sensors.py"),
    ("GET", "/cases/{number}/{action}"): of(E, number="repair", action="triage"),
    ("POST", "/cases/{number}/{action}"): of(
        E, number="repair", action="remark", form={"remark": "Looks well", "seen_version": "1"}
    ),
    ("GET", "/files/{key}"): of(E, key="photo"),
    ("GET", "/licences"): OWN,
    ("GET", "/licences/export.xlsx"): OWN,
    ("GET", "/licences/new"): OWN,
    ("POST", "/licences/new"): of(None, form={"unit": "{hospital}"}),
    ("GET", "/licences/{number}/qr.svg"): of(Role.LICENCE_CONTACT, number="licence"),
    ("GET", "/licences/{number}/qr.png"): of(Role.LICENCE_CONTACT, number="licence"),
    ("GET", "/licences/{number}/qr.pdf"): of(Role.LICENCE_CONTACT, number="licence"),
}
DEVICES: dict[tuple[str, str], About] = {
    ("GET", "/devices"): OWN,
    ("GET", "/devices/export.xlsx"): OWN,
    ("GET", "/devices/new"): OWN,
    ("POST", "/devices/new"): of(None, form={"unit": "{department}", "name": "X", "number": "X-1"}),
    ("GET", "/devices/{id}"): of(E, id="device"),
    ("GET", "/devices/{id}/history"): of(E, id="device"),
    ("GET", "/devices/{id}/sensors"): of(E, id="device"),
    ("GET", "/devices/{id}/adverse-event"): of(E, id="device"),
    ("POST", "/devices/{id}/adverse-event"): of(None, id="device", form={"fault": "X"}),
    ("GET", "/devices/{id}/qr.svg"): of(E, id="device"),
    ("GET", "/devices/{id}/qr.png"): of(E, id="device"),
    ("GET", "/devices/{id}/{step}"): of(H, id="device", step="edit"),
    ("POST", "/devices/{id}/{step}"): of(H, id="device", step="stop", form={"version": "1", "reason": "X"}),
    ("GET", "/devices/{id}/files"): of(E, id="device"),
    ("POST", "/devices/{id}/files"): of(None, id="device", form={"kind": "manual"}),
    ("POST", "/devices/{id}/files/remove"): of(
        None, id="device", form={"file": "{document}", "key": "{document}"}
    ),
    ("GET", "/devices/{id}/files/{key}"): of(E, id="device", key="document"),
    ("GET", "/devices/{id}/bands"): of(E, id="device"),
    ("GET", "/devices/{id}/bands/{metric}"): of(E, id="device", metric="oxygen"),
    ("POST", "/devices/{id}/bands/{metric}"): of(
        None, id="device", metric="oxygen", form={"version": "1", "alarm_low": "20", "source": "X"}
    ),
    ("POST", "/devices/{id}/bands/{metric}/drop"): of(
        None, id="device", metric="oxygen", form={"version": "1"}
    ),
    ("GET", "/labels"): OWN,
    ("GET", "/labels.pdf"): of(E, query="?ids={device}"),
}
OPEN_TO_HOLDERS: dict[tuple[str, str], About] = {
    ("GET", "/d/{token}"): OPEN,
    ("GET", "/d/{token}/report"): OPEN,
    ("POST", "/d/{token}/report"): OPEN,
    ("GET", "/l/{key}"): OPEN,
    ("GET", "/f/{token}"): OPEN,
    ("GET", "/f/{token}/files/{key}"): OPEN,
    ("GET", "/f/{token}/{action}"): OPEN,
    ("POST", "/f/{token}/{action}"): OPEN,
    ("GET", "/n/{token}"): OPEN,
    ("POST", "/n/{token}"): OPEN,
    ("GET", "/i/{token}"): OPEN,
    ("GET", "/p/{token}"): OPEN,
    ("POST", "/p/{token}"): OPEN,
}
ADMIN: dict[tuple[str, str], About] = {
    ("GET", "/admin"): OWN,
    ("GET", "/admin/dead-letters"): OWN,
    ("POST", "/admin/dead-letters/{id}"): of(A, id="message"),
    ("GET", "/messages"): OWN,
    ("GET", "/messages/export.xlsx"): OWN,
    ("GET", "/messages/{id}"): of(A, id="message"),
    ("GET", "/admin/texts"): of(A, query="?account={account}"),
    ("GET", "/admin/audit"): OWN,
    ("GET", "/admin/audit/export.xlsx"): OWN,
    ("GET", "/admin/imports/{kind}"): OWN,
    ("POST", "/admin/imports/{kind}"): of(None, kind="devices", form={"organisation": "{hospital}"}),
    ("GET", "/admin/imports/{kind}/template.xlsx"): OWN,
    ("GET", "/admin/imports/{kind}/{id}"): of(A, kind="devices", id="import"),
    ("POST", "/admin/imports/{kind}/{id}/start"): of(None, kind="devices", id="import"),
    ("POST", "/admin/imports/{kind}/{id}/drop"): of(None, kind="devices", id="import"),
    ("POST", "/admin/imports/{kind}/{id}/undo"): of(None, kind="devices", id="import"),
    ("GET", "/admin/policies"): of(A, query="?unit={hospital}"),
    ("GET", "/admin/policies/{name}"): of(A, query="?unit={hospital}", name="repair.triage"),
    ("POST", "/admin/policies/{name}"): of(None, query="?unit={hospital}", name="repair.triage"),
    ("GET", "/admin/policies/{name}/new"): of(A, query="?unit={hospital}", name="repair.triage"),
    ("POST", "/admin/policies/{name}/preview"): of(
        None, query="?unit={hospital}", name="repair.triage", form={"amount": "1", "unit": "hours"}
    ),
    ("GET", "/admin/organisations"): OWN,
    ("GET", "/admin/organisations/new"): of(A, query="?parent={hospital}"),
    ("POST", "/admin/organisations/new"): of(
        A, query="?parent={hospital}", form={"kind": "department", "name": "New"}
    ),
    ("GET", "/admin/organisations/{id}"): of(A, id="department"),
    ("GET", "/admin/organisations/{id}/edit"): of(A, id="department"),
    ("POST", "/admin/organisations/{id}/edit"): of(None, id="department", form={"name": "X"}),
    ("GET", "/admin/organisations/{id}/move"): of(A, id="department"),
    ("POST", "/admin/organisations/{id}/move"): of(None, id="department", form={"parent": "{hospital}"}),
    ("POST", "/admin/organisations/{id}/close"): of(None, id="department"),
    ("POST", "/admin/organisations/{id}/reopen"): of(None, id="department"),
    ("GET", "/admin/people"): OWN,
    ("GET", "/admin/people/export.xlsx"): OWN,
    ("GET", "/admin/people/new"): OWN,
    ("POST", "/admin/people/new"): of(
        None, form={"unit": "{department}", "organisation": "{department}", "name": "X"}
    ),
    ("GET", "/admin/people/{id}"): of(A, id="person"),
    ("GET", "/admin/people/{id}/edit"): of(A, id="person"),
    ("POST", "/admin/people/{id}/edit"): of(None, id="person", form={"name": "X"}),
    ("GET", "/admin/people/{id}/posts"): of(A, id="person"),
    ("POST", "/admin/people/{id}/posts"): of(
        None, id="person", form={"role": "engineer", "unit": "{department}", "organisation": "{department}"}
    ),
    ("POST", "/admin/people/{id}/posts/{part}/end"): of(None, id="person", part="post"),
    ("GET", "/admin/people/{id}/ways"): of(A, id="person"),
    ("POST", "/admin/people/{id}/ways"): of(
        None, id="person", form={"account": "{account}", "address": "x@x.example"}
    ),
    ("POST", "/admin/people/{id}/ways/{part}"): of(None, id="person", part="way", form={"address": "x"}),
    ("POST", "/admin/people/{id}/ways/{part}/earlier"): of(None, id="person", part="way"),
    ("POST", "/admin/people/{id}/ways/{part}/end"): of(None, id="person", part="way"),
    ("GET", "/admin/address-books"): OWN,
    ("GET", "/admin/address-books/{id}"): of(None, id="account"),
    ("POST", "/admin/address-books/{id}"): of(None, id="account", form={"seen": "0" * 64}),
    ("GET", "/admin/people/{id}/account"): of(A, id="person"),
    ("POST", "/admin/people/{id}/account/link"): of(None, id="person"),
    ("POST", "/admin/people/{id}/account/sign-out"): of(A, id="person"),
    ("POST", "/admin/people/{id}/account/unlock"): of(A, id="person"),
    ("GET", "/admin/people/{id}/absence"): of(A, id="person"),
    ("POST", "/admin/people/{id}/absence"): of(
        None, id="person", form={"starts_at": "2026-03-02T09:00", "ends_at": "2026-03-05T09:00"}
    ),
    ("POST", "/admin/people/{id}/absence/{part}/end"): of(None, id="person", part="absence"),
    ("GET", "/admin/people/{id}/leave"): of(A, id="person"),
    ("POST", "/admin/people/{id}/leave"): of(None, id="person"),
    ("POST", "/admin/people/{id}/return"): of(None, id="person"),
    ("GET", "/admin/calendar"): OWN,
    ("POST", "/admin/calendar"): OWN,
    ("POST", "/admin/calendar/{day}/remove"): OWN,
    ("POST", "/admin/calendar/years/{year}"): OWN,
    ("GET", "/admin/duty"): OWN,
    ("GET", "/admin/duty/new"): OWN,
    ("POST", "/admin/duty/new"): of(
        None, form={"unit": "{hospital}", "person": "{person}", "day": "2026-03-02"}
    ),
    ("GET", "/admin/duty/{id}"): of(A, id="duty"),
    ("POST", "/admin/duty/{id}"): of(None, id="duty"),
    ("POST", "/admin/duty/{id}/end"): of(A, id="duty"),
    ("GET", "/admin/listeners"): OWN,
    ("GET", "/admin/listeners/new"): OWN,
    ("POST", "/admin/listeners/new"): of(
        None, form={"unit": "{hospital}", "account": "{account}", "name": "X"}
    ),
    ("GET", "/admin/listeners/{id}"): of(A, id="listener"),
    ("POST", "/admin/listeners/{id}"): of(None, id="listener", form={"name": "X"}),
    ("POST", "/admin/listeners/{id}/end"): of(None, id="listener"),
    ("GET", "/admin/channels"): OWN,
    ("GET", "/admin/channels/new"): OWN,
    ("POST", "/admin/channels/new"): of(
        None, form={"unit": "{hospital}", "organisation": "{hospital}", "kind": "email", "name": "X"}
    ),
    ("GET", "/admin/channels/{id}"): of(A, id="account"),
    ("GET", "/admin/channels/{id}/edit"): of(A, id="account"),
    ("POST", "/admin/channels/{id}/edit"): of(None, id="account", form={"name": "X"}),
    ("POST", "/admin/channels/{id}/switch"): of(None, id="account"),
    ("POST", "/admin/channels/{id}/test"): of(None, id="account"),
    ("GET", "/admin/channels/{id}/templates"): of(None, id="account"),
    ("POST", "/admin/channels/{id}/templates"): of(None, id="account"),
    ("GET", "/admin/channels/{id}/templates.xlsx"): of(None, id="account"),
}
MINE: dict[tuple[str, str], About] = {
    ("GET", "/me"): OWN,
    ("GET", "/me/sessions"): OWN,
    ("POST", "/me/sessions/end"): OWN,
    ("POST", "/me/sessions/{key}/end"): mine(key="session"),
    ("GET", "/me/password"): OWN,
    ("POST", "/me/password"): OWN,
    ("GET", "/me/absence"): OWN,
    ("POST", "/me/absence"): OWN,
    ("POST", "/me/absence/{id}/end"): mine(id="absence"),
    ("POST", "/me/language"): OWN,
    ("GET", "/me/notices"): OWN,
    ("POST", "/me/notices"): OWN,
    ("POST", "/me/notices/test"): OWN,
    ("POST", "/me/notices/mutes/{id}/end"): mine(id="1"),
    ("GET", "/me/notices/cases/{number}"): of(None, number="repair"),
    ("POST", "/me/notices/cases/{number}"): of(None, number="repair"),
    ("GET", "/me/storms/{id}"): of(None, id="storm"),
    ("POST", "/me/storms/{id}"): of(None, id="storm"),
    ("GET", "/me/storms/{id}/acknowledge"): of(None, id="storm"),
    ("GET", "/me/telegram"): OWN,
    ("POST", "/me/telegram"): OWN,
    ("POST", "/me/telegram/first"): OWN,
    ("POST", "/me/telegram/unlink"): OWN,
    ("GET", "/sign-in"): OWN,
    ("GET", "/sign-in/wecom/{account}"): OPEN,
    ("GET", "/sign-in/wecom/{account}/back"): OPEN,
    ("POST", "/sign-in"): Apart("makes a session of its own: test_visits.py"),
    ("POST", "/sign-out"): Apart("ends the session that the other routes are tried with: test_visits.py"),
    ("GET", "/language"): OWN,
    ("GET", "/help"): OWN,
    ("GET", "/help/manual"): OWN,
    ("GET", "/help/{topic}"): OWN,
    ("*", "/{tail:.*}"): OWN,
}
ABOUT: dict[tuple[str, str], About] = {**CASES, **DEVICES, **OPEN_TO_HOLDERS, **ADMIN, **MINE}
