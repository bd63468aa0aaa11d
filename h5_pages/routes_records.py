"""Addresses of what is kept for whoever supervises: the audit."""

from h5_pages.pipeline import Route
from h5_pages.views import audit

RECORD_ROUTES = [
    Route("GET", "/admin/audit", audit.search),
    Route("GET", "/admin/audit/export.xlsx", audit.export),
]
