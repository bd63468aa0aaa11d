import random
from collections.abc import AsyncIterator
from email.message import EmailMessage
from typing import Any

import aiohttp
import aiosmtplib
import pytest

from bot.sandbox.app import Surroundings
from bot.sandbox.config import SandboxConfig
from bot.sandbox.serve import Addresses, running
from tests.support.sandbox import FakeTime, config_entry

U1, U2 = "u1@hospital.example", "u2@hospital.example"


@pytest.fixture
async def place() -> AsyncIterator[Addresses]:
    boxes = [{"address": U1, "name": "Engineer 1"}, {"address": U2, "name": "Engineer 2"}]
    time = FakeTime()
    around = Surroundings(time.now, time.monotonic, random.Random(7))
    config = SandboxConfig.model_validate(config_entry(mailboxes=boxes))
    async with running(config, "127.0.0.1", 0, 0, around) as addresses:
        yield addresses


def _mail(*to: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "设备科 <yishe@hospital.example>", ", ".join(to)
    message["Subject"], message["Message-ID"] = "CT-3 停机", "<case-1@hospital.example>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("请处理")
    message.add_alternative("<p>请<b>处理</b></p><script>alert(1)</script>", subtype="html")
    return message


async def _send(place: Addresses, message: EmailMessage) -> Any:
    return await aiosmtplib.send(message, hostname=place.smtp_host, port=place.smtp_port)


async def _mails(place: Addresses, address: str) -> list[dict[str, Any]]:
    async with aiohttp.ClientSession() as http, http.get(f"{place.http}/sandbox/state") as response:
        boxes = (await response.json())["mailboxes"]
    return next(box["mails"] for box in boxes if box["address"] == address)


async def _faults(place: Addresses, **mail: Any) -> None:
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{place.http}/sandbox/faults", json={"mail": mail}) as response,
    ):
        assert response.status == 200


async def test_a_mail_is_read_by_the_standard_rules(place: Addresses) -> None:
    await _send(place, _mail(U1, U2))
    (mail,) = await _mails(place, U2)
    assert (mail["subject"], mail["text"].strip()) == ("CT-3 停机", "请处理")
    assert mail["from"] == "设备科 <yishe@hospital.example>"
    assert mail["headers"]["Auto-Submitted"] == "auto-generated"
    assert len(await _mails(place, U1)) == 1


async def test_an_unknown_mailbox_is_refused_and_the_others_get_the_mail(place: Addresses) -> None:
    refused, _ = await _send(place, _mail(U1, "nobody@hospital.example"))
    assert [answer.code for answer in refused.values()] == [550]
    assert len(await _mails(place, U1)) == 1


async def test_listed_recipients_are_refused(place: Addresses) -> None:
    await _faults(place, refuse=[U1.upper()])
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await _send(place, _mail(U1))


async def test_a_mail_can_be_put_off(place: Addresses) -> None:
    await _faults(place, temp_fail_next=1)
    with pytest.raises(aiosmtplib.SMTPDataError) as caught:
        await _send(place, _mail(U1))
    assert caught.value.code == 451
    await _send(place, _mail(U1))
    assert len(await _mails(place, U1)) == 1


async def test_a_connection_can_end_after_the_mail_was_kept(place: Addresses) -> None:
    await _faults(place, disconnect_after_data=1)
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await _send(place, _mail(U1))
    assert len(await _mails(place, U1)) == 1
    await _send(place, _mail(U1))
    assert len(await _mails(place, U1)) == 2


async def test_a_mails_html_runs_no_script(place: Addresses) -> None:
    await _send(place, _mail(U1))
    (mail,) = await _mails(place, U1)
    async with aiohttp.ClientSession() as http, http.get(f"{place.http}/mail/{mail['id']}") as response:
        policy = response.headers["Content-Security-Policy"]
        assert "<b>处理</b>" in await response.text()
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "allow-scripts" not in policy
