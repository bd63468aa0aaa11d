"""The ledger of messages: who was told what, by which channel, and how it ended."""

from collections.abc import Sequence
from dataclasses import replace

from aiohttp import web

from h5_pages import look, message_look
from h5_pages.lists import Column, Filter, ListView
from h5_pages.message_look import OUTCOME_LABELS
from h5_pages.params import OfId
from h5_pages.params_audit import SHOWN_DAYS
from h5_pages.params_messages import MessageQuery
from h5_pages.visit import Visit
from h5_pages.xlsx import export as as_spreadsheet
from storage.access import ledger
from storage.access.ledger import Line
from storage.kinds import Severity
from storage.texts import N_
from workflows.administration.trail import AUDITORS

PATH = "/messages"
EXPORT = f"{PATH}/export.xlsx"
AT_A_TIME = 200  # for more at once PostgreSQL reads the whole ledger rather than walk along its index
BOUNDS = {
    "person": N_("Person"),
    "case": N_("Case"),
    "kind": N_("Kind of message"),
    "since": N_("From"),
    "until": N_("Until"),
}


async def search(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Messages to the viewer and about what they administer or audit, the newest first."""
    query, db, viewer = MessageQuery.of(request), visit.services.db, visit.person
    now = visit.services.clocks.real.now()
    wanted = query.wanted(now)
    page = await ledger.listed(db, viewer, AUDITORS, wanted, query.order())
    return visit.page(
        "messages.html",
        view=ListView(PATH, query, page, _columns(visit), _filters(visit, query, page.rows), export=EXPORT),
        costs=await ledger.costs(db, viewer, AUDITORS, ledger.lately(wanted, now)),
        sees_others=any(grant.role in AUDITORS for grant in viewer.grants),
        words=message_look,
        many=ledger.MOST_COUNTED,
        bounds=BOUNDS,
        days=SHOWN_DAYS,
        cost_days=ledger.COSTS_OF.days,
        real_now=now,
    )


async def export(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The whole of it as a spreadsheet."""
    query, db, viewer = MessageQuery.of(request), visit.services.db, visit.person
    wanted = query.wanted(visit.services.clocks.real.now())
    return await as_spreadsheet(
        visit,
        "messages",
        query,
        _columns(visit),
        lambda order: ledger.listed(db, viewer, AUDITORS, wanted, replace(order, size=AT_A_TIME)),
    )


async def page(request: web.Request, visit: Visit) -> web.StreamResponse:
    """One message with its whole way, step by step; raises `NotVisible`."""
    way = await ledger.way(visit.services.db, visit.person, AUDITORS, OfId.of(request).id)
    return visit.page(
        "message.html",
        way=way,
        message=way.story.message,
        steps=message_look.steps(way.story, visit.gettext),
        words=message_look,
        real_now=visit.services.clocks.real.now(),
    )


def _columns(visit: Visit) -> list[Column[Line]]:
    t = visit.gettext
    return [
        Column(N_("To"), "", lambda m: m.recipient),
        Column(N_("Message"), "", visit.told),
        Column(N_("Kind of message"), "", lambda m: m.kind, hidden=True),
        Column(N_("Case"), "", lambda m: m.case_number, hidden=True),
        Column(N_("Level"), "", lambda m: t(look.LEVEL_LABELS[Severity(m.severity)]) if m.severity else ""),
        Column(N_("Channel"), "", lambda m: t(look.channel(m.channel)), hidden=True),
        Column(N_("Account"), "", lambda m: m.account, hidden=True),
        Column(N_("State"), "", lambda m: t(OUTCOME_LABELS[m.outcome])),
        Column(N_("Queued"), "at", lambda m: m.created_at),
        Column(N_("State since"), "", lambda m: m.ended_at, hidden=True),
        Column(N_("Why"), "", lambda m: t(m.reason), hidden=True),
        Column(N_("Attempts"), "", lambda m: m.tries, hidden=True),
        Column(N_("Parts"), "", lambda m: m.parts, hidden=True),
        Column(N_("Cost (CNY)"), "", lambda m: m.cost, hidden=True),
    ]


def _filters(visit: Visit, query: MessageQuery, rows: Sequence[Line]) -> list[Filter]:
    t, registry = visit.gettext, visit.services.cases.registry
    found = [
        Filter("outcome", t(N_("State")), [(name, t(label)) for name, label in OUTCOME_LABELS.items()]),
        Filter(
            "channel", t(N_("Channel")), [(name, t(label)) for name, label in look.CHANNEL_LABELS.items()]
        ),
        Filter("severity", t(N_("Level")), [(level, t(look.LEVEL_LABELS[level])) for level in Severity]),
        Filter("workflow", t(N_("About")), [(w.name, t(w.label)) for w in registry]),
        Filter("mine", t(N_("To whom")), [("True", t(N_("Only to me")))]),
    ]
    # Whoever the messages are for is named by the first of them.
    names = {"person": [(str(query.person), rows[0].recipient)] if rows else []}
    return found + [
        Filter(name, t(label), names.get(name, [])) for name, label in BOUNDS.items() if name in query.filters
    ]
