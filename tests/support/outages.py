"""What must be true after any outage, seen from both sides: our ledger, and the phones and mailboxes outside."""

from collections import Counter
from itertools import groupby

from tests.support.outside import PEOPLE, Outside

ORDER = ("wecom", "email")


async def reports(around: Outside, count: int) -> None:
    """So many faults are reported; several people are told of each."""
    for number in range(count):
        await around.report(f"fault {number}")


async def nothing_is_lost(around: Outside) -> None:
    """Every message was taken by exactly one way at last, and each earlier way was refused, in the policy's order."""
    rows = await around.ledger()
    assert rows
    for _, found in groupby(rows, key=lambda row: row["message"]):
        ways = list(found)
        assert {way["message_state"] for way in ways} == {"sent"}
        assert [way["state"] for way in ways] == ["refused"] * (len(ways) - 1) + ["accepted"]
        taken = [way["channel"] for way in ways]
        assert taken == sorted(taken, key=ORDER.index)


async def told(around: Outside) -> dict[str, Counter[str]]:
    """How many messages each person has had outside, by channel; nothing was dropped for there being too many."""
    found = {}
    for user in PEOPLE:
        member = await around.member(user)
        assert member["dropped"] == 0
        found[user] = Counter(wecom=len(member["messages"]), email=len(await around.mails(user)))
    return found


async def accepted(around: Outside) -> dict[str, Counter[str]]:
    """How many messages the ledger says were taken for each person, by channel."""
    found = {}
    for user in PEOPLE:
        rows = [row for row in await around.ledger(user) if row["state"] == "accepted"]
        found[user] = Counter(row["channel"] for row in rows)
    return found


async def everybody_was_told_once(around: Outside) -> None:
    """Nothing is lost, and what the ledger says was taken lies outside once."""
    await nothing_is_lost(around)
    outside, ledger = await told(around), await accepted(around)
    assert {user: +outside[user] for user in PEOPLE} == {user: +ledger[user] for user in PEOPLE}


async def marked(around: Outside) -> int:
    """How many deliveries the ledger marks as perhaps sent twice."""
    return sum(row["maybe_twice"] is True for row in await around.ledger())
