"""Watches a running stack: what dies is started again with a word about it, until it dies too often."""

from __future__ import annotations

import time
from collections import defaultdict, deque

from bootstrap.children import Child
from bootstrap.messages import CannotStart, say
from bootstrap.stack import Stack

# A process that ends this often within a minute has a fault that starting it again won't cure.
DEATHS_MAX = 3
_WINDOW_SECONDS = 60.0
_PAUSE_SECONDS = 0.3


class Deaths:
    """Counts them by name within the last minute; time is the caller's."""

    def __init__(self) -> None:
        self._times: dict[str, deque[float]] = defaultdict(deque)

    def too_many(self, name: str, at_seconds: float) -> bool:
        """One more death of `name`; whether it was one too many."""
        times = self._times[name]
        times.append(at_seconds)
        while times and times[0] <= at_seconds - _WINDOW_SECONDS:
            times.popleft()
        return len(times) >= DEATHS_MAX


def watch(stack: Stack) -> None:
    """Until something raises: an interrupt, or CannotStart when a process can't be kept alive."""
    deaths = Deaths()
    while True:
        for name, child in stack.processes.items():
            if not child.alive:
                _revive(stack, name, child, deaths)
        time.sleep(_PAUSE_SECONDS)


def _revive(stack: Stack, name: str, child: Child, deaths: Deaths) -> None:
    words = child.last_words()
    if deaths.too_many(name, time.monotonic()):
        raise CannotStart(f"{name} ended {DEATHS_MAX} times within a minute; {words}")
    say(f"{name} ended by itself; starting it again (log: {child.log})")
    stack.restart(name)
    say(f"{name} is back")
