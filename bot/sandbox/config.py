"""What the sandbox plays: corporations with apps and members, mailboxes, and phones."""

import base64
import ipaddress
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.sandbox.bots_world import Bot
from bot.sandbox.errors import ConfigError, RealCredentialsError
from bot.sandbox.hooks import Hook
from bot.sandbox.robots import Robot
from bot.sandbox.sms_config import SmsAccount
from bot.sandbox.telegram_config import TelegramBot, TelegramGroup, TelegramUser
from bot.sandbox.tencent_sms_config import TencentSmsApp
from bot.sandbox.voice_config import AliyunVoice, TencentVoice

CORPID_PREFIXES = ("ww-sandbox-", "wwsandbox")
AES_KEY_BYTES = 32
SECRET_PREFIX = "sandbox-"  # noqa: S105 -- the mark of a secret that is none


class _Strict(BaseModel):
    # Inputs hold secrets, and a validation error must not repeat them.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class App(_Strict):
    """One self-built WeCom app.

    `trusted_ips` plays the list of trusted addresses (60020 for all others); None
    means that none was set. Without `callback_url` cards with buttons get 43012. Sign-in goes back to
    `redirect_domain` (host and port) and nowhere else. `address_book` is what of it the app may read, `sees` the
    departments that are opened to it (None: all), `page_of_ids` how many ids a page has at most.
    """

    agentid: int
    secret: str = Field(repr=False)
    token: str = Field(repr=False, min_length=1)
    encoding_aes_key: str = Field(repr=False, min_length=43, max_length=43)
    name: str = ""
    callback_url: str | None = None
    redirect_domain: str | None = None
    address_book: Literal["names", "ids", "nothing"] = "names"
    sees: list[int] | None = None
    page_of_ids: int = Field(default=1000, ge=1)
    trusted_ips: list[str] | None = None

    @model_validator(mode="after")
    def _refuse_real_secret(self) -> Self:
        if not self.secret.startswith(SECRET_PREFIX):
            raise RealCredentialsError(
                f"the secret of app {self.agentid} does not begin with {SECRET_PREFIX!r}: "
                "the sandbox takes no real credentials"
            )
        return self

    @model_validator(mode="after")
    def _key_has_32_bytes(self) -> Self:
        # Real keys often leave spare bits set in the last character; that is accepted.
        if len(base64.b64decode(self.encoding_aes_key + "=")) != AES_KEY_BYTES:
            raise ValueError(f"the encoding_aes_key of app {self.agentid} is not 43 base64 letters")
        return self


class Member(_Strict):
    """A member of a corporation."""

    userid: str = Field(min_length=1, max_length=64)
    name: str
    departments: list[int] = [1]


class Corp(_Strict):
    """A WeCom corporation with its apps and members."""

    corpid: str
    name: str
    apps: list[App] = Field(min_length=1)
    members: list[Member]

    @model_validator(mode="after")
    def _refuse_real_corpid(self) -> Self:
        if not self.corpid.startswith(CORPID_PREFIXES):
            raise RealCredentialsError(
                f"the corpid of {self.name!r} begins with none of {', '.join(CORPID_PREFIXES)}: "
                "the sandbox takes no real credentials"
            )
        return self

    @model_validator(mode="after")
    def _unique(self) -> Self:
        _refuse_repeats("agentid", (app.agentid for app in self.apps))
        _refuse_repeats("userid", (member.userid.lower() for member in self.members))
        return self


class Mailbox(_Strict):
    """An address for which the mail server takes mail."""

    address: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    name: str


class Phone(_Strict):
    """One person on the page: the member, the mailbox, the mobile number and the Telegram account that are theirs.

    With `robot`, the name of a group robot, it is the group that the robot writes into, with `hook` another system.
    """

    name: str
    title: str = ""
    userid: str | None = None
    corpid: str | None = None
    mail: str | None = None
    number: str | None = None
    telegram: int | None = None
    robot: str | None = None
    hook: str | None = None


