"""What the launcher says to the person who started it, and the one way in which it gives up."""

from __future__ import annotations

import sys
import time


class CannotStart(Exception):
    """Something that the person can put right; its text says what happened and what to do."""


def say(text: str) -> None:
    print(text, flush=True)


class Step:
    """One line of progress: its name at once, and how long it took at the end.

    >>> with Step("database"):
    ...     start()
      database … 0.7 s
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._live = sys.stdout.isatty()
        self._started = time.monotonic()

    def __enter__(self) -> Step:
        self._started = time.monotonic()
        if self._live:
            self._show("")
        return self

    def show(self, detail: str) -> None:
        """How far it has come; on a terminal only, a log wants no hundred lines."""
        if self._live:
            self._show(detail)

    def __exit__(self, kind: object, *_: object) -> None:
        took = f"{time.monotonic() - self._started:.1f} s"
        end = took if kind is None else "failed"
        print(f"\r\033[K  {self.name} … {end}" if self._live else f"  {self.name} … {end}", flush=True)

    def _show(self, detail: str) -> None:
        print(f"\r\033[K  {self.name} … {detail}", end="", flush=True)
