"""What is asked for about a channel account: a form a kind, checked by the models that the channel itself reads."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import Field

from h5_pages.account_form import PROVIDERS_OWN, SECRET, AccountForm, Line, read_json
from h5_pages.cloud_forms import SmsForm, TencentSmsForm, TencentVoiceForm, VoiceForm
from notifier.providers.accounts import faults_of
from storage.texts import N_
from workflows.administration.channel_accounts import Entered
from workflows.errors import FormInvalid

WRONG = N_("This is missing or does not have the right form.")
NUMBERS = frozenset(
    {
        *("agent_id", "daily_quota", "port", "bounce_port", "extend_code_digits", "variable_length"),
        *("play_times", "key_within_s", "volume"),
    }
)
IN_JSON = frozenset({"templates", "menu", "reply_words"})


class Tls(StrEnum):
    """How a mail server is spoken to."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    NONE = "none"


TLS_LABELS = {
    Tls.STARTTLS: N_("STARTTLS (port 587)"),
    Tls.IMPLICIT: N_("TLS from the start (port 465)"),
    Tls.NONE: N_("no encryption, only within the machine room"),
}


class BounceTls(StrEnum):
    """How the mailbox of what comes back is read."""

    IMPLICIT = "implicit"
    NONE = "none"


TLS_LABELS_THERE = {BounceTls.IMPLICIT: N_("TLS from the start"), BounceTls.NONE: TLS_LABELS[Tls.NONE]}


class WeComForm(AccountForm):
    """A corporation's own application in WeCom."""

    corp_id: Line = Field(default="", title=N_("Corporation id (CorpID)"))
    agent_id: Line = Field(default="", title=N_("Application id (AgentId)"))
    secret: Line = Field(default="", title=N_("Secret of the application"), json_schema_extra=SECRET)
    callback_token: Line = Field(
        default="",
        title=N_("Callback: Token"),
        description=N_("Required for buttons"),
        json_schema_extra=SECRET,
    )
    encoding_aes_key: Line = Field(
        default="",
        title=N_("Callback: EncodingAESKey"),
        description=N_("43 characters. A former one stays valid too until you remove it."),
        json_schema_extra=SECRET,
    )
    send_photos: bool = Field(
        default=False,
        title=N_("Include photos of faults"),
        description=N_("They leave this server. They must not show anybody's data"),
    )
    markdown: bool = Field(
        default=False,
        title=N_("Words without a card as markdown"),
        description=N_("WeChat's own app does not show it"),
    )
    daily_quota: Line = Field(
        default="",
        title=N_("Messages a day"),
        description=N_("As WeCom allows: accounts of the corporation × 200. Empty: not counted"),
    )
    base_url: Line = Field(default="", title=N_("Address of the interface"), description=PROVIDERS_OWN)


class BotForm(AccountForm):
    """A smart robot in WeCom."""

    bot_id: Line = Field(default="", title=N_("Id of the robot (Bot ID)"))
    secret: Line = Field(default="", title=N_("Secret of the long connection"), json_schema_extra=SECRET)
    proxy: Line = Field(
        default="", title=N_("HTTP proxy"), description=N_("Where WeCom cannot be reached directly")
    )
    proxy_user: Line = Field(default="", title=N_("User name at the proxy"))
    proxy_password: Line = Field(default="", title=N_("Password at the proxy"), json_schema_extra=SECRET)
    base_url: Line = Field(default="", title=N_("Address of the interface"), description=PROVIDERS_OWN)


class RobotForm(AccountForm):
    """A group robot in WeCom."""

    key: Line = Field(
        default="",
        title=N_("Address of the robot"),
        description=N_("The whole webhook address, or the key in it"),
        json_schema_extra=SECRET,
    )
    mention_users: Line = Field(
        default="",
        title=N_("User ids to be mentioned"),
        description=N_("For urgent and critical messages; separated by spaces, @all for everybody"),
    )
    mention_mobiles: Line = Field(default="", title=N_("Mobile numbers to be mentioned"))
    base_url: Line = Field(default="", title=N_("Address of the interface"), description=PROVIDERS_OWN)


class EmailForm(AccountForm):
    """A mail sender."""

    host: Line = Field(default="", title=N_("Mail server"))
    port: Line = Field(default="587", title=N_("Port"))
    tls: Tls = Field(
        default=Tls.STARTTLS,
        title=N_("Encryption"),
        json_schema_extra={"labels": {str(tls): label for tls, label in TLS_LABELS.items()}},
    )
    username: Line = Field(default="", title=N_("User name"))
    password: Line = Field(default="", title=N_("Password"), json_schema_extra=SECRET)
    sender_address: Line = Field(default="", title=N_("Address of the sender"))
    sender_name: Line = Field(default="", title=N_("Name of the sender"))
    message_id_domain: Line = Field(
        default="", title=N_("Domain of the message ids"), description=N_("Usually that of the sender")
    )
    send_photos: bool = Field(
        default=False,
        title=N_("Attach photos of faults"),
        description=N_("They leave your server: they must not show anybody's data."),
    )
    bounce_address: Line = Field(
        default="",
        title=N_("Return address for undelivered mail"),
        description=N_("Reports are deleted there once read; other mails are kept. Empty: nothing is read."),
    )
    bounce_host: Line = Field(default="", title=N_("Its server (POP3)"))
    bounce_port: Line = Field(default="995", title=N_("Its port"))
    bounce_tls: BounceTls = Field(
        default=BounceTls.IMPLICIT,
        title=N_("Encryption there"),
        json_schema_extra={"labels": {str(tls): TLS_LABELS_THERE[tls] for tls in BounceTls}},
    )
    bounce_username: Line = Field(default="", title=N_("User name there"))
    bounce_password: Line = Field(default="", title=N_("Password there"), json_schema_extra=SECRET)


