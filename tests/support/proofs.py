"""What must hold when the service has been killed often and everything has settled."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from storage.database import Database, Record
from tests.support.people import Phones
from tests.support.stories import Story
from tests.support.towns import OutsideWorld

STEPS = """
SELECT c.number, c.state, c.version AS case_version, s.version, s.action, s.actor_name, s.target, s.data
  FROM work_case c JOIN step s ON s.case_id = c.id ORDER BY c.number, s.id
"""
UNSETTLED = """
SELECT (SELECT count(*) FROM message WHERE state = 'queued' AND held = '')
     + (SELECT count(*) FROM delivery d JOIN message m ON m.id = d.message_id JOIN work_case c ON c.id = d.case_id
         WHERE d.update_code IS NOT NULL AND d.updated_at IS NULL AND c.entered_version > m.valid_while) AS left
"""
MESSAGES = """
SELECT m.id, m.state, m.held, d.unique_id, d.state AS delivery, d.maybe_twice, d.channel
  FROM message m LEFT JOIN delivery d ON d.message_id = m.id ORDER BY m.id
"""


@dataclass(frozen=True)
class Arrival:
    """One message of ours that arrived: by its unique id, in the lane of one person and one case."""

    unique_id: str
    channel: str
    lane: tuple[str, str]

    @property
    def message_id(self) -> int:
        return int(self.unique_id[1:].partition("-")[0])


async def is_settled(db: Database) -> bool:
    """Is nothing left to send or to update, but for what waits on purpose, near a provider's limit?"""
    row = await db.fetchrow(UNSETTLED)
    assert row
    return bool(row["left"] == 0)


async def every_state_has_its_history(db: Database) -> None:
    """Versions without gaps up to the case's own, and the state is where the last step led."""
    for number, steps in (await _histories(db)).items():
        assert [step["version"] for step in steps] == list(range(1, len(steps) + 1)), number
        assert steps[-1]["case_version"] == len(steps), number
        assert steps[-1]["state"] == steps[-1]["target"], number


async def what_was_acknowledged_was_done_once(db: Database, stories: Sequence[Story]) -> None:
    """Each history is what was acknowledged, step by step, and each reminder came once."""
    histories = await _histories(db)
    told = {story.number: story.acknowledged for story in stories}
    assert histories.keys() == told.keys()
    for number, steps in histories.items():
        made = [(step["action"], step["actor_name"]) for step in steps if step["action"] != "remind"]
        assert made == told[number], number
        reminders = Counter(str(step["data"]["rung"]) for step in steps if step["action"] == "remind")
        assert all(times == 1 for times in reminders.values()), number


async def every_message_arrived(db: Database, arrived: Iterable[Arrival], in_flight: set[str]) -> None:
    """What is noted as sent has arrived; else only what was withdrawn while its try was cut off."""
    rows = await db.fetch(MESSAGES)
    assert {row["state"] for row in rows if not row["held"]} <= {"sent", "withdrawn"}
    sent = {row["unique_id"] for row in rows if row["state"] == "sent" and row["delivery"] == "accepted"}
    assert len(sent) == len({row["id"] for row in rows if row["state"] == "sent"})
    come = {arrival.unique_id for arrival in arrived}
    assert sent <= come
    assert come - sent <= in_flight & {row["unique_id"] for row in rows if row["state"] == "withdrawn"}


async def only_what_was_in_flight_came_twice(
    db: Database, arrived: Sequence[Arrival], in_flight: set[str]
) -> None:
    """And the ledger says of each that it may have come twice."""
    times = Counter(arrival.unique_id for arrival in arrived)
    rows = await db.fetch("SELECT unique_id FROM delivery WHERE maybe_twice")
    marked = {row["unique_id"] for row in rows}
    assert {unique_id for unique_id, count in times.items() if count > 1} <= marked
    assert marked <= in_flight


def each_came_once(arrived: Sequence[Arrival]) -> None:
    """No message arrived a second time."""
    times = Counter(arrival.unique_id for arrival in arrived)
    assert [unique_id for unique_id, count in times.items() if count > 1] == []


def the_order_held(arrived: Iterable[Arrival]) -> None:
    """What one person was told of one case first arrived in the order in which it was said."""
    lanes: dict[tuple[str, str], list[int]] = defaultdict(list)
    for arrival in arrived:
        if arrival.message_id not in lanes[arrival.lane]:
            lanes[arrival.lane].append(arrival.message_id)
    assert [lane for lane, ids in lanes.items() if ids != sorted(ids)] == []


def on_phones(phones: Phones, people: Iterable[str]) -> list[Arrival]:
    """Every card that arrived, in the order of each phone."""
    return [
        Arrival(card.task_id or "", "wecom", (person, str(card.card_action.url) if card.card_action else ""))
        for person in people
        for message in phones.messages(person)
        if (card := message.first_card) is not None
    ]


def in_mailboxes(outside: OutsideWorld) -> list[Arrival]:
    """Every mail that arrived, in the order of each mailbox; a case is one thread."""
    return [
        Arrival(
            mail.headers["Message-ID"].strip("<>").partition("@")[0],
            "email",
            (box, mail.headers["References"]),
        )
        for box, mails in outside.world.mails.items()
        for mail in mails
    ]


async def _histories(db: Database) -> dict[str, list[Record]]:
    histories: dict[str, list[Record]] = defaultdict(list)
    for row in await db.fetch(STEPS):
        histories[row["number"]].append(row)
    return histories
