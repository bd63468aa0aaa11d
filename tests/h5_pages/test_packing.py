import gzip

from h5_pages.packing import packed
from tests.support.pages import Pages

LONG = "/help/repair"


async def test_a_long_page_comes_compressed_to_who_can_read_that(pages: Pages) -> None:
    visitor = await pages.visitor()
    answer = await visitor.get(LONG, **{"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert int(answer.headers["Content-Length"]) < len(answer.body) / 2
    assert answer.headers["Vary"] == "Accept-Encoding"


async def test_others_get_it_as_it_is(pages: Pages) -> None:
    visitor = await pages.visitor()
    answer = await visitor.get(LONG, **{"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in answer.headers
    assert "<h1>" in answer.text


def test_the_length_does_not_tell_what_is_in_it() -> None:
    page = b"token and words" * 100
    sent = {len(packed(page)) for _ in range(40)}
    assert len(sent) > 10
    assert gzip.decompress(packed(page)) == page
