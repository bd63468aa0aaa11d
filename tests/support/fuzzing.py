"""Finds every form and query of the pages by itself, and thinks of what no form of ours would send."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from hypothesis import strategies as st

from tests.support.pages import Visitor

NASTY = [
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "\udfff x",
    "💩" * 20,
    "a" * 300,
    "a" * 5000,
    "\n" * 40,
    "\u202e",
    "\ufeff",
    "½",
    "٣",
    "１２",
    "-1",
    "0",
    "1",
    "-0.0",
    "1e309",
    "1e-400",
    "NaN",
    "-Infinity",
    "0x10",
    "1_000",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "9" * 400,
    "99999999999999.999",
    "2026-13-45",
    "2026-02-30",
    "0000-00-00",
    "0001-01-01",
    "9999-12-31",
    "0001-01-01T00:00",
    "9999-12-31T23:59",
    "2026-03-01T25:61",
    "10000-01-01",
    "2026-03-01T10:00+99:00",
    "true",
    "on",
    "null",
    "[]",
    "{}",
    '{"a": 1}',
    "'; DROP TABLE person; --",
    "<script>alert(1)</script>",
    "%",
    "_",
    "\\",
    "%00",
    "../../etc/passwd",
    "{0}",
    "{visit}",
    "%s",
    "=cmd|' /C calc'!A0",
    "zh_CN",
    "administrator",
    "//evil.example",
    "javascript:1",
    "1,2,3",
    ",",
    "1," * 500,
]
PROVIDER_AWAY = frozenset({502, 503})
"""There is no WeCom here that an address book could be read from."""
LEFT_ALONE = ("/sign-out", "/leave", "/me/password", "/account/sign-out")
"""Forms that end the session with which the others are tried."""

values = st.one_of(st.sampled_from(NASTY), st.text(max_size=40), st.integers().map(str), st.dates().map(str))
header_values = st.text(
    st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=60
)
headers = st.dictionaries(
    st.sampled_from(
        [
            "Accept-Language",
            "Cookie",
            "X-Forwarded-For",
            "User-Agent",
            "Referer",
            "Accept",
            "Range",
            "HX-Request",
        ]
    ),
    st.one_of(
        header_values,
        st.sampled_from(
            ["en", "zh", "en;q=x", ",,;;", "*", "en" * 400, "yishe=x; yishe-language=xx", "bytes=9-1"]
        ),
    ),
    max_size=3,
)


@dataclass
class Form:
    """A form as a page offers it."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    """Collects forms with their fields' values, also of fields that name their form, and links with a query."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.by_id: dict[str, Form] = {}
        self.links: set[str] = set()
        self._open: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: dict[str, str] = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href", "").startswith("/"):
            self.links.add(given["href"])
        if tag == "form":
            self._open = Form(given.get("action", ""), given.get("method", "get").upper())
            self.forms.append(self._open)
            self.by_id[given.get("id", "")] = self._open
        if tag in {"input", "select", "textarea", "button"} and given.get("name"):
            form = self.by_id.get(given["form"]) if "form" in given else self._open
            if form is not None:
                form.fields.setdefault(given["name"], given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


@dataclass
class Found:
    """All forms and addresses that somebody can reach."""

    forms: dict[tuple[str, str], Form] = field(default_factory=dict)
    paths: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)


async def crawl(visitor: Visitor, starts: Iterable[str], most: int) -> Found:
    """Follow links and collect forms, at most one page for each kind of address."""
    found, ahead, kinds = Found(), list(starts), set[str]()
    while ahead and len(found.paths) < most:
        path = ahead.pop(0)
        kind = "".join("#" if c.isdigit() else c for c in urlsplit(path).path)
        if path in found.paths or kind in kinds:
            continue
        kinds.add(kind)
        found.paths.add(path)
        page = await visitor.get(path)
        if page.status >= 500 and page.status not in PROVIDER_AWAY:
            found.broken.add(path)
        if "text/html" not in page.headers.get("Content-Type", ""):
            continue
        reader = _Reader()
        reader.feed(page.text)
        for form in reader.forms:
            found.forms.setdefault(
                (form.method, form.action or path), Form(form.action or path, form.method, form.fields)
            )
        ahead += sorted(reader.links)
    return found


@dataclass(frozen=True)
class Sent:
    """A request as it goes out."""

    method: str
    path: str
    body: bytes
    headers: dict[str, str]


URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
PIECES = [
    b"--x\r\n",
    b"--x--\r\n",
    b"\r\n\r\n",
    b'Content-Disposition: form-data; name="a"\r\n',
    b"Content-Type: multipart/mixed\r\n",
    b'Content-Disposition: form-data; name="photos"; filename="a.jpg"\r\n',
    b"\xff\xfe",
    b"Content-Length: -5\r\n",
    b"\0" * 9,
]


@st.composite
def mangled(draw: Any, form: Form) -> Sent:
    """A form with some fields missing, some twice, some wrong; now and then with a body of another kind."""
    pairs: list[tuple[str, str]] = []
    wrong = draw(st.sets(st.sampled_from(sorted(form.fields) or ["x"]), max_size=4))
    for name, value in form.fields.items():
        if name not in wrong:
            pairs.append((name, value))
            continue
        pairs += [(name, draw(values)) for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2])))]
    pairs += draw(
        st.lists(
            st.tuples(st.sampled_from(["x", "seen_version", "key", "id", "after", "sort", "q"]), values),
            max_size=1,
        )
    )
    coded = urlencode(pairs, errors="surrogatepass")
    sent_headers = draw(headers)
    if form.method != "POST":
        path, _, query = form.action.partition("?")
        query = "&".join(filter(None, [urlencode(parse_qsl(query)), coded]))
        return Sent("GET", f"{path}?{query}"[:7000], b"", sent_headers)
    kind = draw(st.sampled_from(["form"] * 8 + ["multipart", "json", "none", "bytes", "broken"]))
    body, media = coded.encode(), URLENCODED
    if kind == "multipart":
        body, media = _multipart(pairs), MULTIPART
    elif kind == "broken":
        body, media = b"".join(draw(st.lists(st.sampled_from(PIECES), max_size=8))), MULTIPART
    elif kind != "form":
        body = draw(st.binary(max_size=200)) if kind == "bytes" else body
        media = {"json": "application/json", "none": "", "bytes": URLENCODED}[kind]
    return Sent("POST", form.action, body, {**sent_headers, "Content-Type": media})


def _multipart(pairs: list[tuple[str, str]]) -> bytes:
    parts = []
    for name, value in pairs:
        quoted = name.encode("utf-8", "surrogatepass").replace(b'"', b"%22")
        parts.append(b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n' % quoted)
        parts.append(value.encode("utf-8", "surrogatepass") + b"\r\n")
    return b"".join([*parts, b"--x--\r\n"])
