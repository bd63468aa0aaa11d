import re

import pytest

from h5_pages.assets import PAGES, STATIC, WHOLE
from h5_pages.trim_css import classes_in, trimmed

OURS = "a { color: var(--x-LINK) }"


@pytest.mark.parametrize(
    ("css", "left"),
    [
        (".x-btn{color:red}.x-grid{color:red}", ".x-btn{color:red}"),
        (".x-btn,.x-grid .x-btn{color:red}", ".x-btn{color:red}"),
        (".x-btn:not(.x-grid){color:red}", ".x-btn:not(.x-grid){color:red}"),
        ("b>.ours{color:red}", "b>.ours{color:red}"),
        ("@media print{.x-grid{color:red}}", ""),
        ("@media print{.x-btn{top:0!important}}", "@media print{.x-btn{top:0!important}}"),
        (
            '.x-btn{background:url("data:image/svg+xml,{}")}',
            '.x-btn{background:url("data:image/svg+xml,{}")}',
        ),
        ("@keyframes turn{0%{top:0}}", ""),
    ],
)
def test_rules_of_classes_that_nobody_uses_go(css: str, left: str) -> None:
    assert trimmed(css, "x-", {"x-btn"}, [OURS]).strip() == left


def test_a_property_stays_while_something_reads_it() -> None:
    css = "body{--x-A:var(--x-B);--x-B:1;--x-C:2;--x-LINK:3}.x-btn{top:var(--x-A)}"
    kept = trimmed(css, "x-", {"x-btn"}, [OURS])
    assert kept.strip() == "body{--x-A:var(--x-B);--x-B:1;--x-LINK:3}.x-btn{top:var(--x-A)}"


def test_the_notice_of_its_authors_stays() -> None:
    assert trimmed("/*! by X */.x-grid{top:0}", "x-", set(), []) == "/*! by X */\n"


def test_every_class_that_a_page_uses_is_in_what_is_served() -> None:
    used = classes_in((p.read_text() for p in (PAGES / "templates").rglob("*.html")), "weui-")
    known = used & set(re.findall(r"\.([\w-]+)", WHOLE.read_text()))
    served = (STATIC / "vendor" / "weui.css").read_text()
    assert "weui-btn_primary" in known
    assert [name for name in sorted(known) if not re.search(rf"\.{name}\b", served)] == []
