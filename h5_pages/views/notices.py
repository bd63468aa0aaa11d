"""The page behind the link in a mail: the message was read, or its kind is to be stopped. Only a press does either.

Programs that look into links before people do (mail scanners) open this page, and nothing comes of it. What a mail
program sends when “unsubscribe” is pressed there (RFC 8058) stops the kind at once.
"""

from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from h5_pages import error_pages
from h5_pages.params import OfToken
from h5_pages.visit import Visit
from storage.access import notices as access
from storage.access.notices import Notice
from storage.texts import N_
from workflows import stopping
from workflows.acknowledging import Acknowledged, Acknowledging
from workflows.actor import Door

ONE_CLICK = ("List-Unsubscribe", "One-Click")
NOTED, STOPPED = N_("Marked as read."), N_("You will not receive this kind of message for now.")
NOT_ALL = {
    Acknowledged.REFUSED: N_(
        "Marked as read. You cannot (or can no longer) acknowledge everything in it. Please open it."
    ),
    Acknowledged.MOVED_ON: N_("Marked as read. The case has changed since."),
}
"""What else there is to say, where the message is read and the case is as it was."""
MAY_NOT = N_("This kind of message cannot be muted.")


@dataclass(frozen=True)
class _Found:
    """The message, and for how long its kind may be stopped."""

    notice: Notice
    period: timedelta


async def page(request: web.Request, visit: Visit) -> web.StreamResponse:
    """What it was, and what can be done."""
    found = await _found(request, visit)
    return _page(visit, found) if found else error_pages.trouble(visit, error_pages.LINK_UNKNOWN)


async def press(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Acknowledge it, or stop its kind."""
    found = await _found(request, visit)
    if found is None:
        return error_pages.trouble(visit, error_pages.LINK_UNKNOWN)
    name, value = ONE_CLICK
    if visit.typed.text("do") == "stop" or visit.typed.text(name) == value:
        said = await _stop(visit, found)
    elif visit.typed.text("do") != "acknowledge":
        said = ""
    else:
        services = visit.services
        desk = Acknowledging(services.db, services.engine, services.cases.registry, services.clocks)
        outcome = await desk.acknowledge(found.notice.id, Door.MAIL, client=visit.client)
        said = NOT_ALL.get(outcome, NOTED)
    return _page(visit, await _found(request, visit) or found, said)


async def _stop(visit: Visit, found: _Found) -> str:
    if not found.period:
        return MAY_NOT
    db, clocks, notice = visit.services.db, visit.services.clocks, found.notice
    await stopping.stop(db, clocks, notice.person_id, notice.kind, found.period, Door.MAIL)
    return STOPPED


async def _found(request: web.Request, visit: Visit) -> _Found | None:
    services = visit.services
    message_id = services.links.message_id(OfToken.of(request).token)
    if message_id is None:
        return None
    notice = await access.by_link(services.db, message_id, services.clocks.real.now())
    if notice is None:
        return None
    period = await stopping.may_stop_for(
        services.db, services.clocks, notice.kind, notice.severity, notice.path
    )
    return _Found(notice, period)


def _page(visit: Visit, found: _Found, said: str = "") -> web.Response:
    return visit.page(
        "notice.html",
        notice=found.notice,
        title=visit.told(found.notice),
        days=found.period.days,
        said=visit.gettext(said) if said else "",
        is_done=said in (NOTED, STOPPED),
    )
