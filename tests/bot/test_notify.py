"""`yishe notify`: a test message, the way a message took, dead letters once more."""

import argparse
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.notify import House, add_arguments, replay, send_test, tell_why
from bot.settings import load_settings
from tests.support.outside import Outside, mail_of, outside


@pytest.fixture
async def around(database_url: str) -> AsyncIterator[Outside]:
    async with outside(database_url) as made:
        yield made


def options(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(words)


async def run(around: Outside, command: Any, *words: str) -> tuple[int, str]:
    """Exit code and what was said."""
    said: list[str] = []
    code = await command(House(around.db, load_settings(), around.clock, said.append), options(*words))
    return code, "\n".join(said)


async def message_to(around: Outside, user: str) -> int:
    row = await around.db.fetchrow(
        "SELECT max(id) FROM message WHERE person_id = $1", getattr(around.world, user)
    )
    assert row is not None
    return int(row[0])


async def refused_everywhere(around: Outside) -> int:
    """A message to the reporter that reached nobody."""
    await around.faults(mail={"refuse": [mail_of("reporter")]}, wecom={"errcode": 81013, "errcode_times": 9})
    await around.report_to_reporter()
    await around.drain()
    await around.live(timedelta(minutes=5))
    await around.faults(reset=True)
    return await message_to(around, "reporter")


async def test_why_tells_the_way_with_its_detour(around: Outside) -> None:
    await around.faults(wecom={"errcode": 81013, "errcode_times": 9})
    await around.report_to_reporter()
    await around.drain()
    message = await message_to(around, "reporter")
    code, said = await run(around, tell_why, "why", str(message))
    assert code == 0
    assert said.index("wecom app → reporter") < said.index("81013") < said.index("email mail →")
    assert said.endswith("now: sent")


async def test_why_of_nothing_is_a_clear_line(around: Outside) -> None:
    assert await run(around, tell_why, "why", "4711") == (1, "there is no message 4711")


async def test_dead_letters_are_only_listed_unless_it_is_meant(around: Outside) -> None:
    message = await refused_everywhere(around)
    code, said = await run(around, replay, "replay")
    assert (code, said.splitlines()[-1]) == (0, "0 of 1 queued again (only listed: add --really)")
    assert await state(around, message) == "dead"


async def test_dead_letters_go_out_once_more_on_record(around: Outside) -> None:
    message = await refused_everywhere(around)
    await run(around, replay, "replay", str(message), "--really")
    await around.drain()
    assert await state(around, message) == "sent"
    row = await around.db.fetchrow("SELECT client FROM audit WHERE action = 'message.resend'")
    assert row is not None
    assert row["client"] == "command line"


async def test_another_kind_is_left_dead(around: Outside) -> None:
    await refused_everywhere(around)
    assert (await run(around, replay, "replay", "--kind", "alarm.alarm", "--really"))[0] == 1


async def test_a_test_message_passes_the_outbox(around: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    key = await public_key(around, "email")
    monkeypatch.setattr("bot.notify.master_key", lambda _: around.sealer)
    code, said = await run(around, send_test, "test", key, mail_of("head"), "--language", "en")
    assert code == 0, said
    (mail,) = await around.mails("head")
    assert "Test message" in mail["subject"]
    assert await around.db.fetch("SELECT id FROM message") == []


async def test_a_test_that_fails_says_why(around: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.notify.master_key", lambda _: around.sealer)
    await around.faults(wecom={"ip_block": True})
    code, said = await run(around, send_test, "test", await public_key(around, "wecom"), "head")
    assert code == 1
    assert "60020" in said


async def test_a_test_uses_the_token_that_the_service_has(
    around: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.notify.master_key", lambda _: around.sealer)
    key = await public_key(around, "wecom")
    for _ in range(2):
        code, said = await run(around, send_test, "test", key, "head")
        assert code == 0, said
    assert len(await around.db.fetch("SELECT 1 FROM provider_token")) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("why", "0"),
        ("why", "9" * 20),
        ("why", "²"),
        ("replay", "--hours", "inf"),
        ("replay", "--hours", "x"),
        ("replay", "-1"),
    ],
)
def test_what_no_database_could_take_is_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit):
        options(*words)


async def test_an_unknown_account_is_named(around: Outside) -> None:
    code, said = await run(around, send_test, "test", "nowhere", "x")
    assert code == 1
    assert said.startswith("no active channel account has the public key nowhere; there are: ")
    assert await public_key(around, "wecom") in said


async def test_what_is_no_dead_letter_is_named(around: Outside) -> None:
    await around.report_to_reporter()
    message = await message_to(around, "reporter")
    assert await run(around, replay, "replay", str(message)) == (1, f"{message} is no dead letter")
    assert await run(around, replay, "replay") == (1, "no such message died in this time")


async def state(around: Outside, message: int) -> str:
    row = await around.db.fetchrow("SELECT state FROM message WHERE id = $1", message)
    assert row is not None
    return str(row["state"])


async def public_key(around: Outside, kind: str) -> str:
    row = await around.db.fetchrow("SELECT public_key FROM channel_account WHERE kind = $1", kind)
    assert row is not None
    return str(row["public_key"])
