"""What no browser sends: written to the socket byte by byte."""

import asyncio
import gzip
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import product
from pathlib import Path

import pytest

from h5_pages import patience
from h5_pages.patience import Allowance
from tests.support.pages import Pages, running_pages
from tests.support.world import LABEL

FORM = "Content-Type: application/x-www-form-urlencoded"
OUR_PAGE = re.compile(r"<html lang=")


@asynccontextmanager
async def connection(pages: Pages) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", pages.server.port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def answer(pages: Pages, request: bytes) -> str:
    """All that comes back until the server closes or has sent a whole answer."""
    async with connection(pages) as (reader, writer):
        writer.write(request)
        return await whole(reader)


async def whole(reader: asyncio.StreamReader) -> str:
    head, body = b"", b""
    async with asyncio.timeout(20):
        while b"\r\n\r\n" not in head and (line := await reader.readline()):
            head += line
        length = re.search(rb"content-length: (\d+)", head.lower())
        if length:
            body = await reader.readexactly(int(length[1]))
    return (head + body).decode("utf-8", "replace")


def request(method: str, path: str, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: yishe.example", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def status(text: str) -> int:
    return int(text.split(" ", 2)[1])


async def test_a_method_that_an_address_does_not_take_gets_our_page(pages: Pages) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "POST"):
        text = await answer(pages, request(method, "/todo", "Content-Length: 0"))
        assert status(text) == 405
        assert "Allow: GET, HEAD" in text
        assert OUR_PAGE.search(text)


async def test_an_address_that_does_not_exist_gets_our_page(pages: Pages) -> None:
    paths = ("/no/such", "/%00", "/%ff%fe", "/d/%F0%9F%92%A9", "//evil.example/", "/../etc")
    for method, path in product(("GET", "POST", "PUT"), paths):
        text = await answer(pages, request(method, path, "Content-Length: 0"))
        assert status(text) in {404, 405}
        assert OUR_PAGE.search(text)


async def test_a_head_request_gets_the_head_alone(pages: Pages) -> None:
    async with connection(pages) as (reader, writer):
        writer.write(request("HEAD", "/sign-in"))
        text = (await reader.read()).decode()
    assert status(text) == 200
    assert text.endswith("\r\n\r\n")


NO_REQUESTS = [
    b"\x00\x01\x02\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET\r\n\r\n",
    request("GET", "/" + "a" * 9000),
    request("GET", "/", "X: " + "a" * 9000),
    request("GET", "/", *[f"X-{n}: 1" for n in range(200)]),
    request("GET", "/", "Content-Length: 5", "Content-Length: 6"),
    request("POST", "/sign-in", "Content-Length: -1"),
    request("POST", "/sign-in", "Transfer-Encoding: chunked", "Content-Length: 5"),
    request("POST", "/sign-in", FORM, "Transfer-Encoding: chunked", body=b"zz\r\nx\r\n0\r\n\r\n"),
]


async def test_what_is_no_request_is_turned_away_without_a_trace_of_us(pages: Pages) -> None:
    for raw in NO_REQUESTS:
        text = await answer(pages, raw)
        assert 400 <= status(text) < 500
        assert "Traceback" not in text
        assert 'File "' not in text
    assert status(await answer(pages, request("GET", "/sign-in"))) == 200


async def test_headers_that_trickle_in_do_not_hold_a_connection(database_url: str, tmp_path: Path) -> None:
    async with running_pages(database_url, tmp_path, server={"keepalive_timeout": 0.6}) as pages:
        async with connection(pages) as (reader, writer), asyncio.timeout(10):
            writer.write(b"GET /sign-in HTTP/1.1\r\nHost: x\r\n")
            closed = asyncio.ensure_future(reader.read())
            while not closed.done():
                writer.write(b"X-Slow: 1\r\n")
                await asyncio.wait([closed], timeout=0.1)
            assert closed.result() == b""
        assert status(await answer(pages, request("GET", "/sign-in"))) == 200


async def test_a_body_that_trickles_in_is_given_up(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "DEFAULT", Allowance(grace_s=0.5, bytes_per_s=1000))
    async with connection(pages) as (reader, writer):
        writer.write(request("POST", "/sign-in", FORM, "Content-Length: 9000", body=b"username="))
        came = asyncio.ensure_future(whole(reader))
        while not came.done():
            writer.write(b"a")
            await asyncio.wait([came], timeout=0.05)
        text = came.result()
    assert status(text) == 408
    assert "too slowly" in text


async def test_who_sends_at_a_pace_has_all_the_time_that_it_takes(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "DEFAULT", Allowance(grace_s=0.4, bytes_per_s=1000))
    async with connection(pages) as (reader, writer):
        writer.write(request("POST", "/sign-in", FORM, "Content-Length: 4000"))
        for _ in range(20):
            writer.write(b"a" * 200)
            await asyncio.sleep(0.05)  # a second in all: longer than the grace, faster than the pace
        assert status(await whole(reader)) == 403  # read to its end, and then found to have no token


@pytest.mark.parametrize("kind", [FORM, "Content-Type: multipart/form-data; boundary=x"])
@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_without_end_is_cut_while_it_is_read(pages: Pages, chunked: bool, kind: str) -> None:
    piece = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"a" * 60_000 + b"\r\n"
    framed = b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece
    async with connection(pages) as (reader, writer):
        length = "Transfer-Encoding: chunked" if chunked else "Content-Length: 99999999999"
        writer.write(request("POST", "/sign-in", kind, length))
        came, sent = asyncio.ensure_future(whole(reader)), 0
        while not came.done() and sent < 50_000_000:
            writer.write(framed)
            sent += len(framed)
            await writer.drain()
            await asyncio.sleep(0)
        assert status(await came) == 413
    assert sent < 5_000_000


async def test_a_packed_body_is_refused_unread(pages: Pages) -> None:
    bomb = gzip.compress(b"a" * 10_000_000)
    for encoding in ("gzip", "deflate", "br", "zstd", "gzip, gzip"):
        headers = (FORM, f"Content-Encoding: {encoding}", f"Content-Length: {len(bomb)}")
        text = await answer(pages, request("POST", f"/d/{LABEL}/report", *headers, body=bomb))
        assert status(text) == 415
        assert OUR_PAGE.search(text)
