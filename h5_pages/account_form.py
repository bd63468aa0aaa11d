"""What the forms of all channel accounts are made of."""

import json
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints
from pydantic.config import JsonDict

from storage.texts import N_
from workflows.definition import Form
from workflows.forms import fault

NOT_JSON = N_("This is not JSON as in the example of the manual.")
SECRET: JsonDict = {"kind": "secret"}
TEXT_AREA: JsonDict = {"kind": "textarea"}
PROVIDERS_OWN = N_("Empty: the provider's own")
Line = Annotated[str, StringConstraints(max_length=300)]


def read_json(text: str) -> Any:
    """What the text says; None where it is no JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _is_an_object(text: str) -> str:
    if text and not isinstance(read_json(text), dict):
        raise fault(NOT_JSON)
    return text


# The templates of every kind of message in two languages are some 50 000 characters.
MOST_JSON = 100_000
JsonObject = Annotated[str, StringConstraints(max_length=MOST_JSON), AfterValidator(_is_an_object)]


class AccountForm(Form):
    """What every account has: the name by which administrators know it."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100)] = Field(title=N_("Name"))
