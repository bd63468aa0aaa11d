"""The signature against published values, recorded ones, and the vendor's own signing function."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tencentcloud.common.abstract_client import AbstractClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.http.request import RequestInternal

from notifier.providers.tencent.signature import Call, authorization, signature

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SMS_HOST = "sms.tencentcloudapi.com"
SENT = (
    '{"PhoneNumberSet": ["+8618511122233"], "SmsSdkAppId": "1400006666", "TemplateId": "1110", '
    '"SignName": "\\u817e\\u8baf\\u4e91", "TemplateParamSet": ["12345"], "SessionContext": "test"}'
)
ASKED = (
    '{"BeginTime": 1767300000, "Offset": 0, "Limit": 10, "PhoneNumber": "+8618511122233", '
    '"SmsSdkAppId": "1400006666"}'
)
COMPACT = (
    '{"PhoneNumberSet":["+8618511122233"],"SmsSdkAppId":"1400006666","TemplateId":"1110",'
    '"SignName":"腾讯云","TemplateParamSet":["12345"]}'
)


def test_published_example_is_reproduced() -> None:
    body = b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'
    at = datetime.fromtimestamp(1551113065, UTC)
    call = Call("cvm.tencentcloudapi.com", "cvm", body, at)
    right = "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
    assert signature(call, "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE") == right
    assert authorization(
        call, "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"
    ) == (
        "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, "
        f"SignedHeaders=content-type;host, Signature={right}"
    )


@pytest.mark.parametrize(
    ("body", "more", "right"),
    [
        (
            SENT,
            {"content_type": "application/json"},
            "2b524437b702bddf566ec6d220ca03404b8a266febb7aff5e226aa3ce641338a",
        ),
        (
            ASKED,
            {"content_type": "application/json"},
            "1eaf25f102ffc72f1d0979879a0fcd6cfa0215f69a154b7990c03e42b6309a22",
        ),
        (COMPACT, {}, "1640829785426d3f3d5bc930473d0ced05cd5fbbdde6cb7629a81464d380ce9e"),
    ],
)
def test_recorded_signatures_are_reproduced(body: str, more: dict[str, Any], right: str) -> None:
    assert signature(Call(SMS_HOST, "sms", body.encode(), AT, **more), "SKTEST") == right


@given(body=st.text(max_size=60), secret=st.text("aZ0-_", min_size=1, max_size=40))
def test_vendors_own_function_signs_the_same(body: str, secret: str) -> None:
    call = Call(SMS_HOST, "sms", body.encode(errors="replace"), AT)
    request = RequestInternal(SMS_HOST, "POST", "/", data=call.body)
    request.header |= {"Content-Type": call.content_type, "Host": SMS_HOST, "X-TC-Timestamp": call.timestamp}
    vendor = AbstractClient(Credential("id", secret), "ap-guangzhou")
    assert signature(call, secret) == vendor._get_tc3_signature({}, request, "2026-01-02", "sms", secret)


def test_day_of_the_scope_is_utc() -> None:
    late = datetime.fromisoformat("2026-01-02T07:00:00+08:00")
    assert Call(SMS_HOST, "sms", b"", late).scope == "2026-01-01/sms/tc3_request"
