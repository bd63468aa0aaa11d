"""Every copy of a card says who decided."""

import asyncio
from datetime import timedelta
from typing import Any

from notifier.retry import retry_delay
from storage.kinds import Vocabulary
from tests.support.mishaps import Paused
from tests.support.outside import Outside
from tests.support.world import LONG_AGO
from workflows.engine import Outcome
from workflows.identity.roles import Role


async def cards_out(around: Outside) -> Outcome:
    """The card lies on the phones of two heads."""
    await around.db.execute(
        "INSERT INTO post (person_id, organisation_id, role, starts_at) VALUES ($1, $2, $3, $4)",
        around.world.department_head,
        around.world.hospital,
        Role.EQUIPMENT_HEAD,
        LONG_AGO,
    )
    case = await around.awaiting_approval()
    await around.drain()
    await around.notifier.decided.run_due()  # what the engineers were told of the fault
    return case


async def words(around: Outside) -> list[str | None]:
    """Who decided, as each phone says it: in the place of the buttons, or on a card that has none any more."""
    cards = [(await around.phone(user))[0] for user in ("head", "department_head")]
    said = [card["replace_name"] or card["body"].get("sub_title_text") for card in cards]
    return [None if words and words.startswith("Deadline: ") else words for words in said]


async def test_every_copy_says_who_decided(around: Outside) -> None:
    await around.act(await cards_out(around), "approve", "head")
    assert await around.notifier.decided.run_due() == 2
    first, second = await words(around)
    assert first == second
    assert first is not None
    assert first.lower().startswith("approved: head")
    assert await around.notifier.decided.run_due() == 0, "once each"


async def test_a_notice_that_asked_for_a_form_says_who_filled_it_in(around: Outside) -> None:
    case = await around.report()
    await around.drain()
    notices = [(await around.phone(user))[0] for user in ("engineer", "second_engineer")]
    menus = [[item["text"] for item in n["body"]["action_menu"]["action_list"]] for n in notices]
    assert menus == [["I have read this"]] * 2
    await around.triage(case, "0")
    assert await around.notifier.decided.run_due() == 2
    for user in ("engineer", "second_engineer"):
        body = (await around.phone(user))[0]["body"]
        assert ("Engineer" in body["sub_title_text"], "action_menu" in body) == (True, False)


async def test_card_of_an_undecided_case_stays_as_it_is(around: Outside) -> None:
    case = await cards_out(around)
    await around.act(case, "remark", "engineer", remark="waiting")
    assert await around.notifier.decided.run_due() == 0
    assert await words(around) == [None, None]


async def test_card_older_than_72_hours_is_left_as_it_is(around: Outside) -> None:
    case = await cards_out(around)
    around.clock.forward(timedelta(hours=73))
    await around.act(case, "approve", "head")
    assert await around.notifier.decided.run_due() == 2
    assert await words(around) == [None, None]
    assert await around.notifier.decided.run_due() == 0


async def test_update_that_is_refused_for_now_is_tried_again(around: Outside) -> None:
    await around.act(await cards_out(around), "approve", "head")
    await around.faults(wecom={"unavailable": True})
    await around.notifier.decided.run_due()
    await around.faults(reset=True)
    assert await around.notifier.decided.run_due() == 0, "not at once"
    around.clock.forward(retry_delay(1, 0.5))
    assert await around.notifier.decided.run_due() == 2
    assert None not in await words(around)


async def test_update_waits_until_the_account_is_mended(around: Outside) -> None:
    await around.act(await cards_out(around), "approve", "head")
    await around.faults(wecom={"ip_block": True})
    await around.notifier.decided.run_due()
    await around.faults(reset=True)
    around.clock.forward(timedelta(minutes=15))
    assert await around.notifier.decided.run_due() == 2
    assert None not in await words(around)


async def test_code_that_was_used_already_is_not_tried_again(around: Outside) -> None:
    await around.act(await cards_out(around), "approve", "head")
    await around.db.execute("UPDATE delivery SET update_code = 'used' WHERE update_code IS NOT NULL")
    assert await around.notifier.decided.run_due() == 2
    around.clock.forward(timedelta(hours=1))
    assert await around.notifier.decided.run_due() == 0


async def test_decision_that_this_version_has_no_words_for_is_left_to_another(around: Outside) -> None:
    await around.act(await cards_out(around), "approve", "head")
    older = around.process(vocabulary=Vocabulary(around.vocabulary, {}))
    await older.decided.run_due()
    assert await words(around) == [None, None]
    around.clock.forward(timedelta(minutes=1))
    await around.notifier.decided.run_due()
    assert None not in await words(around)


async def test_two_processes_update_each_card_once(around: Outside) -> None:
    await around.act(await cards_out(around), "approve", "head")
    other = around.process()
    tried = [await around.notifier.decided.run_due(), await other.decided.run_due()]
    assert tried == [2, 0]


async def test_messages_that_wait_for_no_answer_are_never_updated(around: Outside) -> None:
    await around.triage(await around.report())
    await around.drain()
    case: dict[str, Any] = (await around.phone("reporter"))[0]
    await around.notifier.decided.run_due()
    assert case["updates"] == (await around.phone("reporter"))[0]["updates"] == []


async def test_what_is_never_changed_is_not_looked_at_each_second(around: Outside) -> None:
    await around.report_to_reporter()
    await around.drain()
    (card,) = await around.phone("reporter")
    assert card["body"]["action_menu"], "WeCom gave a code for it"
    assert await around.db.fetch("SELECT 1 FROM delivery WHERE update_code IS NOT NULL") == []


async def test_card_that_was_on_its_way_while_the_case_was_decided_says_so_as_well(around: Outside) -> None:
    case = await around.awaiting_approval()
    await around.notifier.decided.run_due()
    paused = Paused(around.channels["wecom"])
    sending = asyncio.create_task(around.process(wecom=paused).dispatcher.drain())
    await paused.stopped.wait()
    await around.act(case, "approve", "head")
    assert await around.notifier.decided.run_due() == 0, "nothing has arrived yet"
    paused.go_on.set()
    await sending
    assert await around.notifier.decided.run_due() == 1
