"""The settings and secrets that each kind of account takes: the same models by which its channel reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from notifier.providers.aliyun_sms.account import SmsSecrets, SmsSettings
from notifier.providers.aliyun_voice.account import VoiceSecrets, VoiceSettings
from notifier.providers.email.account import EmailSecrets, EmailSettings
from notifier.providers.telegram.account import TelegramSecrets, TelegramSettings
from notifier.providers.tencent_sms.account import TencentSmsSecrets, TencentSmsSettings
from notifier.providers.tencent_voice.account import TencentVoiceSecrets, TencentVoiceSettings
from notifier.providers.webhook.account import WebhookSecrets, WebhookSettings
from notifier.providers.wecom.account import WeComSecrets, WeComSettings
from notifier.providers.wecom_bot.account import BotSecrets, BotSettings
from notifier.providers.wecom_robot.account import RobotSecrets, RobotSettings


@dataclass(frozen=True)
class AccountKind:
    """One kind. `callback` is the path at which the provider calls, with the account's public key in it.

    `medium` is how it reaches people: accounts of one medium stand in for each other at the same address.
    One that is not `addressed` is a recipient itself (a group, another system), and nobody has an address at it.
    """

    medium: str
    settings: type[BaseModel]
    secrets: type[BaseModel]
    callback: str = ""
    addressed: bool = True

    def faults(self, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> set[str]:
        """The names of the fields that are missing or wrong."""
        return _faults(self.settings, settings) | _faults(self.secrets, secrets)


ACCOUNT_KINDS: Mapping[str, AccountKind] = {
    "wecom": AccountKind("wecom", WeComSettings, WeComSecrets, "/wecom/{key}"),
    "wecom_bot": AccountKind("wecom_bot", BotSettings, BotSecrets),
    "wecom_robot": AccountKind("wecom_robot", RobotSettings, RobotSecrets, addressed=False),
    "sms": AccountKind("sms", SmsSettings, SmsSecrets, "/webhooks/aliyun-sms/{key}/…"),
    "tencent_sms": AccountKind("sms", TencentSmsSettings, TencentSmsSecrets, "/webhooks/tencent-sms/{key}/…"),
    "voice": AccountKind("voice", VoiceSettings, VoiceSecrets, "/webhooks/aliyun-voice/{key}/…"),
    "tencent_voice": AccountKind(
        "voice", TencentVoiceSettings, TencentVoiceSecrets, "/webhooks/tencent-voice/{key}/…"
    ),
    "email": AccountKind("email", EmailSettings, EmailSecrets),
    "telegram": AccountKind("telegram", TelegramSettings, TelegramSecrets, "/telegram/{key}"),
    "webhook": AccountKind("webhook", WebhookSettings, WebhookSecrets, addressed=False),
}


# At these a person has one address, whoever the provider is.
_SAME_ADDRESS = frozenset({"sms", "voice", "email"})


def kinds_of(kind: str) -> tuple[str, ...]:
    """The kinds of account that reach the same address as that one; none where each account has its own addresses."""
    medium = ACCOUNT_KINDS[kind].medium if kind in ACCOUNT_KINDS else ""
    found = (name for name, known in ACCOUNT_KINDS.items() if known.medium == medium)
    return tuple(found) if medium in _SAME_ADDRESS else ()


def faults_of(kind: str, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> set[str]:
    """What is wrong with an account of that kind, by the names of its fields; `kind` for one that nobody knows."""
    known = ACCOUNT_KINDS.get(kind)
    return known.faults(settings, secrets) if known else {"kind"}


def _faults(model: type[BaseModel], values: Mapping[str, Any]) -> set[str]:
    try:
        model.model_validate(dict(values))
    except ValidationError as error:
        return {str(item["loc"][0]) if item["loc"] else "" for item in error.errors(include_input=False)}
    return set()
