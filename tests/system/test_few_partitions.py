"""Ten years are 120 months: no loop and no page of a case looks into more than the few that can hold something."""

from datetime import timedelta
from pathlib import Path

from bot.catalogues import Catalogues
from bot.loops import Heartbeats, Loop
from bot.serve import loops_of
from bot.services import build_services
from bot.settings import load_settings
from storage.clock import RealClock
from tests.support.outside import Outside, outside
from tests.support.pages import running_pages
from tests.support.partitions import Recorder, make_ten_years, recorded
from tests.support.traces import COUNT

FEW = 8
"""The month in which something began, this one, three ahead, the one for all else, and two for what is older."""


async def all_touched(recorder: Recorder, dsn: str) -> dict[str, list[str]]:
    """Statements that look into more than a few partitions of a table."""
    found = await recorder.most_partitions(dsn)
    assert len([sql for sql, tables in found.items() if tables]) >= 4, "nothing was looked at"
    return {
        sql: [f"{name}: {count}" for name, count in tables.items() if count > FEW]
        for sql, tables in found.items()
        if any(count > FEW for count in tables.values())
    }


async def a_busy_hour(around: Outside) -> None:
    """Cases that were decided, acknowledged too late, failed to arrive, and wait for their timers."""
    around.clock.forward(RealClock().now() - around.clock.now())
    case = await around.awaiting_approval()
    await around.drain()
    await around.act(case, "approve", "head")
    await around.report("another")
    await around.drain()
    since = RealClock().now() - timedelta(days=1)
    await around.db.execute(
        "UPDATE message SET escalate_at = next_at WHERE state = 'sent' AND created_at > $1", since
    )
    await around.db.execute("UPDATE timer SET due_at = now() WHERE fired_at IS NULL")
    around.clock.forward(timedelta(seconds=2))
    await around.notifier.decided.run_due()
    await around.escalate()


async def all_go_round(loops: list[Loop]) -> None:
    for loop in loops:
        await loop.round()


async def test_no_loop_looks_into_more_than_a_few_months(
    database_url: str, owner_url: str, tmp_path: Path
) -> None:
    await make_ten_years(owner_url)
    with recorded() as recorder:
        async with outside(database_url) as around:
            await a_busy_hour(around)
            settings = load_settings(data_dir=tmp_path, database_url=database_url)
            async with build_services(settings, database_url, around.sealer, Catalogues.load()) as services:
                loops, _ = loops_of(services, Heartbeats())
                await all_go_round(loops)  # the first time some look at everything once
                recorder.ran.clear()
                await a_busy_hour(around)
                await all_go_round(loops)
                await all_go_round(loops)
                await services.dispatcher.settle()
                await services.robots.close()
    assert await all_touched(recorder, database_url) == {}


async def test_no_page_of_a_case_looks_into_more_than_a_few_months(
    database_url: str, owner_url: str, tmp_path: Path
) -> None:
    await make_ten_years(owner_url)
    with recorded() as recorder:
        async with running_pages(database_url, tmp_path / "files") as pages:
            pages.clock.forward(RealClock().now() - pages.clock.now())
            case = await pages.report(pages.world.reporter)
            await pages.act(
                case, "triage", pages.world.engineer, urgency="urgent", diagnosis="Tube", estimate="9"
            )
            engineer = await pages.person(pages.world.engineer)
            recorder.ran.clear()
            assert (await engineer.get(f"/cases/{case.number}")).status == 200
            assert (await engineer.get(f"/cases/{case.number}/remark")).status == 200
            recorder.ran.pop(COUNT, None)  # the test's own
    assert await all_touched(recorder, database_url) == {}
