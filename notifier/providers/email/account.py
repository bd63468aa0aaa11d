"""The settings and secrets of one mail sender."""

import re
from base64 import b64encode
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, ValidationError

from notifier.channel import Account, SendFailed, Verdict
from storage.texts import N_

Domain = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$", max_length=253)]

# Plain addresses alone: what else RFC 5321 allows (quotes, comments) is how headers get forged.
_ADDRESS = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"
_LONGEST = 254


class EmailSettings(BaseModel):
    """What an administrator enters openly. `tls`: none, STARTTLS (587) or implicit (465).

    `send_photos`: photos of a report go along to those who are to act.
    `bounce_address` is where mail servers report what they could not deliver, and the rest of that name how its
    mailbox is read: by POP3, with TLS from the start (995). Reports that were understood are deleted there.
    """

    model_config = ConfigDict(frozen=True)

    host: Domain
    port: int = Field(ge=1, le=65535)
    tls: Literal["none", "starttls", "implicit"] = "starttls"
    username: Annotated[str, StringConstraints(max_length=254)] = ""
    sender_address: Annotated[str, StringConstraints(pattern=f"^{_ADDRESS}$", max_length=_LONGEST)]
    sender_name: Annotated[str, StringConstraints(max_length=200)] = ""
    message_id_domain: Domain
    send_photos: bool = False
    bounce_address: Annotated[str, StringConstraints(pattern=f"^({_ADDRESS})?$", max_length=_LONGEST)] = ""
    bounce_host: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]*$", max_length=253)] = ""
    bounce_port: int = Field(default=995, ge=1, le=65535)
    bounce_tls: Literal["none", "implicit"] = "implicit"
    bounce_username: Annotated[str, StringConstraints(max_length=254)] = ""

    @property
    def return_path(self) -> str:
        """Where a mail that cannot be delivered goes back to."""
        return self.bounce_address or self.sender_address


class EmailSecrets(BaseModel):
    """What is kept sealed. Without a password (or a user name) nobody signs in."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    password: SecretStr | None = None
    bounce_password: SecretStr | None = None


class EmailAccount(BaseModel):
    """Both together, checked."""

    model_config = ConfigDict(frozen=True)

    settings: EmailSettings
    secrets: EmailSecrets

    @property
    def login(self) -> tuple[str, str] | None:
        """User name and password, if this server wants them."""
        password = self.secrets.password.get_secret_value() if self.secrets.password else ""
        return (self.settings.username, password) if self.settings.username and password else None

    @property
    def said_at_sign_in(self) -> list[str]:
        """The password as it goes over the wire, by the ways that sign in with it as it is (RFC 4954, RFC 4616)."""
        if self.login is None:
            return []
        user, password = self.login
        coded = (password, f"\0{user}\0{password}", f"{user}\0{user}\0{password}")
        return [*(b64encode(each.encode()).decode() for each in coded), password]


def account_of(account: Account) -> EmailAccount:
    """Raises SendFailed (configuration), naming the wrong fields but never their values."""
    wrong: str
    try:
        return EmailAccount(
            settings=EmailSettings.model_validate(account.settings),
            secrets=EmailSecrets.model_validate(account.secrets),
        )
    except ValidationError as error:
        wrong = ", ".join(".".join(map(str, item["loc"])) for item in error.errors(include_input=False))
    raise SendFailed(
        Verdict.CONFIGURATION, "settings", N_("The channel account's settings are incomplete"), detail=wrong
    )


def checked_address(address: str) -> str:
    """The address itself. Raises SendFailed (permanent) for anything that is no plain one."""
    if len(address) <= _LONGEST and re.fullmatch(_ADDRESS, address):
        return address
    raise SendFailed(Verdict.PERMANENT, "address", N_("This is not an e-mail address"))
