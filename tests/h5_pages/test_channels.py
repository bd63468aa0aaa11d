"""Channel accounts on pages: entered, inherited, tried; secrets go in and never come out."""

import base64
import json
from decimal import Decimal

import pytest
from aiohttp.test_utils import TestServer

from notifier.channel import Account
from notifier.providers.aliyun_voice.account import account_of as voice_account_of
from notifier.providers.tencent_sms.account import account_of
from storage.channel_accounts import StoredChannelAccounts
from tests.support.channel_contents import SECRET
from tests.support.pages import Answer, Pages, Visitor
from tests.support.tencent_sms import SECRET_KEY, TENCENT_TEMPLATES, tencent_secrets, tencent_settings
from tests.support.voice import ALIYUN, CALLER
from tests.support.wecom_stub import WeComStub
from tests.support.world import add_account, add_contact, add_organisation, add_person
from workflows.identity.roles import Role

AES = base64.b64encode(b"0123456789abcdef0123456789abcdef").decode().rstrip("=")
OTHER_AES = base64.b64encode(b"fedcba9876543210fedcba9876543210").decode().rstrip("=")
APP = {"name": "Our WeCom", "corp_id": "ww-sandbox-1", "agent_id": "1000002", "secret": SECRET}
MAIL = {
    "name": "Our mail",
    "host": "mail.example",
    "port": "465",
    "tls": "implicit",
    "sender_address": "yishe@mail.example",
    "message_id_domain": "mail.example",
    "password": "made-up-password",
}
CALLBACK = {"callback_token": "tokenOne", "encoding_aes_key": AES}


async def admin(pages: Pages, organisation: int | None = None) -> Visitor:
    place = organisation or pages.world.hospital
    return await pages.person(await add_person(pages.db, place, "Administrator", Role.ADMINISTRATOR))


async def entered(pages: Pages, visitor: Visitor, kind: str = "wecom", **fields: str) -> str:
    """Enter an account; the address of its page."""
    await visitor.get(f"/admin/channels/new?kind={kind}")
    unit = fields.pop("unit", str(pages.world.hospital))
    answer = await visitor.post(f"/admin/channels/new?kind={kind}", {"unit": unit, **fields})
    assert answer.status == 303, answer.text
    return answer.location


async def changed(visitor: Visitor, url: str, /, **fields: str) -> Answer:
    await visitor.get(f"{url}/edit")
    return await visitor.post(f"{url}/edit", fields)


async def secrets_of(pages: Pages, url: str) -> dict[str, str]:
    opened = await StoredChannelAccounts(pages.db, pages.master).by_id(int(url.rpartition("/")[2]))
    assert opened is not None
    return dict(opened.secrets)


async def test_an_account_is_entered_and_its_secrets_never_come_back(pages: Pages) -> None:
    visitor = await admin(pages)
    url = await entered(pages, visitor, **APP, **CALLBACK)
    shown = [await visitor.get(path) for path in (url, f"{url}/edit", "/admin/channels", "/admin/audit")]
    assert all(page.status == 200 for page in shown)
    for hidden in (SECRET, AES, "tokenOne"):
        assert not [page for page in shown if hidden in page.text]
    assert "http://yishe.example/wecom/" in shown[0].text
    assert await secrets_of(pages, url) == {"secret": SECRET, **CALLBACK}


async def test_empty_secrets_stay_and_the_audit_names_only_what_was_changed(pages: Pages) -> None:
    visitor = await admin(pages)
    url = await entered(pages, visitor, **APP)
    answer = await changed(visitor, url, **{**APP, "secret": "", "name": "New name", **CALLBACK})
    assert answer.status == 303
    assert await secrets_of(pages, url) == {"secret": SECRET, **CALLBACK}
    row = await pages.db.fetchrow("SELECT before, after FROM audit WHERE action = 'channel_account.change'")
    assert row is not None
    assert row["after"] == {"name": "New name", "secrets": ["callback_token", "encoding_aes_key"]}


async def test_a_form_that_the_channel_could_not_use_is_asked_again_with_what_was_typed(pages: Pages) -> None:
    visitor = await admin(pages)
    await visitor.get("/admin/channels/new?kind=email")
    typed = {**MAIL, "unit": str(pages.world.hospital), "sender_address": "not an address", "port": "99999"}
    answer = await visitor.post("/admin/channels/new?kind=email", typed)
    assert answer.status == 422
    assert answer.text.count("This is missing or does not have the right form.") == 2
    assert "not an address" in answer.text
    assert "made-up-password" not in answer.text
    assert await pages.db.fetch("SELECT FROM channel_account") == []


async def test_an_old_version_of_the_form_is_refused(pages: Pages) -> None:
    visitor = await admin(pages)
    url = await entered(pages, visitor, "email", **MAIL)
    await visitor.get(f"{url}/edit")
    await pages.db.execute("UPDATE channel_account SET version = version + 1")
    answer = await visitor.post(f"{url}/edit", {**MAIL, "name": "Mine"})
    assert answer.status == 409
    assert "Somebody else changed this in the meantime" in answer.text


