"""The whole road of a mail: from the case to the mailbox, by its link to the acknowledgement, and to the ledger."""

from tests.support.outside import PAGES, Outside
from workflows.acknowledging import Acknowledged, Acknowledging
from workflows.actor import Door
from workflows.calendar import Calendar, ChineseWorkingDays
from workflows.engine import Clocks
from workflows.registry import all_workflows


async def test_the_link_in_a_mail_names_the_message_that_it_acknowledges(around: Outside) -> None:
    await around.db.execute("DELETE FROM contact_point WHERE rank = 1")
    await around.report()
    await around.drain()
    mail, *_ = await around.mails("engineer")
    link = mail["headers"]["List-Unsubscribe"].strip("<>")
    assert mail["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in mail["text"]
    assert link in mail["html"]
    message_id = around.links.message_id(link.removeprefix(f"{PAGES}/n/"))
    assert message_id is not None
    clocks = Clocks(around.clock, around.clock, Calendar(ChineseWorkingDays({}, 2026)))
    desk = Acknowledging(around.db, around.engine, all_workflows(), clocks)
    assert await desk.acknowledge(message_id, Door.MAIL) is Acknowledged.NOTED
    row = await around.db.fetchrow(
        "SELECT m.person_id, m.acknowledged_way, d.channel, d.state FROM message m "
        "JOIN delivery d ON d.message_id = m.id WHERE m.id = $1",
        message_id,
    )
    assert row is not None
    assert tuple(row) == (around.world.engineer, "mail", "email", "accepted")
