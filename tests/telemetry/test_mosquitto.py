"""The listener on Mosquitto: killed and restarted brokers, certificates, and what a gateway may not say."""

import asyncio
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from paho.mqtt.client import Client

from telemetry.mqtt import Broker, BrokerAway, Delivery, MqttLink, Tls
from telemetry.simulator.gateway import new_client
from telemetry.topics import SUBSCRIPTION, telemetry_topic
from tests.support.certificates import make_certificates
from tests.support.desk import Desk
from tests.support.gateways import DEVICE, Mouth, said
from tests.support.listening import listening, series, stored, until, until_it_is
from tests.support.mosquitto import needs_mosquitto, running_mosquitto

pytestmark = needs_mosquitto


async def say(port: int, desk: Desk, count: int, first: int = 0) -> None:
    def speak() -> None:
        mouth = Mouth.at(port)
        mouth.say(series(desk, count, first))
        mouth.close()

    await asyncio.to_thread(speak)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
async def test_a_broker_that_was_killed_and_restarted_is_found_again(
    desk: Desk, tmp_path: Path, free_port: int, monkeypatch: pytest.MonkeyPatch, how: signal.Signals
) -> None:
    monkeypatch.setattr("telemetry.listener.RETRY_MOST_S", 0.2)
    async with running_mosquitto(tmp_path, free_port) as broker, listening(desk, free_port) as listener:
        await say(free_port, desk, 30)
        await until_it_is(lambda: stored(desk), 30)
        await broker.stop(how)
        await until(lambda: not listener.connected)
        await broker.start()
        await until(lambda: listener.subscribed)
        await say(free_port, desk, 30, first=30)
        await until_it_is(lambda: stored(desk), 60)


async def test_what_was_not_acknowledged_survives_the_death_of_the_broker(
    desk: Desk, tmp_path: Path, free_port: int
) -> None:
    async with running_mosquitto(tmp_path, free_port) as broker:
        async with listening(desk, free_port, takes=False) as listener:
            await say(free_port, desk, 40)
            await until(lambda: listener.waiting == 20)  # it has as many under way, and queues the others
            await until(lambda: b'"value": 37,' in (tmp_path / "store" / "mosquitto.db").read_bytes())
            await broker.stop(signal.SIGKILL)
        await broker.start()
        async with listening(desk, free_port):
            # It saves when more than one message was queued: the very last ones may not be in its store.
            await until_it_is(lambda: desk.value("SELECT count(*) >= 38 FROM reading"), True)


async def test_a_broker_that_stands_still_is_left(desk: Desk, tmp_path: Path, free_port: int) -> None:
    async with running_mosquitto(tmp_path, free_port) as broker, listening(desk, free_port) as listener:
        assert broker.process is not None
        broker.process.send_signal(signal.SIGSTOP)
        try:
            await until(lambda: not listener.connected)
        finally:
            broker.process.send_signal(signal.SIGCONT)
        await until(lambda: listener.subscribed)
        await say(free_port, desk, 1)
        await until_it_is(lambda: stored(desk), 1)


# paho leaves the socket of a failed handshake to the garbage collector.
@pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket")
@pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")
async def test_the_broker_is_reached_by_certificates_alone(tmp_path: Path, free_port: int) -> None:
    made = make_certificates(tmp_path, "server", "yishe")
    settings = (
        f"cafile {made.ca}\ncertfile {made.certificate('server')}\nkeyfile {made.key('server')}\n"
        "require_certificate true\nuse_identity_as_username true"
    )
    trusted = Tls(made.ca, made.certificate("yishe"), made.key("yishe"))
    async with running_mosquitto(tmp_path, free_port, settings):
        heard: list[Delivery] = []
        link = MqttLink(Broker("127.0.0.1", free_port, "yishe", tls=trusted), SUBSCRIPTION, heard.append)
        await link.connect()
        gateway = new_client(Broker("127.0.0.1", free_port, "gw-1", tls=trusted))
        await asyncio.to_thread(_publish, gateway, free_port, 200)
        await until(lambda: _acknowledged(link, heard) == 200)
        link.disconnect()
        for tls in (Tls(made.ca), Tls(None, made.certificate("yishe"), made.key("yishe")), None):
            with pytest.raises(BrokerAway):
                await _link(free_port, tls).connect()


async def test_a_gateway_is_heard_only_under_its_own_name(desk: Desk, tmp_path: Path, free_port: int) -> None:
    rights = tmp_path / "rights"
    rights.write_text("topic read yishe/v1/#\npattern write yishe/v1/%c/#\n")
    rights.chmod(0o600)
    settings = f"allow_anonymous true\nacl_file {rights}"
    at = desk.real.now() - timedelta(minutes=1)
    async with running_mosquitto(tmp_path, free_port, settings), listening(desk, free_port):

        def speak() -> None:
            forger, honest = Mouth.at(free_port, "gw-2"), Mouth.at(free_port, "gw-1")
            for mouth, value in ((forger, 1), (honest, 2)):
                mouth.say([said(at, value)])
                mouth.close()

        await asyncio.to_thread(speak)
        await until_it_is(lambda: desk.value("SELECT max(value) FROM reading"), 2)
        assert await stored(desk) == 1


def _publish(client: Client, port: int, count: int) -> None:
    client.connect("127.0.0.1", port)
    client.loop_start()
    for nth in range(count):
        client.publish(telemetry_topic("gw-1", DEVICE), str(nth), qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def _acknowledged(link: MqttLink, heard: list[Delivery]) -> int:
    """Acknowledge all that was heard, so that the broker sends on; how many different ones there were."""
    for delivery in heard:
        link.acknowledge(delivery)
    return len({delivery.payload for delivery in heard})


def _link(port: int, tls: Tls | None) -> MqttLink:
    return MqttLink(Broker("127.0.0.1", port, "yishe", tls=tls), SUBSCRIPTION, lambda _: None)
