"""The case page: exactly the viewer's actions, and an answer to everything that cannot be done."""

import re

from tests.support.pages import Answer, Pages, Visitor
from workflows.engine import Outcome

TRIAGE = {"urgency": "urgent", "diagnosis": "Tube worn", "estimate": "1200"}


def actions_on(page: Answer, base: str) -> set[str]:
    """The actions that the page offers, as buttons or links."""
    return set(re.findall(rf'(?:action|href)="{re.escape(base)}/([a-z_]+)"', page.text))


async def triaged(pages: Pages) -> Outcome:
    case = await pages.report(pages.world.reporter)
    return await pages.act(case, "triage", pages.world.engineer, **TRIAGE)


async def repaired(pages: Pages) -> Outcome:
    case = await triaged(pages)
    await pages.act(case, "start", pages.world.engineer)
    return await pages.act(case, "finish", pages.world.engineer, work_done="New tube", cost="1100")


async def awaiting_approval(pages: Pages) -> Outcome:
    case = await pages.report(pages.world.reporter)
    return await pages.act(case, "triage", pages.world.engineer, **{**TRIAGE, "estimate": "80000"})


async def press(visitor: Visitor, case: Outcome, action: str, **fields: str) -> Answer:
    """Open the action's form and send it, as one does on the phone."""
    await visitor.get(f"/cases/{case.number}/{action}")
    return await visitor.post(f"/cases/{case.number}/{action}", fields)


async def test_the_to_do_list_names_what_waits_and_leads_to_it(pages: Pages) -> None:
    case = await pages.report(pages.world.reporter)
    page = await (await pages.person(pages.world.engineer)).get("/todo")
    assert "Waiting for you: 1" in page.text
    assert f'href="/cases/{case.number}"' in page.text


async def test_an_empty_to_do_list_says_what_to_do_next(pages: Pages) -> None:
    page = await (await pages.person(pages.world.engineer)).get("/todo")
    assert "Nothing is waiting for you." in page.text
    assert 'href="/devices"' in page.text


async def test_each_viewer_is_offered_exactly_their_actions(pages: Pages) -> None:
    case = await awaiting_approval(pages)
    base = f"/cases/{case.number}"
    head = await (await pages.person(pages.world.head)).get(base)
    nurse = await (await pages.person(pages.world.reporter)).get(base)
    assert actions_on(head, base) == {"approve", "reject", "assign", "cancel", "remark", "raise", "stopped"}
    assert actions_on(nurse, base) == {"remark"}


async def test_the_first_action_of_the_table_is_the_one_big_button(pages: Pages) -> None:
    case = await awaiting_approval(pages)
    page = await (await pages.person(pages.world.head)).get(f"/cases/{case.number}")
    assert re.findall(r'weui-btn_primary">([^<]+)<', page.text) == ["Approve"]


async def test_a_one_press_action_works_from_the_case_page(pages: Pages) -> None:
    case = await awaiting_approval(pages)
    head = await pages.person(pages.world.head)
    await head.get(f"/cases/{case.number}")
    answer = await head.post(f"/cases/{case.number}/approve", {})
    assert (answer.status, answer.location) == (303, f"/cases/{case.number}")
    assert "Ready for repair" in (await head.get(answer.location)).text


async def test_the_whole_repair_is_done_on_pages(pages: Pages) -> None:
    case = await pages.report(pages.world.reporter)
    engineer, nurse = await pages.person(pages.world.engineer), await pages.person(pages.world.reporter)
    assert (await press(engineer, case, "triage", **TRIAGE)).status == 303
    assert (await press(engineer, case, "start")).status == 303
    assert (await press(engineer, case, "finish", work_done="New tube", cost="1100")).status == 303
    assert (await press(nurse, case, "confirm")).status == 303
    page = await nurse.get(f"/cases/{case.number}")
    assert "tone-done" in page.text
    assert "confirmed that it works" in page.text


async def test_the_technician_is_chosen_from_those_who_may(pages: Pages) -> None:
    case = await pages.report(pages.world.reporter)
    head = await pages.person(pages.world.head)
    form = await head.get(f"/cases/{case.number}/triage")
    assert "Second Engineer" in form.text
    assert "Please choose" in form.text
    answer = await head.post(
        f"/cases/{case.number}/triage", {**TRIAGE, "technician": str(pages.world.second_engineer)}
    )
    assert answer.status == 303
    assert "Second Engineer" in (await head.get(answer.location)).text


async def test_a_wrong_field_is_marked_and_everything_typed_stays(pages: Pages) -> None:
    case = await pages.report(pages.world.reporter)
    engineer = await pages.person(pages.world.engineer)
    answer = await press(engineer, case, "triage", **{**TRIAGE, "estimate": "a lot"})
    assert answer.status == 422
    assert "Please give a number" in answer.text
    assert 'value="a lot"' in answer.text
    assert "Tube worn" in answer.text
    assert 'value="urgent" checked' in answer.text


