"""What people see to for themselves: their language, and how they are reached by Telegram."""

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from h5_pages.next_page import local
from h5_pages.params import LanguageChoice
from h5_pages.visit import SignInNeeded, Visit
from storage import link_codes
from storage.access import NotVisible
from storage.link_codes import Asked, LinkAccount
from storage.rates import Rate
from workflows.actor import Door
from workflows.administration import own_language

TELEGRAM = "telegram"
CODES = Rate(10, 600)


@dataclass(frozen=True)
class NewCode:
    """A code as it is shown once; `url` opens the chat with the bot and sends it. Real time."""

    code: str
    url: str
    holds_until: datetime


async def language(_: web.Request, visit: Visit) -> web.StreamResponse:
    """Everything in the language that I choose: pages, cards, mails and messages."""
    wanted = LanguageChoice.model_validate(visit.typed.fields)
    await own_language.choose(visit.services.office, visit.by, wanted.to)
    return web.Response(status=303, headers={"Location": local(wanted.next)})


async def telegram(_: web.Request, visit: Visit) -> web.StreamResponse:
    """Is my Telegram linked, and how is it done?"""
    return await _show(visit, await _account(visit), None)


async def telegram_code(_: web.Request, visit: Visit) -> web.StreamResponse:
    """A new code; the former one ends. Raises `TooOften`."""
    account, services = await _needed(visit), visit.services
    person = _person_id(visit)
    await visit.site.window.count(CODES, f"link code {person}")
    asked = _asked(visit)
    code = await link_codes.issue(services.db, services.link_codes, TELEGRAM, account.id, person, asked)
    url = f"https://t.me/{account.handle}?start={code}" if account.handle else ""
    return await _show(visit, account, NewCode(code, url, asked.at + link_codes.HOLDS))


async def telegram_first(_: web.Request, visit: Visit) -> web.StreamResponse:
    """Tell me there before anywhere else."""
    account = await _needed(visit)
    await link_codes.put_first(visit.services.db, _person_id(visit), account.id, _asked(visit))
    return _back()


async def telegram_unlink(_: web.Request, visit: Visit) -> web.StreamResponse:
    """I am not reached there any more."""
    account = await _needed(visit)
    await link_codes.unlink(visit.services.db, _person_id(visit), account.id, _asked(visit))
    return _back()


async def _show(visit: Visit, account: LinkAccount | None, code: NewCode | None) -> web.Response:
    state = await link_codes.state(visit.services.db, _person_id(visit), account.id) if account else None
    return visit.page("telegram.html", account=account, state=state, code=code)


async def _account(visit: Visit) -> LinkAccount | None:
    return await link_codes.account_for(visit.services.db, TELEGRAM, _person_id(visit))


async def _needed(visit: Visit) -> LinkAccount:
    account = await _account(visit)
    if account is None:
        raise NotVisible
    return account


def _asked(visit: Visit) -> Asked:
    return Asked(visit.services.clocks.real.now(), Door.PAGE, visit.client)


def _person_id(visit: Visit) -> int:
    person_id = visit.person.person_id
    if person_id is None:
        raise SignInNeeded
    return person_id


def _back() -> web.Response:
    return web.Response(status=303, headers={"Location": "/me/telegram"})
