import asyncio
import ssl
import traceback
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import aiosmtplib
import pytest
from aiohttp.test_utils import unused_port
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from notifier.channel import Accepted, Account, Replacement, SendFailed, Verdict
from notifier.providers.email.channel import EmailChannel
from notifier.providers.email.errors import Stage
from notifier.providers.email.errors import failure as meaning
from tests.support.channel_contents import ManualClock, content
from tests.support.smtp_stub import SmtpStub, serving

PASSWORD = "made-up-password-of-a-sender"
TO = "lisi@hospital.example"


def account(port: int, **changes: Any) -> Account:
    settings = {
        "host": "127.0.0.1",
        "port": port,
        "tls": "none",
        "sender_address": "device@hospital.example",
        "sender_name": "设备科",
        "message_id_domain": "yishe.example",
    }
    return Account(3, {**settings, **changes}, {"password": PASSWORD})


async def send(channel: EmailChannel, sender: Account) -> Accepted:
    return await channel.send(channel.compose(content(), TO, sender), TO, sender)


async def failure(channel: EmailChannel, sender: Account) -> SendFailed:
    with pytest.raises(SendFailed) as caught:
        await send(channel, sender)
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))
    return caught.value


@pytest.fixture
def channel() -> EmailChannel:
    return EmailChannel(ManualClock(), answer_s=5)


async def test_mail_arrives_as_composed(channel: EmailChannel) -> None:
    async with serving(SmtpStub()) as server:
        accepted = await send(channel, account(server.port))
    assert accepted == Accepted("<m-42%40wecom@yishe.example>", note="OK queued as 42")
    assert server.envelopes == [("device@hospital.example", [TO])]
    assert server.mails[0]["Subject"] == "[R-2026-000017] 紧急: CT-3 维修申请待审批"
    part = server.mails[0].get_body(("html",))
    assert part is not None
    assert "球管过热" in part.get_content()


async def test_second_try_sends_the_same_bytes(channel: EmailChannel) -> None:
    async with serving(SmtpStub()) as server:
        payload = channel.compose(content(), TO, account(server.port))
        for _ in range(2):
            await channel.send(payload, TO, account(server.port))
    assert server.raw[0] == server.raw[1]


@pytest.mark.parametrize(
    ("refusal", "verdict", "code"),
    [
        ({"at_rcpt": "550 5.1.1 No such user"}, Verdict.PERMANENT, "550"),
        ({"at_rcpt": "450 4.2.0 Greylisted"}, Verdict.TEMPORARY, "450"),
        ({"at_rcpt": "530 5.7.0 Authentication required"}, Verdict.CONFIGURATION, "530"),
        ({"at_mail": "550 5.7.1 Sender not allowed"}, Verdict.CONFIGURATION, "550"),
        ({"at_mail": "451 4.3.0 Try later"}, Verdict.TEMPORARY, "451"),
        ({"at_data": "554 5.7.1 Looks like spam"}, Verdict.PERMANENT, "554"),
        ({"at_data": "452 4.3.1 Disk full"}, Verdict.TEMPORARY, "452"),
    ],
)
async def test_refusal_is_told_apart(
    channel: EmailChannel, refusal: dict[str, str], verdict: Verdict, code: str
) -> None:
    async with serving(SmtpStub(**refusal)) as server:  # type: ignore[arg-type] # all of them are strings
        failed = await failure(channel, account(server.port))
    assert (failed.verdict, failed.code, failed.maybe_delivered) == (verdict, code, False)
    assert failed.detail in next(iter(refusal.values()))


@pytest.mark.parametrize("how", ["silent_after_data", "gone_after_data"])
async def test_silence_after_data_may_be_a_delivery(how: str) -> None:
    async with serving(SmtpStub()) as server:
        setattr(server, how, True)
        failed = await failure(EmailChannel(ManualClock(), answer_s=0.3), account(server.port))
    assert (failed.verdict, failed.code, failed.maybe_delivered) == (Verdict.TEMPORARY, "lost-at-data", True)
    assert len(server.mails) == 1


async def test_a_large_mail_has_the_time_that_a_narrow_line_needs() -> None:
    class Files:
        async def get(self, sha256: str) -> bytes:
            return b"\xff\xd8\xff" + b"x" * 500_000

    channel = EmailChannel(ManualClock(), Files(), answer_s=0.1)
    async with serving(SmtpStub(slow_after_data_s=0.5)) as server:
        assert (await failure(channel, account(server.port))).code == "lost-at-data"
        sender = account(server.port, send_photos=True)
        payload = channel.compose(replace(content(), photos=(("x", "a"),)), TO, sender)
        assert (await channel.send(payload, TO, sender)).provider_id


