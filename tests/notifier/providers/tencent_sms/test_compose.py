import random
from typing import Any

import pytest
from hypothesis import given
from pydantic import ValidationError

from bot.sandbox.config import SandboxConfig
from bot.sandbox.tencent_sms_sending import send
from bot.sandbox.world import World
from notifier.channel import Content
from notifier.providers.sms.frozen import FrozenSms
from notifier.providers.tencent_sms.account import TencentSmsSettings
from notifier.providers.tencent_sms.compose import freeze
from storage.kinds import Severity
from tests.support.channel_contents import content, contents
from tests.support.sandbox import FakeTime
from tests.support.sms import NUMBER
from tests.support.tencent_sms import (
    SECRET_ID,
    TEMPLATE_ID,
    TENCENT_TEMPLATES,
    played_app,
    tencent_settings,
)

SETTINGS = TencentSmsSettings.model_validate(tencent_settings())


def frozen(settings: dict[str, Any] | None = None, **changes: Any) -> FrozenSms:
    return freeze(content(**changes), TencentSmsSettings.model_validate(tencent_settings(**(settings or {}))))


def test_variables_are_handed_over_by_their_numbers() -> None:
    sms = frozen(level="橙色：紧急", short="CT-3 停机")
    assert sms.request["TemplateParamSet"] == ["橙色：紧急", "CT-3 停机", "R-2026-000017"]
    assert (sms.request["TemplateId"], sms.request["SessionContext"]) == (TEMPLATE_ID, "m-42@wecom")


def test_no_variable_is_longer_than_the_account_may_send() -> None:
    sms = frozen({"variable_length": 6}, level="橙色", short="放射科CT-3停机")
    assert [len(value) for value in sms.request["TemplateParamSet"]] == [2, 6, 6]
    assert "放射科CT…" in sms.text


@pytest.mark.parametrize("text", ["{1}，{3}", "${what}", "{2}"])
def test_places_that_are_not_numbered_from_one_are_refused(text: str) -> None:
    known = TENCENT_TEMPLATES["default"]
    with pytest.raises(ValidationError):
        TencentSmsSettings.model_validate(tencent_settings(templates={"default": known | {"text": text}}))


def test_code_of_what_asks_is_handed_over_where_the_provider_adds_it() -> None:
    sms = frozen({"extend_code_digits": 4}, unique_id="y123456-1")
    assert (sms.extend_code, sms.request["ExtendCode"]) == ("3456", "3456")
    assert frozen({"extend_code_digits": 4}, unique_id="y7-2").extend_code == "0007"


def test_code_is_kept_for_ourselves_where_the_provider_adds_none() -> None:
    sms = frozen(unique_id="y123456-1")
    assert sms.extend_code == "3456"
    assert "ExtendCode" not in sms.request


def test_what_only_informs_has_no_code() -> None:
    assert frozen(severity=Severity.INFO, buttons=()).extend_code is None


@given(contents)
def test_the_provider_takes_whatever_is_composed(message: Content) -> None:
    time = FakeTime()
    config = SandboxConfig.model_validate({"corps": [], "tencent_sms_apps": [played_app()]})
    world = World(config, now=time.now, monotonic=time.monotonic, rng=random.Random(1))
    sms = freeze(message, SETTINGS)
    asked = sms.request | {"PhoneNumberSet": [f"+86{NUMBER}"]}
    (status,), (taken,) = send(world, world.sms.apps[SECRET_ID], asked)
    assert (status["Code"], taken.text, status["Fee"]) == ("Ok", sms.text, sms.segments)
