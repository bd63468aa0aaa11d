"""Audit rows: whose they are, and the form in which a later signature would see them."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from storage.audit import AuditRow, append, canonical
from tests.support.desk import Desk, open_desk


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with open_desk(database_url) as opened:
        yield opened


async def appended(desk: Desk, row: AuditRow) -> Mapping[str, Any]:
    async with desk.db.transaction() as tx:
        await append(tx, row)
    return dict((await desk.db.fetch("SELECT * FROM audit ORDER BY id DESC LIMIT 1"))[0])


def look(desk: Desk) -> AuditRow:
    return AuditRow(
        desk.real.now(), desk.world.head, None, "page", "198.51.100.1", "look", "病人", {"fields": ["名"]}
    )


async def test_a_row_has_the_same_form_whoever_reads_it(desk: Desk) -> None:
    row = await appended(desk, look(desk))
    async with desk.db.transaction() as tx:
        await tx.execute("SET LOCAL TIME ZONE 'Asia/Shanghai'")
        again = dict((await tx.fetch("SELECT * FROM audit"))[0])
    assert canonical(row) == canonical(again)
    assert b'"subject":"\xe7\x97\x85\xe4\xba\xba"' in canonical(row)


@pytest.mark.parametrize(
    "change", [{"subject": "other"}, {"client": "198.51.100.2"}, {"data": {"fields": []}}]
)
async def test_any_other_row_has_another_form(desk: Desk, change: dict[str, Any]) -> None:
    first = await appended(desk, look(desk))
    second = await appended(desk, replace(look(desk), **change))
    assert canonical({**second, "id": first["id"], "at": first["at"]}) != canonical(first)
    assert second["organisation_id"] == first["organisation_id"]
    assert first["id"] < second["id"]


async def test_a_row_without_organisation_belongs_to_that_of_its_case_or_person(desk: Desk) -> None:
    case = await desk.report()
    assert (await appended(desk, look(desk)))["organisation_id"] == desk.world.hospital
    of_case = await appended(desk, replace(look(desk), case_id=case.case_id))
    assert of_case["organisation_id"] == desk.world.department
