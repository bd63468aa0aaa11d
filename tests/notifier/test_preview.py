"""Every kind of message, on every channel, in every language: composed with usual words, and nothing cut."""

from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest

from bot.catalogues import Catalogues
from notifier.preview import CUT, USUAL, Preview
from notifier.providers import build_channels
from notifier.providers.accounts import ACCOUNT_KINDS
from notifier.rendering import Renderer
from storage.clock import RealClock
from storage.kinds import MessageKind, Vocabulary
from storage.links import Links
from tests.support.sample_accounts import SAMPLE_ACCOUNTS
from workflows.alarm.meanings import MEANINGS
from workflows.registry import all_workflows

LANGUAGES = ["zh_CN", "en"]
LONG = MessageKind("a.b", "A title that {device} makes far too long " + "and longer " * 90, "Words")


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def preview(http: aiohttp.ClientSession, vocabulary: Vocabulary | None = None) -> Preview:
    words = vocabulary or all_workflows().vocabulary()
    renderer = Renderer(words, Catalogues.load(), Links(b"k" * 32), "https://yishe.hospital.example")
    return Preview(build_channels(http, RealClock()), renderer, words)


def test_no_kind_of_account_is_left_out() -> None:
    assert set(SAMPLE_ACCOUNTS) == set(ACCOUNT_KINDS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("channel", SAMPLE_ACCOUNTS)
async def test_every_message_fits_its_channel(
    channel: str, language: str, http: aiohttp.ClientSession
) -> None:
    samples = list(preview(http).samples(channel, SAMPLE_ACCOUNTS[channel], "示例市第一医院设备科", language))
    assert [(sample.kind, sample.fault, sample.text) for sample in samples if sample.fault] == []
    assert len(samples) == len(preview(http).kinds()) > 0
    assert not [sample.kind for sample in samples if "{" in sample.text]


@pytest.mark.parametrize("parts", [["what"], ["brief"], ["first", "means"], ["call"]])
def test_samples_of_an_alarm_show_the_longest_of_its_words(parts: list[str]) -> None:
    chinese = Catalogues.load().gettext("zh_CN")
    longest = max(sum(len(chinese(getattr(row, part))) for part in parts) for row in MEANINGS.values())
    assert sum(len(chinese(str(USUAL[f"{part}_text"]))) for part in parts) == longest


async def test_every_message_renders_in_every_language(http: aiohttp.ClientSession) -> None:
    assert list(preview(http).broken(LANGUAGES)) == []


async def test_what_is_too_long_even_with_usual_words_is_told(http: aiohttp.ClientSession) -> None:
    looked = preview(http, Vocabulary([LONG], {}))
    (sample,) = looked.samples("wecom", SAMPLE_ACCOUNTS["wecom"], "A hospital", "en")
    assert sample.fault == CUT


async def test_a_kind_without_a_template_is_told(http: aiohttp.ClientSession) -> None:
    sms = SAMPLE_ACCOUNTS["sms"]
    without = replace(
        sms, settings={**sms.settings, "templates": {"x": sms.settings["templates"]["default"]}}
    )
    samples = list(preview(http).samples("sms", without, "A hospital", "zh_CN"))
    assert all(sample.fault for sample in samples)
    assert "template" in samples[0].fault