@pytest.mark.parametrize(
    ("stage", "cause", "verdict", "maybe"),
    [
        (Stage.DATA, ssl.SSLError("bad record mac"), Verdict.TEMPORARY, True),
        (Stage.SENDER, ssl.SSLError("bad record mac"), Verdict.TEMPORARY, False),
        (Stage.CONNECT, ssl.SSLEOFError("unexpected end"), Verdict.TEMPORARY, False),
        (Stage.CONNECT, ssl.SSLCertVerificationError("self-signed"), Verdict.CONFIGURATION, False),
    ],
)
def test_broken_encryption_is_told_from_one_that_is_not_trusted(
    stage: Stage, cause: Exception, verdict: Verdict, maybe: bool
) -> None:
    lost = aiosmtplib.SMTPServerDisconnected("Connection lost")
    lost.__cause__ = cause
    for error in (lost, cause):
        failed = meaning(error, stage)
        assert (failed.verdict, failed.maybe_delivered) == (verdict, maybe)


async def test_an_answer_that_is_none_after_the_mail_may_be_a_delivery(channel: EmailChannel) -> None:
    async with serving(SmtpStub(at_data="so be it")) as server:
        failed = await failure(channel, account(server.port))
    assert (failed.verdict, failed.maybe_delivered) == (Verdict.TEMPORARY, True)


async def test_the_server_is_greeted_by_a_name_of_the_senders(channel: EmailChannel) -> None:
    async with serving(stub := SmtpStub()) as server:
        await send(channel, account(server.port))
    assert stub.greeted == ["yishe.example"]


async def test_whole_conversation_has_a_limit() -> None:
    async with serving(SmtpStub(silent_after_data=True)) as server:
        failed = await failure(EmailChannel(ManualClock(), answer_s=60, total_s=0.3), account(server.port))
    assert failed.maybe_delivered


async def test_refused_connection_is_no_delivery(channel: EmailChannel) -> None:
    failed = await failure(channel, account(unused_port()))
    assert (failed.verdict, failed.code, failed.maybe_delivered) == (
        Verdict.TEMPORARY,
        "lost-at-connect",
        False,
    )


async def test_server_that_never_greets_is_no_delivery() -> None:
    done = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await done.wait()
        writer.close()

    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as mute:
        port = mute.sockets[0].getsockname()[1]
        failed = await failure(EmailChannel(ManualClock(), answer_s=0.2), account(port))
        done.set()
    assert (failed.verdict, failed.maybe_delivered) == (Verdict.TEMPORARY, False)


async def test_sender_signs_in_with_its_password(channel: EmailChannel) -> None:
    async with serving(SmtpStub()) as server:
        await send(channel, account(server.port, username="device"))
    assert server.sign_ins == [("device", PASSWORD)]


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("535 5.7.8 Wrong password", Verdict.CONFIGURATION),
        ("454 4.7.0 Try later", Verdict.TEMPORARY),
    ],
)
async def test_refused_sign_in_is_told_apart(channel: EmailChannel, answer: str, verdict: Verdict) -> None:
    async with serving(SmtpStub(at_sign_in=answer)) as server:
        failed = await failure(channel, account(server.port, username="device"))
    assert (failed.verdict, failed.code) == (verdict, answer[:3])


async def test_what_a_server_repeats_of_the_sign_in_is_left_out(channel: EmailChannel) -> None:
    coded = b64encode(f"\0device\0{PASSWORD}".encode()).decode()
    async with serving(SmtpStub(at_sign_in=f"535 5.7.8 no: {coded} {PASSWORD}")) as server:
        failed = await failure(channel, account(server.port, username="device"))
    assert failed.detail == "5.7.8 no: *** ***"


async def test_server_without_starttls_gets_no_mail_when_it_is_asked_for(channel: EmailChannel) -> None:
    async with serving(SmtpStub()) as server:
        failed = await failure(channel, account(server.port, tls="starttls", username="device"))
    assert failed.verdict is Verdict.CONFIGURATION
    assert (server.mails, server.sign_ins) == ([], [])


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    form = serialization.PrivateFormat.PKCS8
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def server_side(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


@pytest.mark.parametrize("mode", ["starttls", "implicit"])
async def test_mail_goes_encrypted(certificate: Path, mode: str) -> None:
    trusting = EmailChannel(ManualClock(), tls_context=ssl.create_default_context(cafile=certificate))
    tls: dict[str, ssl.SSLContext] = {mode: server_side(certificate)}
    async with serving(SmtpStub(), starttls=tls.get("starttls"), implicit=tls.get("implicit")) as server:
        await send(trusting, account(server.port, tls=mode))
    assert server.over_tls == [True]


@pytest.mark.parametrize("mode", ["starttls", "implicit"])
async def test_untrusted_certificate_is_the_settings_fault(
    channel: EmailChannel, certificate: Path, mode: str
) -> None:
    tls: dict[str, ssl.SSLContext] = {mode: server_side(certificate)}
    async with serving(SmtpStub(), starttls=tls.get("starttls"), implicit=tls.get("implicit")) as server:
        failed = await failure(channel, account(server.port, tls=mode))
    assert (failed.verdict, server.mails) == (Verdict.CONFIGURATION, [])


async def test_mail_cannot_be_taken_back(channel: EmailChannel) -> None:
    with pytest.raises(SendFailed, match="cannot be changed"):
        await channel.update("x", TO, account(25), Replacement("已同意"))
