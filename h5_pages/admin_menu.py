"""What the page "Administration" leads to: one line for each screen, shown to whoever may use it."""

from dataclasses import dataclass

from storage.directory import Viewer
from storage.texts import N_
from workflows.administration.device_forms import RIGHTS, Right
from workflows.administration.trail import AUDITORS
from workflows.identity.roles import Role

ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


@dataclass(frozen=True)
class Screen:
    """One screen of the administration. `label` and `hint` are source texts."""

    path: str
    label: str
    hint: str
    roles: frozenset[Role] = ADMINISTRATORS


IMPORTERS = RIGHTS[Right.IMPORT]
SCREENS = [
    Screen("/admin/organisations", N_("Organisations"), N_("Authorities, hospitals and departments")),
    Screen("/admin/people", N_("People"), N_("Details, roles and contact methods")),
    Screen(
        "/admin/address-books", N_("WeCom address book"), N_("Import people from it, and see who has left")
    ),
    Screen("/admin/policies", N_("Policies"), N_("Deadlines, limits and audiences, with versions")),
    Screen(
        "/admin/calendar",
        N_("Working days"),
        N_("Make-up days of the public calendar, entered each autumn"),
    ),
    Screen("/admin/duty", N_("Duty calendar"), N_("Who is on duty and is notified first at night")),
    Screen("/admin/channels", N_("Channels"), N_("WeCom, SMS, mail and Telegram: accounts and tests")),
    Screen("/admin/listeners", N_("Listeners"), N_("Groups and other systems that receive case updates")),
    Screen("/admin/audit", N_("Audit"), N_("Who did what, when, from where"), AUDITORS),
    Screen(
        "/admin/imports/devices", N_("Import devices"), N_("Many at a time, from a spreadsheet"), IMPORTERS
    ),
    Screen("/admin/texts", N_("Texts of messages"), N_("Every message as each channel would send it")),
    Screen(
        "/messages",
        N_("Messages"),
        N_("Who was notified of what, by which channel, and how it ended"),
        AUDITORS,
    ),
    Screen("/admin/dead-letters", N_("Undelivered"), N_("Messages that no channel accepted")),
]


def screens_for(viewer: Viewer) -> list[Screen]:
    """The screens that the viewer may use somewhere."""
    held = {grant.role for grant in viewer.grants}
    return [screen for screen in SCREENS if held & screen.roles]


def may_administer(viewer: Viewer) -> bool:
    """May the viewer use any of the screens?"""
    return any(grant.role in ROLES for grant in viewer.grants)


ROLES = frozenset(role for screen in SCREENS for role in screen.roles)
"""Who may use a screen."""
