"""Building blocks of the models that check what clients send to WeCom."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from bot.sandbox.errors import BAD_PARAMETER, TASK_ID_ILLEGAL, TOO_LONG, WeComError

T = TypeVar("T")
TASK_ID_LENGTH = 128
TASK_ID_LETTERS = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-@")


class Wire(BaseModel):
    """Unknown fields are ignored, as WeCom does."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def refuse(errcode: int, hint: str) -> PydanticCustomError:
    """The error that a validator raises to choose the errcode."""
    return PydanticCustomError("wecom", "{hint}", {"errcode": errcode, "hint": hint})


def require(condition: object, hint: str) -> None:
    """Refuse with 40058 unless the condition holds."""
    if not condition:
        raise refuse(BAD_PARAMETER, hint)


def at_most_bytes(size: int) -> Callable[[str], str]:
    """A validator: no more than `size` bytes of UTF-8, else 45002."""

    def check(value: str) -> str:
        if len(value.encode()) > size:
            raise refuse(TOO_LONG, f"more than {size} bytes")
        return value

    return check


def _check_url(value: str) -> str:
    require(not value or value.startswith(("http://", "https://")), "url without http(s)://")
    return value


def _check_task_id(value: str) -> str:
    if not value or len(value) > TASK_ID_LENGTH or not TASK_ID_LETTERS.issuperset(value):
        raise refuse(TASK_ID_ILLEGAL, "only digits, letters and _-@, at most 128 bytes")
    return value


KEY_BYTES = 1024
Text = Annotated[str, Field(min_length=1)]
Key = Annotated[str, Field(min_length=1), AfterValidator(at_most_bytes(KEY_BYTES))]
OptionId = Annotated[str, Field(min_length=1), AfterValidator(at_most_bytes(128))]
Url = Annotated[str, AfterValidator(at_most_bytes(2048)), AfterValidator(_check_url)]
TaskId = Annotated[str, AfterValidator(_check_task_id)]


def check(adapter: TypeAdapter[T], data: object) -> T:
    """`data` as the model; raises `WeComError` with the code of the first thing wrong."""
    try:
        return adapter.validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        context: dict[str, Any] = first.get("ctx") or {}
        where = ".".join(str(step) for step in first["loc"])
        code = context.get("errcode", BAD_PARAMETER)
        raise WeComError(int(code), f"{where}: {first['msg']}") from error
