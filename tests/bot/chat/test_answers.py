import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.answers import Link, Pages, Reply


def written(reply: Reply, limit: int = 2048) -> str:
    return reply.written(lambda link: f'<a href="{link.url}">{link.label}</a>', str, limit)


def test_lines_are_words_and_links() -> None:
    reply = Reply.of("Done", Link("WX2026-000001", "https://a/cases/1"), (Link("x", "https://b"), " · open"))
    assert written(reply) == (
        'Done\n<a href="https://a/cases/1">WX2026-000001</a>\n<a href="https://b">x</a> · open'
    )


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=60), max_size=12),
    st.integers(0, 300),
)
def test_whole_lines_are_dropped_at_the_limit(lines: list[str], limit: int) -> None:
    text = written(Reply.of(*lines), limit)
    assert len(text.encode()) <= limit
    assert text == "\n".join(lines)[: len(text)]
    assert text == "" or text.split("\n") == lines[: len(text.split("\n"))]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (Pages("https://p").case("WX2026-000001"), "https://p/cases/WX2026-000001"),
        (Pages("https://p").case("WX 1", "reject"), "https://p/cases/WX%201/reject"),
        (Pages("https://p").report('a"/b'), "https://p/d/a%22%2Fb/report"),
        (Pages("https://p").device(7), "https://p/devices/7"),
    ],
)
def test_addresses_of_pages_are_quoted(address: str, expected: str) -> None:
    assert address == expected
