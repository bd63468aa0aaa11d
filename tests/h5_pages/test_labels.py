from collections.abc import Sequence
from dataclasses import replace

import pypdfium2 as pdfium
import pytest
import zxingcpp

from h5_pages.label_layouts import LAYOUTS
from h5_pages.labels import Label, label_sheet


def _labels(count: int, name: str = "磁共振成像系统 {i}") -> list[Label]:
    return [
        Label(
            url=f"https://yishe.example.org/d/{i:022d}",
            name=name.format(i=i),
            number=f"DEMO-{i:04d}",
            department="放射科",
            hospital="示例市第一人民医院（演示）",
            hint="扫码报修",
        )
        for i in range(count)
    ]


def _codes(pdf: bytes, page: int = 0) -> list[str]:
    with pdfium.PdfDocument(pdf) as document:
        image = document[page].render(scale=150 / 72).to_pil().convert("L")
    return sorted(code.text for code in zxingcpp.read_barcodes(image))


def _lines(pdf: bytes) -> Sequence[str]:
    with pdfium.PdfDocument(pdf) as document:
        text: str = document[0].get_textpage().get_text_range()
    return text.splitlines()


def test_all_24_codes_read_back_from_the_page_at_150_dpi() -> None:
    labels = _labels(24)
    assert _codes(label_sheet(labels)) == sorted(label.url for label in labels)


def test_chinese_texts_come_out_as_they_went_in() -> None:
    labels = _labels(3, name="直线加速器 {i} ℃ 伽玛")
    expected = [line for x in labels for line in (x.name, x.number, x.department, x.hospital, x.hint)]
    assert list(_lines(label_sheet(labels))) == expected


def test_25th_label_begins_a_second_page() -> None:
    labels = _labels(25)
    sheet = label_sheet(labels)
    assert _codes(sheet, page=1) == [labels[24].url]


def test_long_name_shrinks_and_a_longer_one_ends_in_an_ellipsis() -> None:
    shrunk = _lines(label_sheet(_labels(1, name="医用磁共振成像系统三点零特斯拉")))[0]
    cut = _lines(label_sheet(_labels(1, name="医用磁共振成像系统" * 9)))[0]
    assert shrunk == "医用磁共振成像系统三点零特斯拉"
    assert cut.endswith("…")
    assert cut[:-1] == ("医用磁共振成像系统" * 9)[: len(cut) - 1]
    assert len(cut) >= 14


@pytest.mark.parametrize("name", ["医用磁共振成像系统" * 9, "W" * 200, "i" * 400])
def test_no_text_leaves_its_label(name: str) -> None:
    with pdfium.PdfDocument(label_sheet(_labels(1, name=name))) as document:
        text = document[0].get_textpage()
        right = max(text.get_charbox(i)[2] for i in range(text.count_chars()))
    assert right < 70 / 25.4 * 72


def test_same_labels_give_the_same_file_with_the_font_embedded_in_part() -> None:
    sheet = label_sheet(_labels(24))
    assert sheet == label_sheet(_labels(24))
    assert len(sheet) < 200_000
    assert b"NotoSansSC" in sheet


def test_no_labels_give_one_empty_page() -> None:
    assert _codes(label_sheet([])) == []


@pytest.mark.parametrize("layout", list(LAYOUTS))
def test_every_paper_holds_whole_labels_whose_codes_read_back(layout: str) -> None:
    paper = LAYOUTS[layout]
    labels = _labels(paper.per_page)
    sheet = label_sheet(labels, paper)
    assert _codes(sheet) == sorted(label.url for label in labels)
    x, y = paper.corner(paper.per_page - 1)
    assert x + paper.label[0] <= paper.page[0] + 0.5
    assert y + paper.label[1] <= paper.page[1] + 0.5
    with pdfium.PdfDocument(sheet) as document:
        assert len(document) == 1
        text = document[0].get_textpage()
        right = max(text.get_charbox(i)[2] for i in range(text.count_chars()))
    assert right < paper.page[0] / 25.4 * 72


def test_a_label_says_which_one_it_is_and_when_it_was_printed() -> None:
    label = replace(_labels(1)[0], note="标签 2，打印于 2026-03-02")
    assert _lines(label_sheet([label]))[-1] == "标签 2，打印于 2026-03-02"
