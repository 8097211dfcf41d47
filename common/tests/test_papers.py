"""Papers: what is in them is read out of the file again, and what people type stays text."""

import datetime as dt
import io
import threading
import time
from pathlib import Path

import pytest
from pypdf import PdfReader

from common import papers
from common.papers import Line, Paper, PapersBusy, Row, Table

FONTS = Path(papers.__file__).parent / "fonts"


def make_paper(**changes):
    fields = {
        "title": "收據",
        "lead": "您的帳戶已扣款一次。",
        "issuer": "Outpost",
        "service": "跨境付款",
        "language": "zh-hant",
        "date": dt.date(2026, 6, 8),
        "footer": "PAY-05ZK3T9MQ2W7XC",
        "facts": [Row("付款編號", "PAY-05ZK3T9MQ2W7XC", "臺北時間")],
        "tables": [Table("金額", ["項目", "金額"], [Line(["商品", "CNY 199.00"])], Line(["最終付款金額", "NT$961"]))],
        "notes": ["隨時可查詢進度"],
    }
    return Paper(**{**fields, **changes})


def reader_of(paper):
    return PdfReader(io.BytesIO(papers.pdf_of(paper)))


def text_of(paper):
    return "\n".join(page.extract_text() for page in reader_of(paper).pages)


def squeezed(text):
    """Without blanks: where a line breaks is the typesetter's business."""
    return "".join(text.split())


@pytest.mark.parametrize("text", ["收據", "PAY-05ZK3T9MQ2W7XC", "CNY 199.00", "NT$961", "臺北時間", "隨時可查詢進度"])
def test_each_text_can_be_read_out_of_the_file(text):
    assert squeezed(text) in squeezed(text_of(make_paper()))


@pytest.mark.parametrize(
    "title",
    [
        "#panic()",
        '#read("/etc/passwd")',
        '#image("paper.typ")',
        "*bold* _slanted_ `raw`",
        "$x^2$ and <label> @reference",
        "= Heading\n- list\n+ item",
        '"); #let data = 1 //',
        "\\u{41} \\ \\#",
        "/* comment */ // comment",
        "#set page(width: 1pt)",
        "{{ template }} {% tag %}",
        "<script>alert(1)</script>",
        '#eval("1+1")',
        "]] [[",
    ],
)
def test_markup_in_an_order_stays_text(title):
    found = text_of(make_paper(tables=[Table("Order", ["Item", "Amount"], [Line([title, "CNY 1.00"])])]))

    assert squeezed(title) in squeezed(found)
    assert "CNY1.00" in squeezed(found)


def test_the_font_is_in_the_file_and_no_other():
    page = reader_of(make_paper()).pages[0]
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]

    assert fonts
    for font in fonts:
        assert "NotoSansCJKtc" in font["/BaseFont"]
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert "/FontFile3" in descriptor


def test_a_paper_is_tagged_titled_and_says_its_language():
    for language, said in (("zh-hant", "zh-TW"), ("en", "en-GB")):
        reader = reader_of(make_paper(language=language))
        root = reader.trailer["/Root"]

        assert root["/MarkInfo"]["/Marked"]
        assert "/StructTreeRoot" in root
        assert root["/Lang"] == said
        assert reader.metadata.title == "收據"
        xmp = root["/Metadata"].get_object().get_data().decode()
        assert "pdfuaid:part" in xmp
        assert "pdfaid:part" in xmp


@pytest.mark.parametrize(
    ("title", "printed"),
    [
        ("茶壶😀", "茶壶〓"),
        ("a\u202eb", "a〓b"),
        ("龖龘", "〓〓"),
        ("x\x00y\x07", "x〓y〓"),
        ("臺灣 Ünïcødé ½", "臺灣 Ünïcødé ½"),
    ],
)
def test_what_the_font_has_not_is_printed_as_a_geta(title, printed):
    assert squeezed(printed) in squeezed(text_of(make_paper(facts=[Row("訂單", title)])))


def test_every_character_that_is_listed_can_be_printed():
    """The standard forbids a character without a shape, so that compiling is the proof."""
    listed = sorted(papers._characters())
    assert 10_000 < len(listed) < 12_000
    for start in range(0, len(listed), 4_000):
        rows = ["".join(listed[at : at + 200]) for at in range(start, min(start + 4_000, len(listed)), 200)]
        assert papers.pdf_of(make_paper(notes=rows)).startswith(b"%PDF")


def test_the_font_comes_with_its_licence():
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text()


def test_a_paper_is_bounded_whatever_is_in_it():
    rows = [Line(["字" * 10_000, "1"]) for _ in range(1_000)]

    reader = reader_of(make_paper(tables=[Table("金額", ["項目", "金額"], rows)]))

    assert len(reader.pages) < 100


def test_a_crowd_is_served_one_by_one_and_soon():
    papers.pdf_of(make_paper())
    started, made = time.monotonic(), []
    threads = [
        threading.Thread(target=lambda number=number: made.append(papers.pdf_of(make_paper(footer=f"PAY-{number}"))))
        for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 8
    assert time.monotonic() - started < 8


def test_who_would_wait_too_long_is_told_to_come_back(monkeypatch):
    monkeypatch.setattr(papers, "_PATIENCE_SECONDS", 0.01)
    with papers._one_at_a_time, pytest.raises(PapersBusy):
        papers.pdf_of(make_paper())


def test_the_file_is_saved_under_its_name_and_kept_by_nobody():
    response = papers.pdf_response(make_paper(), filename="Outpost-receipt-PAY-1.pdf")

    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="Outpost-receipt-PAY-1.pdf"'
    assert "no-store" in response["Cache-Control"]
