"""One message a person and morning: who gets it, what it says, how it is routed, and that each reminder is proven."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from storage import mutes
from storage.mutes import Muting
from tests.support.auditing import audited
from tests.support.licences import Licences, shanghai
from tests.support.world import add_organisation, add_person
from workflows.identity.roles import Role

SENT = """
SELECT person_id, kind, severity, variables, id FROM message
 WHERE state = 'queued' AND (kind LIKE 'licence.digest%' OR kind ~ '^licence.(blue|yellow|orange|red)') ORDER BY id
"""
RED_SINCE = "2024-02-28"
"""An issue whose limit is two days before the first day of the tests."""


async def sent(licences: Licences) -> list[tuple[int, str]]:
    """What waits to be sent: to whom, and which kind without the workflow's name."""
    rows = await licences.desk.db.fetch(SENT)
    return [(row["person_id"], row["kind"].partition(".")[2]) for row in rows]


async def to(licences: Licences, person: int) -> list[dict[str, Any]]:
    rows = await licences.desk.db.fetch(SENT)
    return [dict(row) for row in rows if row["person_id"] == person]


async def take(licences: Licences) -> None:
    """What was written so far is sent."""
    await licences.desk.db.execute("UPDATE message SET state = 'sent' WHERE state = 'queued'")


async def test_several_licences_of_one_morning_are_one_message_a_person(licences: Licences) -> None:
    for _ in range(3):
        await licences.register(RED_SINCE)
    await licences.desk.deadlines.run_due()
    assert Counter(await sent(licences)) == Counter(
        {
            (licences.contact, "digest_changed"): 1,
            (licences.head, "digest_changed"): 1,
            (licences.director, "digest_changed"): 1,
            (licences.city, "digest_overseen"): 1,
            (licences.province, "digest_overseen"): 1,
        }
    )


async def test_one_licence_alone_is_told_in_full(licences: Licences) -> None:
    await licences.register(RED_SINCE)
    await licences.desk.deadlines.run_due()
    (message,) = await to(licences, licences.contact)
    assert (message["kind"], message["severity"]) == ("licence.red", "urgent")
    assert (message["variables"]["unit"], message["variables"]["days_past"]) == ("First Demo Hospital", 2)
    assert (licences.city, "red_overseen") in await sent(licences)


async def test_red_comes_again_every_week_without_pressing(licences: Licences) -> None:
    for _ in range(2):
        await licences.register(RED_SINCE)
    await licences.desk.deadlines.run_due()
    await take(licences)
    await licences.live_until(shanghai("2026-03-09", 10))
    assert [(m["kind"], m["severity"]) for m in await to(licences, licences.contact)] == [
        ("licence.digest", "notice")
    ]


async def test_nothing_that_an_overseer_gets_presses_or_asks_for_anything(licences: Licences) -> None:
    await licences.register(RED_SINCE)
    await licences.register("2024-03-20")
    await licences.live_until(shanghai("2026-03-25"))
    for officer in (licences.city, licences.province):
        messages = await to(licences, officer)
        assert messages
        assert {message["severity"] for message in messages} == {"info"}
        assert all(message["kind"].endswith("_overseen") for message in messages)


async def test_what_comes_later_on_the_day_waits_for_the_next_morning(licences: Licences) -> None:
    await licences.register(RED_SINCE)
    await licences.desk.deadlines.run_due()
    await take(licences)
    await licences.register(RED_SINCE)
    await licences.live_until(shanghai("2026-03-02", 23))
    assert await sent(licences) == []
    await licences.live_until(shanghai("2026-03-03", 7))
    assert await sent(licences) == []
    await licences.live_until(shanghai("2026-03-03", 9))
    assert (licences.contact, "red") in await sent(licences)


async def test_after_mornings_that_were_missed_there_is_one_message(licences: Licences) -> None:
    for issued in ("2024-03-05", "2024-03-07", "2024-03-09"):
        await licences.register(issued)
    await licences.be(shanghai("2026-03-12"))
    await licences.desk.deadlines.run_due()
    assert [kind for person, kind in await sent(licences) if person == licences.contact] == ["digest_changed"]


async def test_somebody_with_several_posts_has_one_message(licences: Licences) -> None:
    await licences.also(licences.contact, licences.places["city"], Role.CITY_OFFICER)
    await licences.also(licences.contact, licences.desk.world.hospital, Role.VICE_DIRECTOR)
    await licences.register(RED_SINCE)
    await licences.desk.deadlines.run_due()
    assert [kind for person, kind in await sent(licences) if person == licences.contact] == ["red"]


async def test_nobody_is_told_before_all_that_is_due_has_fired(licences: Licences) -> None:
    await licences.register(RED_SINCE)
    case = await licences.register(RED_SINCE)
    async with licences.desk.db.transaction() as tx:  # another process is at work on this one
        await tx.execute("SELECT FROM work_case WHERE id = $1 FOR UPDATE", case.case_id)
        await licences.desk.deadlines.run_due()
        assert await sent(licences) == []
    await licences.desk.deadlines.run_due()
    assert (licences.contact, "digest_changed") in await sent(licences)
    assert len(await to(licences, licences.contact)) == 1


