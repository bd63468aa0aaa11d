"""How a test of scopes reads the ledger of messages."""

from collections.abc import Awaitable, Callable
from typing import Any

from storage.access import ledger
from storage.directory import Viewer
from storage.paging import Order
from storage.sealing import MasterKey, new_master_key
from tests.support.desk import Desk
from tests.support.world import add_account, add_card
from workflows.engine import Outcome
from workflows.identity.roles import Role

ROLES = [Role.ADMINISTRATOR]
ALL = ledger.Wanted()


async def make_delivery(desk: Desk, case: Outcome) -> None:
    """Let the head have been told of the case by two parts of an SMS."""
    sealer = MasterKey(new_master_key())
    account = await add_account(desk.db, desk.world.hospital, "sms", "sms-of-ledger", {}, {}, sealer)
    recipient = await desk.value("SELECT min(person_id) FROM message WHERE case_id = $1", case.case_id)
    await add_card(desk.db, case.case_id, recipient, account, "19900000001")
    await desk.db.execute("UPDATE delivery SET parts = 2, cost = 0.09")


async def _listed(town: Any, viewer: Viewer) -> object:
    return (await ledger.listed(town.db, viewer, ROLES, ALL, Order("at"))).rows


LEDGER_READS: dict[Callable[..., Any], Callable[[Any, Viewer], Awaitable[object]]] = {
    ledger.listed: _listed,
    ledger.costs: lambda t, v: ledger.costs(t.db, v, ROLES, ALL),
    ledger.way: lambda t, v: ledger.way(t.db, v, ROLES, t.message),
}
