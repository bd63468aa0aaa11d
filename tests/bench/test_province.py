"""The province that figures about size are measured against, at a thousandth of it."""

from datetime import UTC, datetime

import asyncpg

from bench.province import Size, fill

TINY = Size(cities=2, departments=3, months=2).scaled(0.0005)


async def test_a_province_has_as_much_of_everything_as_was_asked(owner_url: str) -> None:
    await fill(owner_url, TINY, datetime.now(UTC))
    connection = await asyncpg.connect(owner_url)
    count = {
        table: await connection.fetchval(f"SELECT count(*) FROM {table}")
        for table in ("device", "person", "work_case", "step", "message", "delivery", "audit", "licence")
    }
    open_cases = await connection.fetchval("SELECT count(*) FROM work_case WHERE closed_at IS NULL")
    await connection.close()
    assert (count["device"], count["person"], count["work_case"], open_cases) == (50, 10, 500, 6)
    assert count["step"] == 494 * 8 + 6 * 3
    assert (count["message"], count["delivery"], count["audit"]) == (1500, 1500, 3000)
    assert 27 <= count["licence"] <= 32


async def test_what_was_written_without_checks_keeps_every_rule_of_the_schema(owner_url: str) -> None:
    await fill(owner_url, TINY, datetime.now(UTC))
    connection = await asyncpg.connect(owner_url)
    keys = await connection.fetch(
        "SELECT conrelid::regclass::text AS source, confrelid::regclass::text AS target, "
        "pg_get_constraintdef(oid) AS rule FROM pg_constraint WHERE contype = 'f' AND conparentid = 0"
    )
    for key in keys:
        column = key["rule"].split("(")[1].split(")")[0]
        target = key["rule"].split("(")[2].split(")")[0]
        orphans = await connection.fetchval(
            f"SELECT count(*) FROM {key['source']} s WHERE {column} IS NOT NULL "
            f"AND NOT EXISTS (SELECT FROM {key['target']} t WHERE t.{target} = s.{column})"
        )
        assert orphans == 0, key["rule"]
    await connection.close()
