"""The callback's protocol: URL check, forged, garbled and old input, other events."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs
from wechatpy.enterprise.crypto import WeChatCrypto

from storage.sealing import MasterKey, new_master_key
from tests.support.channel_contents import AES_KEY, CORP_ID, TOKEN
from tests.support.chat import ACCOUNT_KEY, SECRETS, SETTINGS, Rig
from tests.support.world import add_account

V1 = {
    "msg_signature": "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
    "timestamp": "1409659589",
    "nonce": "263014780",
    "echostr": "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
}
V3 = {
    "msg_signature": "dd6b9c95b495b3f7e2901bfbc76c664930ffdb96",
    "timestamp": "1411443780",
    "nonce": "437374425",
    "echostr": "4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q==",
}
V3_SECRETS = {
    **SECRETS,
    "callback_token": "123456",
    "encoding_aes_key": "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR",
}
V3_SETTINGS = {**SETTINGS, "corp_id": "wx49f0ab532d5d035a"}
TEXT = (
    f"<xml><ToUserName>{CORP_ID}</ToUserName><FromUserName>engineer</FromUserName><CreateTime>1</CreateTime>"
    "<MsgType>text</MsgType><Content>help</Content><MsgId>1</MsgId></xml>"
)


async def check(rig: Rig, query: dict[str, str], account: str = ACCOUNT_KEY) -> tuple[int, bytes]:
    rig.clock.forward(datetime.fromtimestamp(int(query["timestamp"]), UTC) - rig.clock.now())
    async with rig.client.get(f"/wecom/{account}", params=query) as response:
        return response.status, await response.read()


async def test_url_check_answers_the_plain_text(rig: Rig) -> None:
    assert await check(rig, V1) == (200, b"1616140317555161061")


async def test_each_account_has_its_own_key(rig: Rig) -> None:
    await new_account(rig, "hospital-two", V3_SETTINGS, V3_SECRETS)
    assert await check(rig, V3, "hospital-two") == (200, b"5927782489442352469")
    assert (await check(rig, V3))[0] == 403


async def new_account(rig: Rig, name: str, settings: dict[str, Any], secrets: dict[str, str]) -> None:
    await add_account(rig.db, rig.world.hospital, "wecom", name, settings, secrets, rig.sealer)


@pytest.mark.parametrize("part", ["msg_signature", "nonce"])
async def test_url_check_with_a_wrong_signature_is_forbidden(rig: Rig, part: str) -> None:
    assert (await check(rig, {**V1, part: "0" * 40}))[0] == 403


async def test_url_check_without_its_parts_is_a_bad_request(rig: Rig) -> None:
    assert (await check(rig, {"timestamp": V1["timestamp"]}))[0] == 400
    assert (await check(rig, {**V1, "timestamp": V1["timestamp"], "msg_signature": "x" * 200}))[0] == 400


@pytest.mark.parametrize("path", ["nobody", "%3Cscript%3E"])
async def test_unknown_account_is_not_found(rig: Rig, path: str) -> None:
    assert (await rig.post(*rig.sealed(TEXT), path))[0] == 404


async def test_inactive_account_and_one_without_callback_are_not_found(rig: Rig) -> None:
    await new_account(rig, "send-only", SETTINGS, {"secret": "s"})
    assert (await rig.post(*rig.sealed(TEXT), "send-only"))[0] == 404
    await rig.db.execute("UPDATE channel_account SET active = false")
    assert (await rig.post(*rig.sealed(TEXT)))[0] == 404


async def test_account_with_unusable_secrets_acknowledges_nothing(rig: Rig) -> None:
    await new_account(rig, "bad-key", SETTINGS, {**SECRETS, "encoding_aes_key": "too-short"})
    assert (await rig.post(*rig.sealed(TEXT), "bad-key"))[0] == 503
    other = MasterKey(new_master_key())
    await add_account(rig.db, rig.world.hospital, "wecom", "other-key", SETTINGS, SECRETS, other)
    assert (await rig.post(*rig.sealed(TEXT), "other-key"))[0] == 503


async def test_forged_signature_is_forbidden_and_does_nothing(rig: Rig) -> None:
    query, body = rig.sealed(TEXT.replace("help", "report CT-0001 smoke"))
    assert (await rig.post({**query, "msg_signature": "0" * 40}, body))[0] == 403
    assert (await rig.post({**query, "nonce": "other"}, body))[0] == 403
    assert await rig.db.fetch("SELECT id FROM work_case") == []


async def test_callback_for_another_corporation_is_forbidden(rig: Rig) -> None:
    other = WeChatCrypto(TOKEN, AES_KEY, f"{CORP_ID}x")
    assert (await rig.post(*rig.sealed(TEXT, other)))[0] == 403


@pytest.mark.parametrize("age", [timedelta(minutes=6), timedelta(minutes=-6)])
async def test_callback_of_another_time_is_forbidden(rig: Rig, age: timedelta) -> None:
    assert (await rig.post(*rig.sealed(TEXT, at=rig.clock.now() - age)))[0] == 403


async def test_callback_within_the_window_is_taken(rig: Rig) -> None:
    assert (await rig.post(*rig.sealed(TEXT, at=rig.clock.now() - timedelta(minutes=4))))[0] == 200


ENTITY_BOMB = (
    '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    "<xml><MsgType>text</MsgType><Content>&b;</Content></xml>"
)
OUTSIDE_ENTITY = '<!DOCTYPE b [<!ENTITY f SYSTEM "file:///etc/hostname">]><xml><Content>&f;</Content></xml>'


@pytest.mark.parametrize(
    "plain", [ENTITY_BOMB, OUTSIDE_ENTITY, "<xml>", "no xml", "{}", "<xml><MsgType>text</MsgType></xml>"]
)
async def test_signed_nonsense_is_a_bad_request(rig: Rig, plain: str) -> None:
    assert (await rig.post(*rig.sealed(plain)))[0] == 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<xml>",
        b"\xff\xfe\x00",
        b"<xml><Encrypt>\xff\xff</Encrypt></xml>",
        b'{"json": true}',
        ENTITY_BOMB.encode(),
    ],
)
async def test_unsigned_nonsense_is_a_bad_request(rig: Rig, body: bytes) -> None:
    query, _ = rig.sealed(TEXT)
    assert (await rig.post(query, body))[0] == 400


async def test_signed_bytes_that_are_not_utf8_are_a_bad_request(rig: Rig) -> None:
    plain = TEXT.encode().replace(b"help", b"\xc3\x28")
    assert (await rig.post(*rig.sealed(plain)))[0] == 400


async def test_body_over_the_limit_is_refused(rig: Rig) -> None:
    query, _ = rig.sealed(TEXT)
    assert (await rig.post(query, b"<xml>" + b" " * 70_000 + b"</xml>"))[0] == 413


async def test_log_of_a_forged_callback_holds_neither_body_nor_secrets(rig: Rig) -> None:
    query, body = rig.sealed(TEXT)
    with capture_logs() as logs:
        await rig.post({**query, "msg_signature": "f" * 40}, body)
    assert [(line["account"], line["check"]) for line in logs] == [(ACCOUNT_KEY, "signature")]
    assert not any(secret in str(logs) for secret in (*SECRETS.values(), "f" * 40, "Encrypt"))


async def test_who_opens_the_app_is_greeted_once_a_day(rig: Rig) -> None:
    at = rig.clock.now()
    first = await rig.event("engineer", "enter_agent", "<EventKey></EventKey>", at)
    assert "[zh]Hello Engineer" in first.text
    again = await rig.event("engineer", "enter_agent", "<EventKey></EventKey>", at)
    assert again.text == first.text
    assert (await rig.event("engineer", "enter_agent")).message is None
    rig.clock.forward(timedelta(days=1))
    assert (await rig.event("engineer", "enter_agent")).text == first.text


async def test_unknown_person_who_opens_the_app_or_writes_is_told_whom_to_ask(rig: Rig) -> None:
    assert "Please ask the administrator" in (await rig.event("stranger", "subscribe")).text
    assert "[en]Your account is not known here" in (await rig.write("stranger", "todo")).text


@pytest.mark.parametrize(
    ("key", "answer"), [("todo", "Nothing is waiting"), ("帮助", "todo: what is waiting")]
)
async def test_the_apps_own_menu_is_taken_like_the_word_it_is_named_by(
    rig: Rig, key: str, answer: str
) -> None:
    assert answer in (await rig.event("engineer", "click", f"<EventKey>{key}</EventKey>")).text


async def test_a_menu_that_wecom_answers_itself_is_left_alone(rig: Rig) -> None:
    clicked = await rig.event("engineer", "click", "<EventKey>#sendmsg#_0_1#7</EventKey>")
    assert (clicked.status, clicked.message) == (200, None)


@pytest.mark.parametrize("kind", ["image", "voice", "location"])
async def test_who_sends_no_words_hears_what_can_be_written(rig: Rig, kind: str) -> None:
    assert "Write: todo, device" in (await rig.send("engineer", kind, "<MsgId>77</MsgId>")).text


@pytest.mark.parametrize("name", ["unsubscribe", "LOCATION", "view", "something_new"])
async def test_other_events_are_acknowledged_and_left_alone(rig: Rig, name: str) -> None:
    answer = await rig.event("engineer", name)
    assert (answer.status, answer.message) == (200, None)


TO = f"<ToUserName>{CORP_ID}</ToUserName>"
EVENT = f"{TO}<CreateTime>1700000000</CreateTime><MsgType>event</MsgType>"
OF_NOBODY = {
    "event without a sender": f"{EVENT}<Event>enter_agent</Event><AgentID>1</AgentID>",
    "empty sender": f"{EVENT}<FromUserName></FromUserName><Event>subscribe</Event>",
    "press of nobody": f"{EVENT}<Event>template_card_event</Event><EventKey>approve</EventKey><TaskId>t</TaskId>",
    "finished job": f"{EVENT}<Event>batch_job_result</Event><BatchJob><JobId>j</JobId><JobType>sync_user</JobType>"
    "<ErrCode>0</ErrCode><ErrMsg>ok</ErrMsg></BatchJob>",
    "changed person": f"{EVENT}<Event>change_contact</Event><ChangeType>update_user</ChangeType><UserID>x</UserID>",
    "changed department": f"{EVENT}<Event>change_contact</Event><ChangeType>create_party</ChangeType><Id>2</Id>",
    "event of two names": f"{EVENT}<Event>a</Event><Event>b</Event>",
    "unknown kind": f"{TO}<MsgType>hologram</MsgType>",
    "picture of nobody": f"{TO}<MsgType>image</MsgType><PicUrl>http://x</PicUrl><MediaId>m</MediaId>",
    "press without a card": f"{EVENT}<FromUserName>engineer</FromUserName><Event>template_card_event</Event>"
    "<EventKey>approve</EventKey>",
    "words said twice": f"{TO}<FromUserName>engineer</FromUserName><MsgType>text</MsgType><Content>a</Content>"
    "<Content>b</Content>",
    "name without an end": f"{EVENT}<FromUserName>{'x' * 200}</FromUserName><Event>enter_agent</Event>",
} | {
    f"suite: {kind}": f"<SuiteId>ww4asffe99e54c0f4c</SuiteId><InfoType>{kind}</InfoType>"
    f"<TimeStamp>1403610513</TimeStamp>{more}"
    for kind, more in {
        "suite_ticket": "<SuiteTicket>asdfasfdasdfasdf</SuiteTicket>",
        "create_auth": "<AuthCode>AUTHCODE</AuthCode>",
        "change_auth": "<AuthCorpId>wxf8b4f85f3a794e77</AuthCorpId>",
        "cancel_auth": "<AuthCorpId>wxf8b4f85f3a794e77</AuthCorpId>",
        "change_contact": "<AuthCorpId>x</AuthCorpId><ChangeType>delete_user</ChangeType><UserID>u</UserID>",
        "reset_permanent_code": "<AuthCode>AUTHCODE</AuthCode>",
        "register_corp": "<ServiceCorpId>x</ServiceCorpId><RegisterCode>x</RegisterCode>",
        "share_agent_change": f"{TO}<AppId>1</AppId><CorpId>x</CorpId>",
        "something_of_tomorrow": "",
    }.items()
}


@pytest.mark.parametrize("inner", OF_NOBODY.values(), ids=OF_NOBODY)
async def test_what_no_person_did_is_read_noted_and_does_not_come_again(rig: Rig, inner: str) -> None:
    with capture_logs() as logs:
        assert await rig.post(*rig.sealed(f"<xml>{inner}</xml>")) == (200, b"")
    (line,) = [line for line in logs if line["event"] in ("wecom_callback_noted", "wecom_callback_rejected")]
    assert (line["event"], line["account"]) == ("wecom_callback_noted", ACCOUNT_KEY)
    assert not {"AUTHCODE", "asdfasfdasdfasdf"} & {str(value) for value in line.values()}
    assert await rig.db.fetch("SELECT id FROM step") == []


@pytest.mark.parametrize(
    "inner", ["", "<Event>x</Event>", f"{TO}<AgentID>1</AgentID>", "<InfoType></InfoType>"]
)
async def test_what_does_not_say_what_it_is_stays_a_bad_request(rig: Rig, inner: str) -> None:
    assert (await rig.post(*rig.sealed(f"<xml>{inner}</xml>")))[0] == 400


@pytest.mark.parametrize(
    "inner",
    [
        *("<Content></Content>", "<Content> </Content>", "", f"<Content>{'x' * 9000}</Content>"),
        *("<Content>todo</Content><AgentID></AgentID>", "<Content>todo</Content><AgentID>x</AgentID>"),
    ],
)
async def test_odd_words_of_somebody_are_answered(rig: Rig, inner: str) -> None:
    answer = await rig.send("engineer", "text", f"{inner}<MsgId>9{len(inner)}</MsgId>")
    assert answer.status == 200
    assert "todo" in answer.text or "waiting" in answer.text


@pytest.mark.parametrize("time", ["", "soon", "-1", "999999999999", "1.7e9"])
async def test_a_time_that_nobody_can_read_loses_no_event(rig: Rig, time: str) -> None:
    plain = (
        f"<xml>{TO}<FromUserName>engineer</FromUserName><CreateTime>{time}</CreateTime><MsgType>event</MsgType>"
        "<Event>enter_agent</Event></xml>"
    )
    status, body = await rig.post(*rig.sealed(plain))
    assert (status, rig.opened(body).type) == (200, "text")


async def test_a_former_callback_key_counts_beside_the_present_one(rig: Rig) -> None:
    present = {"callback_token": "newToken", "encoding_aes_key": V3_SECRETS["encoding_aes_key"]}
    former = {"former_callback_token": TOKEN, "former_encoding_aes_key": AES_KEY}
    await new_account(rig, "changing", SETTINGS, {**SECRETS, **present, **former})
    new = WeChatCrypto("newToken", V3_SECRETS["encoding_aes_key"], CORP_ID)
    assert (await rig.post(*rig.sealed(TEXT), "changing"))[0] == 200
    assert (await rig.post(*rig.sealed(TEXT, new), "changing"))[0] == 200
    mixed = WeChatCrypto("newToken", AES_KEY, CORP_ID)
    assert (await rig.post(*rig.sealed(TEXT, mixed), "changing"))[0] in (400, 403)
