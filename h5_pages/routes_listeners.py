"""Addresses of the groups and other systems that hear of cases."""

from h5_pages.pipeline import Route
from h5_pages.views import listeners

LISTENER_ROUTES = [
    Route("GET", "/admin/listeners", listeners.page),
    Route("GET", "/admin/listeners/new", listeners.new),
    Route("POST", "/admin/listeners/new", listeners.add),
    Route("GET", "/admin/listeners/{id}", listeners.edit),
    Route("POST", "/admin/listeners/{id}", listeners.change),
    Route("POST", "/admin/listeners/{id}/end", listeners.end),
]
