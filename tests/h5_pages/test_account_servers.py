"""With which server a channel account speaks: no secret goes along to another, and the house is the top's to open."""

import base64

from tests.h5_pages.test_channels import APP, MAIL, admin, changed, entered
from tests.support.pages import Pages


async def test_a_secret_is_not_sent_to_another_server_than_it_was_entered_for(pages: Pages) -> None:
    visitor = await admin(pages)
    url = await entered(pages, visitor, "email", **MAIL)
    moved = {**MAIL, "host": "mine.example", "password": ""}
    answer = await changed(visitor, url, seen_version="1", **moved)
    assert (answer.status, "enter it again" in answer.text) == (422, True)
    renamed = {**MAIL, "name": "Renamed", "password": ""}
    assert (await changed(visitor, url, seen_version="1", **renamed)).status == 303
    given = {**moved, "password": "another-made-up-one"}
    assert (await changed(visitor, url, seen_version="2", **given)).status == 303
    app = await entered(pages, visitor, "wecom", **APP)
    elsewhere = {**APP, "secret": "", "base_url": "https://mine.example"}
    assert "enter it again" in (await changed(visitor, app, seen_version="1", **elsewhere)).text


async def test_only_at_the_top_it_is_said_that_a_server_stands_within_the_house(pages: Pages) -> None:
    department, top = await admin(pages, pages.world.department), await admin(pages)
    inside = {
        "name": "Inside",
        "url": "http://10.0.0.9/hook",
        "signing_secret": "whsec_" + base64.b64encode(b"0" * 32).decode(),
        "private_addresses": "true",
    }
    tries = {"webhook": inside, "wecom": {**APP, "base_url": "http://10.0.0.9"}}
    for kind, fields in tries.items():
        await department.get(f"/admin/channels/new?kind={kind}")
        given = {"unit": str(pages.world.department), **fields}
        answer = await department.post(f"/admin/channels/new?kind={kind}", given)
        assert (answer.status, "top organisation" in answer.text) == (422, True), kind
    url = await entered(pages, top, "webhook", unit=str(pages.world.department), **inside)
    kept = {**inside, "name": "Renamed", "signing_secret": ""}
    assert (await changed(department, url, seen_version="1", **kept)).status == 303, "what stands there stays"
    kept |= {"url": "http://10.0.0.10/hook"}
    assert (await changed(department, url, seen_version="2", **kept)).status == 422
