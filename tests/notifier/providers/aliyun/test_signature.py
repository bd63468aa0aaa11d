"""The signature against published and recorded values, and against the vendor's own signing function."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from alibabacloud_tea_openapi.utils import Utils
from hypothesis import given
from hypothesis import strategies as st

from notifier.providers.aliyun.signature import Call, authorization, query_string, signature

SMS_HOST, VERSION = "dysmsapi.aliyuncs.com", "2017-05-25"
AT, NONCE = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "0123456789abcdef0123456789abcdef"
SEND = {"PhoneNumbers": "13800000001", "SignName": "阿里云测试", "TemplateCode": "SMS_154950909"}
SENDING = Call(
    SMS_HOST, "SendSms", VERSION, SEND | {"TemplateParam": '{"code":"1234"}', "OutId": "abc"}, AT, NONCE
)
ASKED = {
    "PhoneNumber": "13800000001",
    "SendDate": "20260102",
    "PageSize": "10",
    "CurrentPage": "1",
    "BizId": "123^0",
}
SPECIAL = json.dumps({"name": "张三 a+b*c~d", "ip": "10.0.0.1"}, ensure_ascii=False, separators=(",", ":"))
PUBLISHED = Call(
    "ecs.cn-shanghai.aliyuncs.com",
    "RunInstances",
    "2014-05-26",
    {"ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd", "RegionId": "cn-shanghai"},
    datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC),
    "3156853299f313e23d1673dc12e1703d",
)


def test_published_example_is_reproduced() -> None:
    right = "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    assert signature(PUBLISHED, "YourAccessKeySecret") == right


@pytest.mark.parametrize(
    ("call", "right"),
    [
        (SENDING, "37101970b1170990a1df9d4a9d5cff20a9c5ab25ec13aeb9a7b0fede139de268"),
        (
            replace(SENDING, action="QuerySendDetails", query=ASKED),
            "c3c246cb95aa15d9e13c65015216a22d66b1afb2877e1a064b470178736dca80",
        ),
        (
            replace(SENDING, query=SEND | {"TemplateParam": SPECIAL}),
            "57c6cc58bf8a413b4873578ad74a819fa603ed3b7cba9b02a849d361fbd98f6b",
        ),
    ],
)
def test_recorded_signatures_are_reproduced(call: Call, right: str) -> None:
    assert signature(call, "testSk") == right


@given(st.dictionaries(st.from_regex(r"[A-Za-z]{1,9}", fullmatch=True), st.text(max_size=30), max_size=5))
def test_vendors_own_function_signs_the_same(query: dict[str, str]) -> None:
    call = replace(SENDING, query=query)
    assert authorization(call, "testAk", "testSk") == _by_the_vendor(call)


def test_what_is_signed_is_what_is_sent() -> None:
    assert query_string({"b": "张 +*~", "a": "="}) == "a=%3D&b=%E5%BC%A0%20%2B%2A~"


def _by_the_vendor(call: Call) -> str:
    request = SimpleNamespace(method="POST", pathname="/", query=dict(call.query), headers=call.headers())
    digest = call.headers()["x-acs-content-sha256"]
    return str(Utils.get_authorization(request, "ACS3-HMAC-SHA256", digest, "testAk", "testSk"))
