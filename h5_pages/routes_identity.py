"""The addresses of accounts: one's own, and those that administrators see to."""

from h5_pages.limits import Pace
from h5_pages.pipeline import For, Route
from h5_pages.views import absence, accounts, address_books, leaving, passwords, wecom

IDENTITY_ROUTES = [
    Route("GET", "/sign-in/wecom/{account}", wecom.begin, For.ANYBODY, rate=Pace.SIGN_IN),
    Route("GET", "/sign-in/wecom/{account}/back", wecom.come_back, For.ANYBODY, rate=Pace.SIGN_IN),
    Route("GET", "/me", accounts.hub),
    Route("GET", "/me/sessions", accounts.own_sessions),
    Route("POST", "/me/sessions/end", accounts.end_others),
    Route("POST", "/me/sessions/{key}/end", accounts.end_session),
    Route("GET", "/me/password", passwords.own),
    Route("POST", "/me/password", passwords.change),
    Route("GET", "/p/{token}", passwords.by_link, For.ANYBODY),
    Route("POST", "/p/{token}", passwords.set_by_link, For.ANYBODY),
    Route("GET", "/me/absence", absence.own),
    Route("POST", "/me/absence", absence.enter_own),
    Route("POST", "/me/absence/{id}/end", absence.end_own),
    Route("GET", "/admin/address-books", address_books.choose),
    Route("GET", "/admin/address-books/{id}", address_books.look),
    Route("POST", "/admin/address-books/{id}", address_books.take_over),
    Route("GET", "/admin/people/{id}/account", accounts.account),
    Route("POST", "/admin/people/{id}/account/link", passwords.issue),
    Route("POST", "/admin/people/{id}/account/sign-out", accounts.end_theirs),
    Route("POST", "/admin/people/{id}/account/unlock", accounts.unlock),
    Route("GET", "/admin/people/{id}/leave", leaving.preview),
    Route("POST", "/admin/people/{id}/leave", leaving.leave),
    Route("POST", "/admin/people/{id}/return", leaving.come_back),
    Route("GET", "/admin/people/{id}/absence", absence.theirs),
    Route("POST", "/admin/people/{id}/absence", absence.enter_theirs),
    Route("POST", "/admin/people/{id}/absence/{part}/end", absence.end_theirs),
]
