"""An account's settings and secrets as the models by which its channel reads them."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from notifier.channel import Account, SendFailed, Verdict
from storage.texts import N_

A = TypeVar("A", bound=BaseModel)


def checked(model: type[A], account: Account) -> A:
    """`model` has the fields `settings` and `secrets`.

    Raises SendFailed (configuration), naming the wrong fields but never their values.
    """
    wrong: str
    try:
        return model.model_validate({"settings": dict(account.settings), "secrets": dict(account.secrets)})
    except ValidationError as error:
        wrong = ", ".join(".".join(map(str, item["loc"][1:])) for item in error.errors(include_input=False))
    raise SendFailed(
        Verdict.CONFIGURATION, "settings", N_("The channel account's settings are incomplete"), detail=wrong
    )
