"""Titles, names of fields and buttons, in Chinese: as long as the narrowest channel shows, nothing is cut."""

import pytest

from bot.catalogues import Catalogues
from notifier import preview
from notifier.channel import Content
from notifier.rendering import Renderer
from storage.device_names import SHORT_COLUMNS
from storage.links import Links
from workflows.alarm.meanings import MEANINGS
from workflows.registry import all_workflows

LONGEST_SHORT_NAME = "正电子发射断层扫描仪一号"
ROBOT_TITLE_ZI, FIELD_ZI, BUTTON_ZI = 26, 5, 10
VOCABULARY = all_workflows().vocabulary()


@pytest.fixture(params=sorted({meaning.what for meaning in MEANINGS.values()}))
def contents(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[Content]:
    for place in ("device", "device_short"):
        monkeypatch.setitem(preview.USUAL, place, LONGEST_SHORT_NAME)
    monkeypatch.setitem(preview.USUAL, "what_text", request.param)
    shown = preview.Preview({}, renderer(), VOCABULARY)
    return [shown._content(kind, "zh_CN", "") for kind in VOCABULARY]


def renderer() -> Renderer:
    return Renderer(VOCABULARY, Catalogues.load(), Links(b"k" * 32), "https://yishe.hospital.example")


def zi(text: str) -> float:
    return sum(1 if ord(character) > 0x2000 else 0.5 for character in text)


def test_every_title_field_and_button_fits_a_group_robot_with_the_longest_name(
    contents: list[Content],
) -> None:
    assert zi(LONGEST_SHORT_NAME) * 2 == SHORT_COLUMNS
    assert [each.title for each in contents if zi(each.title) > ROBOT_TITLE_ZI] == []
    assert [name for each in contents for name, _ in each.fields if zi(name) > FIELD_ZI] == []
    assert [
        button.label for each in contents for button in each.buttons if zi(button.label) > BUTTON_ZI
    ] == []
