"""Topics: `yishe/v1/<gateway key>/<device number>/telemetry`."""

import re

SUBSCRIPTION = "yishe/v1/+/+/telemetry"
"""All gateways; the broker's access list binds each gateway to its own key."""

_TOPIC = re.compile(r"yishe/v1/([A-Za-z0-9_-]{1,32})/([^/+#\0]{1,40})/telemetry")


EVERYTHING = "#"
SIMULATOR = "yishe-simulator"
"""Where simulated gateways take orders; real ones know nothing of it."""


def telemetry_topic(gateway: str, device: str) -> str:
    """Where a gateway says what a device's sensors measured."""
    return f"yishe/v1/{gateway}/{device}/telemetry"


def parse(topic: str) -> tuple[str, str] | None:
    """Key of the gateway and number of the device; None for any other topic."""
    found = _TOPIC.fullmatch(topic)
    return (found[1], found[2]) if found else None


def is_claimed(topic: str) -> bool:
    """Does somebody of ours listen to that topic?"""
    return parse(topic) is not None or topic.startswith(f"{SIMULATOR}/")
