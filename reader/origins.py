"""Whose pages may use the reader: from the command line, a file, or what the bank built into the package."""

import re
from collections.abc import Iterable
from pathlib import Path
from pkgutil import get_data

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")
# What a page elsewhere sends in the clear could be changed on its way: only this computer itself may do without https.
_SAFE = re.compile(r"https://.+|http://(127\.0\.0\.1|localhost)(:[0-9]+)?")

# In the package, one a line.
BUILT_IN = "origins"


def check_origin(text: str) -> str:
    """As browsers write it: `https://pay.example`, no path, no capitals. ValueError says what is wrong with another."""
    if not _ORIGIN.fullmatch(text):
        raise ValueError(f"{text!r} is not an address of pages, as https://pay.example")
    return text


def check_safe(text: str) -> str:
    """The same, and nobody on the way can change its pages: a real card's password must not be asked for by others."""
    if not _SAFE.fullmatch(check_origin(text)):
        raise ValueError(f"{text!r} can be changed on its way here: https, or http on this computer itself")
    return text


def parse_origins(lines: Iterable[str]) -> list[str]:
    """One a line; blank lines and # comments are passed over."""
    texts = (line.partition("#")[0].strip() for line in lines)
    return [check_safe(text) for text in texts if text]


def read_origins(file: Path) -> list[str]:
    """Raises OSError, or ValueError for a line that is no address."""
    return parse_origins(file.read_text(encoding="utf-8").splitlines())


def built_in_origins() -> list[str]:
    """None in a checkout."""
    try:
        return parse_origins((get_data("reader", BUILT_IN) or b"").decode().splitlines())
    except OSError:
        return []
