"""What an administrator enters about an SMS account, whoever the provider is."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, StringConstraints

from notifier.providers.sms.extend_codes import MOST_DIGITS
from notifier.providers.templates import Word

# Providers add the brackets, and refuse a signature that has some of its own.
Signature = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64),
    BeforeValidator(lambda value: value.strip("【】[] ") if isinstance(value, str) else value),
]


class ReplyWords(BaseModel):
    """Which words a reply is understood by; letters' case does not matter. Who unsubscribes confirms nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    acknowledge: tuple[Word, ...] = ("1", "收到", "知悉")
    stop: tuple[Word, ...] = ("2", "不再提醒")
    unsubscribe: tuple[Word, ...] = ("T", "TD", "退订")


class SmsAccountSettings(BaseModel):
    """`price_per_part` is in CNY. `extend_code_digits` is 0 where the provider has not opened extend codes."""

    model_config = ConfigDict(frozen=True)

    sign_name: Signature
    price_per_part: Decimal | None = Field(default=None, ge=0, le=100)
    extend_code_digits: int = Field(default=0, ge=0, le=MOST_DIGITS)
    reply_words: ReplyWords = ReplyWords()


class SmsAccountSecrets(BaseModel):
    """What is kept sealed. `report_token` is the secret part of the path to which reports and replies are pushed."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    report_token: SecretStr | None = Field(default=None, min_length=16)
