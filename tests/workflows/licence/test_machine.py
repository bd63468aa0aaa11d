"""Who may do what with a licence, and what a wrong form is told."""

from datetime import date, timedelta

import pytest

from tests.support.licences import DUPLICATE, NATIONAL, PURCHASE, Licences, shanghai
from workflows.engine import Outcome
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


async def test_each_authority_sets_the_years_of_its_own_class(licences: Licences) -> None:
    for place, suffix, years in (("province", "b", 3), ("nation", "a", 5)):
        value = {"amount": years, "unit": "years"}
        await licences.desk.set_policy(licences.places[place], f"licence.time_limit_{suffix}", value)
    assert (await licences.detail(await licences.register()))["limit_on"] == date(2028, 3, 2)
    national = await licences.register(licence_number=NATIONAL)
    assert (await licences.detail(national))["limit_on"] == date(2030, 3, 2)


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
    assert refused.value.fields == {"licence_number": ("This is already registered.", {})}


async def test_who_applied_does_not_issue(licences: Licences) -> None:
    both = licences.province
    await licences.also(both, licences.desk.world.hospital, Role.EQUIPMENT_HEAD)
    case = await licences.desk.act(
        await licences.purchased(await licences.register()), "apply", both, DUPLICATE
    )
    with pytest.raises(DutiesSeparated):
        await licences.desk.act(case, "issue", both)


AUTHORITYS = {"extend", "set_limit", "lapse", "issue", "send_back", "correct"}


@pytest.mark.parametrize(
    ("number", "authority", "others"),
    [("乙1001100001", "province", ("nation",)), (NATIONAL, "nation", ("province",))],
)
async def test_only_the_issuing_authority_extends_lapses_issues_and_corrects(
    licences: Licences, number: str, authority: str, others: tuple[str, ...]
) -> None:
    case = await licences.applied(await licences.register(licence_number=number))
    assert await offered(licences, case, authority) >= AUTHORITYS
    for person in (*others, "contact", "head", "city", "director"):
        assert not AUTHORITYS & await offered(licences, case, person), person


async def offered(licences: Licences, case: Outcome, person: str) -> set[str]:
    return set(await licences.desk.offers(case, getattr(licences, person)))


async def test_the_other_authority_is_told_whose_licence_it_is(licences: Licences) -> None:
    case = await licences.register(licence_number=NATIONAL)
    with pytest.raises(NotPermitted) as refused:
        await licences.extend(case, "2028-01-01")
    assert "category A are the national authority's" in refused.value.say(str)


@pytest.mark.parametrize(("number", "authority"), [("乙1001100001", "province"), (NATIONAL, "nation")])
async def test_an_application_is_on_the_list_of_the_authority_that_issues(
    licences: Licences, number: str, authority: str
) -> None:
    case = await licences.applied(await licences.register(licence_number=number))
    lists = {
        who: [line.number for line in await licences.desk.cases.todo(await licences.desk.viewer(person))]
        for who, person in (("province", licences.province), ("nation", licences.nation))
    }
    assert lists == {who: [case.number] if who == authority else [] for who in lists}


@pytest.mark.parametrize(("number", "authority"), [("乙1001100001", "province"), (NATIONAL, "nation")])
async def test_the_authority_hears_of_an_application_and_the_unit_that_it_is_not_its_turn(
    licences: Licences, number: str, authority: str
) -> None:
    case = await licences.applied(await licences.register(licence_number=number))
    assert set(await licences.desk.told(case)) == {
        ("please_issue", getattr(licences, authority)),
        ("applied", licences.contact),
        ("applied", licences.head),
    }


async def test_of_the_issue_unit_and_city_hear(licences: Licences) -> None:
    case = await licences.issued(await licences.register())
    people = {person for _, person in await licences.desk.told(case)}
    assert people == {licences.contact, licences.head, licences.city}


async def test_the_original_keeps_its_own_ladder_type(licences: Licences) -> None:
    case = await licences.purchased(await licences.register(ladder_type="临床研究型"))
    form = {**DUPLICATE, "duplicate_ladder_type": "科研型"}
    case = await licences.desk.act(case, "apply", licences.contact, form)
    detail = await licences.detail(case)
    assert (detail["ladder_type"], detail["duplicate_ladder_type"]) == ("临床研究型", "科研型")
    said = await licences.desk.value("SELECT variables FROM message WHERE kind = 'licence.please_issue'")
    assert (said["ladder_original"], said["ladder_applied"]) == ("临床研究型", "科研型")


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


async def test_a_complete_licence_has_no_limit_any_more(licences: Licences) -> None:
    case = await licences.issued(await licences.register())
    offers = set(await licences.desk.offers(case, licences.province))
    assert offers == {"propose_duplicate", "correct", "remark"}
    with pytest.raises(NotOpen):
        await licences.extend(case, "2028-01-01")


WRONG = [
    ("purchase", "issued", PURCHASE, "purchased_on", "2026-03-03", "This date is in the future."),
    ("purchase", "issued", PURCHASE, "purchased_on", "2025-03-01", "This is before the licence was issued."),
    ("apply", "purchased", DUPLICATE, "installed_on", "2026-02-28", "This is before the purchase."),
    ("apply", "purchased", DUPLICATE, "installed_on", "2026-03-03", "This date is in the future."),
    ("apply", "purchased", DUPLICATE, "reported_on", "2026-02-28", "This is before the installation."),
    ("acknowledge", "issued", {}, "planned_on", "2026-03-01", "This date has already passed."),
    (
        "extend",
        "issued",
        {"reason": "late"},
        "limit_on",
        "2027-03-02",
        "This is not later than the current time limit.",
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
