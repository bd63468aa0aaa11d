"""Every metric and side has words of its own, in both languages, whole on every channel; and none sends anybody in."""

import itertools
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from bot.catalogues import Catalogues
from notifier.channel import Account, Content
from notifier.preview import ADDRESSES, MOBILE, readable
from notifier.providers import build_channels
from notifier.rendering import Renderer
from notifier.template_table import TemplateTable
from storage.clock import RealClock
from storage.links import Links
from storage.outbox import Claimed
from tests.support.sample_accounts import SAMPLE_ACCOUNTS
from tests.support.tables import NOON, bare_facts
from workflows.alarm import messages as say
from workflows.alarm import rules
from workflows.alarm.forms import Excursion, Side
from workflows.alarm.machine import ALARM
from workflows.alarm.meanings import MEANINGS, OTHERS, QUENCH, Meaning, meaning
from workflows.alarm.metrics import METRICS, Metric
from workflows.registry import all_workflows

LANGUAGES = ("zh_CN", "en")
TEXTS = Catalogues.load()
# Longest names of the demo and of the catalogue.
DEVICE = {
    "name": "磁共振成像系统（MR）",
    "number": "MR-101",
    "service_vendor": "示例维保",
    "service_phone": "025-00001111",
}
GOING_IN = re.compile(
    r"前往|到机房|赶到|进入机房查看|\b[Gg]o to\b|\b[Gg]o in(?:to)? (?!the air)|\blook at the (?:machine )?room"
)
KINDS = {
    Side.NO_DATA: [say.silent, say.unacknowledged, say.nobody_answers, say.still_on],
    Side.LOW: [say.warning, say.alarm, say.keep_out, say.unacknowledged, say.nobody_answers, say.still_on],
    Side.HIGH: [say.warning, say.alarm, say.keep_out, say.unacknowledged, say.nobody_answers, say.still_on],
}
SITUATIONS = [(metric, Side(side), False) for metric, side in MEANINGS] + [(Metric.OXYGEN, Side.LOW, True)]
BY_TEMPLATE = {"sms", "tencent_sms", "voice", "tencent_voice"}


def words(found: Meaning, language: str) -> dict[str, str]:
    gettext = TEXTS.gettext(language)
    return {name: gettext(getattr(found, name)) for name in ("what", "brief", "means", "first", "call")}


def detail(metric: str, side: Side, quench: bool) -> dict[str, Any]:
    more = {"with_metric": "helium_level", "with_unit": "%", "with_value": 41.0, "with_limit_value": 60.0}
    return {
        "metric": metric,
        "unit": METRICS[Metric(metric)].unit,
        "side": side,
        "level": "alarm",
        "value": None if side is Side.NO_DATA else 19.4996,
        "limit_value": None if side is Side.NO_DATA else 19.5,
        "suspected_quench": quench,
        **(more if quench else {}),
    }


def rendered(name: str, known: Mapping[str, Any], language: str) -> Content:
    vocabulary = all_workflows().vocabulary()
    renderer = Renderer(vocabulary, TEXTS, Links(b"k" * 32), "https://yishe.hospital.example")
    facts = replace(bare_facts(ALARM), detail=known, device=DEVICE)
    message = Claimed(
        id=1, created_at=NOON, case_id=1, number="BJ2026-000123", workflow="alarm", case_version=1,
        kind=name, person_id=1, participant_id=None, variables=rules.variables(facts), valid_while=None,
        attempts=1, entered_version=1, path="1.", language=language, email=None,
    )  # fmt: skip
    return renderer.content(message, "m-1", "示例市第一医院")


def account_with_proposed_texts(channel: str) -> Account:
    """As after the texts that are proposed to the provider were approved, and before, of which nothing is left."""
    account = SAMPLE_ACCOUNTS[channel]
    if channel not in BY_TEMPLATE:
        return account
    gettexts = {language: TEXTS.gettext(language) for language in LANGUAGES}
    table = TemplateTable(all_workflows().vocabulary(), gettexts, channel).proposals(account.settings)
    code = next(iter(account.settings["templates"].values()))["code"]
    texts = {each.key: {"code": code, "text": each.text, "variables": each.variables} for each in table}
    return replace(account, settings={**account.settings, "templates": texts})


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def test_every_metric_and_side_has_a_row_with_its_source() -> None:
    assert set(MEANINGS) == set(itertools.product(Metric, Side))
    assert set(OTHERS) == set(Side)
    assert all(found.source for found in (*MEANINGS.values(), *OTHERS.values(), QUENCH))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["what", "brief", "first"])
def test_no_two_say_the_same(name: str, language: str) -> None:
    said = [words(found, language)[name] for found in (*MEANINGS.values(), QUENCH)]
    assert sorted(said) == sorted(set(said))


