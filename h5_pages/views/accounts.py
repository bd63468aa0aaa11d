"""Accounts: my own hub and sessions, and the page on which an administrator sees to somebody's account."""

from datetime import datetime
from typing import Any

from aiohttp import web

from h5_pages import error_pages, look
from h5_pages.browsers import browser_name
from h5_pages.params import OfId
from h5_pages.params_identity import OfSession, SessionList
from h5_pages.views.absence import own_id
from h5_pages.visit import Visit
from storage.access import accounts
from storage.access.accounts import SessionLine
from workflows.administration import sessions
from workflows.administration.office import check_administers
from workflows.administration.passwords import Issued
from workflows.errors import WorkflowError
from workflows.identity.roles import ROLE_LABELS, Role
from workflows.identity.sign_in import session_id


async def hub(_: web.Request, visit: Visit) -> web.StreamResponse:
    """Who am I here, and what can I see to myself?"""
    whose = (visit.services.db, visit.person, Role.ADMINISTRATOR, own_id(visit))
    return visit.page(
        "me.html",
        account=await accounts.account(*whose),
        posts=await accounts.posts(*whose, visit.now),
        absences=await accounts.absences(*whose, visit.now),
        deputising=await accounts.deputising(visit.services.db, visit.person, visit.now),
        role_label=lambda role: ROLE_LABELS.get(role, role),
    )


async def own_sessions(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Where am I signed in?"""
    return visit.page(
        "sessions.html",
        lines=await _sessions(visit, own_id(visit)),
        present=session_id(visit.session_token)[:16],
        changed=SessionList.of(request).changed,
        **_words(visit),
    )


async def end_session(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Sign out another browser of mine."""
    await sessions.end_one(visit.services.office, visit.by, OfSession.of(request).key)
    return _to("/me/sessions")


async def end_others(_: web.Request, visit: Visit) -> web.StreamResponse:
    """Sign out all my other browsers."""
    await sessions.end_others(visit.services.office, visit.by, visit.session_token)
    return _to("/me/sessions")


async def account(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Somebody's account, for their administrator; raises `NotVisible`."""
    return await account_page(visit, OfId.of(request).id)


async def end_theirs(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Sign somebody out everywhere."""
    person_id = OfId.of(request).id
    await sessions.end_all(visit.services.office, visit.by, person_id)
    return _to(f"/admin/people/{person_id}/account")


async def unlock(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Let somebody sign in again who failed too often."""
    person_id = OfId.of(request).id
    await sessions.unlock(visit.services.office, visit.services.sign_in, visit.by, person_id)
    return _to(f"/admin/people/{person_id}/account")


async def account_page(
    visit: Visit, person_id: int, issued: Issued | None = None, error: WorkflowError | None = None
) -> web.Response:
    """The account with what an administrator can do; a link that was just made is shown this once."""
    whose = (visit.services.db, visit.person, Role.ADMINISTRATOR, person_id)
    found = await accounts.account(*whose)
    check_administers(visit.person, found.path)
    lockout = visit.services.sign_in.lockout
    return visit.page(
        "account.html",
        error_pages.status_of(error) if error else 200,
        account=found,
        lines=await _sessions(visit, person_id),
        absences=await accounts.absences(*whose, visit.now),
        locked_s=await lockout.locked_s(found.username) if found.username else None,
        link=f"{visit.services.settings.public_url.rstrip('/')}/p/{issued.token}" if issued else "",
        issued=issued,
        error=error,
        **_words(visit),
    )


async def _sessions(visit: Visit, person_id: int) -> list[SessionLine]:
    begun_after, seen_after = _live_since(visit)
    whose = (visit.services.db, visit.person, Role.ADMINISTRATOR, person_id)
    return list(await accounts.sessions(*whose, begun_after, seen_after))


def _live_since(visit: Visit) -> tuple[datetime, datetime]:
    """A live session has begun after the first instant and was used after the second (real times)."""
    now, settings = visit.services.clocks.real.now(), visit.services.sign_in.settings
    return now - settings.longest, now - settings.idle


def _words(visit: Visit) -> dict[str, Any]:
    return {
        "browser": browser_name,
        "way": lambda way: look.WAY_LABELS.get(way, way),
        "real_now": visit.services.clocks.real.now(),
    }


def _to(url: str) -> web.Response:
    return web.Response(status=303, headers={"Location": url})
