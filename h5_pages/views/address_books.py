"""People from a WeCom address book: what would change, and taking it over."""

from aiohttp import web

from h5_pages import error_pages
from h5_pages.params import OfId
from h5_pages.params_identity import Seen
from h5_pages.visit import Visit
from storage.access import address_books
from storage.address_book import Book, BookAccount
from storage.identity import IdentityAway
from workflows.administration import address_book
from workflows.administration.address_book import Difference, compare
from workflows.administration.office import ADMINISTER
from workflows.errors import NotPermitted, WorkflowError
from workflows.identity.roles import Role


class BookAway(WorkflowError):
    """The address book cannot be had now; the reason is the provider's."""


async def choose(_: web.Request, visit: Visit) -> web.StreamResponse:
    """Which WeCom account? Where there is one only, its address book at once."""
    if not any(grant.role == Role.ADMINISTRATOR for grant in visit.person.grants):
        raise NotPermitted(action_text=ADMINISTER)
    found = await address_books.accounts(visit.services.db, visit.person, Role.ADMINISTRATOR)
    if len(found) == 1:
        return web.Response(status=303, headers={"Location": f"/admin/address-books/{found[0].id}"})
    return visit.page("address_books.html", accounts=found)


async def look(request: web.Request, visit: Visit) -> web.StreamResponse:
    """What would change; raises `NotVisible`."""
    account = await _account(visit, OfId.of(request).id)
    try:
        book = await visit.services.identity.members(account.id)
    except IdentityAway as error:
        return await _page(visit, account, None, BookAway(error.reason))
    return await _page(visit, account, book)


async def take_over(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Do what was looked at, or show what is different now; raises `NotVisible`."""
    account = await _account(visit, OfId.of(request).id)
    seen = Seen.model_validate(visit.typed.fields).seen
    try:
        book = await visit.services.identity.members(account.id)
    except IdentityAway as error:
        return await _page(visit, account, None, BookAway(error.reason))
    try:
        done = await address_book.take_over(visit.services.office, visit.by, account.id, book, seen)
    except WorkflowError as error:
        return await _page(visit, account, book, error)
    return await _page(visit, account, book, done=done)


async def _account(visit: Visit, account_id: int) -> BookAccount:
    return await address_books.account(visit.services.db, visit.person, Role.ADMINISTRATOR, account_id)


async def _page(
    visit: Visit,
    account: BookAccount,
    book: Book | None,
    error: WorkflowError | None = None,
    done: Difference | None = None,
) -> web.Response:
    known = await address_books.known(visit.services.db, visit.person, Role.ADMINISTRATOR, account.id)
    status = 503 if isinstance(error, BookAway) else error_pages.status_of(error) if error else 200
    return visit.page(
        "address_book.html",
        status,
        account=account,
        book=book,
        difference=compare(book, known) if book else None,
        error=error,
        done=done,
    )