class SandboxConfig(_Strict):
    """The whole cast.

    Raises `RealCredentialsError` for what could be real, and for a callback address
    beyond this machine unless `allow_remote_callbacks` is set. `keep_messages` bounds
    what is kept for each person; `retry_refused_callbacks` says whether an answer other
    than 200 is tried again, on which the published copies of the rules disagree.
    """

    corps: list[Corp]
    mailboxes: list[Mailbox] = []
    people: list[Phone] = []
    sms_accounts: list[SmsAccount] = []
    tencent_sms_apps: list[TencentSmsApp] = []
    voice_accounts: list[AliyunVoice] = []
    tencent_voice_accounts: list[TencentVoice] = []
    telegram_bots: list[TelegramBot] = []
    telegram_users: list[TelegramUser] = []
    telegram_groups: list[TelegramGroup] = []
    robots: list[Robot] = []
    bots: list[Bot] = []
    hooks: list[Hook] = []
    allow_remote_callbacks: bool = False
    retry_refused_callbacks: bool = True
    keep_messages: int = Field(default=500, ge=1)

    @model_validator(mode="after")
    def _callbacks_stay_here(self) -> Self:
        apps = (app for corp in self.corps for app in corp.apps)
        urls = [(f"the callback_url of app {app.agentid}", app.callback_url) for app in apps]
        sms: list[SmsAccount | TencentSmsApp] = [*self.sms_accounts, *self.tencent_sms_apps]
        urls += [("the report_url of an SMS account", account.report_url) for account in sms]
        urls += [("the reply_url of an SMS account", account.reply_url) for account in sms]
        callers = [*self.voice_accounts, *self.tencent_voice_accounts]
        urls += [("the report_url of an account for calls", account.report_url) for account in callers]
        urls += [(f"the webhook_url of bot {bot.username}", bot.webhook_url) for bot in self.telegram_bots]
        for what, url in urls:
            host = urlsplit(url or "http://localhost").hostname
            if not (self.allow_remote_callbacks or is_loopback(host or "")):
                raise RealCredentialsError(
                    f"{what} leaves this machine; set allow_remote_callbacks if that is meant"
                )
        return self

    @model_validator(mode="after")
    def _unique(self) -> Self:
        _refuse_repeats("corpid", (corp.corpid for corp in self.corps))
        _refuse_repeats("access key", (account.access_key_id for account in self.sms_accounts))
        _refuse_repeats(
            "key for calls", (a.key_id for a in [*self.voice_accounts, *self.tencent_voice_accounts])
        )
        _refuse_repeats("secret id", (app.secret_id for app in self.tencent_sms_apps))
        _refuse_repeats("bot", (bot.username.lower() for bot in self.telegram_bots))
        _refuse_repeats("bot's token", (bot.token for bot in self.telegram_bots))
        _refuse_repeats("Telegram user", (user.id for user in self.telegram_users))
        _refuse_repeats("robot", (robot.name for robot in self.robots))
        _refuse_repeats("smart robot", (bot.bot_id for bot in self.bots))
        _refuse_repeats("robot's key", (robot.key for robot in self.robots))
        _refuse_repeats("mailbox", (box.address.lower() for box in self.mailboxes))
        return self

    @model_validator(mode="after")
    def _people_exist(self) -> Self:
        members = {(corp.corpid, member.userid) for corp in self.corps for member in corp.members}
        addresses = {box.address for box in self.mailboxes}
        for person in self.people:
            if person.userid and (person.corpid, person.userid) not in members:
                raise ValueError(f"{person.name}: no member {person.userid} in {person.corpid}")
            if person.mail and person.mail not in addresses:
                raise ValueError(f"{person.name}: no mailbox {person.mail}")
            if person.robot and person.robot not in {robot.name for robot in self.robots}:
                raise ValueError(f"{person.name}: no robot {person.robot}")
            chats: list[TelegramUser | TelegramGroup] = [*self.telegram_users, *self.telegram_groups]
            if person.telegram and person.telegram not in {chat.id for chat in chats}:
                raise ValueError(f"{person.name}: no Telegram user {person.telegram}")
        return self


def _refuse_repeats(what: str, values: Iterable[object]) -> None:
    seen: set[object] = set()
    for value in values:
        if value in seen:
            raise ValueError(f"{what} {value} is there twice")
        seen.add(value)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`. Names other than localhost cannot be known."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def load_config(path: Path) -> SandboxConfig:
    """The configuration in a JSON file; raises `ConfigError` or `RealCredentialsError`."""
    try:
        return SandboxConfig.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except ValidationError as error:
        raise ConfigError(f"{path}: {error}") from error
