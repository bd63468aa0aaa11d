"""The settings and secrets of one Aliyun SMS account: whose name it sends under, and which templates it has."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    model_validator,
)

from notifier.channel import Account, SendFailed, Verdict
from storage.texts import N_

API = "https://dysmsapi.aliyuncs.com"
ANY_KIND = "default"
PLACE = re.compile(r"\$\{([A-Za-z][A-Za-z0-9_]*)\}")

# Up to 35 characters is what a variable of the kind "other" may have (help.aliyun.com document 3041859).
VARIABLE_LENGTH = 35
_NUMBER = re.compile(r"(?:\+86|0086|86)?(1[3-9][0-9]{9})")
_Word = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Variable(BaseModel):
    """What fills one variable of a template, and its most UTF-16 units."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Literal["level", "what", "summary", "number"]
    length: int = Field(default=VARIABLE_LENGTH, ge=1, le=200)


class Template(BaseModel):
    """An approved template. `text` is the approved wording with its places, such as `${what}`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: _Word
    text: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    variables: Mapping[str, Variable] = {}

    @model_validator(mode="after")
    def _each_place_has_its_variable(self) -> Self:
        if set(PLACE.findall(self.text)) != set(self.variables):
            raise ValueError("the places of the text and the variables differ")
        return self


class SmsSettings(BaseModel):
    """What an administrator enters openly. `templates` by kind of message; `default` serves all others."""

    model_config = ConfigDict(frozen=True)

    access_key_id: _Word
    sign_name: _Word
    templates: Mapping[str, Template] = Field(min_length=1)
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#]+$")] = API

    def template(self, kind: str) -> Template:
        """The template for that kind of message. Raises SendFailed (configuration) when there is none."""
        found = self.templates.get(kind) or self.templates.get(ANY_KIND)
        if found is None:
            raise SendFailed(
                Verdict.CONFIGURATION, "template", N_("The SMS account has no template for this message")
            )
        return found


class SmsSecrets(BaseModel):
    """What is kept sealed. `report_token` is the secret part of the path to which reports are pushed."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    access_key_secret: SecretStr = Field(min_length=1)
    report_token: SecretStr | None = Field(default=None, min_length=16)


class SmsAccount(BaseModel):
    """Both together, checked."""

    model_config = ConfigDict(frozen=True)

    settings: SmsSettings
    secrets: SmsSecrets


def account_of(account: Account) -> SmsAccount:
    """Raises SendFailed (configuration), naming the wrong fields but never their values."""
    wrong: str
    try:
        return SmsAccount(
            settings=SmsSettings.model_validate(account.settings),
            secrets=SmsSecrets.model_validate(account.secrets),
        )
    except ValidationError as error:
        wrong = ", ".join(".".join(map(str, item["loc"])) for item in error.errors(include_input=False))
    raise SendFailed(
        Verdict.CONFIGURATION, "settings", N_("The channel account's settings are incomplete"), detail=wrong
    )


def checked_number(address: str) -> str:
    """The eleven digits of a mainland mobile number. Raises SendFailed (permanent) for anything else."""
    found = _NUMBER.fullmatch(address)
    if found:
        return found[1]
    raise SendFailed(Verdict.PERMANENT, "address", N_("This is not a mobile number of mainland China"))
