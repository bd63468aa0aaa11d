"""The addresses of accounts: one's own, and those that administrators see to."""

from h5_pages.pipeline import Route
from h5_pages.views import absence

IDENTITY_ROUTES = [
    Route("GET", "/me/absence", absence.own),
    Route("POST", "/me/absence", absence.enter_own),
    Route("POST", "/me/absence/{id}/end", absence.end_own),
    Route("GET", "/admin/people/{id}/absence", absence.theirs),
    Route("POST", "/admin/people/{id}/absence", absence.enter_theirs),
    Route("POST", "/admin/people/{id}/absence/{part}/end", absence.end_theirs),
]
