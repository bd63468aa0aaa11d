"""Every kind of message of every workflow, in every channel and language, within the channel's limits."""

import json
import re
from typing import Any

import pytest

from bot.catalogues import SOURCE_LANGUAGE, TRANSLATED, Catalogues
from bot.sandbox.api_models import ENVELOPE, content_of
from bot.sandbox.wire import check
from notifier.channel import Account, Content
from notifier.providers.email.channel import EmailChannel
from notifier.providers.email.compose import FrozenMail, mail_bytes
from notifier.providers.wecom.cards import TEXT_BYTES
from notifier.providers.wecom.channel import WeComChannel
from notifier.rendering import Renderer
from storage.kinds import MessageKind, UnknownKind, Vocabulary, shown
from storage.links import Links
from tests.support.channel_contents import AES_KEY, TOKEN
from tests.support.clocks import FixedClock
from tests.support.messages import claimed, usual_variables
from workflows.registry import all_workflows

PAGES = "https://pages.example"
LINKS = Links(b"a key of thirty-two made-up bytes")
LANGUAGES = (SOURCE_LANGUAGE, *TRANSLATED)
WORKFLOWS = {kind.name: workflow.name for workflow in all_workflows() for kind in workflow.kinds}
# What belongs to no workflow is tried in test_preview.py.
KINDS = {kind.name: kind for workflow in all_workflows() for kind in workflow.kinds}
CHINESE = re.compile("[\u4e00-\u9fff]")
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
every_language = pytest.mark.parametrize("language", LANGUAGES)

APP = {"corp_id": "ww-sandbox-1", "agent_id": 1000002}
CALLBACK = {"callback_token": TOKEN, "encoding_aes_key": AES_KEY}
MAIL = Account(
    2,
    {
        "host": "mail.example",
        "port": 25,
        "tls": "none",
        "sender_address": "a@b.example",
        "message_id_domain": "b.example",
    },
    {},
)


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(all_workflows().vocabulary(), Catalogues.load(), LINKS, PAGES)


def rendered(renderer: Renderer, kind: MessageKind, language: str, **changes: Any) -> Content:
    message = claimed(kind, WORKFLOWS[kind.name], language, **changes)
    return renderer.content(message, "y1-1", "First Demo Hospital")


def wecom_payload(content: Content, **secrets: str) -> dict[str, Any]:
    channel = WeComChannel(None, FixedClock())  # type: ignore[arg-type] # composing needs no connection
    return channel.compose(content, "zhangsan", Account(1, APP, {"secret": "s", **secrets}))


@every_language
@every_kind
def test_every_kind_is_whole_in_every_language(renderer: Renderer, kind: MessageKind, language: str) -> None:
    content = rendered(renderer, kind, language)
    words = [content.title, content.summary, content.footer, content.severity_word, content.url_label]
    words += [name for name, _ in content.fields] + [button.label for button in content.buttons]
    assert all(words)
    assert not [word for word in words if "{" in word]
    assert all(bool(CHINESE.search(word)) == (language == "zh_CN") for word in words), words
    assert len(content.buttons) == len(kind.buttons)
    assert content.fields


@every_language
@every_kind
def test_every_kind_is_a_card_that_wecom_takes(renderer: Renderer, kind: MessageKind, language: str) -> None:
    payload = wecom_payload(rendered(renderer, kind, language), **CALLBACK)
    envelope = check(ENVELOPE, payload)
    assert envelope.msgtype == "template_card"
    assert content_of(payload, "template_card").model_dump()


@every_language
@every_kind
def test_every_kind_is_whole_on_a_card(renderer: Renderer, kind: MessageKind, language: str) -> None:
    card = wecom_payload(rendered(renderer, kind, language), **CALLBACK)["template_card"]
    shown = [card["main_title"]["title"], card["main_title"]["desc"]]
    shown += [button["text"] for button in card.get("button_list", [])]
    shown += [jump["title"] for jump in card.get("jump_list", [])]
    asked = [*card.get("select_list", []), *([card["checkbox"]] if "checkbox" in card else [])]
    shown += [option["text"] for question in asked for option in question["option_list"]]
    shown += [question["title"] for question in asked if "title" in question]
    shown += [card["submit_button"]["text"]] if "submit_button" in card else []
    shown += [each["text"] for each in card.get("action_menu", {}).get("action_list", [])]
    assert not [text for text in shown if text.endswith("…")], "our own words must fit where they are shown"


