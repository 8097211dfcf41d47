"""Which tests can't run on this machine: taken out of pytest's arguments by their marker, and named at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Missing:
    """What the machine hasn't got: the marker of the tests that need it, and what is said of them in the end."""

    marker: str
    words: str


def without(missing: Sequence[Missing], arguments: Sequence[str]) -> list[str]:
    """pytest's arguments, the tests of the missing things taken out.

    browser: ["-k", "refund"] → ["-m", "not browser", "-k", "refund"]; ["-m", "processes"] → ["-m", "(processes) and not browser"]
    """
    words = list(arguments)
    if not missing:
        return words
    rest = " and ".join(f"not {one.marker}" for one in missing)
    for index, word in enumerate(words):
        if word == "-m" and index + 1 < len(words):
            words[index + 1] = f"({words[index + 1]}) and {rest}"
            return words
        if word.startswith("-m") and len(word) > len("-m"):
            words[index] = f"-m({word.removeprefix('-m').removeprefix('=')}) and {rest}"
            return words
    return ["-m", rest, *words]
