"""What was encrypted comes back whole, or not at all."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.backup import BackupFailed
from storage.backup.sealed_stream import HEADER, MAGIC, PIECE, TAG, OpeningReader, SealingWriter

PASSPHRASE = "a passphrase of tests"
CHEAP = 10
LONG = bytes(range(256)) * (PIECE // 256) * 2 + b"and a rest"


def sealed(content: bytes, passphrase: str = PASSPHRASE) -> bytes:
    sink = io.BytesIO()
    writer = SealingWriter(sink, passphrase, CHEAP)
    for begin in range(0, len(content), 300_000):
        writer.write(content[begin : begin + 300_000])
    writer.finish()
    return sink.getvalue()


def opened(archive: bytes, passphrase: str = PASSPHRASE) -> bytes:
    reader = OpeningReader(io.BytesIO(archive), passphrase)
    found = bytearray()
    while part := reader.read(70_000):
        found += part
    return bytes(found)


@pytest.mark.parametrize("length", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, len(LONG)])
def test_what_was_sealed_comes_back(length: int) -> None:
    assert opened(sealed(LONG[:length])) == LONG[:length]


def test_nothing_of_it_can_be_read_and_no_two_are_alike() -> None:
    one, other = sealed(LONG), sealed(LONG)
    assert LONG[:64] not in one
    assert one[HEADER:] != other[HEADER:]


def test_another_passphrase_is_told_from_damage() -> None:
    with pytest.raises(BackupFailed, match="passphrase is not the one"):
        opened(sealed(b"x"), "another passphrase")


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(BackupFailed, match="at least 12 characters"):
        sealed(b"x", "elevenchars")


@settings(max_examples=60, deadline=None)
@given(where=st.integers(0, HEADER + 3 * TAG + len(LONG) - 1), bit=st.integers(0, 7))
def test_a_bit_that_was_changed_anywhere_is_noticed(where: int, bit: int) -> None:
    archive = bytearray(ARCHIVE)
    if where != len(MAGIC):  # a dearer cost would only take long
        archive[where] ^= 1 << bit
        with pytest.raises(BackupFailed):
            opened(bytes(archive))


@pytest.mark.parametrize(
    "end",
    [0, 5, HEADER - 1, HEADER, HEADER + 1, HEADER + PIECE + TAG, HEADER + 2 * (PIECE + TAG), -1, -TAG],
)
def test_an_archive_that_was_cut_short_is_noticed(end: int) -> None:
    with pytest.raises(BackupFailed):
        opened(ARCHIVE[:end])


def test_pieces_that_were_left_out_doubled_or_moved_are_noticed() -> None:
    head, rest = ARCHIVE[:HEADER], ARCHIVE[HEADER:]
    first, second, last = (
        rest[: PIECE + TAG],
        rest[PIECE + TAG : 2 * (PIECE + TAG)],
        rest[2 * (PIECE + TAG) :],
    )
    for pieces in (
        [second, last],
        [first, last],
        [first, first, last],
        [second, first, last],
        [first, second],
    ):
        with pytest.raises(BackupFailed, match="cut short or changed"):
            opened(head + b"".join(pieces))
    with pytest.raises(BackupFailed, match="cut short or changed"):
        opened(ARCHIVE + last)


def test_what_is_no_archive_is_said() -> None:
    with pytest.raises(BackupFailed, match="no backup of Yishe"):
        opened(b"PGDMP" + bytes(1000))


ARCHIVE = sealed(LONG)
