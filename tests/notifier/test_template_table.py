"""Texts to submit for approval: what providers ask for, in every language, by their rules."""

import json
import re
from typing import Any

import pytest

from bot.catalogues import Catalogues
from notifier.providers.templates import VARIABLE_LENGTH
from notifier.template_table import Proposal, TemplateTable, has_templates
from notifier.template_words import EXAMPLES
from storage.kinds import Severity
from tests.support.sample_accounts import SAMPLE_ACCOUNTS
from workflows import reply_messages
from workflows.registry import all_workflows

BY_TEMPLATE = ["sms", "tencent_sms", "voice", "tencent_voice"]
LONGEST, LONGEST_CALL = 500, 250
ONLY_PUNCTUATION = re.compile(r"\}[^\w{}$]*\$?\{")
NAMES_REFUSED = {"email", "mobile", "id", "nick", "site"}


def settings(kind: str) -> dict[str, Any]:
    return dict(SAMPLE_ACCOUNTS[kind].settings)


def proposals(kind: str, *languages: str, **more: Any) -> list[Proposal]:
    texts = Catalogues.load()
    known = {name: texts.gettext(name) for name in ("zh_CN", *languages)}
    return TemplateTable(all_workflows().vocabulary(), known, kind).proposals(settings(kind) | more)


def one(key: str, kind: str = "sms", *languages: str, **more: Any) -> Proposal:
    (found,) = [each for each in proposals(kind, *languages, **more) if each.key == key]
    return found


def test_only_accounts_that_send_by_templates_have_a_table() -> None:
    assert [kind for kind in SAMPLE_ACCOUNTS if has_templates(kind)] == BY_TEMPLATE


@pytest.mark.parametrize("kind", BY_TEMPLATE)
def test_every_text_keeps_to_the_providers_rules(kind: str) -> None:
    for proposal in proposals(kind, "en"):
        assert not re.search("[【】]|https?:|www", proposal.text), proposal
        assert not ONLY_PUNCTUATION.search(proposal.text), f"no words between two places: {proposal.text}"
        assert len(proposal.text) <= (LONGEST_CALL if "voice" in kind else LONGEST)
        places = re.findall(r"\{(\w+)\}", proposal.text)
        assert sorted(places) == sorted(proposal.variables), "each stands there once"
        assert not NAMES_REFUSED & set(places)


@pytest.mark.parametrize("kind", ["tencent_sms", "tencent_voice"])
def test_places_of_tencents_texts_are_numbered_in_their_order(kind: str) -> None:
    for proposal in proposals(kind, "en"):
        numbers = re.findall(r"\{(\d+)\}", proposal.text)
        assert numbers == [str(nth) for nth in range(1, len(numbers) + 1)], proposal.text


def test_every_line_has_what_the_provider_asks_for() -> None:
    lines = proposals("sms", "en")
    assert len({line.name for line in lines}) == len(lines), "no two have the same name"
    for line in lines:
        assert 1 <= len(line.name) <= 30
        assert 1 <= len(line.remark) <= 100
        assert line.differs or set(json.loads(line.attributes or "{}")) == set(line.variables)


def test_names_say_what_the_text_is_for_without_its_places() -> None:
    names = {line.key: line.name for line in proposals("sms")}
    assert names["repair.please_triage"] == "新报修待评估派工"
    assert names["storm.began"] == "个机房报警同时发生"
    assert not [name for name in names.values() if "{" in name or name != name.strip()]


def test_question_is_not_followed_by_a_full_stop() -> None:
    asked = one("repair.please_confirm_again@en", "sms", "en")
    assert re.search("[?]", asked.text)
    assert not re.search("[?] ?[.,]", asked.text)


LONGEST_PART = 70
SIGNATURE = "示例市第一人民医院设备科"


@pytest.mark.parametrize("kind", ["sms", "tencent_sms"])
def test_every_chinese_text_is_one_part_with_a_long_signature_and_long_values(kind: str) -> None:
    assert len(SIGNATURE) == 12
    lines = [line for line in proposals(kind, sign_name=SIGNATURE) if not line.differs]
    assert {line.key: line.example for line in lines if len(line.example) > LONGEST_PART} == {}


def test_texts_have_fixed_words_and_no_sign_that_providers_refuse() -> None:
    for line in (line for line in proposals("sms") if not line.differs):
        said = re.sub(r"\d[:,]\d", "", line.example.partition("】")[2])
        assert not re.search("[¥:;,()]|：.*：", said), line.example
        fixed = re.sub(r"\$\{\w+\}", "", line.text)
        assert len(fixed) >= 8, line.text


ASKING = [kind.name for kind in all_workflows().vocabulary() if kind.asks]


