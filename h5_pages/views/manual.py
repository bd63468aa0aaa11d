"""Help: the contents with a search, one topic, and the whole manual on one page for the printer.

It is for everybody, for it holds no data of anybody.
"""

from aiohttp import web

from h5_pages.help.search import search
from h5_pages.params_help import HelpSearch, OfTopic
from h5_pages.visit import Visit
from storage.access import NotVisible


async def contents(request: web.Request, visit: Visit) -> web.StreamResponse:
    """What there is, or what was found."""
    words, book = HelpSearch.of(request).q, visit.site.help.book(visit.language)
    return visit.page("help.html", words=words, hits=search(book, words), chapters=book.chapters)


async def topic(request: web.Request, visit: Visit) -> web.StreamResponse:
    """One topic; raises `NotVisible`."""
    pages = visit.site.help.book(visit.language).pages
    page = pages.get(OfTopic.of(request).topic)
    if page is None:
        raise NotVisible
    return visit.page("help_topic.html", page=page)


async def manual(_: web.Request, visit: Visit) -> web.StreamResponse:
    """Everything, to be printed or read without a network."""
    return visit.page("help_manual.html", chapters=visit.site.help.book(visit.language).chapters)
