"""One adapter around paho: MQTT 5, QoS 1, a session that outlives the connection, acknowledged by hand.

paho is driven by the event loop itself, without a thread: so a full buffer stops the reading of the socket,
and TCP tells the broker. Each connection has a client object of its own; a message can be acknowledged only
on the connection that brought it, else the broker sends it again.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paho.mqtt import MQTTException
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

CONNECT_WITHIN_S = 10.0
QOS = 1


class BrokerAway(Exception):
    """The broker cannot be reached, or refuses us. What was not acknowledged stays with it."""


@dataclass(frozen=True)
class Tls:
    """How to trust the broker, and who we are. Without `ca` the system's authorities are trusted."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def context(self) -> ssl.SSLContext:
        """Raises OSError (ssl.SSLError) when a file is missing or wrong."""
        context = ssl.create_default_context(cafile=str(self.ca) if self.ca else None)
        if self.certificate is not None:
            context.load_cert_chain(self.certificate, self.key)
        return context


@dataclass(frozen=True)
class Broker:
    """Where the broker is and how we sign in. `session_s`: how long it keeps for us what we have not seen."""

    host: str
    port: int
    client_id: str
    username: str = ""
    password: str = ""
    tls: Tls | None = None
    session_s: int = 7 * 24 * 3600
    keepalive_s: int = 60


@dataclass(frozen=True, eq=False)
class Delivery:
    """A message, and the connection on which it can be acknowledged."""

    topic: str
    payload: bytes
    mid: int
    qos: int
    connection: Client


