"""The channels there are: one line each."""

from collections.abc import Mapping
from types import MappingProxyType

import aiohttp

from notifier.channel import Channel
from notifier.providers.aliyun_sms.channel import AliyunSmsChannel
from notifier.providers.aliyun_voice.channel import AliyunVoiceChannel
from notifier.providers.email.channel import EmailChannel
from notifier.providers.telegram.channel import TelegramChannel
from notifier.providers.tencent_sms.channel import TencentSmsChannel
from notifier.providers.tencent_voice.channel import TencentVoiceChannel
from notifier.providers.webhook.channel import WebhookChannel
from notifier.providers.wecom.channel import WeComChannel
from notifier.providers.wecom.media import Contents
from notifier.providers.wecom_bot.channel import WeComBotChannel
from notifier.providers.wecom_robot.channel import WeComRobotChannel
from storage.clock import Clock
from storage.database import Database
from storage.provider_tokens import ProviderTokens


def build_channels(
    http: aiohttp.ClientSession,
    clock: Clock,
    tokens: ProviderTokens | None = None,
    db: Database | None = None,
    files: Contents | None = None,
) -> Mapping[str, Channel]:
    """Every channel by its kind. `http` stays the caller's to close; `clock` is the real one.

    `tokens` are what providers lend, shared with other processes; without it each channel has its own.
    `db` is where messages of smart robots are handed over; without it they are not connected.
    `files` is where photos are read; without it none are sent.
    """
    channels: tuple[Channel, ...] = (
        WeComChannel(http, clock, tokens, files),
        WeComRobotChannel(http),
        WeComBotChannel(db, clock),
        TelegramChannel(http, tokens),
        EmailChannel(clock, files),
        AliyunSmsChannel(http, clock),
        TencentSmsChannel(http, clock),
        AliyunVoiceChannel(http, clock),
        TencentVoiceChannel(http, clock),
        WebhookChannel(http, clock),
    )
    return MappingProxyType({channel.kind: channel for channel in channels})


async def close_channels(channels: Mapping[str, Channel]) -> None:
    """End what channels keep open for the next message."""
    for channel in channels.values():
        if isinstance(channel, (EmailChannel, TelegramChannel)):
            await channel.close()
