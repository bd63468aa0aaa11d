"""Photos go along where an account lets them, within the size that servers take, and the mail stays the same mail."""

from email import message_from_bytes
from email.policy import default

from notifier.providers.email.channel import EmailChannel
from notifier.providers.email.photos import MOST_BYTES
from tests.notifier.providers.email.test_channel import TO, account
from tests.support.channel_contents import ManualClock, content
from tests.support.smtp_stub import SmtpStub, serving

JPEG, PNG = b"\xff\xd8\xff\xe0" + b"j" * 100, b"\x89PNG\r\n" + b"p" * 100
PHOTOS = (("照片", "a"), ("照片", "b"))


class Files:
    """Stored files by name."""

    def __init__(self, **contents: bytes) -> None:
        self._contents = contents

    async def get(self, sha256: str) -> bytes:
        if sha256 not in self._contents:
            raise FileNotFoundError(sha256)
        return self._contents[sha256]


async def arrived(files: Files, *, times: int = 1, send_photos: bool = True, **stub: int) -> list[bytes]:
    channel = EmailChannel(ManualClock(), files)
    async with serving(SmtpStub(**stub)) as server:  # type: ignore[arg-type] # all of them are numbers
        sender = account(server.port, send_photos=send_photos)
        payload = channel.compose(content(photos=PHOTOS), TO, sender)
        for _ in range(times):
            await channel.send(payload, TO, sender)
        await channel.close()
    return server.raw


def attached(raw: bytes) -> list[tuple[str | None, str, bytes]]:
    mail = message_from_bytes(raw, policy=default)
    return [(p.get_filename(), p.get_content_type(), p.get_content()) for p in mail.iter_attachments()]


async def test_photos_are_attached_beside_the_words() -> None:
    (raw,) = await arrived(Files(a=JPEG, b=PNG))
    assert attached(raw) == [("照片 1.jpg", "image/jpeg", JPEG), ("照片 2.png", "image/png", PNG)]
    body = message_from_bytes(raw, policy=default).get_body(("html",))
    assert body is not None


async def test_a_mail_with_photos_that_is_sent_twice_is_the_same_mail() -> None:
    first, second = await arrived(Files(a=JPEG, b=PNG), times=2)
    assert first == second


async def test_what_is_missing_too_large_or_no_picture_stays_on_the_page() -> None:
    large = JPEG + b"x" * MOST_BYTES
    for files in (Files(b=b"%PDF-1.7"), Files(a=large)):
        (raw,) = await arrived(files)
        assert attached(raw) == []


async def test_an_account_sends_none_unless_it_is_told_to() -> None:
    (raw,) = await arrived(Files(a=JPEG), send_photos=False)
    assert attached(raw) == []


async def test_a_server_that_takes_no_large_mails_gets_the_words_alone() -> None:
    large = Files(a=JPEG + b"x" * 200_000)
    (raw,) = await arrived(large, most_bytes=100_000)
    assert attached(raw) == []
    (raw,) = await arrived(large, most_bytes=400_000)
    assert len(attached(raw)) == 1


async def test_a_server_that_refuses_a_large_mail_unasked_gets_the_words_alone() -> None:
    large = Files(a=JPEG + b"x" * 200_000)
    (raw,) = await arrived(large, silently_most_bytes=100_000)
    assert attached(raw) == []
