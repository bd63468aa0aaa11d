"""That every form leaves a row in the trail is watched (tests/support/traces.py); here the watch is watched."""

import pytest

from h5_pages.routes import ROUTES
from storage import audit
from tests.support.pages import Pages
from tests.support.traces import WITHOUT_ROW, route_of
from tests.support.world import LABEL, add_person
from workflows.identity.roles import Role

NEW = "/admin/channels/new?kind=email"
MAIL = {
    "name": "Our mail",
    "host": "mail.example",
    "port": "465",
    "tls": "implicit",
    "sender_address": "yishe@mail.example",
    "message_id_domain": "mail.example",
}


async def test_a_form_that_leaves_no_row_is_found(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    person = await add_person(pages.db, pages.world.hospital, "Administrator", Role.ADMINISTRATOR)
    visitor = await pages.person(person)

    async def forget(*_: object) -> None:
        return None

    monkeypatch.setattr(audit, "append", forget)
    await visitor.get(NEW)
    with pytest.raises(AssertionError, match="POST /admin/channels/new was taken and left no row"):
        await visitor.post(NEW, {**MAIL, "unit": str(pages.world.hospital)})
    assert await pages.db.fetch("SELECT FROM channel_account")


async def test_signing_in_and_out_leave_their_rows(pages: Pages) -> None:
    visitor = await pages.person(pages.world.engineer)
    await visitor.get("/todo")
    assert (await visitor.post("/sign-out", {})).status == 303
    rows = await pages.db.fetch("SELECT action, client FROM trail WHERE action LIKE 'session.%' ORDER BY id")
    assert [row["action"] for row in rows] == ["session.begin", "session.sign_out"]
    assert all(row["client"] for row in rows)


def test_every_form_has_an_address_that_is_watched() -> None:
    forms = {route.path for route in ROUTES if route.method == "POST"}
    assert set(WITHOUT_ROW) <= forms
    assert {route_of(path.replace("{", "").replace("}", "")) for path in forms} == forms
    assert route_of(f"/d/{LABEL}/report") == "/d/{token}/report"
