"""The demo's MQTT broker: rumqttd as a process of its own that ends with whoever started it.

It keeps nothing on disk and lets anybody in, on loopback alone; production takes Mosquitto or EMQX.
"""

import asyncio
import logging
import os
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

STARTS_WITHIN_S = 15.0
STOPS_WITHIN_S = 5.0
POLL_S = 0.05

CONFIG = """\
id = 0
[router]
id = 0
max_connections = 200
max_outgoing_packet_count = 200
max_segment_size = 10485760
max_segment_count = 20
"""
LISTENER = """\
[{version}.1]
name = "{version}"
listen = "127.0.0.1:{port}"
next_connection_delay_ms = 1
[{version}.1.connections]
connection_timeout_ms = 60000
max_payload_size = 1048576
max_inflight_count = 100
dynamic_filters = true
"""


class BrokerNotStarted(Exception):
    """The broker ended, or could not be reached in time."""


@dataclass(frozen=True)
class BrokerPorts:
    """Where it listens on loopback, for MQTT 5 and for MQTT 3.1.1."""

    v5: int
    v4: int


@asynccontextmanager
async def embedded_broker(folder: Path, ports: BrokerPorts) -> AsyncIterator[asyncio.subprocess.Process]:
    """A broker for the length of a `with`; raises `BrokerNotStarted`."""
    config = folder / "broker.toml"
    listeners = (("v4", ports.v4), ("v5", ports.v5))
    config.write_text(CONFIG + "".join(LISTENER.format(version=v, port=port) for v, port in listeners))
    command = [sys.executable, "-m", "bot.demo.broker", str(config)]
    # In a session of its own, so that Ctrl-C reaches the service first.
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        await _until_open(process, ports.v5)
        yield process
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.terminate()
            try:
                await asyncio.wait_for(process.wait(), STOPS_WITHIN_S)
            except TimeoutError:
                process.kill()
                await process.wait()


async def _until_open(process: asyncio.subprocess.Process, port: int) -> None:
    try:
        async with asyncio.timeout(STARTS_WITHIN_S):
            while process.returncode is None:
                with suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    return
                await asyncio.sleep(POLL_S)
    except TimeoutError:
        raise BrokerNotStarted("the broker did not open its port in time") from None
    raise BrokerNotStarted(f"the broker ended with code {process.returncode}")


def _end_with_the_parent() -> None:
    """Its end of the pipe closes when it dies, however it dies."""
    sys.stdin.buffer.read()
    os._exit(0)


def main() -> None:
    """Run the broker in this process: `python -m bot.demo.broker FILE.toml`."""
    import iotcore  # noqa: PLC0415 - only this process loads it

    logging.getLogger("rumqttd").setLevel(logging.CRITICAL)  # it logs every packet as an error
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    iotcore.IotCoreBroker(config_path=sys.argv[1]).run_forever()


if __name__ == "__main__":
    main()
