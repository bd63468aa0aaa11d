"""Approved ids taken over from the table, or what is wrong with each line of it."""

from dataclasses import replace
from typing import Any

import pytest

from bot.catalogues import Catalogues
from notifier.providers.accounts import faults_of
from notifier.template_lines import Approved, Fault, TemplateLines
from notifier.template_table import Proposal, TemplateTable
from tests.support.sample_accounts import SAMPLE_ACCOUNTS
from workflows.registry import all_workflows

IDS = {"sms": "SMS_", "tencent_sms": "", "voice": "TTS_", "tencent_voice": ""}


def settings(kind: str = "sms") -> dict[str, Any]:
    return dict(SAMPLE_ACCOUNTS[kind].settings)


def proposals(kind: str, known: dict[str, Any]) -> list[Proposal]:
    texts = Catalogues.load()
    languages = {name: texts.gettext(name) for name in ("zh_CN", "en")}
    return TemplateTable(all_workflows().vocabulary(), languages, kind).proposals(known)


def filled(kind: str, known: dict[str, Any]) -> list[Approved]:
    """The table as it was saved, with an id in every line."""
    return [
        Approved(row, p.key, p.approved_text or p.text, p.code or f"{IDS[kind]}{1000 + row}")
        for row, p in enumerate(proposals(kind, known), start=2)
    ]


def taken(
    lines: list[Approved], kind: str = "sms", known: dict[str, Any] | None = None
) -> tuple[dict[str, Any], list[Fault]]:
    known = settings(kind) if known is None else known
    return TemplateLines(kind, proposals(kind, known)).take_over(known, lines)


def line(key: str = "repair.received", **changes: Any) -> Approved:
    (found,) = [each for each in filled("sms", settings()) if each.key == key]
    return replace(found, **changes)


@pytest.mark.parametrize("kind", IDS)
def test_all_ids_come_back_and_the_account_stays_usable(kind: str) -> None:
    lines = filled(kind, settings(kind))
    after, faults = taken(lines, kind)
    assert faults == []
    assert faults_of(kind, after, SAMPLE_ACCOUNTS[kind].secrets) == set()
    assert {key: each["code"] for key, each in after["templates"].items()} == {e.key: e.code for e in lines}


def test_saved_table_of_an_account_with_texts_of_its_own_comes_back_as_it_is() -> None:
    known = settings()
    assert known["templates"]["default"]["text"] != line("default").key
    after, faults = taken([each for each in filled("sms", known) if each.key == "default"])
    assert faults == []
    assert after == known


def test_lengths_that_somebody_set_stay() -> None:
    first, _ = taken([line()])
    number = first["templates"]["repair.received"]["variables"]["number"]
    assert number == {"source": "number", "length": 35}
    number["length"] = 20
    after, faults = taken([replace(line(), code="SMS_77")], known=first)
    assert faults == []
    assert after["templates"]["repair.received"]["variables"]["number"]["length"] == 20


def test_an_id_stays_when_the_provider_changed_the_words() -> None:
    changed = line(text=line().text.replace("您的报修", "你的报修"))
    after, faults = taken([changed])
    assert faults == []
    (proposal,) = [p for p in proposals("sms", after) if p.key == changed.key]
    assert proposal.differs
    assert proposal.approved_text == changed.text


@pytest.mark.parametrize(
    ("changes", "column", "words"),
    [
        ({"key": "repair.nothing"}, "key", "no such kind"),
        ({"text": ""}, "text", "missing"),
        ({"text": "没有变量"}, "text", "places"),
        ({"text": "${number}已收到，编号${number}。"}, "text", "once"),
        ({"text": "【示例】已收到，编号${number}。"}, "text", "brackets"),
        ({"text": "已收到，编号${number}，见 https://a.example"}, "text", "links"),
        ({"text": "已" * 501 + "${number}"}, "text", "form"),
        ({"code": "1110001"}, "code", "looks like"),
        ({"code": "TTS_1"}, "code", "looks like"),
    ],
)
def test_line_that_cannot_be_taken_says_what_is_wrong_and_where(
    changes: dict[str, Any], column: str, words: str
) -> None:
    wrong = replace(line(), **changes)
    after, faults = taken([wrong])
    assert [(fault.row, fault.column, words in fault.text) for fault in faults] == [(wrong.row, column, True)]
    assert after == settings()


def test_places_that_touch_are_named() -> None:
    approval = line("repair.please_approve")
    _, faults = taken([replace(approval, text="待审批${device} ${due}前，编号${number}")])
    assert [fault.text for fault in faults] == ["There must be words between two placeholders."]


def test_two_faults_of_one_line_are_both_told() -> None:
    _, faults = taken([line(text="没有变量", code="x")])
    assert [fault.column for fault in faults] == ["code", "text"]


def test_faults_of_all_lines_are_told_in_their_order() -> None:
    lines = [
        line("repair.closed", row=9, code="x"),
        line(row=3, text="没有变量"),
        line("repair.approved", row=5),
    ]
    after, faults = taken(lines)
    assert [fault.row for fault in faults] == [3, 9]
    assert "repair.closed" not in after["templates"]


def test_one_id_for_two_texts_is_a_slip() -> None:
    first, second = line("repair.closed", row=2, code="SMS_5"), line("repair.received", row=3, code="SMS_5")
    _, faults = taken([first, second])
    assert [(fault.row, fault.values["kind"]) for fault in faults] == [(3, "repair.closed")]


def test_a_kind_that_stands_there_twice_is_named() -> None:
    _, faults = taken([line(), line(row=99, code="SMS_9")])
    assert [(fault.row, fault.column) for fault in faults] == [(99, "key")]