async def test_a_replaced_callback_key_counts_until_it_is_dropped(pages: Pages) -> None:
    visitor = await admin(pages)
    url = await entered(pages, visitor, **APP, **CALLBACK)
    await changed(
        visitor, url, **{**APP, "secret": "", "callback_token": "tokenTwo", "encoding_aes_key": OTHER_AES}
    )
    both = await secrets_of(pages, url)
    assert (both["callback_token"], both["former_callback_token"]) == ("tokenTwo", "tokenOne")
    assert (both["encoding_aes_key"], both["former_encoding_aes_key"]) == (OTHER_AES, AES)
    assert "The former key stays valid" in (await visitor.get(url)).text
    await changed(visitor, url, **{**APP, "secret": "", "drop_former": "true"})
    assert {name for name in await secrets_of(pages, url) if name.startswith("former")} == set()


async def test_an_account_is_switched_off_and_on(pages: Pages) -> None:
    visitor = await admin(pages)
    url = await entered(pages, visitor, "email", **MAIL)
    for on in ("false", "true"):
        await visitor.get(url)
        assert (await visitor.post(f"{url}/switch", {"on": on})).status == 303
        row = await pages.db.fetchrow("SELECT active FROM channel_account")
        assert row is not None
        assert row["active"] == (on == "true")
    actions = [row["action"] for row in await pages.db.fetch("SELECT action FROM audit ORDER BY id")]
    assert actions[-2:] == ["channel_account.switch_off", "channel_account.switch_on"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({}, "The provider accepted it."),
        ({"errcode": 60020, "errmsg": "not allow to access from your ip"}, "60020"),
        ({"errcode": 0, "errmsg": "ok", "invaliduser": "zhangsan"}, "The provider did not accept it."),
    ],
)
async def test_a_test_message_goes_out_at_once_and_tells_the_provider_s_answer(
    pages: Pages, answer: dict[str, object], words: str
) -> None:
    stub = WeComStub()
    async with TestServer(stub.app()) as server:
        stub.answers = [answer] if answer else []
        visitor = await admin(pages)
        url = await entered(pages, visitor, **APP, base_url=str(server.make_url("")).rstrip("/"))
        await visitor.get(url)
        assert (await visitor.post(f"{url}/test", {"address": "zhangsan"})).status == 303
    page = await visitor.get(url)
    assert words in page.text
    assert stub.bodies[0]["touser"] == "zhangsan"
    assert [row["subject"] for row in await pages.db.fetch(
        "SELECT subject FROM trail WHERE action = 'channel_account.test'")] == ["Our WeCom"]  # fmt: skip
    assert await pages.db.fetch("SELECT FROM message") == []


async def test_tests_are_few(pages: Pages) -> None:
    visitor = await admin(pages)
    url = await entered(pages, visitor, **APP, base_url="http://127.0.0.1:9")
    await visitor.get(url)
    answers = [(await visitor.post(f"{url}/test", {"address": "@all"})).status for _ in range(11)]
    assert answers == [303] * 10 + [429]


async def test_the_own_address_is_offered_for_a_test(pages: Pages) -> None:
    person = await add_person(pages.db, pages.world.hospital, "Administrator", Role.ADMINISTRATOR)
    visitor = await pages.person(person)
    url = await entered(pages, visitor, **APP)
    await add_contact(pages.db, person, int(url.rpartition("/")[2]), "wangwu")
    assert 'value="wangwu"' in (await visitor.get(url)).text


async def test_two_hospitals_a_city_and_a_province_each_use_the_nearest(pages: Pages) -> None:
    db = pages.db
    province = await add_organisation(db, "province", "Province")
    city = await add_organisation(db, "city", "City", province)
    first, second = [await add_organisation(db, "hospital", name, city) for name in ("First", "Second")]
    made = {
        place: await add_account(
            db, place, "email", name, {"host": "secret.example"}, {"password": "p"}, pages.master
        )
        for place, name in ((province, "of-province"), (city, "of-city"), (second, "of-second"))
    }
    accounts = StoredChannelAccounts(db, pages.master)
    async with db.connection() as connection:
        paths = {r["id"]: r["path"] for r in await connection.fetch("SELECT id, path FROM organisation")}
        used = {
            place: found.id
            for place in (province, city, first, second)
            if (found := await accounts.nearest(connection, "email", paths[place]))
        }
    assert used == {province: made[province], city: made[city], first: made[city], second: made[second]}
    seen = {
        place: (await (await admin(pages, place)).get("/admin/channels")).text
        for place in (first, second, city)
    }
    assert ("of-city" in seen[first], "of-province" in seen[first]) == (True, False)
    assert ("of-second" in seen[second], "of-city" in seen[second]) == (True, False)
    assert all(name in seen[city] for name in ("of-city", "of-second"))
    assert not [text for text in seen.values() if "secret.example" in text]


