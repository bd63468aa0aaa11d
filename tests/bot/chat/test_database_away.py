"""The database goes away while people press: the answer stays quick, and nothing is half-done."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.chat.wecom import WeComDoorSettings
from tests.support.chat import Rig, chat_rig
from tests.support.gate import Gate, gate_to


@asynccontextmanager
async def gated(dsn: str) -> AsyncIterator[tuple[Rig, Gate]]:
    async with gate_to(dsn) as gate, chat_rig(gate.dsn) as rig:
        yield rig, gate


async def test_silent_database_gets_an_answer_within_five_seconds(database_url: str) -> None:
    async with gated(database_url) as (rig, gate):
        case = await rig.awaiting_approval()
        card, at = await rig.card_of(case, "head"), rig.clock.now()
        gate.hang()
        async with asyncio.timeout(5):
            assert (await rig.press("head", "approve", card, at)).status == 503
        gate.flow()
        await rig.callback.background.settle()
        assert (await rig.press("head", "approve", card, at)).button.startswith("[zh][zh]approved:")
        assert [step[0] for step in await rig.steps(case)] == ["report", "triage", "approve"]


async def test_stopped_database_is_a_503_and_works_again_afterwards(database_url: str) -> None:
    async with gated(database_url) as (rig, gate):
        case = await rig.awaiting_approval()
        card, at = await rig.card_of(case, "head"), rig.clock.now()
        await gate.shut()
        async with asyncio.timeout(5):
            assert (await rig.press("head", "approve", card, at)).status == 503
            assert (await rig.write("engineer", "todo")).status == 503
        assert rig.told.told == []
        await gate.unlock()
        assert (await rig.press("head", "approve", card, at)).message is not None
        assert (await rig.steps(case))[-1][0] == "approve"


async def test_case_that_somebody_holds_locked_is_a_503_and_nothing_is_half_done(database_url: str) -> None:
    async with chat_rig(database_url, WeComDoorSettings(budget_s=0.5)) as rig:
        case = await rig.awaiting_approval()
        card, at = await rig.card_of(case, "head"), rig.clock.now()
        async with rig.db.transaction() as other:
            await other.execute("SELECT id FROM work_case WHERE id = $1 FOR UPDATE", case.case_id)
            assert (await rig.press("head", "approve", card, at)).status == 503
            await rig.callback.background.settle()
        assert len(await rig.steps(case)) == 2
        assert (await rig.press("head", "approve", card, at)).message is not None
        assert len(await rig.steps(case)) == 3
