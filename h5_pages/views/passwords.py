"""Passwords: one's own is changed, a new one is set by a one-time link, an administrator makes the link."""

from aiohttp import web

from h5_pages import error_pages
from h5_pages.params import OfId, OfToken
from h5_pages.params_identity import AtOnce, PasswordTyped
from h5_pages.views.absence import own_id
from h5_pages.views.accounts import account_page
from h5_pages.visit import Visit
from storage.access import accounts
from storage.password_links import Credentials
from storage.texts import N_
from workflows.administration.passwords import LinkInvalid, NewPassword, PasswordOffice
from workflows.errors import FormInvalid, WorkflowError
from workflows.identity.lockout import SignInRefused
from workflows.identity.roles import Role

LINK_DEAD = error_pages.Trouble(
    404,
    N_("This link is not valid"),
    N_("It was already used or has expired. Please ask the administrator for a new one."),
)


async def own(_: web.Request, visit: Visit) -> web.StreamResponse:
    """The form in which I change my password."""
    return await _own(visit)


async def change(_: web.Request, visit: Visit) -> web.StreamResponse:
    """Change it; all my other sessions end."""
    typed = PasswordTyped.model_validate(visit.typed.fields)
    new = NewPassword(typed.password, typed.password_again)
    try:
        await _desk(visit).change(visit.by, typed.old_password, new, visit.session_token)
    except (FormInvalid, SignInRefused) as error:
        return await _own(visit, error)
    return web.Response(status=303, headers={"Location": "/me/sessions?changed=true"})


async def by_link(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The page behind a one-time link."""
    try:
        who = await _desk(visit).holder(OfToken.of(request).token)
    except LinkInvalid:
        return error_pages.trouble(visit, LINK_DEAD)
    return await _by_link(visit, who)


async def set_by_link(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Set the password, and sign in with it."""
    token, typed = OfToken.of(request).token, PasswordTyped.model_validate(visit.typed.fields)
    desk = _desk(visit)
    try:
        who = await desk.holder(token)
    except LinkInvalid:
        return error_pages.trouble(visit, LINK_DEAD)
    try:
        await desk.redeem(token, NewPassword(typed.password, typed.password_again), visit.client)
    except FormInvalid as error:
        return await _by_link(visit, who, error)
    return web.Response(status=303, headers={"Location": "/sign-in"})


async def issue(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Make a link for somebody and show it, once."""
    person_id = OfId.of(request).id
    at_once = AtOnce.model_validate(visit.typed.fields).at_once
    try:
        issued = await _desk(visit).issue_link(visit.by, person_id, at_once=at_once)
    except WorkflowError as error:
        return await account_page(visit, person_id, error=error)
    return await account_page(visit, person_id, issued=issued)


def _desk(visit: Visit) -> PasswordOffice:
    return PasswordOffice(visit.services.office, visit.services.sign_in)


async def _own(visit: Visit, error: WorkflowError | None = None) -> web.Response:
    person_id = own_id(visit)
    account = await accounts.account(visit.services.db, visit.person, Role.ADMINISTRATOR, person_id)
    return visit.page(
        "password.html",
        error_pages.status_of(error) if error else 200,
        account=account,
        faults=_faults(visit, error),
        error=error,
        least=await _desk(visit).least_length(person_id),
    )


async def _by_link(visit: Visit, who: Credentials, error: FormInvalid | None = None) -> web.Response:
    policy = await _desk(visit).policy_for(who)
    return visit.page(
        "password_link.html",
        error_pages.status_of(error) if error else 200,
        who=who,
        faults=_faults(visit, error),
        error=error,
        least=policy.least_length,
    )


def _faults(visit: Visit, error: WorkflowError | None) -> dict[str, str]:
    """What is wrong with each field, in the reader's language."""
    fields = error.fields if isinstance(error, FormInvalid) else {}
    return {name: visit.gettext(text).format(**params) for name, (text, params) in fields.items()}