def test_every_text_that_asks_for_something_says_until_when() -> None:
    lines = {line.key: line for line in proposals("sms")}
    assert len(ASKING) > 40
    timed = {
        "due_at",
        "issue_by",
        "answer_by",
        "national_at",
        "province_at",
        "each_case_at",
        "hospital_at",
        "days",
        "days_past",
        "brief_text",
    }
    for name in ASKING:
        sources = {each["source"] for each in lines[name].variables.values()}
        assert sources & timed or "请立即办理" in lines[name].text, lines[name].text


def test_remark_shows_the_text_with_usual_values() -> None:
    for line in proposals("sms", "en"):
        example = line.example.partition("】")[2]
        assert line.remark.endswith(example) or example.startswith(line.remark.removesuffix("…"))
        assert "{" not in line.remark


def test_line_of_an_approved_text_tells_of_that_text() -> None:
    own = {
        "code": "SMS_1",
        "text": "${gist}，请处理。",
        "variables": {"gist": {"source": "what", "length": 35}},
    }
    line = one("repair.received", templates={"repair.received": own})
    assert (line.attributes, line.approved_text) == ('{"gist":"others"}', own["text"])
    assert line.remark.endswith("维修已开始，请处理。")
    assert line.differs


def test_every_place_has_an_example() -> None:
    places = {each["source"] for line in proposals("sms") for each in line.variables.values()}
    assert places - {"level"} <= {*EXAMPLES, "device_short"}


def test_texts_for_english_readers_are_english_and_have_names_of_their_own() -> None:
    chinese, english = one("repair.received"), one("repair.received@en", "sms", "en")
    assert re.search("[一-鿿]", chinese.text)
    assert not re.search("[一-鿿]", english.text)
    assert english.variables == chinese.variables
    assert english.name != chinese.name


def test_nothing_is_proposed_in_a_language_that_nobody_reads() -> None:
    assert {line.language for line in proposals("sms")} == {"zh_CN"}


def test_calls_are_chinese_and_for_what_is_urgent_or_critical() -> None:
    keys = [line.key for line in proposals("voice", "en")]
    assert {"default", "alarm.alarm"} <= set(keys)
    assert not {"repair.received", "alarm.alarm@en", "sms.which"} & set(keys)


def test_call_names_the_key_that_acknowledges() -> None:
    assert "9" in one("alarm.alarm", "voice", acknowledge_key="9").text


CRITICAL = [kind.name for kind in all_workflows().vocabulary() if kind.severity is Severity.CRITICAL]


@pytest.mark.parametrize("kind", ["sms", "tencent_sms"])
def test_critical_texts_and_no_others_say_how_a_reply_acknowledges_them(kind: str) -> None:
    lines = {line.key: line.text for line in proposals(kind, "en")}
    asking = {
        key.removesuffix("@en")
        for key, text in lines.items()
        if "回复1确认" in text or "Reply 1 to ack" in text
    }
    assert asking == {*CRITICAL}
    assert all(text.endswith("回复1确认。") for key, text in lines.items() if key in CRITICAL)
    assert all(lines[f"{key}@en"].endswith(". Reply 1 to acknowledge.") for key in CRITICAL)


@pytest.mark.parametrize(("words", "said"), [(["收到", "1"], "回复收到确认。"), ([], "")])
def test_reply_that_acknowledges_is_the_accounts_own_word(words: list[str], said: str) -> None:
    text = one("alarm.alarm", reply_words={"acknowledge": words}).text
    assert "回复" in text if said else "回复" not in text
    assert text.endswith(said)


def test_answers_to_replies_are_one_whole_sentence_each_and_fit_one_variable() -> None:
    answers = {line.key: line for line in proposals("sms") if line.key.startswith("sms.")}
    assert len(answers) == len(reply_messages.KINDS)
    assert answers["sms.which"].text == "您有多条待确认事项，请回复编号末几位（${open}）。"
    for line in answers.values():
        said = line.example.rpartition("】")[2]
        assert said.count("。") == 1
        assert said.endswith("。")
        assert len(said.removesuffix("。")) <= VARIABLE_LENGTH, (
            "whole in the text for all that have none of their own"
        )


def test_what_is_about_no_case_or_names_it_itself_is_told_without_another_number() -> None:
    for key in ("storm.began", "watch.over", "sms.which"):
        sources = [each["source"] for each in one(key).variables.values()]
        assert sources.count("number") == (key == "watch.over")


def test_parts_count_the_signature() -> None:
    short, long_ = one("repair.received"), one("repair.received", sign_name="示" * 60)
    assert (short.parts, long_.parts) == (1, 2)


def test_default_text_takes_what_every_message_has() -> None:
    default = one("default", "sms", templates={})
    assert {each["source"] for each in default.variables.values()} == {"matter", "number"}
