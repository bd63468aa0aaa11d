"""The menu in a notice's corner: read, or stopped, by its own reader and nobody else."""

from typing import Any

from tests.support.chat import Rig

SAID = "SELECT acknowledged_way FROM message WHERE acknowledged_at IS NOT NULL"
ACTED = "SELECT acted FROM delivery WHERE acted_at IS NOT NULL"
MUTES = "SELECT person_id, kind, way FROM mute"


STORM = """
WITH told AS (
  INSERT INTO message (created_at, case_version, kind, severity, person_id, lane, variables, next_at, state)
  VALUES ($1, 0, 'storm.began', 'critical', $2, 'storm/1', '{}', $1, 'sent') RETURNING id, created_at)
INSERT INTO delivery (created_at, message_id, message_created_at, account_id, channel, address, unique_id, payload,
                      state, tried_at, provider_id)
SELECT $1, id, created_at, $3, 'wecom', 'engineer', 'storm-card', '{}', 'accepted', $1, 'm' FROM told
"""


async def notice(rig: Rig, severity: str = "notice", user: str = "engineer") -> str:
    """What somebody is told of a fault."""
    case = await rig.reported()
    await rig.db.execute("UPDATE message SET severity = $1", severity)
    return await rig.card_of(case, user)


async def choose(rig: Rig, user: str, key: str, card: str) -> str:
    inner = f"<EventKey>{key}</EventKey><TaskId>{card}</TaskId><CardType>text_notice</CardType>"
    return (await rig.event(user, "template_card_menu_event", inner)).text


async def rows(rig: Rig, query: str) -> list[Any]:
    return [tuple(row) for row in await rig.db.fetch(query)]


async def test_whoever_says_so_has_read_it_and_the_case_stays_as_it_is(rig: Rig) -> None:
    card = await notice(rig)
    for _ in range(2):
        assert "Marked as read" in await choose(rig, "engineer", "notice.read", card)
    assert (await rows(rig, SAID), await rows(rig, ACTED)) == ([("wecom",)], [("acknowledge",)])
    assert len(await rows(rig, "SELECT id FROM step")) == 1


async def test_a_kind_is_stopped_for_its_reader(rig: Rig) -> None:
    card = await notice(rig, "info", "reporter")
    said = await choose(rig, "reporter", "notice.stop", card)
    assert ("You will not receive" in said, "/me/notices" in said) == (True, True)
    assert await rows(rig, MUTES) == [(rig.world.reporter, "repair.received", "wecom")]


async def test_what_is_urgent_is_never_stopped(rig: Rig) -> None:
    assert "cannot be muted" in await choose(rig, "engineer", "notice.stop", await notice(rig, "urgent"))
    assert await rows(rig, MUTES) == []


async def test_nobody_says_it_for_somebody_else_or_of_a_card_that_never_was(rig: Rig) -> None:
    card = await notice(rig)
    for user, which in (("second_engineer", card), ("stranger", card), ("engineer", "card-of-nobody")):
        assert "Marked as read" not in await choose(rig, user, "notice.read", which)
    assert await rows(rig, SAID) == []


async def test_a_storm_which_is_about_no_case_of_its_own_is_acknowledged_as_well(rig: Rig) -> None:
    await rig.db.execute(STORM, rig.clock.now(), rig.world.engineer, rig.account)
    assert "Marked as read" in await choose(rig, "engineer", "notice.read", "storm-card")
    assert await rows(rig, SAID) == [("wecom",)]
