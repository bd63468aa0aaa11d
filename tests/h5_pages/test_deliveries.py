"""What the timeline of a case says of its messages once the provider has reported."""

from datetime import timedelta

import pytest

from storage import receipts
from storage.receipts import Receipt
from storage.sealing import MasterKey, new_master_key
from tests.support.pages import Pages
from tests.support.world import add_account, add_card


@pytest.mark.parametrize(
    ("delivered", "said"),
    [(True, "SMS · delivered"), (False, "SMS · refused by the provider")],
)
async def test_the_timeline_says_what_the_provider_reported(pages: Pages, delivered: bool, said: str) -> None:
    case = await pages.report(pages.world.reporter)
    sealer = MasterKey(new_master_key())
    account = await add_account(pages.db, pages.world.hospital, "sms", "sms", {}, {}, sealer)
    unique_id = await add_card(pages.db, case.case_id, pages.world.engineer, account, "19900000001")
    await pages.db.execute("UPDATE message SET state = 'sent'")
    (delivery,) = await pages.db.fetch("SELECT provider_id, tried_at FROM delivery")
    at = delivery["tried_at"] + timedelta(minutes=1)
    receipt = Receipt(unique_id, delivery["provider_id"], delivered, "X", at)
    await receipts.note(pages.db, account, receipt, at)
    page = await (await pages.person(pages.world.engineer)).get(f"/cases/{case.number}")
    assert said in page.text
    assert ("was not delivered" in page.text) is not delivered