@pytest.mark.parametrize(("metric", "side", "quench"), SITUATIONS)
def test_a_row_is_whole_in_both_languages_and_as_short_as_its_places(
    metric: str, side: Side, quench: bool
) -> None:
    found = meaning(metric, side, quench=quench)
    chinese, english = words(found, "zh_CN"), words(found, "en")
    assert all(chinese[name] and english[name] and chinese[name] != english[name] for name in chinese)
    assert not re.search(r"[A-Za-z]{2,}|[,;:!?]", "".join(chinese.values()).replace("°C", ""))
    assert (len(chinese["what"]) <= 12, len(chinese["brief"]) <= 15, len(english["brief"]) <= 35) == (
        True,
    ) * 3
    assert all(chinese[name].endswith("。") for name in ("means", "first"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("channel", SAMPLE_ACCOUNTS)
async def test_every_channel_says_what_it_is_what_to_do_first_and_whom_to_call(
    channel: str, language: str, http: aiohttp.ClientSession
) -> None:
    account, composer = account_with_proposed_texts(channel), build_channels(http, RealClock())[channel]
    wants = ["brief"] if channel in BY_TEMPLATE else ["what", "first", "means", "call"]
    told = [(s, say.quench if s[2] and k is say.keep_out else k) for s in SITUATIONS for k in KINDS[s[1]]]
    for (metric, side, quench), kind in told:
        content = rendered(kind.name, detail(metric, side, quench), language)
        text = readable(composer.compose(content, ADDRESSES.get(channel, MOBILE), account))
        known = words(meaning(metric, side, quench=quench), "zh_CN" if "voice" in channel else language)
        missing = [
            n
            for n in wants
            if _flat(known[n]) not in _flat(text) and (n != "means" or "{means" in kind.summary)
        ]
        assert not missing, (metric, side, kind.name, missing, text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("channel", SAMPLE_ACCOUNTS)
async def test_where_it_is_dangerous_no_text_asks_anybody_to_go_in(
    channel: str, language: str, http: aiohttp.ClientSession
) -> None:
    composer, account = build_channels(http, RealClock())[channel], account_with_proposed_texts(channel)
    dangerous = [(m, s, q) for m, s, q in SITUATIONS if meaning(m, s, quench=q).danger]
    assert len(dangerous) == 4
    for (metric, side, quench), kind in itertools.product(dangerous, ALARM.kinds):
        content = rendered(kind.name, detail(metric, side, quench), language)
        text = readable(composer.compose(content, ADDRESSES.get(channel, MOBILE), account))
        assert not GOING_IN.search(text), (kind.name, text)
        if side is Side.LOW and kind.name not in ("alarm.cleared", "alarm.turned", "alarm.please_close"):
            assert re.search("勿进入|keep out|Do not enter|KEEP OUT", text), (kind.name, text)


@pytest.mark.parametrize("action", ["warn", "alarm", "worsen"])
async def test_low_oxygen_does_not_go_out_by_a_text_that_sends_people_to_other_alarms(
    action: str, http: aiohttp.ClientSession
) -> None:
    """A hospital may have had a text approved for `alarm.alarm` that says to go there at once."""
    known = {"metric": "oxygen", "unit": "%", "side": "low", "value": 19.0, "limit_value": 19.5, "at": NOON}
    facts, form = bare_facts(ALARM), Excursion.model_validate(known)
    moves = [m for m in ALARM.moves if m.action == action and m.form is Excursion]
    move = next(m for m in moves if m.when is None or m.when.holds(facts, form))
    account = SAMPLE_ACCOUNTS["sms"]
    code = account.settings["templates"]["default"]["code"]
    sends_in = {"code": code, "text": "机房报警，请立即前往处理。", "variables": {}}
    templates = {**account.settings["templates"], "alarm.alarm": sends_in, "alarm.warning": sends_in}
    account = replace(account, settings={**account.settings, "templates": templates})
    content = rendered(move.tells[0].kind.name, detail(Metric.OXYGEN, Side.LOW, False), "zh_CN")
    text = readable(build_channels(http, RealClock())["sms"].compose(content, MOBILE, account))
    assert ("立即前往" in text, "缺氧，勿进入" in text) == (False, True)


def test_a_value_is_never_shown_as_its_limit() -> None:
    content = rendered("alarm.keep_out", detail(Metric.OXYGEN, Side.LOW, False), "zh_CN")
    fields = dict(content.fields)
    assert (fields["监测值"], fields["限值"]) == ("氧浓度 19.4996 %", "19.5 %")


def test_the_phone_of_the_service_company_stands_on_the_card() -> None:
    fields = rendered("alarm.alarm", detail(Metric.HELIUM_LEVEL, Side.LOW, False), "zh_CN").fields
    assert ("维保", "示例维保 025-00001111") in fields
    assert ("联系", "维保单位、医学工程师") in fields


def _flat(text: str) -> str:
    return re.sub(r"[\s,，:：;；.。/（）()%-]+", "", text)
