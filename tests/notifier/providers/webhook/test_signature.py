"""Signing against the specification's own example and its own library."""

from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from notifier.providers.webhook.signature import headers
from tests.support.sample_accounts import WEBHOOK_SECRET

BODY = b'{"test": 2432232314}'


def test_the_specifications_example_is_signed_as_it_says() -> None:
    signed = headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, BODY, ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
    )
    assert signed["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("secrets", [[WEBHOOK_SECRET], ["whsec_" + "QUJD" * 8, WEBHOOK_SECRET]])
def test_the_specifications_library_takes_it_while_secrets_change(secrets: list[str]) -> None:
    signed = headers("y1-1", int(datetime.now(UTC).timestamp()), BODY, secrets)
    assert Webhook(WEBHOOK_SECRET).verify(BODY, dict(signed)) == {"test": 2432232314}
