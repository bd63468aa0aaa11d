import asyncpg
import pytest


@pytest.mark.parametrize("run", [1, 2])
async def test_every_test_gets_a_migrated_database_of_its_own(database_url: str, run: int) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        assert await connection.fetchval("SELECT count(*) FROM tortoise_migrations") > 0
        await connection.execute("INSERT INTO organisation (kind, name, path) VALUES ('hospital', 'H', '1.')")
    finally:
        await connection.close()