class TelegramForm(AccountForm):
    """A bot in Telegram."""

    bot_username: Line = Field(default="", title=N_("Name of the bot"), description=N_("Without @"))
    token: Line = Field(default="", title=N_("Token of the bot"), json_schema_extra=SECRET)
    webhook_secret: Line = Field(
        default="",
        title=N_("Secret of the webhook"),
        description=N_("16 random characters or more; needed for buttons"),
        json_schema_extra=SECRET,
    )
    read_only: bool = Field(default=False, title=N_("Nothing can be decided in the chat"))
    proxy: Line = Field(
        default="",
        title=N_("Proxy"),
        description=N_("Where Telegram cannot be reached: http://… or socks5://…"),
    )
    proxy_user: Line = Field(default="", title=N_("User name at the proxy"))
    proxy_password: Line = Field(default="", title=N_("Password at the proxy"), json_schema_extra=SECRET)
    base_url: Line = Field(default="", title=N_("Address of the interface"), description=PROVIDERS_OWN)


class WebhookForm(AccountForm):
    """Another system that hears of events."""

    url: Line = Field(default="", title=N_("Address of the receiver"), description=N_("https://…"))
    signing_secret: Line = Field(
        default="",
        title=N_("Secret for signing"),
        description=N_("whsec_ and 32 random bytes in base64. A former one also signs until you remove it."),
        json_schema_extra=SECRET,
    )
    private_addresses: bool = Field(default=False, title=N_("The receiver is in the internal network"))


FORMS: Mapping[str, type[AccountForm]] = {
    "wecom": WeComForm,
    "wecom_bot": BotForm,
    "wecom_robot": RobotForm,
    "sms": SmsForm,
    "tencent_sms": TencentSmsForm,
    "voice": VoiceForm,
    "tencent_voice": TencentVoiceForm,
    "email": EmailForm,
    "telegram": TelegramForm,
    "webhook": WebhookForm,
}
KIND_LABELS: Mapping[str, str] = {
    "wecom": N_("WeCom application"),
    "wecom_bot": N_("WeCom smart robot"),
    "wecom_robot": N_("WeCom group robot"),
    "sms": N_("SMS (Aliyun)"),
    "tencent_sms": N_("SMS (Tencent Cloud)"),
    "voice": N_("Calls (Aliyun)"),
    "tencent_voice": N_("Calls (Tencent Cloud)"),
    "email": N_("Mail sender"),
    "telegram": N_("Telegram bot"),
    "webhook": N_("Signed webhook"),
}


def secret_fields(kind: str) -> frozenset[str]:
    """The fields that are written and never shown again."""
    found = FORMS[kind].model_fields.items()
    return frozenset(name for name, info in found if info.json_schema_extra == SECRET)


def entered(kind: str, form: AccountForm, *, drop_former: bool) -> Entered:
    """What was filled in, as it is kept: empty settings fall back to defaults, empty secrets stay as they are."""
    secret = secret_fields(kind)
    given = {n: v for n, v in form.model_dump(mode="json").items() if n != "name" and v not in ("", False)}
    settings = {n: _setting(n, v) for n, v in given.items() if n not in secret}
    secrets = {n: str(v) for n, v in given.items() if n in secret}
    return Entered(form.name, settings, secrets, drop_former)


@dataclass(frozen=True)
class UsableBy:
    """Checks what an account would be, as its channel does when it sends."""

    kind: str

    def __call__(self, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        """Raises `FormInvalid` with the fields at fault."""
        wrong = faults_of(self.kind, settings, secrets)
        if wrong:
            known = FORMS[self.kind].model_fields
            raise FormInvalid({name if name in known else "": (WRONG, {}) for name in wrong})


def shown(kind: str, name: str, settings: Mapping[str, Any]) -> dict[str, str]:
    """The settings as their form shows them."""
    asked = FORMS[kind].model_fields
    return {"name": name, **{n: _text(value) for n, value in settings.items() if n in asked}}


def not_asked(kind: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that the form of that kind does not ask for; a change leaves them as they are."""
    asked = FORMS[kind].model_fields
    return {n: value for n, value in settings.items() if n not in asked}


def _setting(name: str, value: Any) -> Any:
    if name in IN_JSON:
        return read_json(value)
    return int(value) if name in NUMBERS and str(value).isdecimal() else value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else ""
    return json.dumps(value, ensure_ascii=False, indent=2) if isinstance(value, dict) else str(value)
