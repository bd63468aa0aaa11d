import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.trim import clean, columns, fit_bytes, fit_columns, one_line

ANY_TEXT = st.text(alphabet=st.characters(categories=None), max_size=300)


@given(ANY_TEXT.map(clean), st.integers(min_value=3, max_value=200))
def test_text_cut_to_bytes_is_a_beginning_of_it_within_the_limit(text: str, limit: int) -> None:
    cut = fit_bytes(text, limit)
    assert len(cut.encode()) <= limit
    assert cut == text or text.startswith(cut.removesuffix("…"))


@given(ANY_TEXT.map(clean), st.integers(min_value=1, max_value=50))
def test_text_cut_to_zi_is_no_wider_than_as_many_chinese_characters(text: str, zi: int) -> None:
    assert columns(fit_columns(text, zi)) <= 2 * zi


@pytest.mark.parametrize(
    ("text", "zi", "cut"),
    [
        ("设备科", 3, "设备科"),
        ("设备管理科", 3, "设备…"),
        ("Department", 5, "Department"),
        ("Departments", 5, "Departme…"),
        ("一👩\u200d⚕\ufe0f三四", 3, "一…"),
        ("abe\u0301def", 2, "ab…"),
    ],
)
def test_cut_falls_on_a_border_between_visible_characters(text: str, zi: int, cut: str) -> None:
    assert fit_columns(text, zi) == cut


@given(ANY_TEXT)
def test_clean_text_can_be_stored_and_sent(text: str) -> None:
    written = json.dumps(clean(text), ensure_ascii=False).encode()
    assert b"\\u0000" not in written
    assert "\r" not in clean(text)


@given(ANY_TEXT)
def test_one_line_has_one_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1
