"""Who may do what with a licence, and what a wrong form is told."""

from datetime import date, timedelta

import pytest

from tests.support.licences import DUPLICATE, PURCHASE, Licences, shanghai
from workflows.errors import DutiesSeparated, FormInvalid, NotOpen, NotPermitted
from workflows.identity.roles import Role


async def test_a_licence_goes_from_the_original_to_the_duplicate(licences: Licences) -> None:
    case = await licences.issued(await licences.register())
    detail = await licences.detail(case)
    assert case.state == "duplicate_issued"
    assert (detail["category"], detail["maker"], detail["contract"]) == (
        "B",
        "Demo Medical",
        "Demo contract 1",
    )
    assert detail["duplicate_issued_on"] == date(2026, 3, 2)
    assert len(detail["public_key"]) == 22


@pytest.mark.parametrize(
    ("issued_on", "limit"), [("2025-03-02", date(2027, 3, 2)), ("2024-02-29", date(2026, 2, 28))]
)
async def test_the_limit_is_two_years_after_the_issue(
    licences: Licences, issued_on: str, limit: date
) -> None:
    assert (await licences.detail(await licences.register(issued_on)))["limit_on"] == limit


async def test_the_years_are_the_authoritys(licences: Licences) -> None:
    policy = {"amount": 3, "unit": "years"}
    await licences.desk.set_policy(licences.desk.world.hospital, "licence.time_limit", policy)
    assert (await licences.detail(await licences.register()))["limit_on"] == date(2028, 3, 2)


@pytest.mark.parametrize("role", ["contact", "city", "province"])
async def test_originals_are_registered_by_contact_and_officers(licences: Licences, role: str) -> None:
    assert (await licences.register(by=getattr(licences, role))).state == "issued"


async def test_nobody_else_registers_originals(licences: Licences) -> None:
    for person in (licences.director, licences.desk.world.engineer, licences.desk.stranger):
        with pytest.raises(NotPermitted):
            await licences.register(by=person)
    assert await licences.desk.value("SELECT count(*) FROM work_case") == 0


async def test_a_licence_number_is_registered_once(licences: Licences) -> None:
    await licences.register(licence_number="乙1001100009")
    with pytest.raises(FormInvalid) as refused:
        await licences.register(licence_number="乙1001100009")
    assert refused.value.fields == {"licence_number": ("This is registered already.", {})}


async def test_a_corrected_number_may_not_be_that_of_another(licences: Licences) -> None:
    await licences.register(licence_number="乙1001100009")
    case = await licences.register()
    corrected = {**await licences.original(case), "licence_number": "乙1001100009"}
    with pytest.raises(FormInvalid) as refused:
        await licences.desk.act(case, "correct", licences.contact, corrected)
    assert list(refused.value.fields) == ["licence_number"]


async def test_who_applied_does_not_issue(licences: Licences) -> None:
    both = licences.province
    await licences.desk.db.execute(
        "INSERT INTO post (person_id, organisation_id, role, starts_at) VALUES ($1, $2, $3, '2020-01-01')",
        both,
        licences.desk.world.hospital,
        Role.EQUIPMENT_HEAD,
    )
    case = await licences.desk.act(
        await licences.purchased(await licences.register()), "apply", both, DUPLICATE
    )
    with pytest.raises(DutiesSeparated):
        await licences.desk.act(case, "issue", both)


async def test_only_the_province_extends_lapses_and_issues(licences: Licences) -> None:
    case = await licences.applied(await licences.register())
    assert {"extend", "lapse", "issue"} <= set(await licences.desk.offers(case, licences.province))
    for person in (licences.contact, licences.head, licences.city):
        assert not {"extend", "lapse", "issue"} & set(await licences.desk.offers(case, person))


async def test_the_province_hears_of_an_application_and_the_unit_of_the_issue(licences: Licences) -> None:
    case = await licences.applied(await licences.register())
    assert await licences.desk.told(case) == [("please_issue", licences.province)]
    case = await licences.desk.act(case, "issue", licences.province)
    assert {person for _, person in await licences.desk.told(case)} == {
        licences.contact,
        licences.head,
        licences.city,
    }


async def test_a_lapsed_licence_comes_back_where_it_was(licences: Licences) -> None:
    came_back = []
    for case in (
        await licences.register(),
        await licences.purchased(await licences.register()),
        await licences.applied(await licences.register()),
    ):
        lapsed = await licences.desk.act(case, "lapse", licences.province, {"reason": "a mistake"})
        came_back.append(((await licences.extend(lapsed, "2027-12-31")).state, case.state))
    assert [now for now, _ in came_back] == [before for _, before in came_back]


