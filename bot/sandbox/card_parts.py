"""The pieces of template cards. Rules: developer.work.weixin.qq.com/document/path/90236."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from bot.sandbox.wire import KEY_BYTES, Key, OptionId, Text, Url, Wire, at_most_bytes, require


class Source(Wire):
    """Who the card comes from, in small letters above it."""

    icon_url: str = ""
    desc: str = ""
    desc_color: Literal[0, 1, 2, 3] = 0


class MenuAction(Wire):
    """One entry of the menu in the card's corner."""

    text: Text
    key: Key


class ActionMenu(Wire):
    """The menu in the card's corner."""

    desc: str = ""
    action_list: list[MenuAction] = Field(min_length=1, max_length=3)

    @model_validator(mode="after")
    def _keys_differ(self) -> Self:
        keys = [action.key for action in self.action_list]
        require(len(set(keys)) == len(keys), "action_list: key repeated")
        return self


class MainTitle(Wire):
    """The title and the line below it."""

    title: str = ""
    desc: str = ""


class _Link(Wire):
    type: Literal[0, 1, 2] = 0
    url: Url = ""
    appid: str = ""
    pagepath: str = ""

    @model_validator(mode="after")
    def _target(self) -> Self:
        need = {0: "type", 1: "url", 2: "appid"}[self.type]
        require(need == "type" or getattr(self, need), f"{need} required for type {self.type}")
        return self


class QuoteArea(_Link):
    """A quoted passage, which may lead somewhere."""

    title: str = ""
    quote_text: str = ""


class Jump(_Link):
    """A line that leads somewhere."""

    title: Text


class CardAction(_Link):
    """Where a tap on the card itself leads."""

    type: Literal[1, 2]


class ImageTextArea(_Link):
    """A picture on the left with text beside it."""

    title: str = ""
    desc: str = ""
    image_url: Text


class HorizontalContent(Wire):
    """A name and its value on one line."""

    type: Literal[0, 1, 2, 3] = 0
    keyname: Text
    value: str = ""
    url: Url = ""
    media_id: str = ""
    userid: str = ""

    @model_validator(mode="after")
    def _target(self) -> Self:
        need = {0: "keyname", 1: "url", 2: "media_id", 3: "userid"}[self.type]
        require(getattr(self, need), f"{need} required for type {self.type}")
        return self


class VerticalContent(Wire):
    """A small title with text below it."""

    title: Text
    desc: str = ""


class EmphasisContent(Wire):
    """One figure in large letters."""

    title: str = ""
    desc: str = ""


class CardImage(Wire):
    """A picture as wide as the card."""

    url: Text
    aspect_ratio: float = Field(default=1.3, ge=1.3, le=2.25)


class Option(Wire):
    """One choice of a question."""

    id: OptionId
    text: Text
    is_checked: bool = False


class Button(Wire):
    """A button: type 0 calls back, type 1 opens an address."""

    type: Literal[0, 1] = 0
    text: Text
    style: Literal[1, 2, 3, 4] = 1
    key: Annotated[str, AfterValidator(at_most_bytes(KEY_BYTES))] = ""
    url: Url = ""

    @model_validator(mode="after")
    def _target(self) -> Self:
        require(self.type == 1 or self.key, "key required for type 0")
        require(self.type == 0 or self.url, "url required for type 1")
        return self


class Selection(Wire):
    """A question with one choice from a drop-down list."""

    question_key: Key
    title: str = ""
    selected_id: str = ""
    option_list: list[Option] = Field(min_length=1, max_length=10)


class Checkbox(Wire):
    """A question of a vote: one choice (mode 0) or several (mode 1)."""

    question_key: Key
    mode: Literal[0, 1] = 0
    option_list: list[Option] = Field(min_length=1, max_length=20)


class SubmitButton(Wire):
    """The button that sends the choices."""

    text: str = "提交"
    key: Key
