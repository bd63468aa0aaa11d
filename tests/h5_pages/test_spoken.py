"""Texts in quotes are translated where a template is compiled; everything else as the page is made."""

from collections.abc import Callable

from jinja2 import Environment

from h5_pages.spoken import FILL, fill, spoken

TEXTS = {"Hi": "你好", "{count} left": "还有{count}", "a<b": "甲<乙", "later": "以后"}


def compiled(source: str) -> Callable[..., str]:
    environment = Environment(autoescape=True, extensions=[spoken(TEXTS.__getitem__)])
    environment.globals[FILL] = fill
    return environment.from_string(source).render


def never(source: str, **_: object) -> str:
    raise AssertionError(f"asked for {source!r} while the page was made")


def test_a_text_in_quotes_is_translated_without_asking_again() -> None:
    page = compiled("<b>{{ t('Hi') }}</b>{% for word in (t(\"Hi\"), 2) %}{{ word }}{% endfor %}")
    assert page(t=never) == "<b>你好</b>你好2"


def test_parameters_are_filled_into_the_translation_and_escaped() -> None:
    assert compiled('{{ t("{count} left", count=n) }}')(t=never, n="<i>") == "还有&lt;i&gt;"


def test_a_translation_is_escaped_as_any_text() -> None:
    assert compiled('{{ t("a<b") }}')() == "甲&lt;乙"


def test_a_text_that_the_data_name_is_looked_up_when_the_page_is_made() -> None:
    page = compiled("{{ t(x) }}{{ t(x, a=1) }}{{ t is callable }}")
    assert page(t=lambda source, **_: f"[{source}]", x="Hi") == "[Hi][Hi]True"


def test_a_choice_between_two_texts_is_translated_in_both_branches() -> None:
    page = compiled('{{ t("Hi") if now else t("later") }}')
    assert (page(now=True), page(now=False)) == ("你好", "以后")
