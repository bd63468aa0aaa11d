"""Policies of how people are told (通知策略): order of channels by severity, quiet hours, duty, digest."""

from collections.abc import Mapping
from typing import Any

from storage.texts import N_
from workflows.definition import PolicyDefault

SOURCE = N_("Included with the service")
OWN = "own"


def _order(*steps: tuple[str, int], **more: bool) -> dict[str, Any]:
    """Three steps of channel and minutes; `own` is the next channel in the person's own order."""
    padded = [*steps, (OWN, 0), (OWN, 0), (OWN, 0)]
    value: dict[str, Any] = {}
    for name, (medium, minutes) in zip(("first", "second", "third"), padded, strict=False):
        value |= {name: medium, f"{name}_minutes": minutes}
    return value | more


NOTICE_POLICIES: Mapping[str, PolicyDefault] = {
    "notify.critical": PolicyDefault(_order((OWN, 2), ("sms", 3), ("voice", 5), acknowledged=True), SOURCE),
    "notify.urgent": PolicyDefault(_order(acknowledged=False, through_quiet=True), SOURCE),
    "notify.notice": PolicyDefault(_order(acknowledged=False, through_quiet=False), SOURCE),
    "notify.info": PolicyDefault(_order(acknowledged=False, through_quiet=False), SOURCE),
    "notifier.standby_urgent": PolicyDefault({"amount": 1, "unit": "minutes"}, SOURCE),
    "notifier.standby_other": PolicyDefault({"amount": 10, "unit": "minutes"}, SOURCE),
    "notifier.stop_by_reply": PolicyDefault({"amount": 30, "unit": "calendar_days"}, SOURCE),
    "notify.storm": PolicyDefault(
        {"messages": 12, "seconds": 60, "at_once": 3, "calm_minutes": 10, "again_minutes": 30}, SOURCE
    ),
    "notify.repeat": PolicyDefault({"amount": 0, "unit": "minutes"}, SOURCE),
    "notify.quiet_hours": PolicyDefault({"quiet_from": 0, "quiet_to": 0, "duty_first": True}, SOURCE),
    "notify.digest": PolicyDefault({"once_a_day": False, "hour": 8}, SOURCE),
}
"""What holds where nobody set anything. Of what is critical everybody is told at any hour."""


def shipped() -> dict[str, Mapping[str, Any]]:
    """The values by name, for the notifier."""
    return {name: policy.value for name, policy in NOTICE_POLICIES.items()}
