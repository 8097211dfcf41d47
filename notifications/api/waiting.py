"""Waiting for an event without holding a database connection, by a few at a time."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection

# The sequencer gives numbers about once a second: looking more often would find nothing more.
LOOK_SECONDS = 0.5
WAIT_SECONDS_MAX = 20
# A process has 16 threads. Half of them stay free for those who pay; no platform takes all seats from the others.
SEATS_MAX = 8
SEATS_OF_ONE_MAX = 2


class Waiter:
    """Seats for those who wait in this process, and the way a moment passes. Tests give their own `sleep`."""

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep
        self._taken: Counter[UUID] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def seat(self, platform_id: UUID) -> Iterator[bool]:
        """True for whoever may wait; False at once when the seats are taken."""
        with self._lock:
            free = self._taken.total() < SEATS_MAX and self._taken[platform_id] < SEATS_OF_ONE_MAX
            self._taken[platform_id] += free
        try:
            yield free
        finally:
            with self._lock:
                self._taken[platform_id] -= free
                if not self._taken[platform_id]:
                    del self._taken[platform_id]

    def pause(self) -> None:
        """Give the connection back, then let half a second pass."""
        if not connection.in_atomic_block:  # a test's own transaction stays
            connection.close()
        self._sleep(LOOK_SECONDS)


waiter = Waiter()
