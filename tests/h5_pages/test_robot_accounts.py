"""WeCom's robots as accounts on pages: entered by pasting an address, tried at once."""

from tests.h5_pages.test_channels import admin, entered, secrets_of
from tests.support.pages import Pages
from tests.support.sandbox import config_entry, sandbox

KEY = "sandbox-key-of-a-group"
ADDRESS = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"


async def test_a_group_robot_is_entered_by_its_address_and_tried_without_one_to_send_to(pages: Pages) -> None:
    async with sandbox(config_entry(robots=[{"key": KEY, "name": "Group"}])) as box:
        visitor = await admin(pages)
        base = str(box.http.make_url("")).rstrip("/")
        typed = {"name": "Group", "key": ADDRESS, "mention_users": "ann bob", "base_url": base}
        url = await entered(pages, visitor, "wecom_robot", **typed)
        page = await visitor.get(url)
        assert ('name="address"' in page.text, KEY in page.text) == (False, False)
        assert (await visitor.post(f"{url}/test", {})).status == 303
        assert "The provider accepted it." in (await visitor.get(url)).text
        (group,) = (await box.get("/sandbox/state"))["robots"]
        assert len(group["messages"]) == 1


async def test_a_smart_robot_is_entered_and_its_secret_never_comes_back(pages: Pages) -> None:
    visitor = await admin(pages)
    typed = {"name": "Robot", "bot_id": "aib-1", "secret": "made-up-secret-of-a-robot"}
    url = await entered(pages, visitor, "wecom_bot", **typed)
    assert "made-up-secret-of-a-robot" not in (await visitor.get(url)).text
    assert await secrets_of(pages, url) == {"secret": "made-up-secret-of-a-robot"}


async def test_what_is_no_address_of_a_robot_is_asked_again(pages: Pages) -> None:
    visitor = await admin(pages)
    await visitor.get("/admin/channels/new?kind=wecom_robot")
    typed = {"name": "Group", "key": "not a key!", "unit": str(pages.world.hospital)}
    answer = await visitor.post("/admin/channels/new?kind=wecom_robot", typed)
    assert (answer.status, "not a key!" in answer.text) == (422, False)


async def test_a_new_account_without_a_place_says_so_at_the_place(pages: Pages) -> None:
    visitor = await admin(pages)
    await visitor.get("/admin/channels/new?kind=wecom_robot")
    answer = await visitor.post("/admin/channels/new?kind=wecom_robot", {"name": "Group", "key": ADDRESS})
    assert (answer.status, 'id="fault-unit"' in answer.text) == (422, True)
