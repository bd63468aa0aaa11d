"""`yishe new-administrator`: once for an empty installation, then a link for somebody who is there."""

import re
from pathlib import Path

from storage.clock import RealClock
from storage.database import Database
from tests.support.pages import running_pages
from tests.support.service import run

FIRST = ("--organisation", "演示医院", "--name", "管理员", "--username", "boss")
GOOD = "plover ladder amber quilt"


async def _run(dsn: str, folder: Path, *arguments: str) -> tuple[int, str]:
    settings = {"DATABASE_URL": dsn, "YISHE_PUBLIC_URL": "https://yishe.example"}
    return await run("new-administrator", *arguments, settings=settings, folder=folder)


async def test_an_empty_installation_gets_one_administrator_who_can_set_a_password(
    database_url: str, tmp_path: Path
) -> None:
    code, said = await _run(database_url, tmp_path, *FIRST)
    link = re.search(r"https://yishe\.example(/p/\S+)", said)
    assert (code, bool(link)) == (0, True), said
    assert link is not None
    assert (await _run(database_url, tmp_path, *FIRST))[0] == 1
    async with running_pages(database_url, tmp_path / "files") as pages:
        pages.clock.forward(RealClock().now() - pages.clock.now())
        visitor = await pages.visitor()
        assert "boss" in (await visitor.get(link[1])).text
        await visitor.post(link[1], {"password": GOOD, "password_again": GOOD})
        await visitor.get("/sign-in")
        await visitor.post("/sign-in", {"username": "boss", "password": GOOD})
        assert (await visitor.get("/admin")).status == 200


async def test_who_lost_the_password_gets_a_link_and_unknown_names_do_not(
    database_url: str, tmp_path: Path
) -> None:
    async with Database.open(database_url) as db:
        await db.execute("INSERT INTO organisation (kind, name, path) VALUES ('hospital', 'H', '1.')")
        await db.execute(
            "INSERT INTO person (organisation_id, name, title, username, active, failed_sign_ins) "
            "SELECT id, 'Boss', '', 'boss', true, 0 FROM organisation"
        )
    assert "/p/" in (await _run(database_url, tmp_path, "--for", "boss"))[1]
    code, said = await _run(database_url, tmp_path, "--for", "nobody")
    assert (code, "/p/" in said) == (1, False)
    assert (await _run(database_url, tmp_path))[0] == 1