async def test_a_kind_that_somebody_stopped_is_not_in_their_message(licences: Licences) -> None:
    async with licences.desk.db.transaction() as tx:
        muting = Muting(licences.contact, "licence.yellow", None, "page")
        await mutes.mute(tx, muting, licences.desk.real.now())
    await licences.register("2024-05-20")
    await licences.register("2024-05-20")
    await licences.desk.deadlines.run_due()
    assert [person for person, _ in await sent(licences)] == [licences.head]
    state = "SELECT DISTINCT state FROM message WHERE person_id = $1 AND kind = 'licence.yellow'"
    assert await licences.desk.value(state, licences.contact) == "withdrawn"


async def test_a_case_that_somebody_put_off_comes_up_when_that_is_over(licences: Licences) -> None:
    case = await licences.register("2024-05-20")
    now = licences.desk.real.now()
    async with licences.desk.db.transaction() as tx:
        await mutes.snooze(tx, licences.contact, case.case_id, now + timedelta(days=2), "page", now)
    await licences.desk.deadlines.run_due()
    assert [person for person, _ in await sent(licences)] == [licences.head]
    licences.desk.real.forward(timedelta(days=3))
    await licences.desk.deadlines.run_due()
    assert (licences.contact, "yellow") in await sent(licences)


async def test_what_the_unit_has_done_meanwhile_is_not_in_the_message(licences: Licences) -> None:
    await licences.register(RED_SINCE)
    await licences.desk.deadlines.run_due()
    await take(licences)
    case = await licences.register(RED_SINCE)
    await licences.desk.deadlines.run_due()
    await licences.purchased(case)
    await licences.live_until(shanghai("2026-03-03", 9))
    reasons = await licences.desk.db.fetch("SELECT DISTINCT reason FROM message WHERE state = 'withdrawn'")
    assert [row["reason"] for row in reasons] == ["The case had changed before it was sent."]
    assert await to(licences, licences.director) == []


async def test_the_message_counts_by_colour_and_region_with_the_nearest_first(licences: Licences) -> None:
    db = licences.desk.db
    city = await add_organisation(db, "city", "苏州市卫生健康委员会", licences.places["province"])
    hospital = await add_organisation(db, "hospital", "Second Town Hospital", city)
    contact = await add_person(db, hospital, "Second Contact", Role.LICENCE_CONTACT)
    for issued in ("2024-02-20", "2024-02-21"):
        await licences.register(issued)
    name = "Second Town Hospital"
    await licences.register("2024-01-10", by=contact, place=hospital, unit_name=name)
    await licences.register("2024-03-20")
    await licences.desk.deadlines.run_due()
    (officer,) = await to(licences, licences.province)
    assert officer["variables"]["others_list"] == [["Red", 3]]
    assert officer["variables"]["red_list"] == [["苏州市", 1], ["南京市", 2]]
    assert officer["variables"]["nearest"] == "Second Town Hospital PET/CT"
    assert officer["variables"]["nearest_limit"] == "2026-01-10"
    (unit,) = await to(licences, licences.contact)
    assert unit["variables"]["to_do_list"] == [["Red", 2], ["Orange", 1]]
    assert unit["variables"]["nearest_0"] == "2026-02-20 First Demo Hospital PET/CT"


async def test_each_reminder_is_proven_by_the_message_that_tells_of_it(licences: Licences) -> None:
    for _ in range(2):
        await licences.register(RED_SINCE)
    await licences.desk.deadlines.run_due()
    bundled = "SELECT count(*) FROM message WHERE state = 'bundled' AND person_id = $1 AND bundle_id = $2"
    (message,) = await to(licences, licences.contact)
    assert await licences.desk.value(bundled, licences.contact, message["id"]) == 2
    licences.desk.real.forward(timedelta(minutes=20))
    assert {(what, rule) for what, rule, _ in await audited(licences.desk)} >= {("untold", "licence.red")}


async def test_a_reminder_that_never_became_a_message_is_untold(licences: Licences) -> None:
    await licences.register(RED_SINCE)
    await licences.desk.deadlines.run_due()
    await take(licences)
    await licences.register(RED_SINCE)
    await licences.desk.deadlines.run_due()
    licences.desk.real.forward(timedelta(hours=27))
    assert ("untold", "licence.red", 0) in await audited(licences.desk)


async def weeks_of(licences: Licences, count: int, weeks: int) -> Counter[tuple[date, int]]:
    """Messages of reminders by business day and person, as the notifier would claim them."""
    for nth in range(count):
        issued = date(2024, 2, 20) + timedelta(days=nth * 400 // count)
        case = await licences.register(issued.isoformat())
        if nth % 3 == 0:
            await licences.applied(case)
    await take(licences)
    told: Counter[tuple[date, int]] = Counter()
    for day in (date(2026, 3, 2) + timedelta(days=n) for n in range(weeks * 7)):
        await licences.live_until(shanghai(day, 12))
        told.update((day, person) for person, _ in await sent(licences))
        await take(licences)
    return told


async def test_weeks_of_many_licences_bring_nobody_more_than_a_message_a_morning(licences: Licences) -> None:
    told = await weeks_of(licences, count=14, weeks=9)
    assert max(told.values()) == 1
    assert {licences.contact, licences.city, licences.province} <= {person for _, person in told}
    assert sum(person == licences.province for _, person in told) >= 9


@pytest.mark.soak
async def test_half_a_year_of_42_licences_brings_nobody_more_than_a_message_a_morning(
    licences: Licences,
) -> None:
    told = await weeks_of(licences, count=42, weeks=27)
    assert max(told.values()) == 1
    assert sum(person == licences.province for _, person in told) <= 27 * 7
