"""Gateways as one process: readings by the clock over MQTT, and now and then a device that is far too hot from then on.

It stays so: an alarm that is over within the moment for which a card waits is withdrawn, and only its end is told.

Reads its order as one line of JSON, and writes one line of JSON when all is said: when each alarm was said, by device.
"""

import json
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from telemetry.topics import telemetry_topic

A_MESSAGE = 10
"""Readings in one message."""


def main(order: Mapping[str, Any]) -> dict[str, float]:
    """`devices` by gateway, `readings_a_s`, `alarms_a_s`; it ends when every device has had its alarm."""
    client = paho.Client(
        CallbackAPIVersion.VERSION2, client_id="bench-gateways", protocol=MQTTProtocolVersion.MQTTv5
    )
    client.max_inflight_messages_set(2000)
    client.connect("127.0.0.1", order["port"])
    client.loop_start()
    devices = [(gateway, device) for gateway, device in order["devices"]]
    ticks_an_alarm = round(order["readings_a_s"] / A_MESSAGE / order["alarms_a_s"])
    said: dict[str, float] = {}
    began = time.time()
    for tick in range(ticks_an_alarm * len(devices)):
        _until(began + tick * A_MESSAGE / order["readings_a_s"])
        alarm = tick % ticks_an_alarm == 0
        gateway, device = devices[(tick // ticks_an_alarm if alarm else tick) % len(devices)]
        if alarm:
            said[device] = time.time()
        values = [99.0] if alarm else [99.0 if device in said else 21.0] * A_MESSAGE
        client.publish(telemetry_topic(gateway, device), _payload(tick, values), qos=1)
    time.sleep(1)
    client.disconnect()
    client.loop_stop()
    return said


def _payload(tick: int, values: list[float]) -> bytes:
    """Each reading at an instant of its own, in the order in which they are said."""
    now = datetime.now(UTC) - timedelta(milliseconds=len(values))
    readings = [
        {
            "metric": "room_temperature",
            "value": value,
            "at": (now + timedelta(milliseconds=nth, microseconds=tick % 1000)).isoformat(),
        }
        for nth, value in enumerate(values)
    ]
    return json.dumps({"sent_at": now.isoformat(), "readings": readings}).encode()


def _until(instant: float) -> None:
    if (left := instant - time.time()) > 0:
        time.sleep(left)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.loads(sys.stdin.readline()))) + "\n")
