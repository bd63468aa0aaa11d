"""Every address of imports."""

from h5_pages.pipeline import Route
from h5_pages.views import imports

IMPORT_ROUTES = [
    Route("GET", "/admin/imports/{kind}", imports.start_page),
    Route("POST", "/admin/imports/{kind}", imports.upload, documents=True),
    Route("GET", "/admin/imports/{kind}/template.xlsx", imports.template),
    Route("GET", "/admin/imports/{kind}/{id}", imports.batch),
    Route("POST", "/admin/imports/{kind}/{id}/start", imports.start),
    Route("POST", "/admin/imports/{kind}/{id}/drop", imports.drop),
    Route("POST", "/admin/imports/{kind}/{id}/undo", imports.undo),
]
