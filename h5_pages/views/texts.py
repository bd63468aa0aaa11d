"""Texts: every message as each channel account would send it, before anybody is sent one."""

from dataclasses import dataclass

from aiohttp import web

from h5_pages import look
from h5_pages.admin_menu import ADMINISTRATORS
from h5_pages.languages import LANGUAGE_NAMES
from h5_pages.params_channels import TextsOf
from h5_pages.services import SampleText
from h5_pages.visit import Visit
from storage.access import NotVisible, channel_accounts
from storage.texts import N_
from workflows.errors import NotPermitted
from workflows.identity.roles import Role

SEE_TEXTS = N_("see the texts of messages")
UNITS = {
    "columns": N_("{used} of {limit} columns (a Chinese character takes two)"),
    "bytes": N_("{used} of {limit} bytes"),
    "units": N_("{used} of {limit} characters"),
}


@dataclass(frozen=True)
class Choice:
    """An account to choose."""

    id: int
    kind: str
    name: str


async def page(request: web.Request, visit: Visit) -> web.StreamResponse:
    """All kinds by one account in one language; raises `NotVisible` for an account that serves elsewhere."""
    if not any(grant.role in ADMINISTRATORS for grant in visit.person.grants):
        raise NotPermitted(action_text=SEE_TEXTS)
    query, choices = TextsOf.of(request), await _choices(visit)
    language = query.language or visit.language
    chosen = next((each for each in choices if query.account in (None, each.id)), None)
    if query.account is not None and chosen is None:
        raise NotVisible
    samples = await visit.services.sample_texts.samples(chosen.id, language) if chosen else []
    return visit.page(
        "texts.html",
        choices=choices,
        chosen=chosen,
        language=language,
        languages=LANGUAGE_NAMES,
        samples=[sample for sample in samples if sample.fault or not query.faulty],
        faulty=sum(1 for sample in samples if sample.fault),
        query=query,
        measure=lambda sample: _measure(visit, sample),
        about=lambda sample: _about(visit, sample),
    )


async def _choices(visit: Visit) -> list[Choice]:
    db, viewer = visit.services.db, visit.person
    own = await channel_accounts.own(db, viewer, Role.ADMINISTRATOR, visit.services.clocks.real.now())
    above = await channel_accounts.inherited(db, viewer, Role.ADMINISTRATOR)
    found = [Choice(line.id, line.kind, line.name) for line in own if line.active]
    return found + [Choice(line.id, line.kind, line.name) for line in above]


def _measure(visit: Visit, sample: SampleText) -> str:
    """How long it is, and may be: the part of it that comes nearest to its limit."""
    t, fitted = visit.gettext, sample.tightest
    words = [t(UNITS[fitted.unit]).format(used=fitted.used, limit=fitted.limit)] if fitted else []
    if sample.parts is not None:
        words.append(t(N_("parts: {count}")).format(count=sample.parts))
    return " · ".join(words)


def _about(visit: Visit, sample: SampleText) -> str:
    """What the kind is about, as far as a workflow declares it."""
    name = sample.kind.partition(".")[0]
    label = next((w.label for w in visit.services.cases.registry if w.name == name), look.channel(name))
    return visit.gettext(label)
