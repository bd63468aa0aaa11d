"""Texts to submit for approval, and the approved ids taken over."""

import re
from typing import Any

import pytest

from bot.catalogues import Catalogues
from notifier.providers.accounts import faults_of
from notifier.template_table import Approved, TemplateTable, has_templates
from tests.support.sample_accounts import SAMPLE_ACCOUNTS
from workflows.registry import all_workflows

BY_TEMPLATE = ["sms", "tencent_sms", "voice", "tencent_voice"]
LONGEST, LONGEST_CALL = 500, 250


def table(kind: str) -> TemplateTable:
    return TemplateTable(all_workflows().vocabulary(), Catalogues.load().gettext("zh_CN"), kind)


def settings(kind: str) -> dict[str, Any]:
    return dict(SAMPLE_ACCOUNTS[kind].settings)


def approved(kind: str) -> list[Approved]:
    proposals = table(kind).proposals(settings(kind))
    return [Approved(row, p.kind, p.text, f"T{row}") for row, p in enumerate(proposals, start=2)]


def test_only_accounts_that_send_by_templates_have_a_table() -> None:
    assert [kind for kind in SAMPLE_ACCOUNTS if has_templates(kind)] == BY_TEMPLATE


@pytest.mark.parametrize("kind", BY_TEMPLATE)
def test_every_text_keeps_to_the_providers_rules(kind: str) -> None:
    for proposal in table(kind).proposals(settings(kind)):
        assert re.search("[一-鿿]", proposal.text), proposal.kind
        assert not re.search("[【】]|https?:|www", proposal.text)
        assert not re.search(r"\}\s*(\$?\{)", proposal.text), "two places touch"
        assert len(proposal.text) <= (LONGEST_CALL if "voice" in kind else LONGEST)


@pytest.mark.parametrize("kind", BY_TEMPLATE)
def test_all_ids_come_back_and_the_account_stays_usable(kind: str) -> None:
    taken, faults = table(kind).take_over(settings(kind), approved(kind))
    assert faults == []
    assert faults_of(kind, taken, SAMPLE_ACCOUNTS[kind].secrets) == set()
    assert {p.code for p in table(kind).proposals(taken)} == {line.code for line in approved(kind)}


def test_places_of_tencents_texts_are_numbered_in_their_order() -> None:
    (proposal,) = [p for p in table("tencent_sms").proposals({}) if p.kind == "repair.please_approve"]
    assert re.findall(r"\{(\d+)\}", proposal.text) == ["1", "2"]
    assert proposal.variables["1"]["source"] == "estimate"


def test_an_id_stays_when_the_provider_changed_the_words() -> None:
    line = next(line for line in approved("sms") if line.kind == "repair.received")
    changed = Approved(line.row, line.kind, line.text.replace("您的报修", "你的报修"), line.code)
    taken, faults = table("sms").take_over(settings("sms"), [changed])
    assert faults == []
    (proposal,) = [p for p in table("sms").proposals(taken) if p.kind == line.kind]
    assert proposal.differs
    assert proposal.approved_text == changed.text


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (Approved(2, "repair.nothing", "x", "T1"), "no such kind"),
        (Approved(2, "repair.received", "没有变量", "T1"), "places"),
    ],
)
def test_a_line_that_cannot_be_taken_is_named(line: Approved, words: str) -> None:
    taken, faults = table("sms").take_over(settings("sms"), [line])
    assert [words in fault.text for fault in faults] == [True]
    assert line.kind not in taken["templates"]


def test_an_id_of_a_wrong_form_is_named() -> None:
    line = approved("sms")[0]
    _, faults = table("sms").take_over(settings("sms"), [Approved(2, line.kind, line.text, "x" * 65)])
    assert [fault.row for fault in faults] == [2]


def test_a_kind_that_stands_there_twice_is_named() -> None:
    line = approved("sms")[0]
    _, faults = table("sms").take_over(settings("sms"), [line, Approved(9, line.kind, line.text, "T9")])
    assert [(fault.row, fault.kind) for fault in faults] == [(9, line.kind)]
