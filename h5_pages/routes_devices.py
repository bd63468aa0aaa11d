"""Every address of the pages of devices and of imports."""

from h5_pages.pipeline import For, Route
from h5_pages.routes_imports import IMPORT_ROUTES
from h5_pages.views import (
    adverse_events,
    device_admin,
    device_bands,
    device_files,
    device_list,
    devices,
    labels,
)

DEVICE_ROUTES = [
    Route("GET", "/devices", device_list.search),
    Route("GET", "/devices/export.xlsx", device_list.export),
    Route("GET", "/devices/new", device_admin.new_form),
    Route("POST", "/devices/new", device_admin.register),
    Route("GET", "/devices/{id}", devices.record),
    Route("GET", "/devices/{id}/history", device_admin.history),
    Route("GET", "/devices/{id}/sensors", devices.sensors, For.ANYBODY, by_itself=True),
    Route("GET", "/devices/{id}/adverse-event", adverse_events.form),
    Route("POST", "/devices/{id}/adverse-event", adverse_events.report, photos=True),
    Route("GET", "/devices/{id}/qr.svg", labels.svg),
    Route("GET", "/devices/{id}/qr.png", labels.png),
    Route("GET", "/devices/{id}/files", device_files.show),
    Route("POST", "/devices/{id}/files", device_files.add, documents=True),
    Route("POST", "/devices/{id}/files/remove", device_files.remove),
    Route("GET", "/devices/{id}/files/{key}", device_files.file),
    Route("GET", "/devices/{id}/bands", device_bands.show),
    Route("GET", "/devices/{id}/bands/{metric}", device_bands.form),
    Route("POST", "/devices/{id}/bands/{metric}", device_bands.put),
    Route("POST", "/devices/{id}/bands/{metric}/drop", device_bands.drop),
    Route("GET", "/devices/{id}/{step}", device_admin.step_form),
    Route("POST", "/devices/{id}/{step}", device_admin.do_step),
    *IMPORT_ROUTES,
    Route("GET", "/labels", labels.choose),
    Route("GET", "/labels.pdf", labels.sheet),
]
