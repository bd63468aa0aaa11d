import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import _get_signature
from wechatpy.enterprise.crypto import WeChatCrypto

from notifier.providers.wecom.crypto import CallbackCrypto, CallbackQuery, CallbackRejected, Check
from notifier.providers.wecom.xml import encrypted_part
from tests.support.channel_contents import AES_KEY, CORP_ID, TOKEN

RANDOM = b"0123456789abcdef"
OURS = CallbackCrypto(TOKEN, AES_KEY, CORP_ID)
THEIRS = WeChatCrypto(TOKEN, AES_KEY, CORP_ID)

V2_ENCRYPTED = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/s"
    "YYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJ"
    "YuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGU"
    "callcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDY"
    "A5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q=="
)
V5_MESSAGE = (
    f"<xml><ToUserName><![CDATA[{CORP_ID}]]></ToUserName><FromUserName><![CDATA[zhangsan]]></FromUserName>"
    "<CreateTime>1700000000</CreateTime><MsgType><![CDATA[event]]></MsgType>"
    "<Event><![CDATA[template_card_event]]></Event><EventKey><![CDATA[approve]]></EventKey>"
    "<TaskId><![CDATA[task_001]]></TaskId><CardType><![CDATA[button_interaction]]></CardType>"
    "<ResponseCode><![CDATA[RC1]]></ResponseCode><AgentID>1000002</AgentID></xml>"
)


def query(signature: str, timestamp: str, nonce: str, echostr: str | None = None) -> CallbackQuery:
    return CallbackQuery(msg_signature=signature, timestamp=timestamp, nonce=nonce, echostr=echostr)


@pytest.mark.parametrize(
    ("crypto", "asked", "answer"),
    [
        (
            OURS,
            query(
                "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
                "1409659589",
                "263014780",
                "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
            ),
            b"1616140317555161061",
        ),
        (
            CallbackCrypto("123456", "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR", "wx49f0ab532d5d035a"),
            query(
                "dd6b9c95b495b3f7e2901bfbc76c664930ffdb96",
                "1411443780",
                "437374425",
                "4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q==",
            ),
            b"5927782489442352469",
        ),
    ],
)
def test_published_url_checks_are_answered(
    crypto: CallbackCrypto, asked: CallbackQuery, answer: bytes
) -> None:
    assert crypto.answer_url_check(asked) == answer


def test_published_message_is_opened() -> None:
    asked = query("477715d11cdb4164915debcba66cb864d751f3e6", "1409659813", "1372623149")
    message = OURS.open(asked, V2_ENCRYPTED)
    assert b"<Content><![CDATA[hello]]></Content>" in message
    assert asked.sent_at.isoformat() == "2014-09-02T12:10:13+00:00"


def test_known_random_gives_the_known_ciphertext_and_signature() -> None:
    encrypted = OURS.encrypt(b"1616140317555161061", RANDOM)
    assert encrypted == (
        "sKqRbbiSUnDhFHOvPjtUMWzf2R8PrpMiTTPaicBgqZlYW/WsF6SiFd2z9CriX2YpWYzF1yrNNQ0SomM3ovdnfA=="
    )
    assert OURS.sign("1700000000", "nonce1", encrypted) == "a5550d033613f41ad3ff00e74533f2ac5a077254"


def test_card_event_has_the_known_signature() -> None:
    encrypted = OURS.encrypt(V5_MESSAGE.encode(), RANDOM)
    assert OURS.sign("1700000000", "nonce1", encrypted) == "d440aee2bb3b3faaaecf0d369be568df210772bc"


@pytest.mark.parametrize("length", range(65))
def test_every_padding_length_passes_between_us_and_wechatpy(length: int) -> None:
    message = "x" * length
    encrypted = OURS.encrypt(message.encode())
    signature = OURS.sign("1700000000", "n", encrypted)
    assert THEIRS.decrypt_message({"Encrypt": encrypted}, signature, "1700000000", "n") == message
    theirs = encrypted_part(THEIRS.encrypt_message(message, "n", "1700000000").encode())
    asked = query(_get_signature(TOKEN, "1700000000", "n", theirs), "1700000000", "n")
    assert OURS.open(asked, theirs) == message.encode()


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_the_round_trip(text: str) -> None:
    assert OURS.decrypt(OURS.encrypt(text.encode())).decode() == text


@given(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
def test_key_with_spare_bits_set_is_accepted(last: str) -> None:
    crypto = CallbackCrypto(TOKEN, AES_KEY[:-1] + last, CORP_ID)
    assert crypto.decrypt(crypto.encrypt(b"x")) == b"x"


@pytest.mark.parametrize("key", ["", AES_KEY[:-1], AES_KEY + "A", "!" + AES_KEY[1:], AES_KEY + "="])
def test_malformed_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="43 characters"):
        CallbackCrypto(TOKEN, key, CORP_ID)


def refused(encrypted: str) -> Check:
    with pytest.raises(CallbackRejected) as caught:
        OURS.decrypt(encrypted)
    return caught.value.check


def raw(plain: bytes) -> str:
    encryptor = OURS._cipher.encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


@pytest.mark.parametrize("other", ["wx5823bf96d3bd56c8", CORP_ID + "x", CORP_ID[:-1], CORP_ID.upper(), ""])
def test_message_for_another_corporation_is_refused(other: str) -> None:
    assert refused(CallbackCrypto(TOKEN, AES_KEY, other).encrypt(b"x")) is Check.RECEIVER


@pytest.mark.parametrize("encrypted", ["", "*", "AAAA", "中文", "A" * 21])
def test_what_is_no_ciphertext_is_refused(encrypted: str) -> None:
    assert refused(encrypted) is Check.CIPHERTEXT


@pytest.mark.parametrize("tail", [b"\x00", b"\x21", b"\x02", b"\x01\x02"])
def test_bad_padding_is_refused(tail: bytes) -> None:
    assert refused(raw(b"x" * (32 - len(tail)) + tail)) is Check.PADDING


@pytest.mark.parametrize("head", [b"", RANDOM + b"\xff\xff\xff\xff"])
def test_impossible_length_is_refused(head: bytes) -> None:
    missing = 32 - len(head)
    assert refused(raw(head + bytes([missing]) * missing)) is Check.LENGTH


@pytest.mark.parametrize("signature", ["", "a" * 40, "签名"])
def test_wrong_signature_is_refused_before_anything_is_opened(signature: str) -> None:
    with pytest.raises(CallbackRejected) as caught:
        OURS.open(query(signature, "1700000000", "n"), "not even base64 ✗")
    assert caught.value.check is Check.SIGNATURE


def test_url_check_without_its_word_is_refused() -> None:
    with pytest.raises(CallbackRejected) as caught:
        OURS.answer_url_check(query("x", "1700000000", "n"))
    assert caught.value.check is Check.ENVELOPE
