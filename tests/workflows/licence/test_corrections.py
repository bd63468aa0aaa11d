"""What the issuing authority wrote is changed by it alone: the unit proposes, the authority sees both sides."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.support.licences import NATIONAL, Licences, shanghai
from workflows.engine import Outcome
from workflows.errors import DutiesSeparated, FormInvalid, NotOpen, NotPermitted, Stale
from workflows.identity.roles import Role

EARLIER = {"issued_on": "2024-09-30"}


async def proposed(licences: Licences, case: Outcome, by: int | None = None, **changes: Any) -> Outcome:
    form = {**await licences.original(case), "reason": "misread", **(changes or EARLIER)}
    return await licences.desk.act(case, "propose", licences.contact if by is None else by, form)


async def last_data(licences: Licences, case: Outcome) -> dict[str, Any]:
    sql = "SELECT data FROM step WHERE case_id = $1 ORDER BY id DESC LIMIT 1"
    return dict(await licences.desk.value(sql, case.case_id))


async def record(licences: Licences, case: Outcome) -> tuple[date, date]:
    detail = await licences.detail(case)
    return detail["issued_on"], detail["limit_on"]


async def test_a_unit_changes_nothing_of_what_the_authority_wrote(licences: Licences) -> None:
    case = await licences.register()
    corrected = {**await licences.original(case), **EARLIER, "reason": "misread"}
    for person in (licences.contact, licences.head, licences.city, licences.nation):
        with pytest.raises(NotPermitted):
            await licences.desk.act(case, "correct", person, corrected)
    case = await proposed(licences, case)
    assert await record(licences, case) == (date(2025, 3, 2), date(2027, 3, 2))


@pytest.mark.parametrize(("number", "authority"), [("乙1001100001", "province"), (NATIONAL, "nation")])
async def test_the_authority_approves_and_the_limit_stays(
    licences: Licences, number: str, authority: str
) -> None:
    who = getattr(licences, authority)
    case = await proposed(licences, await licences.register(licence_number=number))
    assert await licences.desk.told(case) == [("proposed", who)]
    case = await licences.desk.act(case, "approve", who)
    assert await record(licences, case) == (date(2024, 9, 30), date(2027, 3, 2))
    sides = await last_data(licences, case)
    assert (sides["before"], sides["after"]) == ({"issued_on": "2025-03-02"}, EARLIER)
    assert ("corrected", licences.head) in await licences.desk.told(case)


async def test_the_authority_refuses_with_a_reason(licences: Licences) -> None:
    case = await proposed(licences, await licences.register())
    with pytest.raises(FormInvalid):
        await licences.desk.act(case, "refuse", licences.province)
    case = await licences.desk.act(case, "refuse", licences.province, {"reason": "it is right"})
    assert await record(licences, case) == (date(2025, 3, 2), date(2027, 3, 2))
    assert (await last_data(licences, case))["reason"] == "it is right"
    assert ("refused", licences.contact) in await licences.desk.told(case)
    assert "propose" in await licences.desk.offers(case, licences.contact)


async def test_what_was_replaced_meanwhile_is_not_approved_unseen(licences: Licences) -> None:
    seen = await proposed(licences, await licences.register())
    case = await licences.desk.act(seen, "withdraw", licences.contact)
    case = await proposed(licences, case, issued_on="2023-01-01")
    with pytest.raises(Stale):
        await licences.desk.act(seen, "approve", licences.province)
    await licences.desk.act(case, "approve", licences.province)


async def test_a_proposal_is_stale_once_the_record_has_moved(licences: Licences) -> None:
    case = await proposed(licences, await licences.register())
    own = {**await licences.original(case), "issued_on": "2025-01-01", "reason": "from the register"}
    case = await licences.desk.act(case, "correct", licences.province, own)
    assert "approve" not in await licences.desk.offers(case, licences.province)
    with pytest.raises(NotOpen) as refused:
        await licences.desk.act(case, "approve", licences.province)
    assert "has changed since" in refused.value.text
    assert await record(licences, case) == (date(2025, 1, 1), date(2027, 3, 2))


async def test_dates_that_do_not_fit_are_refused_when_proposed_and_when_approved(licences: Licences) -> None:
    bought = await licences.purchased(await licences.register())
    with pytest.raises(FormInvalid) as refused:
        await proposed(licences, bought, issued_on="2026-03-02")
    assert refused.value.fields["issued_on"][0] == "The device was bought before this day."
    case = await proposed(licences, await licences.register(), issued_on="2026-03-02")
    case = await licences.purchased(case)
    with pytest.raises(NotOpen) as late:
        await licences.desk.act(case, "approve", licences.province)
    assert "does not match" in late.value.text


async def test_who_proposed_does_not_approve(licences: Licences) -> None:
    await licences.also(licences.province, licences.desk.world.hospital, Role.LICENCE_CONTACT)
    case = await proposed(licences, await licences.register(), by=licences.province)
    with pytest.raises(DutiesSeparated):
        await licences.desk.act(case, "approve", licences.province)


async def test_a_proposal_of_nothing_is_none(licences: Licences) -> None:
    with pytest.raises(FormInvalid) as refused:
        await proposed(licences, await licences.register(), device_name="PET/CT")
    assert list(refused.value.fields) == ["reason"]


async def test_a_corrected_number_may_not_be_that_of_another(licences: Licences) -> None:
    await licences.register(licence_number="乙1001100009")
    case = await proposed(licences, await licences.register(), licence_number="乙1001100009")
    with pytest.raises(FormInvalid) as refused:
        await licences.desk.act(case, "approve", licences.province)
    assert list(refused.value.fields) == ["licence_number"]


async def test_while_a_correction_waits_the_licence_is_reminded_of_all_the_same(licences: Licences) -> None:
    case = await licences.register("2024-03-20")
    await proposed(licences, case, issued_on="2025-03-20")
    await licences.desk.deadlines.run_due()
    assert ("2026-03-02 09:00", "orange") in await licences.told_on()


async def test_a_correction_that_nobody_answers_comes_up_again(licences: Licences) -> None:
    await proposed(licences, await licences.register())
    await licences.live_until(shanghai("2026-03-31"))
    assert (
        await licences.desk.value("SELECT person_id FROM message WHERE kind = 'licence.proposal_due'")
        == licences.province
    )


async def test_an_answered_correction_does_not(licences: Licences) -> None:
    case = await proposed(licences, await licences.register())
    await licences.desk.act(case, "refuse", licences.province, {"reason": "it is right"})
    await licences.live_until(shanghai("2026-05-01"))
    assert await licences.desk.value("SELECT count(*) FROM message WHERE kind = 'licence.proposal_due'") == 0


async def test_the_limit_is_set_by_an_act_of_its_own(licences: Licences) -> None:
    case = await licences.register()
    form = {"limit_on": "2026-09-30", "reason": "two years from the issue"}
    with pytest.raises(NotPermitted):
        await licences.desk.act(case, "set_limit", licences.contact, form)
    case = await licences.desk.act(case, "set_limit", licences.province, form)
    assert (await record(licences, case))[1] == date(2026, 9, 30)
    data = await last_data(licences, case)
    assert (data["before"], data["after"]) == ({"limit_on": "2027-03-02"}, {"limit_on": "2026-09-30"})
    await licences.live_until(shanghai("2026-03-31"))
    assert await licences.told_on() == [("2026-03-30 09:00", "blue")]


async def test_a_wrong_serial_is_corrected_after_the_issue_with_a_second_person(licences: Licences) -> None:
    case = await licences.issued(await licences.register())
    detail = await licences.detail(case)
    names = ("maker", "model", "serial", "installed_on", "reported_on")
    form = {name: str(detail[name]) for name in names} | {"serial": "DEMO-2", "reason": "misread"}
    case = await licences.desk.act(case, "propose_duplicate", licences.contact, form)
    assert (await licences.detail(case))["serial"] == "DEMO-1"
    with pytest.raises(NotPermitted):
        await licences.desk.act(case, "approve", licences.head)
    closed = await licences.desk.value("SELECT closed_at FROM work_case WHERE id = $1", case.case_id)
    licences.desk.real.forward(timedelta(days=1))
    case = await licences.desk.act(case, "approve", licences.province)
    assert (await licences.detail(case))["serial"] == "DEMO-2"
    assert (await last_data(licences, case))["before"] == {"serial": "DEMO-1"}
    assert await licences.desk.value("SELECT closed_at FROM work_case WHERE id = $1", case.case_id) == closed