async def test_a_form_that_became_stale_is_answered_with_who_did_what_and_the_words_are_kept(
    pages: Pages,
) -> None:
    case = await pages.report(pages.world.reporter)
    engineer = await pages.person(pages.world.engineer)
    await engineer.get(f"/cases/{case.number}/triage")
    await pages.act(case, "triage", pages.world.second_engineer, **TRIAGE)
    answer = await engineer.post(f"/cases/{case.number}/triage", {**TRIAGE, "diagnosis": "My own words"})
    assert answer.status == 409
    assert "Second Engineer has done this in the meantime" in answer.text
    assert "My own words" in answer.text


async def test_of_two_managers_at_once_the_second_is_told_what_the_first_did(pages: Pages) -> None:
    case = await awaiting_approval(pages)
    head = await pages.person(pages.world.head)
    await head.get(f"/cases/{case.number}")
    await pages.act(case, "reject", pages.world.head, reason="Too dear")
    answer = await head.post(f"/cases/{case.number}/approve", {})
    assert answer.status == 409
    assert "Rejected" in answer.text


async def test_a_remark_that_somebody_added_meanwhile_disturbs_nobody(pages: Pages) -> None:
    case = await awaiting_approval(pages)
    head = await pages.person(pages.world.head)
    await head.get(f"/cases/{case.number}")
    await pages.act(case, "remark", pages.world.engineer, remark="Urgent, please")
    assert (await head.post(f"/cases/{case.number}/approve", {})).status == 303


async def test_the_same_press_twice_is_done_once(pages: Pages) -> None:
    case = await triaged(pages)
    engineer = await pages.person(pages.world.engineer)
    await engineer.get(f"/cases/{case.number}/remark")
    answers = [await engineer.post(f"/cases/{case.number}/remark", {"remark": "Once"}) for _ in range(2)]
    assert [answer.status for answer in answers] == [303, 303]
    assert len(await pages.db.fetch("SELECT 1 FROM step WHERE action = 'remark'")) == 1


async def test_who_lacks_the_right_gets_403_and_nothing_happens(pages: Pages) -> None:
    case = await pages.report(pages.world.reporter)
    nurse = await pages.person(pages.world.reporter)
    await nurse.get(f"/cases/{case.number}/cancel")
    answer = await nurse.post(f"/cases/{case.number}/triage", TRIAGE)
    assert answer.status == 403
    assert "You do not have the right" in answer.text
    assert (await nurse.get(f"/cases/{case.number}/triage")).status == 403


async def test_an_action_that_is_over_is_answered_with_the_case(pages: Pages) -> None:
    case = await triaged(pages)
    page = await (await pages.person(pages.world.engineer)).get(f"/cases/{case.number}/triage")
    assert page.status == 409
    assert "no longer possible" in page.text


async def test_unknown_cases_actions_and_numbers_are_not_found(pages: Pages) -> None:
    case = await pages.report(pages.world.reporter)
    nurse = await pages.person(pages.world.reporter)
    paths = ("/cases/WX2026-999999", "/cases/nonsense", f"/cases/{case.number}/explode", "/no/such/page")
    assert [(await nurse.get(path)).status for path in paths] == [404] * 4


async def test_a_form_without_its_key_is_refused_and_the_words_are_kept(pages: Pages) -> None:
    case = await triaged(pages)
    engineer = await pages.person(pages.world.engineer)
    await engineer.get(f"/cases/{case.number}/remark")
    answer = await engineer.post(f"/cases/{case.number}/remark", {"remark": "My words", "key": "short"})
    assert answer.status == 400
    assert "not complete" in answer.text
    assert "My words" in answer.text


async def test_the_timeline_tells_what_was_filled_in_and_what_was_told_to_whom(pages: Pages) -> None:
    case = await triaged(pages)
    page = await (await pages.person(pages.world.engineer)).get(f"/cases/{case.number}")
    assert "assessed and assigned it" in page.text
    assert "Tube worn" in page.text
    assert "phone page" in page.text
    assert "waiting to be sent" in page.text


async def test_lists_show_open_cases_unless_all_are_wanted(pages: Pages) -> None:
    case = await repaired(pages)
    await pages.act(case, "confirm", pages.world.reporter)
    engineer = await pages.person(pages.world.engineer)
    assert "0 of 0 are shown." in (await engineer.get("/cases")).text
    assert case.number in (await engineer.get("/cases?all=1")).text


async def test_a_passed_deadline_is_said_in_a_word(pages: Pages) -> None:
    case = await pages.report(pages.world.reporter)
    await pages.db.execute("UPDATE timer SET due_at = due_at - interval '1 day'")
    page = await (await pages.person(pages.world.engineer)).get(f"/cases/{case.number}")
    assert "Overdue" in page.text


async def test_a_deadline_in_a_year_without_published_make_up_days_is_provisional(pages: Pages) -> None:
    case = await pages.report(pages.world.reporter)
    await pages.db.execute("UPDATE timer SET due_at = due_at + interval '20 years'")
    page = await (await pages.person(pages.world.engineer)).get(f"/cases/{case.number}")
    assert "provisional" in page.text
