"""`yishe check` says what is configured, reachable, migrated, and who could not be told."""

from pathlib import Path

from storage import quarantine
from storage.clock import RealClock
from storage.database import Database
from storage.quarantine import Fault
from storage.sealing import MasterKey, new_master_key
from tests.support.service import run
from tests.support.towns import OutsideWorld, build_hospitals, outside_world

KEY = new_master_key()


async def _check(dsn: str, folder: Path, key: str = KEY, **more: str) -> tuple[int, list[str]]:
    settings = {"DATABASE_URL": dsn, "YISHE_MASTER_KEY": key, "YISHE_DATA_DIR": str(folder / "data"), **more}
    code, said = await run("check", settings=settings, folder=folder)
    return code, said.splitlines()


async def _people(dsn: str) -> None:
    """One hospital, in which nobody heads the department of those who report."""
    async with outside_world("http://127.0.0.1:9", 1) as outside, Database.open(dsn) as db:
        await _build(db, outside)


async def _build(db: Database, outside: OutsideWorld) -> None:
    await build_hospitals(db, MasterKey(KEY), outside, 1)


async def test_a_good_set_up_is_fine_but_for_roles_that_nobody_holds(
    database_url: str, tmp_path: Path
) -> None:
    await _people(database_url)
    code, lines = await _check(database_url, tmp_path)
    wrong = [line for line in lines if not line.startswith("ok")]
    assert "FAIL Hospital 0: department_head: nobody who could be told" in wrong
    assert not [line for line in wrong if "Hospital 0: engineer" in line or "Hospital 0:" not in line]
    assert "ok   migrations: complete" in lines
    assert code == 1


async def test_a_hospital_where_nobody_would_hear_the_auditor_is_named(
    database_url: str, tmp_path: Path
) -> None:
    await _people(database_url)
    _, lines = await _check(database_url, tmp_path)
    deaf = "FAIL Hospital 0: auditor's alarm: no administrator can be reached, and YISHE_ALARM_URL is not set"
    assert deaf in lines
    _, lines = await _check(database_url, tmp_path, YISHE_ALARM_URL="https://alarms.example/x")
    assert deaf not in lines


async def test_everything_fine_ends_with_code_0(database_url: str, tmp_path: Path) -> None:
    code, lines = await _check(database_url, tmp_path)
    assert code == 0
    assert all(line.startswith("ok   ") for line in lines)


async def test_accounts_that_another_key_sealed_are_named(database_url: str, tmp_path: Path) -> None:
    await _people(database_url)
    code, lines = await _check(database_url, tmp_path, key=new_master_key())
    assert "FAIL channel account all-towns: all-towns (wecom): sealed with another master key" in lines
    assert code == 1


async def test_missing_migrations_are_named(database_url: str, owner_url: str, tmp_path: Path) -> None:
    async with Database.open(owner_url, max_size=1) as owner:
        await owner.execute("DROP TABLE tortoise_migrations")
    code, lines = await _check(database_url, tmp_path)
    assert any(line.startswith("FAIL migrations: missing: 0001_initial") for line in lines)
    assert code == 1


async def test_a_login_that_could_change_audit_rows_is_named(owner_url: str, tmp_path: Path) -> None:
    code, lines = await _check(owner_url, tmp_path)
    assert [line for line in lines if line.startswith("FAIL audit: yishe could change or delete audit rows")]
    assert code == 1


async def test_serving_without_migrations_says_what_to_do(
    database_url: str, owner_url: str, tmp_path: Path
) -> None:
    async with Database.open(owner_url, max_size=1) as owner:
        await owner.execute("DELETE FROM tortoise_migrations WHERE name = '0005_roles'")
    settings = {"DATABASE_URL": database_url, "YISHE_MASTER_KEY": KEY, "YISHE_DATA_DIR": str(tmp_path)}
    code, said = await run("serve", settings=settings, folder=tmp_path)
    assert code == 1
    assert "lacks 0005_roles" in said
    assert "run `yishe migrate` with YISHE_OWNER_DATABASE_URL" in said


async def test_owner_and_service_have_logins_of_their_own(
    database_url: str, owner_url: str, tmp_path: Path
) -> None:
    async with Database.open(owner_url, max_size=1) as owner:
        await owner.execute("DELETE FROM tortoise_migrations WHERE name = '0005_roles'")
    settings = {"DATABASE_URL": database_url, "YISHE_MASTER_KEY": KEY, "YISHE_OWNER_DATABASE_URL": owner_url}
    assert await run("migrate", settings=settings, folder=tmp_path) == (0, "")
    code, lines = await _check(database_url, tmp_path)
    assert "ok   audit: cannot be changed by the service (login yishe_app)" in lines
    assert code == 0


async def test_a_database_that_does_not_answer_is_said(tmp_path: Path) -> None:
    code, lines = await _check("postgresql://127.0.0.1:1/nothing", tmp_path)
    assert lines[-1].startswith("FAIL database: the database does not answer: ")
    assert code == 1


async def test_messages_of_sensors_that_were_not_taken_are_counted(database_url: str, tmp_path: Path) -> None:
    async with Database.open(database_url) as db, db.connection() as connection:
        await quarantine.count(connection, Fault.FOREIGN_TOPIC, 1200, RealClock().now())
    _, lines = await _check(database_url, tmp_path, YISHE_MQTT_URL="mqtt://127.0.0.1:9")
    assert "ok   messages of sensors not taken, within a day: foreign_topic 1200" in lines
