"""The photo at the head of a card: for whoever has the card, for some days, where the house sends photos at all."""

from datetime import timedelta

import pytest

from h5_pages.app import SITE
from storage.kinds import PHOTOS
from storage.sealing import MasterKey, new_master_key
from tests.support.pages import Pages, picture
from tests.support.world import add_account


async def told(pages: Pages, media_type: str = "image/jpeg") -> int:
    """A message to the engineer about a fault with a photo."""
    sha = await pages.server.app[SITE].services.files.put(picture(), media_type)
    await pages.report(pages.world.reporter, "No image")
    return int(
        await pages.db.pool.fetchval(
            "UPDATE message SET variables = variables || jsonb_build_object($2::text, jsonb_build_array($3::text)) "
            "WHERE person_id = $1 RETURNING id",
            pages.world.engineer,
            PHOTOS,
            sha,
        )
    )


async def sends_photos(pages: Pages, *, wanted: bool = True) -> None:
    settings = {"corp_id": "c", "agent_id": 1, "send_photos": wanted}
    house, key = pages.world.hospital, MasterKey(new_master_key())
    await add_account(pages.db, house, "wecom", f"app-{wanted}", settings, {"secret": "s"}, key)


async def test_whoever_has_the_card_sees_the_photo(pages: Pages) -> None:
    message = await told(pages)
    await sends_photos(pages)
    answer = await (await pages.visitor()).get(f"/i/{pages.links.photo(message)}")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/jpeg")
    assert answer.body == picture()
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


async def test_where_no_photo_leaves_the_house_the_address_leads_nowhere(pages: Pages) -> None:
    message = await told(pages)
    await sends_photos(pages, wanted=False)
    assert (await (await pages.visitor()).get(f"/i/{pages.links.photo(message)}")).status == 404


async def test_after_some_days_and_for_what_is_no_photo_it_leads_nowhere(pages: Pages) -> None:
    await sends_photos(pages)
    document = await told(pages, "application/pdf")
    stranger = await pages.visitor()
    assert (await stranger.get(f"/i/{pages.links.photo(document)}")).status == 404
    await pages.db.execute("UPDATE stored_file SET media_type = 'image/jpeg'")
    assert (await stranger.get(f"/i/{pages.links.photo(document)}")).status == 200
    await pages.db.execute("UPDATE message SET created_at = created_at - $1::interval", timedelta(days=8))
    assert (await stranger.get(f"/i/{pages.links.photo(document)}")).status == 404


@pytest.mark.parametrize("purpose", ["notice", "token"])
async def test_a_token_of_another_purpose_shows_nothing(pages: Pages, purpose: str) -> None:
    message = await told(pages)
    await sends_photos(pages)
    token = getattr(pages.links, purpose)(message)
    assert (await (await pages.visitor()).get(f"/i/{token}")).status == 404
