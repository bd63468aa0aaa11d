"""The five template cards and what WeCom requires of each.

Source of the rules: developer.work.weixin.qq.com/document/path/90236. Lengths that the
documentation merely recommends for display are not enforced; bytes and counts are.
"""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, TypeAdapter, model_validator

from bot.sandbox.card_parts import (
    ActionMenu,
    Button,
    CardAction,
    CardImage,
    Checkbox,
    EmphasisContent,
    HorizontalContent,
    ImageTextArea,
    Jump,
    MainTitle,
    QuoteArea,
    Selection,
    Source,
    SubmitButton,
    VerticalContent,
)
from bot.sandbox.wire import TaskId, Wire, require


class Card(Wire):
    """What all cards share. `replace_text` comes with updates and greys the buttons."""

    card_type: str
    source: Source | None = None
    action_menu: ActionMenu | None = None
    task_id: TaskId | None = None
    main_title: MainTitle = MainTitle()
    quote_area: QuoteArea | None = None
    horizontal_content_list: list[HorizontalContent] = Field(default=[], max_length=6)
    jump_list: list[Jump] = Field(default=[], max_length=3)
    card_action: CardAction | None = None
    sub_title_text: str = ""
    replace_text: str = ""

    def callback_keys(self) -> Iterator[str]:
        """Keys whose press makes a template_card_event."""
        yield from ()

    def questions(self) -> dict[str, tuple[set[str], bool]]:
        """Question key → the options' ids, and whether several may be chosen."""
        return {}

    def menu_keys(self) -> list[str]:
        """Keys whose press makes a template_card_menu_event."""
        return [action.key for action in self.action_menu.action_list] if self.action_menu else []

    def needs_callback(self) -> bool:
        """Whether an app without a callback address may not send it (43012)."""
        return bool(list(self.callback_keys()) or self.menu_keys())

    def has_buttons(self) -> bool:
        """Whether words can take the place of its buttons (document 94945)."""
        return False

    def has_response_code(self) -> bool:
        """Whether a send of this card is answered with a response_code."""
        return self.has_buttons() or bool(self.action_menu)


class TextNotice(Card):
    """A notice in text."""

    card_type: Literal["text_notice"]
    emphasis_content: EmphasisContent | None = None
    card_action: CardAction

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        require(self.main_title.title or self.sub_title_text, "main_title.title or sub_title_text")
        return self


class NewsNotice(Card):
    """A notice with a picture."""

    card_type: Literal["news_notice"]
    card_image: CardImage | None = None
    image_text_area: ImageTextArea | None = None
    vertical_content_list: list[VerticalContent] = Field(default=[], max_length=4)
    card_action: CardAction

    @model_validator(mode="after")
    def _complete(self) -> Self:
        require(self.main_title.title, "main_title.title required")
        require(self.card_image or self.image_text_area, "card_image or image_text_area required")
        return self


class _Interactive(Card):
    def has_buttons(self) -> bool:
        return True


class ButtonInteraction(_Interactive):
    """A card with buttons."""

    card_type: Literal["button_interaction"]
    button_list: list[Button] = Field(min_length=1, max_length=6)
    button_selection: Selection | None = None

    @model_validator(mode="after")
    def _titled(self) -> Self:
        require(self.main_title.title, "main_title.title required")
        return self

    def callback_keys(self) -> Iterator[str]:
        return (button.key for button in self.button_list if button.type == 0)

    def questions(self) -> dict[str, tuple[set[str], bool]]:
        return _questions([self.button_selection] if self.button_selection else [])


class VoteInteraction(_Interactive):
    """A card with one question for all."""

    card_type: Literal["vote_interaction"]
    checkbox: Checkbox
    submit_button: SubmitButton

    def callback_keys(self) -> Iterator[str]:
        return iter([self.submit_button.key])

    def questions(self) -> dict[str, tuple[set[str], bool]]:
        ids = {option.id for option in self.checkbox.option_list}
        return {self.checkbox.question_key: (ids, self.checkbox.mode == 1)}


class MultipleInteraction(_Interactive):
    """A card with up to three drop-down lists."""

    card_type: Literal["multiple_interaction"]
    select_list: list[Selection] = Field(min_length=1, max_length=3)
    submit_button: SubmitButton

    def callback_keys(self) -> Iterator[str]:
        return iter([self.submit_button.key])

    def questions(self) -> dict[str, tuple[set[str], bool]]:
        return _questions(self.select_list)


def _questions(selections: list[Selection]) -> dict[str, tuple[set[str], bool]]:
    return {item.question_key: ({option.id for option in item.option_list}, False) for item in selections}


AnyCard = Annotated[
    TextNotice | NewsNotice | ButtonInteraction | VoteInteraction | MultipleInteraction,
    Field(discriminator="card_type"),
]
ANY_CARD: TypeAdapter[Card] = TypeAdapter(AnyCard)
