import json
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from bot.sandbox.config import SandboxConfig
from bot.sandbox.sms_sending import send
from bot.sandbox.world import World
from notifier.channel import Content, SendFailed, Verdict
from notifier.providers.aliyun_sms.account import SmsSettings
from notifier.providers.aliyun_sms.compose import freeze
from notifier.providers.sms.frozen import FrozenSms
from notifier.providers.sms.parts import parts_of
from tests.support.channel_contents import content, contents
from tests.support.sandbox import FakeTime
from tests.support.sms import CODE, KEY_ID, NUMBER, SIGN, TEMPLATES, played_account, sms_settings

SETTINGS = SmsSettings.model_validate(sms_settings())


def frozen(**changes: Any) -> FrozenSms:
    return freeze(content(**changes), SETTINGS)


def values(**changes: Any) -> dict[str, str]:
    found: dict[str, str] = json.loads(frozen(**changes).request["TemplateParam"])
    return found


def test_level_with_its_colour_what_and_number_fill_the_template() -> None:
    sms = frozen(level="橙色：紧急", short="CT-3 停机")
    assert sms.text == f"【{SIGN}】橙色：紧急：CT-3 停机，工单R-2026-000017，请登录平台处理。"
    assert sms.request["TemplateCode"] == CODE
    assert sms.request["OutId"] == "m-42@wecom"


def test_title_serves_where_no_short_form_is_declared() -> None:
    assert values(short="")["what"] == "CT-3 维修申请待审批"


def test_variable_is_cut_to_its_length_on_the_border_of_a_character() -> None:
    what = values(short="停" * 33 + "👩‍⚕️" + "机")["what"]
    assert what == "停" * 33 + "…"


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("see https://evil.example/x?y now", "see … now"),
        ("www.evil.example", "…"),
        ("write to evil.com", "write to evil·com"),
        ("3.5 T, v1.2", "3.5 T, v1.2"),
        ("【公告】", "（公告）"),
        ("two\nlines", "two lines"),
    ],
)
def test_no_address_and_no_signature_stands_in_a_variable(said: str, left: str) -> None:
    assert values(short=said)["what"] == left


def test_nothing_to_say_is_said_with_a_dash() -> None:
    assert values(short=" ", title="\n")["what"] == "-"


def test_buttons_and_links_are_never_in_an_sms() -> None:
    sms = frozen(level="红色：特急", short="请审批")
    assert "http" not in json.dumps(sms.model_dump())
    assert "同意" not in sms.text


def test_kind_has_its_own_template_before_the_default() -> None:
    own = TEMPLATES["default"] | {"code": "SMS_7"}
    settings = SmsSettings.model_validate(sms_settings(templates=TEMPLATES | {"licence.due": own}))
    assert freeze(content(kind="licence.due"), settings).request["TemplateCode"] == "SMS_7"
    assert freeze(content(kind="repair.assigned"), settings).request["TemplateCode"] == CODE


def test_reader_gets_the_text_of_their_language_and_else_the_chinese_one() -> None:
    known = TEMPLATES["default"]
    texts = {"default@en": "SMS_1", "licence.due": "SMS_2", "licence.due@en": "SMS_3"}
    more = {name: known | {"code": code} for name, code in texts.items()}
    settings = SmsSettings.model_validate(sms_settings(templates=TEMPLATES | more))
    codes = [
        freeze(content(kind=kind, language=language), settings).request["TemplateCode"]
        for language in ("en", "zh_CN", "fr")
        for kind in ("licence.due", "repair.assigned")
    ]
    assert codes == ["SMS_3", "SMS_1", "SMS_2", CODE, "SMS_2", CODE]


def test_where_there_is_only_a_chinese_text_all_of_it_is_chinese() -> None:
    chinese = content(level="橙色：紧急", short="CT-3 停机")
    english = replace(
        chinese,
        level="Orange: urgent",
        short="CT-3 is down",
        language="en",
        retold={"zh_CN": chinese}.__getitem__,
    )
    assert freeze(english, SETTINGS).text == freeze(chinese, SETTINGS).text
    own = TEMPLATES["default"] | {"text": "${level}: ${what}, case ${number}, please open the platform."}
    settings = SmsSettings.model_validate(sms_settings(templates=TEMPLATES | {"default@en": own}))
    assert freeze(english, settings).text.endswith(
        "Orange: urgent: CT-3 is down, case R-2026-000017, please open the platform."
    )


def test_whole_text_is_never_longer_than_the_provider_takes() -> None:
    known = TEMPLATES["default"] | {"text": "示" * 450 + "${level}${what}${number}"}
    settings = SmsSettings.model_validate(sms_settings(templates={"default": known}))
    sms = freeze(content(level="红色：特急", short="停" * 35), settings)
    assert len(sms.text) == 500
    assert "红色：特急" in sms.text, "the longest is cut first"


def test_brackets_typed_around_the_signature_are_the_providers() -> None:
    settings = SmsSettings.model_validate(sms_settings(sign_name=f"【{SIGN}】"))
    sms = freeze(content(), settings)
    assert sms.request["SignName"] == SIGN
    assert sms.text.startswith(f"【{SIGN}】")


def test_account_without_a_template_for_the_kind_says_so() -> None:
    settings = SmsSettings.model_validate(sms_settings(templates={"x": TEMPLATES["default"]}))
    with pytest.raises(SendFailed) as caught:
        freeze(content(kind="repair.assigned"), settings)
    assert caught.value.verdict is Verdict.CONFIGURATION


@pytest.mark.parametrize(
    ("length", "parts"), [(0, 1), (70, 1), (71, 2), (134, 2), (135, 3), (160, 3), (201, 3), (202, 4)]
)
def test_text_takes_one_part_of_70_or_several_of_67(length: int, parts: int) -> None:
    assert parts_of("字" * length) == parts


def test_parts_are_noted_with_the_frozen_message() -> None:
    assert frozen(short="停机").segments == 1
    assert frozen(short="停" * 35, level="红" * 24).segments == 2


@given(contents)
def test_the_provider_takes_whatever_is_composed(message: Content) -> None:
    time = FakeTime()
    config = SandboxConfig.model_validate({"corps": [], "sms_accounts": [played_account()]})
    world = World(config, now=time.now, monotonic=time.monotonic, rng=random.Random(1))
    sms = freeze(message, SETTINGS)
    (taken,) = send(world, world.sms.accounts[KEY_ID], sms.request | {"PhoneNumbers": NUMBER})
    assert (taken.text, taken.segments) == (sms.text, sms.segments)
