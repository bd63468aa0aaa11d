"""From the case to the phone, on each kind of road."""

import pytest

from tests.support.outside import PAGES, VISITOR, Outside


async def test_card_reaches_the_phone_with_its_buttons(around: Outside) -> None:
    await around.awaiting_approval()
    await around.drain()
    (card,) = await around.phone("head")
    assert card["body"]["card_type"] == "button_interaction"
    assert card["body"]["main_title"]["title"] == "Repair of CT scanner to be approved"
    buttons = {button["text"]: button for button in card["body"]["button_list"]}
    assert buttons["Approve"]["key"] == "approve"
    assert buttons["Reject"]["url"].endswith("/reject"), "what asks for a reason opens a page"
    assert card["active"]


async def test_message_without_an_answer_is_a_card_that_opens_the_case(around: Outside) -> None:
    case = await around.report()
    await around.drain()
    (card,) = await around.phone("reporter")
    assert card["body"]["card_type"] == "text_notice"
    assert card["body"]["card_action"]["url"] == f"{PAGES}/cases/{case.number}"


async def test_a_way_that_was_ended_is_passed_over(around: Outside) -> None:
    await around.db.execute("UPDATE contact_point SET ended_at = now() WHERE rank = 1")
    await around.report()
    await around.drain()
    assert await around.phone("reporter") == []
    assert len(await around.mails("reporter")) == 1


async def test_mails_of_a_case_are_one_thread(around: Outside) -> None:
    await around.db.execute("DELETE FROM contact_point WHERE rank = 1")
    case = await around.report()
    await around.drain()
    await around.triage(case)
    await around.drain()
    first, second = await around.mails("reporter")
    assert first["headers"]["References"] == second["headers"]["References"]
    assert case.number in first["headers"]["References"]
    assert first["headers"]["Message-ID"] != second["headers"]["Message-ID"]
    assert first["subject"].startswith(f"[{case.number}]")


async def test_account_without_a_callback_gets_the_answer_as_a_link(around: Outside) -> None:
    await around.give_mute_app("head")
    case = await around.awaiting_approval()
    await around.drain()
    (message,) = await around.phone("head")
    assert message["msgtype"] == "text"
    assert f"{PAGES}/cases/{case.number}/approve" in message["body"]["content"]


async def test_visitor_gets_a_mail_with_the_link_that_follows_the_case(around: Outside) -> None:
    case = await around.report_by_visitor(VISITOR)
    assert case.participant_id is not None
    await around.drain()
    (mail,) = await around.mails(VISITOR)
    assert f"{PAGES}/f/{around.links.token(case.participant_id)}" in mail["text"]
    assert f"{PAGES}/cases/" not in mail["text"] + mail["html"], "a page that they cannot open"


async def test_visitor_answers_on_their_own_page(around: Outside) -> None:
    case = await around.report_by_visitor(VISITOR)
    assert case.participant_id is not None
    started = await around.act(await around.triage(case), "start", "engineer")
    await around.act(started, "finish", "engineer", work_done="new tube", cost="90")
    await around.drain()
    mail = (await around.mails(VISITOR))[-1]
    link = f"{PAGES}/f/{around.links.token(case.participant_id)}"
    assert f'href="{link}/confirm"' in mail["html"]
    assert f'href="{link}/reopen"' in mail["html"]


async def test_visitor_without_an_address_is_told_nothing(around: Outside) -> None:
    await around.report_by_visitor("")
    await around.drain()
    assert {row["kind"] for row in await around.ledger()} == {"repair.please_triage"}
    assert await around.mails(VISITOR) == []


async def test_mail_goes_out_by_the_nearest_account_upward(around: Outside) -> None:
    await around.report_by_visitor(VISITOR)
    await around.drain()
    (mail,) = await around.mails(VISITOR)
    assert mail["sender"] == "equipment@hospital.example"


@pytest.mark.parametrize("user", ["engineer", "second_engineer"])
async def test_everybody_who_holds_the_role_is_told(around: Outside, user: str) -> None:
    await around.report()
    await around.drain()
    assert await around.titles(user) == ["New fault: CT scanner"]
