"""Pages for what went wrong: what happened, what is safe, what to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

import structlog
from aiohttp import web
from pydantic import ValidationError

from h5_pages.documents import DocumentRefused
from h5_pages.intake import BodyEncoded, FormBroken, PhotoTooLarge, PressBroken, TooManyPhotos, Typed
from h5_pages.limits import TooOften
from h5_pages.next_page import sign_in_url
from h5_pages.patience import BodyTooLarge, TooSlow
from h5_pages.photos import PhotoRefused
from h5_pages.uploads import FileInfected, NotScanned
from h5_pages.visit import SignInNeeded, Visit, holds_secret, kept_fields
from storage.access import NotVisible
from storage.database import DatabaseAway
from storage.texts import N_
from workflows.administration.accounts import PersonUnknown
from workflows.administration.office import ChangedMeanwhile
from workflows.errors import (
    ActorUnknown,
    CaseNotFound,
    FormInvalid,
    KeyReused,
    NotOpen,
    NotPermitted,
    Stale,
    WorkflowError,
)

log = structlog.get_logger()

STATUS: tuple[tuple[type[WorkflowError], int], ...] = (
    (CaseNotFound, 404),
    (PersonUnknown, 404),
    (ActorUnknown, 403),
    (NotPermitted, 403),
    (NotOpen, 409),
    (Stale, 409),
    (KeyReused, 409),
    (ChangedMeanwhile, 409),
    (FormInvalid, 422),
    (PhotoTooLarge, 413),
    (TooManyPhotos, 422),
    (PhotoRefused, 422),
    (DocumentRefused, 422),
    (FileInfected, 422),
    (NotScanned, 503),
    (TooOften, 429),
    (BodyTooLarge, 413),
    (BodyEncoded, 415),
    (TooSlow, 408),
    (FormBroken, 400),
    (PressBroken, 400),
)


@dataclass(frozen=True)
class Trouble:
    """What an error page says: source texts."""

    status: int
    title: str
    text: str


NOT_FOUND = Trouble(
    404,
    N_("Not found"),
    N_("There is no such page, or it is not for you. If you scanned a label, please scan it again."),
)
WRONG_METHOD = Trouble(
    405,
    N_("Not possible this way"),
    N_("Nothing was saved. Please open the page again and use its buttons."),
)
LABEL_UNKNOWN = Trouble(
    404,
    N_("This label is not valid"),
    N_(
        "The code was replaced or misread. Please scan the label on the device again, or "
        "contact the equipment department."
    ),
)
LABEL_REPLACED = Trouble(
    410,
    N_("This label was replaced"),
    N_(
        "There is a newer label for this device. Please scan that one, or ask the equipment "
        "department to remove this one."
    ),
)
DEVICE_RETIRED = Trouble(
    410,
    N_("This device is retired"),
    N_(
        "It is permanently out of use, so nothing can be reported for it. Please inform the equipment department."
    ),
)
LICENCE_UNKNOWN = Trouble(
    404,
    N_("This licence is not registered"),
    N_(
        "The code was misread, or the licence is not known here. Please scan it again, or ask the health authority."
    ),
)
LINK_UNKNOWN = Trouble(
    404,
    N_("This link is not valid"),
    N_("Please open the complete link from your message, or ask the equipment department."),
)
AWAY = Trouble(
    503,
    N_("Not available at the moment"),
    N_("The database does not answer. Nothing is lost. Please try again in a moment."),
)
NOT_SAVED = Trouble(
    503,
    N_("Not saved yet"),
    N_(
        "The database does not answer. Nothing was saved, but your words are kept below. Please try again in a moment."
    ),
)
SIGNED_OUT = Trouble(
    401,
    N_("You are signed out"),
    N_(
        "You were signed out after some time without use. Nothing was saved; your words are shown below, to be copied."
    ),
)
BROKEN = Trouble(
    500,
    N_("Something went wrong"),
    N_(
        "This error is on our side and was recorded. Please try again, or give the "
        "administrator this number: {reference}"
    ),
)
REFUSED = N_("This is not possible")


def status_of(error: WorkflowError) -> int:
    """The HTTP status that fits an error; 403 for one that is not listed."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 403)


def status_for(error: WorkflowError | None, refused: Sequence[WorkflowError]) -> int:
    """The status of a form's page: the worst of what was wrong with it and with its photos, else 200."""
    return max((status_of(e) for e in (*([error] if error else []), *refused)), default=200)


def for_error(visit: Visit, error: Exception, route: str) -> web.StreamResponse:
    """The page for an error that the view did not answer itself."""
    if isinstance(error, TooOften):
        return _too_often(visit, error)
    if isinstance(error, WorkflowError):
        return _for_workflow_error(visit, error)
    if isinstance(error, (NotVisible, ValidationError)):
        return trouble(visit, NOT_FOUND)
    if isinstance(error, SignInNeeded):
        return _sign_in_first(visit)
    if isinstance(error, DatabaseAway):
        return away(visit)
    reference = token_hex(4)
    log.error("page_failed", reference=reference, route=route, exc_info=error)
    return trouble(visit, BROKEN, reference=reference)


def trouble(visit: Visit, what: Trouble, **values: Any) -> web.Response:
    """A page that says what happened and what to do."""
    return visit.page("error.html", what.status, trouble=what, values=values)


def away(visit: Visit) -> web.Response:
    """The database is away: a form is offered again."""
    response = _again(visit, NOT_SAVED) if _is_kept(visit.typed) else trouble(visit, AWAY)
    response.headers["Retry-After"] = "5"
    return response


def _too_often(visit: Visit, error: TooOften) -> web.Response:
    """Who wrote gets their words back, to be sent later."""
    values = {"reason": error.say(visit.gettext)}
    what = Trouble(429, REFUSED, "{reason}")
    response = _again(visit, what, **values) if _is_kept(visit.typed) else trouble(visit, what, **values)
    response.headers["Retry-After"] = str(error.seconds)
    return response


def _again(visit: Visit, what: Trouble, **values: Any) -> web.Response:
    """A form is offered once more with the same key, so that it cannot be done twice."""
    words = kept_fields(visit.typed.fields)
    return visit.page(
        "retry.html",
        what.status,
        trouble=what,
        values=values,
        typed=visit.typed,
        words=words,
        retry=visit.path,
    )


def _is_kept(typed: Typed) -> bool:
    """Was anything typed that may be shown again? No password and no other secret is."""
    return bool(typed.fields) and not holds_secret(typed.fields)


def _for_workflow_error(visit: Visit, error: WorkflowError) -> web.Response:
    status = status_of(error)
    return trouble(visit, Trouble(status, REFUSED, "{reason}"), reason=error.say(visit.gettext))


def _sign_in_first(visit: Visit) -> web.Response:
    """Readers go to sign-in; who posted a form sees their words once more."""
    url = sign_in_url(visit.path)
    if visit.typed.fields:
        words = kept_fields(visit.typed.fields)
        return visit.page("signed_out.html", SIGNED_OUT.status, trouble=SIGNED_OUT, words=words, url=url)
    return web.Response(status=303, headers={"Location": url})