async def test_an_inherited_account_cannot_be_opened(pages: Pages) -> None:
    province = await add_organisation(pages.db, "province", "Province")
    hospital = await add_organisation(pages.db, "hospital", "Below", province)
    above = await add_account(
        pages.db, province, "email", "above", {"host": "x"}, {"password": "p"}, pages.master
    )
    visitor = await admin(pages, hospital)
    await visitor.get("/admin/channels")
    for path in (f"/admin/channels/{above}", f"/admin/channels/{above}/edit"):
        assert (await visitor.get(path)).status == 404
    await visitor.get("/admin/channels/new?kind=email")
    for path, fields in (("edit", MAIL), ("switch", {"on": "false"}), ("test", {"address": "x"})):
        answer = await visitor.post(f"/admin/channels/{above}/{path}", {"seen_version": "1", **fields})
        assert answer.status == 404, path
    answer = await visitor.post("/admin/channels/new?kind=email", {**MAIL, "unit": str(province)})
    assert answer.status == 404


async def test_who_administers_nothing_gets_no_form(pages: Pages) -> None:
    engineer = await pages.person(pages.world.engineer)
    assert (await engineer.get("/admin/channels/new?kind=email")).status == 403


async def test_secrets_of_a_lost_key_are_said_and_can_be_entered_anew(pages: Pages) -> None:
    visitor = await admin(pages)
    url = await entered(pages, visitor, **APP)
    await pages.db.execute("UPDATE channel_account SET sealed = '\\x00112233'")
    assert "cannot be decrypted with the current master key" in (await visitor.get(url)).text
    assert (await changed(visitor, url, **APP)).status == 303
    assert await secrets_of(pages, url) == {"secret": SECRET}


async def test_an_account_for_sms_by_tencent_cloud_is_entered_with_its_price_and_codes(pages: Pages) -> None:
    visitor = await admin(pages)
    known = {name: value for name, value in tencent_settings().items() if isinstance(value, str)}
    words = {"acknowledge": ["1", "OK"]}
    more = {"price_per_part": "0.045", "extend_code_digits": "4", "variable_length": "12"}
    written = {"templates": json.dumps(TENCENT_TEMPLATES), "reply_words": json.dumps(words)}
    fields = known | more | written | tencent_secrets() | {"name": "Standby"}
    url = await entered(pages, visitor, "tencent_sms", **fields)
    opened = await StoredChannelAccounts(pages.db, pages.master).by_id(int(url.rpartition("/")[2]))
    assert opened is not None
    settings = account_of(Account(opened.id, opened.settings, opened.secrets)).settings
    assert (settings.price_per_part, settings.extend_code_digits) == (Decimal("0.045"), 4)
    assert (settings.variable_length, settings.reply_words.acknowledge) == (12, ("1", "OK"))
    assert SECRET_KEY not in (await visitor.get(f"{url}/edit")).text
    refused = await changed(visitor, url, **fields | {"price_per_part": "dear", "region": "Mars"})
    assert refused.status == 422


async def test_an_account_for_calls_is_entered_with_its_menu_and_number(pages: Pages) -> None:
    visitor = await admin(pages)
    lists = {name: json.dumps(ALIYUN.settings[name]) for name in ("templates", "menu")}
    heard = {"play_times": "3", "key_within_s": "12", "volume": "80", "speed": "-50"}
    fields = {"name": "Calls", "access_key_id": "sandbox-key", **heard, **lists, **ALIYUN.secrets}
    await visitor.get("/admin/channels/new?kind=voice")
    unit = {"unit": str(pages.world.hospital)}
    refused = await visitor.post("/admin/channels/new?kind=voice", unit | fields)
    assert refused.status == 422
    assert 'id="fault-menu"' in refused.text
    url = await entered(pages, visitor, "voice", caller_number=CALLER, **fields)
    opened = await StoredChannelAccounts(pages.db, pages.master).by_id(int(url.rpartition("/")[2]))
    assert opened is not None
    made = voice_account_of(Account(opened.id, opened.settings, opened.secrets)).settings
    assert (made.menu, made.play_times, made.acknowledge_key) == (ALIYUN.settings["menu"], 3, "1")
    assert (made.key_within_s, made.volume, made.speed) == (12, 80, -50)
    assert "/webhooks/aliyun-voice/" in (await visitor.get(url)).text


async def test_change_leaves_settings_that_the_form_does_not_ask_for(pages: Pages) -> None:
    visitor = await admin(pages)
    url = await entered(pages, visitor, **APP)
    number = int(url.rpartition("/")[2])
    more = {"authorize_url": "https://sandbox.example/authorize"}
    await pages.db.execute("UPDATE channel_account SET settings = settings || $2 WHERE id = $1", number, more)
    answer = await changed(visitor, url, **{**APP, "secret": "", "name": "New name"})
    assert answer.status == 303
    row = await pages.db.fetchrow("SELECT name, settings FROM channel_account WHERE id = $1", number)
    assert row is not None
    assert (row["name"], row["settings"]["authorize_url"]) == ("New name", more["authorize_url"])


async def test_what_a_switch_means_stands_beside_it(pages: Pages) -> None:
    form = await (await admin(pages)).get("/admin/channels/new?kind=wecom")
    assert "They leave this server." in form.text
