"""What administrators see to: the way to every screen, and messages that could not be delivered."""

from aiohttp import web

from h5_pages import look
from h5_pages.admin_menu import screens_for
from h5_pages.params import OfId
from h5_pages.visit import Visit
from storage.access import messages
from storage.texts import N_
from workflows.administration import calendar_keeping
from workflows.administration import dead_letters as administration
from workflows.administration.office import ADMINISTER
from workflows.errors import NotPermitted
from workflows.identity.roles import Role

DEAD_LETTERS = N_("see undelivered messages")


async def hub(_: web.Request, visit: Visit) -> web.StreamResponse:
    """Everything that the viewer may administer."""
    screens = screens_for(visit.person)
    if not screens:
        raise NotPermitted(action_text=ADMINISTER)
    asked_for = calendar_keeping.asks_for(visit.services.clocks.calendar, visit.now)
    if asked_for and not await calendar_keeping.keeps(visit.services.office, visit.person):
        asked_for = None
    return visit.page("admin.html", screens=screens, asked_for=asked_for)


async def dead_letters(_: web.Request, visit: Visit) -> web.StreamResponse:
    """Messages of the administered organisations that no channel took."""
    if not look.administers(visit.person):
        raise NotPermitted(action_text=DEAD_LETTERS)
    found = await messages.dead_letters(visit.services.db, visit.person, Role.ADMINISTRATOR)
    return visit.page("dead_letters.html", letters=found)


async def resend(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Send one again; raises `NotVisible`."""
    message_id = OfId.of(request).id
    await messages.check_dead_letter(visit.services.db, visit.person, Role.ADMINISTRATOR, message_id)
    await administration.resend(visit.services.office, visit.by, message_id)
    return web.Response(status=303, headers={"Location": "/admin/dead-letters"})
