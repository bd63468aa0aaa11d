"""A webhook against its stand-in, which verifies signature and time, and tells repeated events."""

from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import aiohttp
import pytest

from notifier.channel import Account, SendFailed
from notifier.providers.webhook.channel import WebhookChannel
from notifier.providers.webhook.guard import is_public
from tests.support.channel_contents import content
from tests.support.sample_accounts import WEBHOOK_SECRET
from tests.support.sandbox import Sandbox, config_entry, sandbox

NEXT_SECRET = "whsec_" + "QUJD" * 8


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    async with sandbox(config_entry(hooks=[{"name": "his", "secrets": [WEBHOOK_SECRET]}])) as made:
        yield made


@pytest.fixture
async def channel(box: Sandbox) -> AsyncIterator[WebhookChannel]:
    async with aiohttp.ClientSession() as http:
        yield WebhookChannel(http, box.time)


def hook(box: Sandbox, secrets: dict[str, str] | None = None, **more: Any) -> Account:
    url = str(box.http.make_url("/hooks/his"))
    settings = {"url": url, "private_addresses": True, **more}
    return Account(5, settings, secrets or {"signing_secret": WEBHOOK_SECRET})


async def tell(channel: WebhookChannel, account: Account) -> str:
    """The verdict on one event: 'ok' or the failure's, with its code and the seconds to wait."""
    try:
        await channel.send(channel.compose(content(), "", account), "", account)
    except SendFailed as failure:
        told = [failure.verdict, failure.code, "maybe" if failure.maybe_delivered else ""]
        return " ".join(part for part in [*told, str(failure.retry_after_s or "")] if part)
    return "ok"


async def receiver(box: Sandbox) -> dict[str, Any]:
    found: dict[str, Any] = (await box.get("/sandbox/state"))["hooks"][0]
    return found


async def order(box: Sandbox, **faults: Any) -> None:
    async with box.http.post("/sandbox/hooks/faults", json=faults) as response:
        assert response.status == 200


async def test_an_event_is_verified_and_kept_once(box: Sandbox, channel: WebhookChannel) -> None:
    assert [await tell(channel, hook(box)) for _ in range(2)] == ["ok", "ok"]
    (event,) = (await receiver(box))["events"]
    assert event["times"] == 2
    assert event["body"]["case"] == content().thread_id
    assert event["body"]["fields"][0] == {"label": "设备", "value": "CT-3"}


async def test_a_replaced_secret_signs_beside_the_new_one(box: Sandbox, channel: WebhookChannel) -> None:
    assert await tell(channel, hook(box, {"signing_secret": NEXT_SECRET})) == "temporary http-401"
    both = {"signing_secret": NEXT_SECRET, "former_signing_secret": WEBHOOK_SECRET}
    assert await tell(channel, hook(box, both)) == "ok"
    assert (await receiver(box))["refused"] == ["the signature is wrong"]


async def test_what_is_played_again_later_is_refused(box: Sandbox) -> None:
    async with aiohttp.ClientSession() as http:
        stuck = WebhookChannel(http, type(box.time)())
        box.time.advance(301)
        assert await tell(stuck, hook(box)) == "temporary http-401"
    assert (await receiver(box))["refused"] == ["too old, or from the future"]


@pytest.mark.parametrize(
    ("faults", "told"),
    [
        ({"status": 503}, "temporary http-503 maybe"),
        ({"status": 503, "retry_after": "120"}, "rate http-503 120.0"),
        ({"status": 429, "retry_after": "7"}, "rate http-429 7.0"),
        ({"status": 429, "retry_after": "9" * 400}, "rate http-429 86400.0"),
        ({"status": 503, "retry_after": "Thu, 01 Jan 1970 00:00:00 GMT"}, "rate http-503"),
        ({"status": 503, "retry_after": "soon"}, "temporary http-503 maybe"),
        ({"status": 410}, "permanent http-410"),
        ({"status": 307}, "configuration http-307"),
        ({"status": 404}, "temporary http-404"),
    ],
)
async def test_answers_are_told_apart(
    box: Sandbox, channel: WebhookChannel, faults: dict[str, Any], told: str
) -> None:
    await order(box, status_times=1, **faults)
    assert await tell(channel, hook(box)) == told
    assert (await receiver(box))["events"] == []


async def test_a_date_says_how_long_to_wait(box: Sandbox, channel: WebhookChannel) -> None:
    until = format_datetime(box.time.now() + timedelta(minutes=2), usegmt=True)
    await order(box, status=503, status_times=1, retry_after=until)
    assert await tell(channel, hook(box)) == "rate http-503 120.0"


@pytest.mark.parametrize(("dead", "told"), [(1, "ok"), (3, "temporary connect")])
async def test_a_dead_address_leaves_the_next_one(box: Sandbox, dead: int, told: str) -> None:
    async def resolve(host: str, port: int, *, private: bool) -> list[str]:
        return ["127.0.0.2"] * dead + ["127.0.0.1"]

    async with aiohttp.ClientSession() as http:
        channel = WebhookChannel(http, box.time, resolve=resolve)
        assert await tell(channel, hook(box)) == told
    assert len((await receiver(box))["events"]) == (told == "ok")


@pytest.mark.parametrize("url", ["https://x.example:99999/", "https://[::1/", "http://:80/"])
async def test_an_address_that_is_none_is_the_settings_fault(
    box: Sandbox, channel: WebhookChannel, url: str
) -> None:
    assert await tell(channel, hook(box, url=url)) == "configuration settings"


@pytest.mark.parametrize("host", ["a..b", "x" * 64 + ".example", "例" * 60 + ".example"])
async def test_a_name_that_is_none_is_not_known(box: Sandbox, channel: WebhookChannel, host: str) -> None:
    assert await tell(channel, hook(box, url=f"https://{host}/")) in (
        "temporary dns",
        "configuration settings",
    )


async def test_a_lost_answer_may_have_been_an_event(box: Sandbox, channel: WebhookChannel) -> None:
    await order(box, accept_then_drop_connection=1)
    assert await tell(channel, hook(box)) == "temporary no-answer maybe"


async def test_doors_within_the_house_are_not_knocked_at(box: Sandbox, channel: WebhookChannel) -> None:
    url = str(box.http.make_url("/hooks/his")).replace("http://127.0.0.1", "https://localhost")
    assert await tell(channel, hook(box, url=url, private_addresses=False)) == "configuration private-address"


async def test_beyond_the_house_only_encrypted(box: Sandbox, channel: WebhookChannel) -> None:
    plain = hook(box, url="http://example.com/", private_addresses=False)
    assert await tell(channel, plain) == "configuration settings"


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "0.0.0.0",  # noqa: S104 - nothing is bound to it
        "224.0.0.1",
    ],
)
def test_addresses_of_the_house_are_known_in_every_disguise(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "64:ff9b::808:808"])
def test_addresses_of_the_world_are_public(address: str) -> None:
    assert is_public(address)
