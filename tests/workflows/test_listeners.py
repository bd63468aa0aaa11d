"""Groups and other systems hear of cases: once a kind, in the transaction of the step itself."""

from typing import Any

from storage.database import Record
from storage.sealing import MasterKey, new_master_key
from tests.support.desk import Desk
from tests.support.world import add_account, add_organisation

HEARD = "SELECT m.*, a.kind AS channel_kind FROM message m JOIN channel_account a ON a.id = m.account_id ORDER BY m.id"


async def listen(desk: Desk, organisation: int, kind: str = "webhook", **more: Any) -> int:
    """A listener there; the account's id."""
    account = await add_account(
        desk.db, organisation, kind, f"{kind}-{organisation}", {}, {}, MasterKey(new_master_key())
    )
    row = {"address": "", "severities": ["notice"], "workflows": [], "hears_steps": False} | more
    await desk.db.execute(
        "INSERT INTO listener (organisation_id, account_id, name, address, severities, workflows, hears_steps) "
        "VALUES ($1, $2, 'Ear', $3, $4, $5, $6)",
        organisation,
        account,
        *row.values(),
    )
    return account


async def heard(desk: Desk) -> list[Record]:
    return list(await desk.db.fetch(HEARD))


async def test_each_kind_is_heard_once_however_many_people_are_told(desk: Desk) -> None:
    account = await listen(desk, desk.world.hospital, address="-1001")
    case = await desk.report()
    told = await desk.db.fetch(
        "SELECT * FROM message WHERE kind = 'repair.please_triage' AND person_id IS NOT NULL"
    )
    assert len(told) > 1
    (row,) = await heard(desk)
    assert (row["kind"], row["account_id"], row["address"]) == ("repair.please_triage", account, "-1001")
    assert (row["case_id"], row["severity"], row["valid_while"]) == (case.case_id, "notice", None)
    assert row["variables"] == told[0]["variables"]


async def test_steps_are_heard_as_data_without_names_of_people(desk: Desk) -> None:
    await listen(desk, desk.world.hospital, severities=[], hears_steps=True)
    case = await desk.report()
    (row,) = await heard(desk)
    assert row["kind"] == "case.step"
    wanted = {
        "workflow": "repair",
        "action": "report",
        "from": "",
        "state": case.state,
        "number": case.number,
    }
    assert wanted.items() <= row["variables"].items()
    assert "Reporter" not in str(row["variables"])


async def test_what_does_not_concern_a_listener_is_not_heard(desk: Desk) -> None:
    elsewhere = await add_organisation(desk.db, "hospital", "Second Demo Hospital")
    await listen(desk, elsewhere, hears_steps=True)
    await listen(desk, desk.world.department, "wecom_robot", workflows=["licence"], hears_steps=True)
    await listen(desk, desk.world.hospital, "telegram", severities=["critical"])
    await desk.report()
    assert await heard(desk) == []


async def test_who_has_ended_or_is_switched_off_hears_nothing(desk: Desk) -> None:
    await listen(desk, desk.world.hospital)
    off = await listen(desk, desk.world.department)
    await desk.db.execute(
        "UPDATE listener SET ended_at = now() WHERE organisation_id = $1", desk.world.hospital
    )
    await desk.db.execute("UPDATE channel_account SET active = false WHERE id = $1", off)
    await desk.report()
    assert await heard(desk) == []


async def test_a_group_hears_nothing_that_is_over_while_other_systems_hear_all(desk: Desk) -> None:
    await listen(desk, desk.world.hospital)
    await listen(desk, desk.world.department, "wecom_robot")
    case = await desk.report()
    found = {row["channel_kind"]: row["valid_while"] for row in await heard(desk)}
    assert found == {"webhook": None, "wecom_robot": case.version}
