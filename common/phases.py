"""Names for the moments at which a process may die: tests stop or kill there, production passes through."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

_handler: Callable[[str], None] | None = None


def reached(phase: StrEnum) -> None:
    """Mark a named moment of a money path. Costs one comparison where no test listens."""
    if _handler is not None:
        _handler(phase.value)


def listen(handler: Callable[[str], None] | None) -> None:
    """Let a test hear of every phase in this process; None ends it."""
    global _handler  # noqa: PLW0603 - one listener a process is the point
    _handler = handler
