from datetime import UTC, datetime
from random import Random

import pytest

from bot.sandbox.config import App
from bot.sandbox.crypto import BadReplyError, CallbackCrypto
from bot.sandbox.events import CardEvent, Occasion, card_event, request_body

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def _crypto(token: str, key: str, corpid: str) -> CallbackCrypto:
    app = App(agentid=1, secret="sandbox-s", token=token, encoding_aes_key=key)
    return CallbackCrypto(corpid, app, lambda: NOW, Random(7))


def _first() -> CallbackCrypto:
    return _crypto("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7")


def test_published_vector_1_opens() -> None:
    echo = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
    signature = "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"
    assert _first().open_echo(signature, "1409659589", "263014780", echo) == "1616140317555161061"


def test_published_vector_2_opens() -> None:
    encrypted = (
        "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911"
        "L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLx"
        "AUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9"
        "nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/u"
        "h9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q=="
    )
    body = request_body("wx5823bf96d3bd56c7", 218, encrypted)
    signature = "477715d11cdb4164915debcba66cb864d751f3e6"
    text = _first().open_message(body, signature, "1409659813", "1372623149")
    assert "<Content><![CDATA[hello]]></Content>" in text


def test_published_vector_3_opens() -> None:
    crypto = _crypto("123456", "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR", "wx49f0ab532d5d035a")
    echo = "4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q=="
    signature = "dd6b9c95b495b3f7e2901bfbc76c664930ffdb96"
    assert crypto.open_echo(signature, "1411443780", "437374425", echo) == "5927782489442352469"


def test_what_is_sealed_opens_again_and_differs_each_time() -> None:
    crypto = _first()
    one, two = crypto.seal("<xml>设备</xml>"), crypto.seal("<xml>设备</xml>")
    assert one.nonce != two.nonce
    body = request_body("wx5823bf96d3bd56c7", 1, one.encrypt)
    assert crypto.open_message(body, one.signature, one.timestamp, one.nonce) == "<xml>设备</xml>"


@pytest.mark.parametrize(
    "body",
    [
        "plain words",
        "<xml><Encrypt>x</Encrypt></xml>",
        '<!DOCTYPE x [<!ENTITY e "e">]><xml><Encrypt>&e;</Encrypt></xml>',
        "<xml><Encrypt>AAAA</Encrypt><MsgSignature>no</MsgSignature><TimeStamp>1</TimeStamp><Nonce>1</Nonce></xml>",
    ],
)
def test_replies_that_are_not_properly_sealed_are_refused(body: str) -> None:
    with pytest.raises(BadReplyError):
        _first().open_reply(body)


def test_a_reply_for_another_corporation_is_refused() -> None:
    crypto = _first()
    other = _crypto("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx-other")
    sealed = other.seal("<xml/>")
    body = request_body("wx-other", 1, sealed.encrypt)
    with pytest.raises(BadReplyError, match="receive id"):
        crypto.open_message(body, sealed.signature, sealed.timestamp, sealed.nonce)


def test_a_press_looks_as_documented() -> None:
    occasion = Occasion("wx5823bf96d3bd56c7", 1000002, "zhangsan", 1700000000)
    press = CardEvent("template_card_event", "approve", "task_001", "button_interaction", "RC1", None)
    assert card_event(occasion, press) == (
        "<xml><ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName>"
        "<FromUserName><![CDATA[zhangsan]]></FromUserName><CreateTime>1700000000</CreateTime>"
        "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[template_card_event]]></Event>"
        "<EventKey><![CDATA[approve]]></EventKey><TaskId><![CDATA[task_001]]></TaskId>"
        "<CardType><![CDATA[button_interaction]]></CardType><ResponseCode><![CDATA[RC1]]></ResponseCode>"
        "<AgentID>1000002</AgentID></xml>"
    )
