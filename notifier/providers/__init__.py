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
from notifier.providers.wecom.channel import WeComChannel
from notifier.providers.wecom_robot.channel import WeComRobotChannel
from storage.clock import Clock
from storage.provider_tokens import ProviderTokens


def build_channels(
    http: aiohttp.ClientSession, clock: Clock, tokens: ProviderTokens | None = None
) -> Mapping[str, Channel]:
    """Every channel by its kind. `http` stays the caller's to close; `clock` is the real one.

    `tokens` are what providers lend, shared with other processes; without it each channel has its own.
    """
    channels: tuple[Channel, ...] = (
        WeComChannel(http, clock, tokens),
        WeComRobotChannel(http),
        TelegramChannel(http),
        EmailChannel(clock),
        AliyunSmsChannel(http, clock),
        TencentSmsChannel(http, clock),
        AliyunVoiceChannel(http, clock),
        TencentVoiceChannel(http, clock),
    )
    return MappingProxyType({channel.kind: channel for channel in channels})
