"""Addresses of the duty calendar."""

from h5_pages.pipeline import Route
from h5_pages.views import duty

DUTY_ROUTES = [
    Route("GET", "/admin/duty", duty.page),
    Route("GET", "/admin/duty/new", duty.new),
    Route("POST", "/admin/duty/new", duty.enter),
    Route("GET", "/admin/duty/{id}", duty.edit),
    Route("POST", "/admin/duty/{id}", duty.replace),
    Route("POST", "/admin/duty/{id}/end", duty.end),
]
