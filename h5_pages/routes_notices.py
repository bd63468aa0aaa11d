"""Addresses of the links in mails: the token is all the right that is asked for, and all that it gives."""

from h5_pages.pipeline import For, Route
from h5_pages.views import notices, own_notices, told_photos

NOTICE_ROUTES = [
    Route("GET", "/n/{token}", notices.page, For.ANYBODY, per="token"),
    Route("GET", "/i/{token}", told_photos.photo, For.ANYBODY, per="token"),
    Route("POST", "/n/{token}", notices.press, For.ANYBODY, per="token", by_token=True),
    Route("GET", "/me/notices", own_notices.page),
    Route("POST", "/me/notices", own_notices.choose),
    Route("POST", "/me/notices/test", own_notices.test),
    Route("POST", "/me/notices/mutes/{id}/end", own_notices.hear_again),
    Route("GET", "/me/notices/cases/{number}", own_notices.of_case),
    Route("POST", "/me/notices/cases/{number}", own_notices.choose_of_case),
    Route("GET", "/me/storms/{id}", own_notices.storm),
    Route("POST", "/me/storms/{id}", own_notices.acknowledge_all),
    Route(
        "GET", "/me/storms/{id}/acknowledge", own_notices.storm
    ),  # where a button is a link; it asks to press
]
