import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings

from notifier.channel import Account, Content, SendFailed, Verdict
from notifier.providers.email.channel import EmailChannel
from notifier.providers.email.compose import BANNERS, FrozenMail, mail_bytes
from storage.kinds import Severity
from tests.support.channel_contents import ManualClock, content, contents

ACCOUNT = Account(
    3,
    {
        "host": "mx.example",
        "port": 25,
        "tls": "none",
        "sender_address": "device@hospital.example",
        "sender_name": '示例医院 <设备科>, "A"',
        "message_id_domain": "yishe.example",
    },
    {},
)
CLOCK = ManualClock()
CHANNEL = EmailChannel(CLOCK)
TO = "li.si+duty@hospital.example"


def frozen(message: Content) -> FrozenMail:
    return FrozenMail.model_validate(CHANNEL.compose(message, TO, ACCOUNT))


def read(mail: FrozenMail) -> EmailMessage:
    return message_from_bytes(mail_bytes(mail), policy=default)


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    text: str = part.get_content()
    return text


def test_mail_says_who_what_and_that_a_machine_wrote_it() -> None:
    mail = read(frozen(content()))
    assert mail["Subject"] == "[R-2026-000017] 紧急: CT-3 维修申请待审批"
    assert mail["From"].addresses[0].addr_spec == "device@hospital.example"
    assert mail["From"].addresses[0].display_name == '示例医院 <设备科>, "A"'
    assert mail["To"] == TO
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert mail["Date"].datetime == CLOCK.now()


def test_message_id_is_stable_and_one_thread_holds_a_case() -> None:
    first, second = (read(frozen(content(unique_id=name))) for name in ("m-1@x", "m-2@x"))
    assert first["Message-ID"] == "<m-1%40x@yishe.example>"
    assert second["Message-ID"] == "<m-2%40x@yishe.example>"
    for mail in (first, second):
        assert mail["References"] == mail["In-Reply-To"] == "<R-2026-000017@yishe.example>"


def test_mail_of_another_case_is_in_another_thread() -> None:
    assert (
        read(frozen(content(thread_id="R-2026-000018")))["References"]
        != read(frozen(content()))["References"]
    )


def test_frozen_mail_is_the_same_bytes_on_every_try() -> None:
    mail = frozen(content())
    later = FrozenMail.model_validate_json(mail.model_dump_json())
    CLOCK.move(timedelta(hours=1).total_seconds())
    assert mail_bytes(later) == mail_bytes(mail)


def test_text_and_html_say_the_same() -> None:
    mail = read(frozen(content()))
    for part in (body(mail, "plain"), body(mail, "html")):
        for words in ("紧急", "CT-3 维修申请待审批", "球管过热", "放射科", "¥ 120,000.00", "R-2026-000017"):
            assert words in part
        assert "https://yishe.example/c/R-2026-000017/approve" in part
        assert "同意" in part


@pytest.mark.parametrize("severity", Severity)
def test_banner_has_the_levels_colour_for_word_and_for_browsers(severity: Severity) -> None:
    background, colour = BANNERS[severity]
    html = frozen(content(severity=severity)).html
    assert f'<td bgcolor="{background}" style="background-color:{background};color:{colour};' in html
    assert f'<font color="{colour}"><strong>【紧急】' in html


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("severity", Severity)
def test_banner_text_reads_on_its_colour(severity: Severity) -> None:
    darker, lighter = sorted(luminance(colour) for colour in BANNERS[severity])
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.links: list[str | None] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.links += [value for name, value in attrs if name in ("href", "src", "onclick", "onerror")]


def test_words_of_a_report_stay_words_in_html() -> None:
    hostile = '"><img src=x onerror=alert(1)><a href="https://evil.example">'
    plain = content(summary="x", fields=(("y", "z"),))
    changed = replace(plain, title=hostile, summary=hostile, fields=((hostile, hostile),), footer=hostile)
    assert Tags(frozen(changed).html).seen == Tags(frozen(plain).html).seen
    assert Tags(frozen(changed).html).links == Tags(frozen(plain).html).links


def test_layout_keeps_to_what_outlook_draws() -> None:
    tags = set(Tags(frozen(content()).html).seen)
    assert "table" in tags
    assert not tags & {"div", "script", "link", "style", "img", "form", "button"}


@settings(deadline=None)  # a busy machine says nothing of the mail
@given(contents)
def test_any_message_becomes_a_well_formed_mail(message: Content) -> None:
    raw = mail_bytes(frozen(message))
    mail = message_from_bytes(raw, policy=default)
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert not re.search(rb"[^\r]\n", raw)
    assert sorted(mail.keys()) == sorted({*read(frozen(content())).keys()})
    assert not mail.defects