async def test_an_application_that_does_not_fit_is_sent_back_and_made_anew(licences: Licences) -> None:
    case = await licences.applied(await licences.register())
    with pytest.raises(NotPermitted):
        await licences.desk.act(case, "send_back", licences.contact, {"reason": "r"})
    back = await licences.desk.act(case, "send_back", licences.province, {"reason": "another serial number"})
    assert back.state == "purchased"
    assert ("sent_back", licences.contact) in await licences.desk.told(back)
    anew = await licences.desk.act(back, "apply", licences.contact, {**DUPLICATE, "serial": "S-2"})
    assert (anew.state, (await licences.detail(anew))["serial"]) == ("duplicate_applied", "S-2")


async def test_what_was_sent_back_and_lapsed_comes_back_without_its_application(licences: Licences) -> None:
    case = await licences.applied(await licences.register())
    for action in ("send_back", "lapse"):
        case = await licences.desk.act(case, action, licences.province, {"reason": "r"})
    assert (await licences.extend(case, "2028-01-01")).state == "purchased"


async def test_a_remark_on_a_complete_licence_leaves_when_it_was_closed(licences: Licences) -> None:
    case = await licences.issued(await licences.register())
    closed = "SELECT closed_at FROM work_case WHERE id = $1"
    before = await licences.desk.value(closed, case.case_id)
    licences.desk.real.forward(timedelta(days=1))
    await licences.desk.act(case, "remark", licences.contact, {"remark": "filed"})
    assert before is not None
    assert await licences.desk.value(closed, case.case_id) == before


async def test_a_complete_licence_takes_remarks_alone(licences: Licences) -> None:
    case = await licences.issued(await licences.register())
    assert await licences.desk.offers(case, licences.province) == ["remark"]
    with pytest.raises(NotOpen):
        await licences.extend(case, "2028-01-01")


WRONG = [
    ("purchase", "issued", PURCHASE, "purchased_on", "2026-03-03", "This day has not come yet."),
    ("purchase", "issued", PURCHASE, "purchased_on", "2025-03-01", "This is before the licence was issued."),
    ("apply", "purchased", DUPLICATE, "installed_on", "2026-02-28", "This is before the purchase."),
    ("apply", "purchased", DUPLICATE, "installed_on", "2026-03-03", "This day has not come yet."),
    ("apply", "purchased", DUPLICATE, "reported_on", "2026-02-28", "This is before the installation."),
    ("acknowledge", "issued", {}, "planned_on", "2026-03-01", "This day is past already."),
    (
        "extend",
        "issued",
        {"reason": "late"},
        "limit_on",
        "2027-03-02",
        "This is not later than the present limit.",
    ),
]


async def test_days_that_cannot_be_are_said_at_their_field(licences: Licences) -> None:
    cases = {
        "issued": await licences.register(),
        "purchased": await licences.purchased(await licences.register()),
    }
    for action, state, data, field, value, text in WRONG:
        by = licences.province if action == "extend" else licences.contact
        with pytest.raises(FormInvalid) as refused:
            await licences.desk.act(cases[state], action, by, {**data, field: value})
        assert refused.value.fields[field] == (text, {})


async def test_an_original_is_not_issued_in_the_future(licences: Licences) -> None:
    with pytest.raises(FormInvalid) as refused:
        await licences.register("2026-03-03")
    assert list(refused.value.fields) == ["issued_on"]


async def test_past_the_limit_a_plan_may_be_a_month_ahead_at_most(licences: Licences) -> None:
    case = await licences.register()
    await licences.be(shanghai("2027-03-05"))
    await licences.desk.act(case, "acknowledge", licences.contact, {"planned_on": "2027-04-05"})
    with pytest.raises(FormInvalid):
        await licences.desk.act(case, "acknowledge", licences.contact, {"planned_on": "2027-04-06"})


async def test_a_correction_keeps_an_extended_limit(licences: Licences) -> None:
    case = await licences.extend(await licences.register(), "2027-12-31")
    corrected = {**await licences.original(case), "issued_on": "2025-03-01"}
    case = await licences.desk.act(case, "correct", licences.city, corrected)
    assert (await licences.detail(case))["limit_on"] == date(2027, 12, 31)


async def test_a_correction_keeps_a_limit_that_was_extended_by_a_whole_year(licences: Licences) -> None:
    case = await licences.extend(await licences.register("2025-03-02"), "2028-03-02")
    corrected = {**await licences.original(case), "issued_on": "2025-03-01"}
    case = await licences.desk.act(case, "correct", licences.city, corrected)
    assert (await licences.detail(case))["limit_on"] == date(2028, 3, 2)


async def test_a_correction_moves_the_limit_by_the_years_that_were_given(licences: Licences) -> None:
    case = await licences.register("2025-03-02")
    policy = {"amount": 3, "unit": "years"}
    await licences.desk.set_policy(licences.desk.world.hospital, "licence.time_limit", policy)
    corrected = {**await licences.original(case), "issued_on": "2025-02-28"}
    case = await licences.desk.act(case, "correct", licences.city, corrected)
    assert (await licences.detail(case))["limit_on"] == date(2027, 2, 28)
