"""Tables as files, CSV and XLSX: text that a spreadsheet would run is made text, and each file says who took it and why.

A cell that begins with = + - @ (or their full-width forms), a tab or a return is a formula to some program. So is one that a
program makes by splitting another at a semicolon, a comma or a quote. Every such text gets an apostrophe in front, and one in front of
each place at which it could begin anew. Numbers are written as numbers, never through text.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, Literal

import xlsxwriter

# More is for a person's approval, not for a file on somebody's desk.
ROWS_MAX: Final = 50_000
GUARD: Final = "'"
# A sheet's name may be that long, and hold none of these.
_NAME_MAX: Final = 31
_NOT_IN_NAMES: Final = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_HEADER_MAX: Final = 250
_COLUMN_WIDTH, _WIDTH_MAX = 12, 48

# What begins a formula in one spreadsheet or another; + and - too, and every form that Unicode folds to one of these.
_STARTS: Final = "=+\\-@|%" + "−⁺⁻⁼₊₋₌⩵⩶﬩﹢﹣﹦﹪﹫％＋－＝＠｜"
# Where a program may begin a new cell, and what it skips before it looks.
_BREAKS: Final = "\t\r\n;,|\"'＂＇；，"
_SKIPPED: Final = "\\s\u00a0\u200b-\u200f\u2028-\u202f\u2060-\u2064\u3000\ufeff\u0000-\u001f"
_LIVE: Final = re.compile(f"(^|[{_BREAKS}])([{_BREAKS}{_SKIPPED}]*)(?=[{_STARTS}])")
_CONTROLS: Final = re.compile("[\u0000-\u001f\u007f-\u009f\u2028\u2029]")

Cell = str | int | None
Kind = Literal["text", "number"]


@dataclass(frozen=True)
class Column:
    """A heading, and how what stands below it is set."""

    label: str
    kind: Kind = "text"


@dataclass(frozen=True)
class Table:
    """Plain values under headings; `total`, where there is one, belongs under the last row."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] | None = None
    note: str = ""
    # More rows were there than a file holds.
    is_cut: bool = False


@dataclass(frozen=True)
class Watermark:
    """Whose file it is: stands in every file, on the first lines and on each printed page."""

    title: str
    by: str
    at: str
    reason: str
    words: Sequence[str] = field(default_factory=tuple)

    def lines(self) -> list[str]:
        return [f"Outpost · {self.title}", f"{self.by} · {self.at}", self.reason, *self.words]


def cut(title: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], *, most: int = ROWS_MAX) -> Table:
    """A table of the first rows, and whether there were more."""
    taken = list(islice(iter(rows), most + 1))
    return Table(title, columns, taken[:most], is_cut=len(taken) > most)


def harmless(text: str) -> str:
    """Text that no spreadsheet runs. `=1+1` → `'=1+1`; `a;=1` → `'a;'=1`; `-5 °C` → `'-5 °C`; `a=b` stays."""
    plain = _CONTROLS.sub(" ", text)
    # Judged as it came and as it is written: a tab in front is a beginning, and is a blank afterwards.
    if not (_LIVE.search(text) or _LIVE.search(plain)):
        return plain
    return GUARD + _LIVE.sub(lambda found: f"{found[0]}{GUARD}" if found[0] else "", plain)


def as_csv(tables: Sequence[Table], mark: Watermark) -> bytes:
    """UTF-8 with a byte order mark, every text quoted; the first line is a comment that says whose it is."""
    page = io.StringIO()
    writer = csv.writer(page, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow([_plain("# " + " · ".join(mark.lines()))])
    for table in tables:
        writer.writerow([])
        writer.writerow([_plain(table.title)])
        writer.writerow([_plain(column.label) for column in table.columns])
        writer.writerows([_plain(cell) for cell in row] for row in _body(table))
        if table.is_cut:
            writer.writerow([_plain(f"# {len(table.rows)} …")])
    return page.getvalue().encode("utf-8-sig")


def as_xlsx(tables: Sequence[Table], mark: Watermark) -> bytes:
    """One sheet a table, written row by row; texts are strings and never formulas, links or numbers."""
    page = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": False,
    }
    with xlsxwriter.Workbook(page, options) as book:
        strong, number = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0"})
        total = book.add_format({"bold": True, "num_format": "#,##0", "top": 1})
        for place, table in enumerate(tables, start=1):
            sheet = book.add_worksheet(_sheet_name(place, table.title))
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
            sheet.set_header("&L" + " · ".join(mark.lines()).replace("&", "&&")[:_HEADER_MAX].rstrip("&") + "&R&P / &N")
            for column, heading in enumerate(table.columns):
                sheet.set_column(column, column, min(_WIDTH_MAX, max(_COLUMN_WIDTH, 2 * len(heading.label))))
            for row, (cells, style) in enumerate(_lines(table, mark)):
                for column, cell in enumerate(cells):
                    if isinstance(cell, int):
                        sheet.write_number(row, column, cell, total if style == "total" else number)
                    else:
                        sheet.write_string(row, column, str(_plain(cell)), strong if style else None)
    return page.getvalue()


def _lines(table: Table, mark: Watermark) -> Iterator[tuple[Sequence[Cell], str]]:
    """Every line of a sheet with its style: who took it, the headings, the rows, the total."""
    yield from (([line], "") for line in mark.lines())
    yield [], ""
    yield [table.title], "strong"
    yield [column.label for column in table.columns], "strong"
    yield from ((row, "") for row in table.rows)
    if table.total is not None:
        yield table.total, "total"
    if table.is_cut:
        yield [f"# {len(table.rows)} …"], ""


def _body(table: Table) -> Iterator[Sequence[Cell]]:
    yield from table.rows
    if table.total is not None:
        yield table.total


def _plain(cell: Cell) -> Cell:
    if cell is None:
        return ""
    return cell if isinstance(cell, int) else harmless(cell)


def _sheet_name(place: int, title: str) -> str:
    """Unique by its number, and without what spreadsheets refuse in a name."""
    return f"{place} {title.translate(_NOT_IN_NAMES)}"[:_NAME_MAX].strip()