@every_kind
def test_whoever_is_told_can_say_that_they_read_it_and_stop_what_informs_alone(
    renderer: Renderer, kind: MessageKind
) -> None:
    asides = [aside.key for aside in rendered(renderer, kind, "en").asides]
    low = kind.severity in ("info", "notice") and not kind.name.startswith("adverse_event.")
    informs = low and not kind.buttons
    assert asides == ([] if kind.recalled else ["notice.read", "notice.stop"] if informs else ["notice.read"])


@every_language
@every_kind
def test_every_kind_fits_a_text_for_an_app_without_a_callback(
    renderer: Renderer, kind: MessageKind, language: str
) -> None:
    payload = wecom_payload(rendered(renderer, kind, language))
    content_of(payload, check(ENVELOPE, payload).msgtype)
    if payload["msgtype"] == "text":
        assert len(payload["text"]["content"].encode()) <= TEXT_BYTES


@every_language
@every_kind
def test_every_kind_is_a_mail(renderer: Renderer, kind: MessageKind, language: str) -> None:
    content = rendered(renderer, kind, language)
    payload = EmailChannel(FixedClock()).compose(content, "a@b.example", MAIL)
    assert json.loads(json.dumps(payload)) == payload
    mail = FrozenMail.model_validate(payload)
    assert content.title in mail.text
    assert all(content.link_for(button) in mail.text for button in content.buttons)
    assert max(map(len, mail_bytes(mail).splitlines())) <= 998, "RFC 5322 2.1.1"


@every_language
@every_kind
def test_every_kind_survives_the_longest_words(renderer: Renderer, kind: MessageKind, language: str) -> None:
    long = dict.fromkeys(usual_variables(kind), "设备停机 <b>👩‍⚕️</b> {device} " * 200)
    content = rendered(renderer, kind, language, variables=long)
    for secrets in (CALLBACK, {}):
        payload = wecom_payload(content, **secrets)
        content_of(payload, check(ENVELOPE, payload).msgtype)
    EmailChannel(FixedClock()).compose(content, "a@b.example", MAIL)


@every_kind
def test_somebody_without_an_account_gets_links_alone(renderer: Renderer, kind: MessageKind) -> None:
    content = rendered(renderer, kind, "zh_CN", person_id=None, participant_id=5)
    page = f"{PAGES}/f/{LINKS.token(5)}"
    assert content.url == page
    assert [button.url for button in content.buttons] == [f"{page}/{key}" for key in kind.buttons]


@every_kind
def test_what_needs_more_than_a_press_opens_a_page(renderer: Renderer, kind: MessageKind) -> None:
    content = rendered(renderer, kind, "zh_CN")
    words = {key: all_workflows().vocabulary().action(WORKFLOWS[kind.name], key) for key in kind.buttons}
    assert [button.url is None for button in content.buttons] == [
        words[button.key].one_press for button in content.buttons
    ]


def test_what_has_no_value_yet_has_no_line(renderer: Renderer) -> None:
    kind = KINDS["repair.please_approve"]
    known = {**usual_variables(kind), "technician": "", "urgency_text": ""}
    without = rendered(renderer, kind, "en", variables=known)
    assert {"Engineer", "Urgency"}.isdisjoint(name for name, _ in without.fields)


def test_language_nobody_has_is_the_default_one(renderer: Renderer) -> None:
    message = claimed(KINDS["repair.received"], "repair", None)
    assert CHINESE.search(renderer.content(message, "y1-1", "x").title)


def test_a_message_can_be_told_in_another_language_by_a_channel_that_has_no_words_in_the_readers(
    renderer: Renderer,
) -> None:
    message = claimed(KINDS["repair.received"], "repair", "en")
    english = renderer.content(message, "y1-1", "x")
    assert english.retold is not None
    chinese = english.retold("zh_CN")
    assert (chinese.unique_id, chinese.language) == (english.unique_id, "zh_CN")
    assert (CHINESE.search(english.title), bool(CHINESE.search(chinese.title))) == (None, True)


def test_kind_that_no_workflow_declares_is_a_typed_error() -> None:
    renderer = Renderer(Vocabulary([], {}), Catalogues.load(), LINKS, PAGES)
    with pytest.raises(UnknownKind):
        renderer.content(claimed(KINDS["repair.received"], "repair", None), "y1-1", "x")


def test_time_that_is_left_is_told_in_the_readers_words() -> None:
    chinese = {"{hours} h {minutes} min": "{hours} 小时 {minutes} 分钟"}
    assert shown({"clock_left": "2885"}, lambda text: chinese[text]) == {"clock_left": "48 小时 05 分钟"}
    assert shown({"clock_left": ""}, str) == {"clock_left": ""}
