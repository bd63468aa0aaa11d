"""The manual is whole in both languages, and says what the pages say."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.catalogues import FOLDER
from h5_pages.help.book import NAMED, TEXTS, links, parsed
from h5_pages.help.topics import BY_ROUTE, BY_WORKFLOW, CHAPTERS, TOPICS
from h5_pages.languages import LANGUAGES
from h5_pages.routes import ROUTES
from tests.support.sources import source_texts
from workflows.registry import all_workflows

READ = {route.path for route in ROUTES if route.method == "GET"}
CHINESE = re.compile("[\u2e80-\u9fff]")


@pytest.fixture(scope="module")
def sources() -> set[str]:
    return source_texts(FOLDER.parents[1])


def text(language: str, name: str) -> str:
    return (TEXTS / language / f"{name}.md").read_text(encoding="utf-8")


def shape(markdown: str) -> Mapping[str, list[str]]:
    """What must be the same in every language."""
    tokens = parsed(markdown)
    return {
        "headings": [token.tag for token in tokens if token.type == "heading_open"],
        "links": sorted(str(link.attrGet("href")) for link in links(tokens)),
        "names": sorted(NAMED.findall(markdown)),
        "items": [token.tag for token in tokens if token.type.endswith("list_open")],
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_topic_has_its_text_and_every_text_its_topic(language: str) -> None:
    assert {path.stem for path in (TEXTS / language).glob("*.md")} == set(TOPICS)


def test_no_topic_stands_twice() -> None:
    assert len(TOPICS) == sum(len(chapter.topics) for chapter in CHAPTERS)


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_has_the_same_headings_links_and_names_in_every_language(topic: str) -> None:
    shapes = [shape(text(language, topic)) for language in LANGUAGES]
    assert shapes[0] == shapes[1]
    assert shapes[0]["headings"][0] == "h1"
    assert set(shapes[0]["headings"][1:]) == {"h2"}


@pytest.mark.parametrize("topic", TOPICS)
def test_each_language_is_written_in_itself(topic: str) -> None:
    assert all(CHINESE.search(line) for line in text("zh_CN", topic).splitlines() if line.strip())
    assert set(CHINESE.findall(text("en", topic))) <= set(
        "待办设备报修帮助中文"
    )  # words of the chat and the foot


@pytest.mark.parametrize("topic", TOPICS)
def test_links_of_a_topic_lead_to_topics_or_pages(topic: str) -> None:
    for link in links(parsed(text("en", topic))):
        target = str(link.attrGet("href"))
        assert target in TOPICS or target in READ, target


@pytest.mark.parametrize("topic", TOPICS)
def test_what_a_topic_names_is_a_text_of_the_pages(topic: str, sources: set[str]) -> None:
    assert [name for name in NAMED.findall(text("en", topic)) if name not in sources] == []


def test_every_screen_has_its_topic() -> None:
    assert sorted(READ - set(BY_ROUTE)) == [], "write a topic, and name the route in h5_pages/help/topics.py"


def test_no_topic_explains_a_page_that_is_gone() -> None:
    assert set(BY_ROUTE) - {route.path for route in ROUTES} == set()


def test_every_workflow_is_drawn_in_a_topic() -> None:
    assert set(BY_WORKFLOW) == {workflow.name for workflow in all_workflows()}


def test_the_texts_are_packed_into_the_wheel() -> None:
    packed = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    assert '"texts/**/*.md"' in packed
    assert TEXTS.name == "texts"
