"""What the tests of the console's boards share: a clock that stands, and reading figures and lists from pages."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from pathlib import Path


def set_clock(settings, folder: Path, at: dt.datetime) -> None:
    """Pages see this moment from now on; it goes on from there."""
    settings.CLOCK_FILE = str(folder / "clock")
    Path(settings.CLOCK_FILE).write_text(str((at - dt.datetime.now(dt.UTC)).total_seconds()))


def figures(html: str) -> dict[str, tuple[str, str]]:
    """Tile → its figure and the address of its rows."""
    tiles = re.findall(r'id="tile-(\w+)"(?: href="([^"]*)")?><span class="figure-big">([^<]*)<', html)
    return {name: (big, unescape(href)) for name, href, big in tiles}


def rows_in(html: str) -> list[list[str]]:
    """The cells of each row of the page's list, tags taken out."""
    table = re.search(r'<table class="rows[^"]*">(.*?)</table>', html, re.DOTALL)
    if table is None:
        return []
    body = table[1].partition("<tbody>")[2]
    return [
        [
            unescape(re.sub(r"<[^>]+>", "", cell)).strip()
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    ]


def references_in(html: str) -> set[str]:
    return {row[0] for row in rows_in(html)}
