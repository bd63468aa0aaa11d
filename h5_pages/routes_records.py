"""Addresses of the audit, of the ledger of messages, and of channel accounts."""

from h5_pages.pipeline import Route
from h5_pages.views import audit, channel_edit, channel_templates, channels, messages, texts

RECORD_ROUTES = [
    Route("GET", "/admin/audit", audit.search),
    Route("GET", "/admin/audit/export.xlsx", audit.export),
    Route("GET", "/messages", messages.search),
    Route("GET", "/messages/export.xlsx", messages.export),
    Route("GET", "/messages/{id}", messages.page),
    Route("GET", "/admin/texts", texts.page),
    Route("GET", "/admin/channels", channels.accounts),
    Route("GET", "/admin/channels/new", channel_edit.new),
    Route("POST", "/admin/channels/new", channel_edit.add),
    Route("GET", "/admin/channels/{id}", channels.page),
    Route("GET", "/admin/channels/{id}/edit", channel_edit.edit),
    Route("POST", "/admin/channels/{id}/edit", channel_edit.change),
    Route("POST", "/admin/channels/{id}/switch", channels.switch),
    Route("POST", "/admin/channels/{id}/test", channels.test),
    Route("GET", "/admin/channels/{id}/templates", channel_templates.page),
    Route("POST", "/admin/channels/{id}/templates", channel_templates.upload, documents=True),
    Route("GET", "/admin/channels/{id}/templates.xlsx", channel_templates.download),
]
