"""Addresses of the links in mails: the token is all the right that is asked for, and all that it gives."""

from h5_pages.pipeline import For, Route
from h5_pages.views import notices

NOTICE_ROUTES = [
    Route("GET", "/n/{token}", notices.page, For.ANYBODY, per="token"),
    Route("POST", "/n/{token}", notices.press, For.ANYBODY, per="token", by_token=True),
]
