"""One visit: who looks, in which language, and the tools that every view uses."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from secrets import token_urlsafe
from typing import Any, Protocol

from aiohttp import web

from h5_pages.help.shelf import Shelf
from h5_pages.help.topics import FIRST
from h5_pages.intake import Typed
from h5_pages.languages import language_of
from h5_pages.limits import Window
from h5_pages.render import Renderer
from h5_pages.seals import Seals
from h5_pages.security import client_address
from h5_pages.services import PageServices
from h5_pages.statics import Statics
from h5_pages.uploads import PhotoDesk
from storage.directory import Viewer
from storage.presses import Press
from storage.texts import Gettext, translator
from workflows.actor import Actor, Door
from workflows.administration.office import By


class Told(Protocol):
    """A message as far as its words need it."""

    @property
    def kind(self) -> str: ...
    @property
    def variables(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Site:
    """The services, and what the pages themselves keep between visits."""

    services: PageServices
    statics: Statics
    renderer: Renderer
    seals: Seals
    window: Window
    photos: PhotoDesk
    help: Shelf


@dataclass(frozen=True)
class Visit:
    """A request as views see it. `viewer` is None without sign-in; `typed` is what was posted.

    `topic` is the page of help that explains this screen; `press` tells this sending of a form from others.
    """

    site: Site
    path: str
    client: str
    language: str
    gettext: Gettext
    browser_key: str
    session_token: str = ""
    session_csrf: str = ""
    viewer: Viewer | None = None
    typed: Typed = field(default_factory=Typed)
    must_change_password: bool = False
    topic: str = FIRST
    press: Press | None = None

    @property
    def csrf(self) -> str:
        """What every form on the page carries: the session's, or a stranger's own by their browser's key."""
        return self.session_csrf or self.site.seals.token("csrf", self.browser_key)

    @property
    def services(self) -> PageServices:
        return self.site.services

    @property
    def now(self) -> datetime:
        """Business time."""
        return self.services.clocks.business.now()

    def told(self, line: Told) -> str:
        """What a message was about, as its recipient read it."""
        return self.services.cases.told(line.kind, line.variables, self.gettext)

    def is_provisional(self, due_at: datetime) -> bool:
        """Does the time lie in a year whose make-up days are not published yet?"""
        return self.services.clocks.calendar.is_provisional(due_at)

    @property
    def person(self) -> Viewer:
        """Whoever is signed in; only routes that ask for sign-in may use it."""
        if self.viewer is None:
            raise SignInNeeded
        return self.viewer

    @property
    def actor(self) -> Actor:
        """The signed-in person, acting on a page."""
        return Actor(Door.PAGE, person_id=self.person.person_id, client=self.client)

    @property
    def by(self) -> By:
        """The signed-in person, administering on a page."""
        return By(self.person, Door.PAGE, self.client, self.press)

    def page(self, template: str, status: int = 200, **values: Any) -> web.Response:
        """A page from a template."""
        text = self.site.renderer.render(template, self, values)
        return web.Response(text=text, status=status, content_type="text/html")


class SignInNeeded(Exception):
    """The page is for people who are signed in."""


def cookie_name(site: Site, name: str) -> str:
    """The name under which a cookie is kept: bound to the host where HTTPS allows it."""
    return f"__Host-{name}" if site.services.settings.secure_cookies else name


def set_cookie(
    site: Site, response: web.StreamResponse, name: str, value: str, max_age: int | None = None
) -> None:
    """Set one of our cookies; an empty value takes it away."""
    response.set_cookie(
        cookie_name(site, name),
        value,
        max_age=max_age if value else 0,
        path="/",
        secure=site.services.settings.secure_cookies,
        httponly=True,
        samesite="Lax",
    )


def stranger(site: Site, request: web.Request, topic: str) -> Visit:
    """The visit as far as it is known without asking the database."""
    chosen = request.cookies.get(cookie_name(site, LANGUAGE))
    language = language_of(None, chosen, request.headers.get("Accept-Language", ""))
    key = request.cookies.get(cookie_name(site, BROWSER), "")
    if not 16 <= len(key) <= 64:  # noqa: PLR2004 - ours has 22 characters
        key = token_urlsafe(16)
    return Visit(
        site=site,
        path=request.path,
        client=client_address(request, site.services.settings.trusted_proxy_hops),
        language=language,
        gettext=translator(site.services.texts, language),
        browser_key=key,
        topic=topic,
    )


async def recognise(visit: Visit, request: web.Request, *, prolongs: bool = True) -> Visit:
    """The visit with whoever is signed in, whose session it prolongs or not; raises `DatabaseAway`."""
    site = visit.site
    token = request.cookies.get(cookie_name(site, SESSION), "")
    session = await site.services.sign_in.session(token, prolongs=prolongs) if token else None
    if session is None:
        return visit
    chosen = request.cookies.get(cookie_name(site, LANGUAGE))
    language = language_of(session.viewer.language, chosen, request.headers.get("Accept-Language", ""))
    return replace(
        visit,
        viewer=session.viewer,
        session_token=token,
        must_change_password=session.must_change_password,
        session_csrf=session.csrf_token,
        language=language,
        gettext=translator(site.services.texts, language),
    )


SESSION, BROWSER, LANGUAGE = "yishe", "yishe-form", "yishe-language"


def kept_fields(fields: Mapping[str, str]) -> dict[str, str]:
    """What somebody typed and may be shown again, without secrets and the form's own machinery."""
    return {
        name: value
        for name, value in fields.items()
        if value and name not in MACHINERY and not SECRET_NAME.search(name)
    }


def holds_secret(fields: Mapping[str, str]) -> bool:
    """Was a secret typed? Sent again without it, the form would do something else."""
    return any(value and SECRET_NAME.search(name) for name, value in fields.items())


MACHINERY = frozenset({"csrf", "key", "press", "seen_version", "next"})
SECRET_NAME = re.compile("password|secret|token|aes_key")
