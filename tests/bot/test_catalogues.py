"""Every text for people has its Chinese translation, which fits where it is shown."""

import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.catalogues import FOLDER, Catalogues, CataloguesMissing
from notifier.trim import columns
from storage.texts import P_
from tests.support.sources import source_texts
from workflows.registry import all_workflows

ROOT = FOLDER.parents[1]
CHINESE = re.compile("[\u2e80-\u9fff\uff01-\uff5e]")
FIELD_ZI, BUTTON_ZI, TITLE_ZI = 5, 8, 14  # a title has room for a device's name besides
# WeCom shows 10 字 in the place of buttons: what was done, a colon and a name of three characters.
DONE_ZI = 6


@pytest.fixture(scope="session")
def sources() -> set[str]:
    """Every text that `make catalogues` would collect, by the same settings."""
    return source_texts(ROOT)


@pytest.fixture(scope="session")
def translated() -> dict[str, Message]:
    """The entries of the Chinese catalogue by source."""
    return {_source(entry): entry for entry in _chinese() if entry.id}


@pytest.fixture
def catalogues(tmp_path: Path) -> Catalogues:
    """The catalogues, compiled from what is committed."""
    compiled = tmp_path / "zh_CN" / "LC_MESSAGES" / "messages.mo"
    compiled.parent.mkdir(parents=True)
    with compiled.open("wb") as file:
        write_mo(file, _chinese())
    return Catalogues.load(tmp_path)


def test_the_collected_texts_are_of_every_front_door(sources: set[str]) -> None:
    page, chat, card, sandbox = (
        "Send the report",
        "No open cases.",
        "Open the case",
        "No messages yet.",
    )
    assert {page, chat, card, sandbox} <= sources


def test_every_text_has_a_chinese_translation(sources: set[str], translated: dict[str, Message]) -> None:
    missing = sources - {text for text, entry in translated.items() if entry.string}
    assert not missing, _listed("translate, after `make catalogues`", missing)


def test_no_translation_is_left_of_a_text_that_is_gone(
    sources: set[str], translated: dict[str, Message]
) -> None:
    unused = set(translated) - sources
    assert not unused, _listed("`make catalogues` takes out", unused)


def test_a_translation_has_the_places_of_its_source(translated: dict[str, Message]) -> None:
    other = {text: entry.string for text, entry in translated.items() if _places(text) != _places(_zh(entry))}
    assert other == {}


def test_a_translation_has_as_many_lines_as_its_source(translated: dict[str, Message]) -> None:
    assert [text for text, entry in translated.items() if text.count("\n") != _zh(entry).count("\n")] == []


def test_no_translation_is_a_guess(translated: dict[str, Message]) -> None:
    assert [text for text, entry in translated.items() if entry.fuzzy] == []


def test_every_source_is_english(sources: set[str]) -> None:
    assert [text for text in sorted(sources) if CHINESE.search(text)] == []


def test_every_translation_but_a_name_is_chinese(translated: dict[str, Message]) -> None:
    latin = [text for text, entry in translated.items() if entry.string and not CHINESE.search(_zh(entry))]
    assert latin == ["Telegram"]


def test_english_is_the_source_itself_without_its_context(catalogues: Catalogues, sources: set[str]) -> None:
    english = catalogues.gettext("en")
    assert [text for text in sources if english(text) != text.rpartition("\x04")[2]] == []


def test_a_word_in_two_roles_has_a_translation_for_each(catalogues: Catalogues) -> None:
    chinese = catalogues.gettext("zh_CN")
    roles = ["of a fault", "", "of messages", ""]
    words = ["Reporter", "Reporter", "Cost", "Cost"]
    found = [chinese(P_(role, word) if role else word) for role, word in zip(roles, words, strict=True)]
    assert found == ["报修人", "报告人", "费用", "实际费用"]


def test_a_context_without_a_translation_is_not_shown(catalogues: Catalogues) -> None:
    assert catalogues.gettext("zh_CN")(P_("nowhere", "A text of no catalogue")) == "A text of no catalogue"


# Words that mean several things, and how many of them the catalogue tells apart. One without a context is the word
# where it is used most; a new use asks first whether it is one of these.
AMBIGUOUS = {
    "Cost": 2,
    "Manual": 2,
    "Record": 2,
    "Reminder": 2,
    "Reporter": 2,
    "Since": 2,
    "passed": 2,
    "reminded": 2,
}


@pytest.mark.parametrize(("word", "meanings"), AMBIGUOUS.items())
def test_an_ambiguous_word_has_a_context_for_each_meaning(
    word: str, meanings: int, translated: dict[str, Message]
) -> None:
    found = {_zh(entry) for entry in translated.values() if entry.id == word}
    assert len(found) == meanings
    assert word not in NEVER_WITHOUT or word not in translated, "say by `P_` which one it is"


NEVER_WITHOUT = {"passed"}


@pytest.mark.parametrize("language", ["zh_CN", None, "", "fr", "zh_TW"])
def test_whoever_has_no_language_of_ours_reads_chinese(catalogues: Catalogues, language: str | None) -> None:
    assert catalogues.gettext(language)("Report a fault") == "报修"


def test_catalogues_that_were_not_compiled_are_named(tmp_path: Path) -> None:
    with pytest.raises(CataloguesMissing, match="make setup"):
        Catalogues.load(tmp_path)


def test_what_can_be_written_in_chat_is_told_in_chinese_words(catalogues: Catalogues) -> None:
    chinese = catalogues.gettext("zh_CN")
    help_text = next(text for text in (str(entry.id) for entry in _chinese()) if text.startswith("todo: "))
    words = [re.split("[ ：]", line)[0] for line in chinese(help_text).splitlines()]
    assert words == ["待办", "设备", "报修", "帮助"]


def test_chinese_words_on_cards_fit(catalogues: Catalogues) -> None:
    chinese, kinds = catalogues.gettext("zh_CN"), list(all_workflows().vocabulary())
    looks = [look for workflow in all_workflows() for look in workflow.actions.values()]
    shown = [(kind.title, TITLE_ZI) for kind in kinds]
    shown += [(label, FIELD_ZI) for kind in kinds for label, _ in kind.fields]
    shown += [(look.label, BUTTON_ZI) for look in looks] + [(look.done, DONE_ZI) for look in looks]
    long = {chinese(text) for text, zi in shown if columns(_without_places(chinese(text))) > 2 * zi}
    assert long == set()


def _chinese() -> Catalog:
    with (FOLDER / "zh_CN" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale="zh_CN")


def _listed(what: str, texts: set[str]) -> str:
    return "\n  ".join([f"{what}:", *map(repr, sorted(texts))])


def _source(entry: Message) -> str:
    """As the code marks it."""
    return P_(str(entry.context), str(entry.id)) if entry.context else str(entry.id)


def _zh(entry: Message) -> str:
    return str(entry.string)


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _without_places(text: str) -> str:
    return "".join(words for words, _, _, _ in Formatter().parse(text))