@pytest.mark.parametrize(
    "words", ["x\r\nBcc: all@evil.example", "x\nBcc: y@evil.example", "x\rBcc: z@evil.example"]
)
def test_line_break_in_any_word_adds_no_header(words: str) -> None:
    message = content(title=words, severity_word=words, thread_id=words, sender=words)
    account = replace(ACCOUNT, settings={**ACCOUNT.settings, "sender_name": words})
    mail = read(FrozenMail.model_validate(CHANNEL.compose(message, TO, account)))
    assert mail["Bcc"] is None
    assert len(mail.keys()) == len(read(frozen(content())).keys())


@pytest.mark.parametrize(
    "address",
    [
        "",
        "x",
        "a@b@c",
        "a b@c.example",
        "a@c.example\n",
        "a@c.example,d@e.example",
        "<a@c.example>",
        "张@c.example",
    ],
)
def test_address_that_is_not_one_plain_address_is_refused(address: str) -> None:
    with pytest.raises(SendFailed) as caught:
        CHANNEL.compose(content(), address, ACCOUNT)
    assert (caught.value.verdict, caught.value.code) == (Verdict.PERMANENT, "address")


@pytest.mark.parametrize(
    ("name", "value"),
    [("tls", "maybe"), ("port", 0), ("sender_address", "x\r\ny"), ("message_id_domain", "a b")],
)
def test_wrong_setting_is_named(name: str, value: object) -> None:
    with pytest.raises(SendFailed) as caught:
        CHANNEL.compose(content(), TO, replace(ACCOUNT, settings={**ACCOUNT.settings, name: value}))
    assert (caught.value.verdict, caught.value.detail) == (Verdict.CONFIGURATION, name)


def test_message_without_a_page_has_no_empty_links() -> None:
    mail = frozen(content(url=""))
    assert Tags(mail.html).links == []
    assert "查看工单" not in mail.text


def test_what_may_be_stopped_is_stopped_by_one_click_and_by_a_page() -> None:
    url = "https://yishe.example/n/7-abc"
    mail = frozen(content(stop_url=url, notice_url=url, notice_label="已阅"))
    assert mail.headers["List-Unsubscribe"] == f"<{url}>"
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f'<a href="{url}"' in mail.html
    assert f"已阅: {url}" in mail.text


def test_what_programs_read_stays_whole_however_long_it_is() -> None:
    host = "equipment.first-affiliated-hospital-of-the-medical-university.example"
    url, domain = f"https://{host}/n/123456789012-{'A' * 22}", f"mail.of-the-department-of-equipment.{host}"
    sender = replace(ACCOUNT, settings={**ACCOUNT.settings, "message_id_domain": domain})
    raw = mail_bytes(FrozenMail.model_validate(CHANNEL.compose(content(stop_url=url), TO, sender)))
    for line in (
        f"List-Unsubscribe: <{url}>",
        *(f"{n}: <R-2026-000017@{domain}>" for n in ("References", "In-Reply-To")),
    ):
        assert f"\r\n{line}\r\n".encode() in raw


@pytest.mark.parametrize(
    "name",
    [
        "示例市第一人民医院医疗设备管理处（放射设备）, 值班",
        "Equipment (示例), Radiology, and a name that is far too long for one line of a mail's header",
        '设备科 (A), "B" <c@d.example>; 值班室: 全天',
        "医设 👩‍⚕️ " * 9,
    ],
)
def test_any_name_of_the_sender_is_one_name_on_the_wire(name: str) -> None:
    sender = replace(ACCOUNT, settings={**ACCOUNT.settings, "sender_name": name})
    raw = mail_bytes(FrozenMail.model_validate(CHANNEL.compose(content(), TO, sender)))
    (found,) = getaddresses([str(message_from_bytes(raw)["From"]).replace("\r\n", "")])
    assert found[1] == "device@hospital.example"
    shown = str(make_header(decode_header(found[0])))
    assert shown.replace(" ", "") == name.replace(" ", "")


@pytest.mark.parametrize("stop_url", ["", "http://yishe.example/n/7-abc"])
def test_what_may_not_be_stopped_or_not_safely_has_no_such_header(stop_url: str) -> None:
    mail = frozen(content(stop_url=stop_url, notice_url="https://yishe.example/n/7-abc"))
    assert not any(name.startswith("List-") for name in mail.headers)
