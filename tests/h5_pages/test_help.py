"""Help: reached from every page, searched, drawn, printed, in the reader's language and without sign-in."""

import re

import pytest

from bot.catalogues import Catalogues
from h5_pages.help.book import read_book
from h5_pages.help.drawing import draw, folded, numbered
from h5_pages.help.search import search
from h5_pages.languages import LANGUAGES
from tests.support.pages import Pages, reported_by_stranger
from tests.support.world import LABEL
from workflows.definition import Workflow
from workflows.registry import all_workflows

ENGLISH = {"Accept-Language": "en"}
EVERY = pytest.mark.parametrize("workflow", list(all_workflows()), ids=lambda workflow: str(workflow.name))


async def test_the_question_mark_leads_to_the_topic_of_the_page(pages: Pages) -> None:
    visitor = await pages.person(pages.world.engineer)
    case = await pages.report(pages.world.reporter)
    led = {"/todo": "todo", "/devices": "devices", f"/cases/{case.number}": "repair", "/nowhere": "start"}
    for path, topic in led.items():
        page = await visitor.get(path)
        assert f'href="/help/{topic}"' in page.text
        assert (await visitor.get(f"/help/{topic}")).status == 200


async def test_help_needs_no_account(pages: Pages) -> None:
    visitor, link, _ = await reported_by_stranger(pages)
    assert 'href="/help/report"' in (await visitor.get(f"/d/{LABEL}")).text
    assert 'href="/help/follow-up"' in (await visitor.get(link)).text
    assert "Your follow-up link" in (await visitor.get("/help/follow-up", **ENGLISH)).text
    assert "进度链接" in (await visitor.get("/help/follow-up")).text


async def test_a_topic_that_there_is_not_is_not_found(pages: Pages) -> None:
    visitor = await pages.visitor()
    assert (await visitor.get("/help/nothing-like-this")).status == 404
    assert (await visitor.get("/help/..%2f..%2fsettings")).status == 404


async def test_words_are_found_and_marked_and_lead_to_their_section(pages: Pages) -> None:
    page = await (await pages.visitor()).get("/help?q=forgotten password", **ENGLISH)
    assert "<mark>" in page.text
    assert re.search(r'href="/help/sign-in#s\d"', page.text)


async def test_a_search_without_result_shows_the_topics(pages: Pages) -> None:
    page = await (await pages.visitor()).get("/help?q=<xyzzy>")
    assert "Nothing was found" in page.text
    assert 'href="/help/start"' in page.text
    assert "<xyzzy>" not in page.text


async def test_the_manual_holds_every_topic_on_one_page_with_links_inside(pages: Pages) -> None:
    page = await (await pages.visitor()).get("/help/manual")
    anchors = set(re.findall(r' id="([^"]+)"', page.text))
    inside = set(re.findall(r'href="#([^"]+)"', page.text))
    assert inside <= anchors
    assert len(re.findall(r"<svg ", page.text)) == len(list(all_workflows()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_topic_shows_the_name_of_a_place_in_a_text(language: str) -> None:
    book = read_book(language, Catalogues.load().gettext(language), all_workflows())
    assert [page.name for page in book.pages.values() if re.search(r"\{\w+\}", page.body)] == []


def test_chinese_words_are_found_in_another_order() -> None:
    book = read_book("zh_CN", str, all_workflows())
    assert {"登录", "人员"} <= {hit.title for hit in search(book, "密码忘记")[:4]}
    assert search(book, "氧气 浓度过低")[0].title == "机房报警"
    assert search(book, "   ") == []


@EVERY
def test_every_state_and_every_way_stands_in_the_picture(workflow: Workflow) -> None:
    drawing = draw(workflow, str)
    assert ["".join(box.lines).replace(" ", "") for box in drawing.boxes] == [
        label.replace(" ", "") for label in workflow.states.values()
    ]
    moves = {(move.source, move.target) for move in workflow.moves if move.target not in (None, move.source)}
    entries = len({target for source, target in moves if source is None})
    assert len(drawing.arrows) == len({way for way in moves if way[0]}) + entries
    shown = {int(n) for arrow in drawing.arrows for n in arrow.numbers.split(", ")}
    assert shown == set(numbered(workflow).values())


@EVERY
def test_a_picture_stays_on_a_phone_and_its_boxes_apart(workflow: Workflow) -> None:
    drawing = draw(workflow, str)
    points = [float(n) for arrow in drawing.arrows for n in re.findall(r"[ML](\S+) ", arrow.line)]
    assert min(points) >= 0
    assert max(points) <= 328
    assert drawing.width >= 120
    ends = [box.y + box.height for box in drawing.boxes]
    assert all(box.y > end for box, end in zip(drawing.boxes[1:], ends, strict=False))


def test_long_names_of_states_are_folded() -> None:
    assert folded("Repaired, to be confirmed", 110) == ("Repaired, to", "be confirmed")
    assert folded("已修复待确认待办结", 70) == ("已修复待确", "认待办结")
