"""Papers to keep, as PDF: plain texts set by one template, with a font that has both languages' characters."""

from __future__ import annotations

import datetime as dt
import json
import threading
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, TypedDict

import typst
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from common.errors import Refusal

_FOLDER = Path(__file__).resolve().parent
# Stands where the font has no character; printers have used it for that for a century.
MISSING = "〓"
# A paper takes some hundredths of a second. Whoever waits longer waits behind a crowd and is better told so.
_PATIENCE_SECONDS = 5.0
# Nothing that we print is longer; a bound all the same.
_TEXT_MAX = 400
_ROWS_MAX = 200

_one_at_a_time = threading.Lock()


class PapersBusy(Refusal):
    code = "papers_busy"
    http_status = 503
    title = _("The paper is not ready yet")
    text = _("Very many papers are being printed. Nothing changes for your payment. Please try again in a minute.")
    retryable = True


@dataclass(frozen=True)
class Row:
    label: str
    value: str
    hint: str = ""


@dataclass(frozen=True)
class Line:
    """A line of a table; `note` stands small under its first cell."""

    cells: list[str]
    note: str = ""


@dataclass(frozen=True)
class Table:
    caption: str
    head: list[str]
    rows: list[Line]
    total: Line | None = None


class Letterhead(TypedDict):
    """What every paper of ours has in common."""

    issuer: str
    service: str
    language: str
    date: dt.date
    footer: str
    bank: str
    mark: str


@dataclass(frozen=True)
class Paper:
    """Formatted texts in one language; nothing in them is markup."""

    title: str
    lead: str
    issuer: str
    service: str
    language: str
    date: dt.date
    footer: str
    facts: list[Row]
    tables: list[Table] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    # The bank's name and number, and what keeps a paper of the sandbox from passing for a real one.
    bank: str = ""
    mark: str = ""


def pdf_of(paper: Paper) -> bytes:
    """PDF/UA-1 and PDF/A-2a. Raises PapersBusy when too many are asked for at once."""
    fields = _printable(asdict(paper) | {"date": [paper.date.year, paper.date.month, paper.date.day]})
    fields["lang"], fields["region"] = ("en", "gb") if paper.language == "en" else ("zh", "tw")
    if not _one_at_a_time.acquire(timeout=_PATIENCE_SECONDS):
        raise PapersBusy
    try:
        data = {"data": json.dumps(fields)}
        # Read aloud by a screen reader, and readable in fifty years.
        pdf = _compiler().compile(format="pdf", sys_inputs=data, pdf_standards=["ua-1", "a-2a"])
    finally:
        _one_at_a_time.release()
    assert isinstance(pdf, bytes)
    return pdf


def pdf_response(paper: Paper, *, filename: str) -> HttpResponse:
    """To be saved under this name, and kept by no cache on the way."""
    assert filename.isascii(), "a name that needs no quoting"
    response = HttpResponse(pdf_of(paper), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response["Cache-Control"] = "no-store, private"
    return response


def _printable(value: Any) -> Any:
    """The same, with each text as long as fits and of characters that the font has."""
    match value:
        case str():
            text = " ".join(value[:_TEXT_MAX].split())
            return "".join(char if char in _characters() else MISSING for char in text)
        case list():
            return [_printable(item) for item in value[:_ROWS_MAX]]
        case dict():
            return {name: _printable(item) for name, item in value.items()}
        case _:
            return value


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    """Reads template and font once a process; the machine's own fonts are never used."""
    return typst.Compiler(
        input=str(_FOLDER / "paper.typ"),
        root=str(_FOLDER),
        font_paths=[str(_FOLDER / "fonts")],
        ignore_system_fonts=True,
    )


@lru_cache(maxsize=1)
def _characters() -> frozenset[str]:
    """What the font can show: ranges of code points, a line each (fonts/README.md)."""
    lines = (_FOLDER / "fonts" / "characters.txt").read_text().split()
    spans = [[int(part, 16) for part in line.split("-")] for line in lines]
    return frozenset(chr(code) for span in spans for code in range(span[0], span[-1] + 1))
