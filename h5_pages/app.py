"""Puts the pages into the service's application."""

from aiohttp import web

from h5_pages.help.shelf import Shelf
from h5_pages.limits import Window
from h5_pages.pipeline import door
from h5_pages.render import Renderer
from h5_pages.routes import ROUTES
from h5_pages.seals import Seals
from h5_pages.services import PageServices, PageSettings
from h5_pages.statics import Statics
from h5_pages.uploads import PhotoDesk
from h5_pages.visit import Site
from workflows.registry import all_workflows

__all__ = ["SITE", "PageServices", "PageSettings", "add_pages"]

SITE = web.AppKey("pages", Site)


def add_pages(app: web.Application, services: PageServices) -> None:
    """Add every page to `app`; raises `AssetsMissing` when the front-end files were not fetched.

    Each route has its own way through origin, session, form and errors, so that other rooms' routes in
    the same application are not touched. Any other address that is asked for gets the page "not found".
    """
    statics = Statics()
    seals = Seals(services.settings.secret)
    site = Site(
        services=services,
        statics=statics,
        renderer=Renderer(statics, services.texts, services.clocks.business),
        seals=seals,
        window=Window(services.db, services.clocks.real),
        photos=PhotoDesk(services.files, seals, services.scanner),
        help=Shelf(services.texts, all_workflows()),
    )
    app[SITE] = site
    app.router.add_get("/static/{name:.+}", statics.send)
    for route in ROUTES:
        if route.method == "GET":
            app.router.add_get(route.path, door(site, route))  # and HEAD
        else:
            app.router.add_route(route.method, route.path, door(site, route))
