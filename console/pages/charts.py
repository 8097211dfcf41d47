"""Charts as places in per cent: the server draws, no text is scaled, and a table says the same beside each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# What the highest column leaves free above itself, in per cent of the picture.
_HEADROOM = 8.0


@dataclass(frozen=True)
class Column:
    """One column: its value (None: not yet), what is usual there, what it says, and where its list is."""

    value: float | None
    usual: float
    text: str
    href: str = ""


def columns(given: Sequence[Column]) -> dict[str, Any]:
    """A column each, with a stroke at what is usual; three lines behind them say the scale."""
    top = _round_up(max((max(one.value or 0, one.usual) for one in given), default=0))
    width = 100 / len(given)

    def height(value: float) -> float:
        return (100 - _HEADROOM) * value / top

    drawn = [
        {
            "text": one.text,
            "href": one.href,
            "x": _at(place * width + width * 0.16),
            "width": _at(width * 0.68),
            "y": _at(100 - height(one.value or 0)),
            "height": _at(height(one.value or 0)),
            "is_drawn": bool(one.value),
            "usual_from": _at(place * width + width * 0.06),
            "usual_to": _at((place + 1) * width - width * 0.06),
            "usual_y": _at(100 - height(one.usual)),
        }
        for place, one in enumerate(given)
    ]
    lines = [{"y": _at(100 - height(top * part)), "value": top * part} for part in (0.5, 1)]
    return {"columns": drawn, "lines": lines}


def bar(value: float, room: float, scale: float) -> dict[str, str | bool]:
    """A lying bar in the scale of its neighbours: how long it is, and where its room ends, if that is in the picture."""
    return {
        "length": _at(100 * min(value / scale, 1)) if scale else "0%",
        "room": _at(100 * min(room / scale, 1)) if scale else "0%",
        "is_over": value > room,
    }


def _round_up(value: float) -> float:
    """The next number that people count in: 37 → 40, 1234 → 2000, 0 → 4."""
    if value <= 0:
        return 4
    size = 1.0
    while size * 10 <= value:
        size *= 10
    return next((step * size for step in (1, 2, 4, 6, 8, 10) if step * size >= value), 10 * size)


def _at(percent: float) -> str:
    return f"{percent:.2f}%"
