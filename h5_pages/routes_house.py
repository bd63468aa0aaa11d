"""Addresses of the administration of organisations, people, policies and the calendar."""

from h5_pages.pipeline import Route
from h5_pages.views import organisation_tree, organisations

HOUSE_ROUTES = [
    Route("GET", "/admin/organisations", organisation_tree.tree),
    Route("GET", "/admin/organisations/new", organisations.new),
    Route("POST", "/admin/organisations/new", organisations.add),
    Route("GET", "/admin/organisations/{id}", organisations.page),
    Route("GET", "/admin/organisations/{id}/edit", organisations.edit),
    Route("POST", "/admin/organisations/{id}/edit", organisations.change),
    Route("GET", "/admin/organisations/{id}/move", organisations.move_form),
    Route("POST", "/admin/organisations/{id}/move", organisations.move),
    Route("POST", "/admin/organisations/{id}/close", organisations.close),
    Route("POST", "/admin/organisations/{id}/reopen", organisations.reopen),
]
