"""The one screen that ./run prints when everything answers."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from bootstrap.preparation import Seeds

_WIDTH_MAX = 150


def draw(*, env: Mapping[str, str], seeds: Seeds, folders: Mapping[str, str], seconds: float) -> str:
    """Addresses, cards with passwords and what each account does, staff logins, the developer's key, folders."""
    parts = [
        f"Outpost is up ({seconds:.0f} s). All money and all persons in it are made up.",
        _table(_addresses(env["PORTAL_URL"], env["SANDBOX_URL"], env["READER_URL"])),
        "Cards: password, and what each account does\n" + _cards(seeds.cards),
        f"Staff of the console; their codes of now are at {env['SANDBOX_URL']}/staff/\n"
        + _table([(one["username"], one["password"], one["role"]) for one in seeds.staff]),
        "For developers: the API as platform “Demo shop”; docs/api/guides/first-payment.md takes five minutes\n"
        + _developer(env, seeds.developer),
        _table(list(folders.items())),
        "Ctrl-C stops everything and keeps the data; ./run --reset starts over.",
    ]
    return "\n" + "\n\n".join(part.rstrip() for part in parts) + "\n"


def _addresses(portal: str, sandbox: str, reader: str) -> list[Sequence[str]]:
    return [
        ("shop", f"{sandbox}/shop/", "order here and pay"),
        ("portal", f"{portal}/", ""),
        ("console", f"{portal}/console/", "for staff"),
        ("API docs", f"{portal}/api/docs/", ""),
        ("SMS inbox", f"{sandbox}/handset/", "codes and promises arrive here"),
        ("wallet", f"{sandbox}/wallet/", "which card is in the reader"),
        (
            "component",
            f"{reader.replace('ws', 'http', 1).rpartition('/')[0]}/",
            "the card reader's program; shows the number that pairs a browser",
        ),
        ("test clock", f"{sandbox}/clock/", "move every timer forward"),
        ("accounts", f"{sandbox}/accounts/", "persons and their data for the identity page"),
        ("faults", f"{sandbox}/faults/", "let an outside party fail"),
        ("test mode", f"{sandbox}/sandbox/", "all of this by curl"),
    ]


def _developer(env: Mapping[str, str], platform: Mapping[str, str]) -> str:
    """The key, and two lines to paste."""
    key = env["DEMO_API_KEY"]
    return "\n".join(
        (
            f"  key {key}  key id {platform['key_id']}",
            f"  curl -s -H 'Authorization: Bearer {key}' {env['PORTAL_URL']}/api/v1/platform",
            f"  curl -s -H 'Accept-Language: en' {env['SANDBOX_URL']}/sandbox/scenarios",
        )
    )


def _cards(cards: Sequence[Mapping[str, Any]]) -> str:
    """A line for each account; a card's name and password on its first."""
    rows = []
    for card in cards:
        for number, account in enumerate(card["accounts"]):
            head = ("", "") if number else (card["name"], card["password"])
            rows.append((*head, account["number"], account["does"]))
    return "\n".join(map(_shortened, _table(rows).splitlines()))


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest cell.

    [("shop", "http://…"), ("portal", "http://…")] → "  shop    http://…\\n  portal  http://…"
    """
    widths = [max(_width(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = ("  ".join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(f"  {line}".rstrip() for line in lines)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    """Chinese characters take two columns of a terminal."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _shortened(line: str) -> str:
    return line if len(line) <= _WIDTH_MAX else line[: _WIDTH_MAX - 1] + "…"