class MqttLink:
    """A connection at a time. `on_delivery` is called in the event loop; `lost` is set while there is none.

    With `qos` 0 the broker keeps nothing for us, and says nothing of what was there before.
    """

    def __init__(
        self, broker: Broker, subscription: str, on_delivery: Callable[[Delivery], None], qos: int = QOS
    ) -> None:
        self._broker = broker
        self._subscription = subscription
        self._qos = qos
        self._on_delivery = on_delivery
        self._client: Client | None = None
        self._paused = False
        self.lost = asyncio.Event()
        self.lost.set()

    async def connect(self) -> None:
        """Connect and subscribe; raises `BrokerAway`."""
        self._loop = asyncio.get_running_loop()
        self._subscribed: asyncio.Future[None] = self._loop.create_future()
        self._paused = False
        try:
            self._client = client = self._new_client()
            self.lost.clear()
            async with asyncio.timeout(CONNECT_WITHIN_S):
                await asyncio.to_thread(self._open, client)
                await self._subscribed
        except (OSError, TimeoutError, ValueError, MQTTException, BrokerAway) as error:
            self.drop()
            raise BrokerAway(str(error) or type(error).__name__) from error

    def acknowledge(self, delivery: Delivery) -> None:
        """Tell the broker that it may forget the message; nothing when its connection is gone."""
        if delivery.qos and delivery.connection is self._client and not self.lost.is_set():
            self._client.ack(delivery.mid, delivery.qos)

    def pause(self) -> None:
        """Read nothing more until `resume`."""
        if not self._paused and (sock := self._socket()) is not None:
            self._loop.remove_reader(sock)
        self._paused = True

    def resume(self) -> None:
        """Read on."""
        if self._paused and (sock := self._socket()) is not None:
            self._loop.add_reader(sock, self._readable)
            self._loop.call_soon(self._readable)
        self._paused = False

    def tick(self) -> None:
        """Keep the connection alive, or notice that it is dead; to be called about once a second."""
        if self._client is not None:
            self._client.loop_misc()

    def disconnect(self) -> None:
        """Say goodbye; the session stays with the broker."""
        if self._client is not None and not self.lost.is_set():
            self._client.disconnect()
        self.drop()

    def drop(self) -> None:
        """End the connection without a word."""
        client, self._client = self._client, None
        sock: Any = client.socket() if client is not None else None
        if sock is not None:
            self._unwatch(sock)
            sock.close()
        self.lost.set()

    def _new_client(self) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._broker.client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            manual_ack=True,
        )
        client.connect_timeout = CONNECT_WITHIN_S
        if self._broker.username:
            client.username_pw_set(self._broker.username, self._broker.password or None)
        if self._broker.tls is not None:
            client.tls_set_context(self._broker.tls.context())
        client.on_connect = self._connected
        client.on_subscribe = self._answered
        client.on_message = self._arrived
        client.on_disconnect = self._disconnected
        client.on_socket_open = self._opened
        client.on_socket_close = self._closed
        client.on_socket_register_write = self._wants_to_write
        return client

    def _open(self, client: Client) -> None:
        """In a thread, since name resolution and the handshake of TLS block."""
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = self._broker.session_s
        client.connect(
            self._broker.host,
            self._broker.port,
            keepalive=self._broker.keepalive_s,
            clean_start=self._qos == 0,
            properties=properties,
        )

    def _connected(
        self, client: Client, _data: Any, _flags: ConnectFlags, reason: ReasonCode, _properties: Any
    ) -> None:
        if reason.is_failure:
            self._refuse(f"refused: {reason}")
        else:
            retained = SubscribeOptions.RETAIN_DO_NOT_SEND if self._qos == 0 else 0
            client.subscribe(
                self._subscription, options=SubscribeOptions(qos=self._qos, retainHandling=retained)
            )

    def _answered(
        self, _client: Client, _data: Any, _mid: int, reasons: list[ReasonCode], _properties: Any
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            self._refuse(f"subscription refused: {reasons[0]}")
        elif not self._subscribed.done():
            self._subscribed.set_result(None)

    def _refuse(self, words: str) -> None:
        if not self._subscribed.done():
            self._subscribed.set_exception(BrokerAway(words))

    def _arrived(self, client: Client, _data: Any, message: MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""
        self._on_delivery(Delivery(topic, bytes(message.payload), message.mid, message.qos, client))

    def _disconnected(
        self, client: Client, _data: Any, _flags: DisconnectFlags, reason: ReasonCode, _properties: Any
    ) -> None:
        if client is self._client:
            self._refuse(f"connection lost: {reason}")
            self.lost.set()

    def _opened(self, client: Client, _data: Any, sock: Any) -> None:
        self._loop.call_soon_threadsafe(self._watch, client, sock)

    def _watch(self, client: Client, sock: socket.socket) -> None:
        if client is self._client and client.socket() is sock:
            self._loop.add_reader(sock, self._readable)

    def _closed(self, _client: Client, _data: Any, sock: Any) -> None:
        self._unwatch(sock)

    def _unwatch(self, sock: socket.socket) -> None:
        if sock.fileno() >= 0:
            self._loop.remove_reader(sock)
            self._loop.remove_writer(sock)

    def _wants_to_write(self, client: Client, _data: Any, sock: Any) -> None:
        self._loop.call_soon_threadsafe(self._write, client, sock)

    def _write(self, client: Client, sock: socket.socket) -> None:
        """Write what waits; the rest when the socket takes more."""
        if client is not self._client or client.socket() is not sock:
            return
        client.loop_write()
        if client.socket() is sock:
            change = self._loop.add_writer if client.want_write() else None
            if change is not None:
                change(sock, self._write, client, sock)
            else:
                self._loop.remove_writer(sock)

    def _readable(self) -> None:
        """Read one packet, and what TLS has decrypted already."""
        client = self._client
        if client is None or self._paused or client.loop_read() is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            return
        sock = client.socket()
        if isinstance(sock, ssl.SSLSocket) and sock.pending():
            self._loop.call_soon(self._readable)

    def _socket(self) -> socket.socket | None:
        sock = self._client.socket() if self._client is not None else None
        return sock if isinstance(sock, socket.socket) else None
