"""What an invariant is: a name, what it says, and how to find the rows that break it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from common.clock import today_in_taipei

# Enough to see what is wrong; a break of thousands of rows needs no list of thousands.
NAMED_MAX = 100

Finder = Callable[[dt.datetime], Iterable[tuple[str, str]]]


@dataclass(frozen=True)
class Broken:
    """One row that breaks an invariant: its reference or id, and in what it does."""

    name: str
    subject: str
    detail: str

    def __str__(self) -> str:
        return f"{self.name} {self.subject}: {self.detail}"


@dataclass(frozen=True)
class Invariant:
    """`find` gives (subject, detail) of each broken row at a moment; nothing when it holds."""

    name: str
    says: str
    find: Finder
    # Compared with the bank's statement as it was last fetched.
    needs_bank: bool = False
    # Reads whole texts or walks whole chains: for `manage.py prove`, not for every minute.
    is_heavy: bool = False

    def broken(self, at: dt.datetime) -> list[Broken]:
        """In a stable order, the first hundred."""
        found = sorted({(subject[:80], detail[:300]) for subject, detail in self.find(at)})
        return [Broken(self.name, subject, detail) for subject, detail in found[:NAMED_MAX]]


def by_query(sql: str, *, given: str = "") -> Finder:
    """One statement, so that it sees one state of the database. `given` is its WITH clause, where several share one.

    Parameters: %(at)s and %(today)s, the Taipei date.
    """

    def find(at: dt.datetime) -> list[tuple[str, str]]:
        params: dict[str, Any] = {"at": at, "today": today_in_taipei(at)}
        with connection.cursor() as cursor:
            cursor.execute(given + sql, params)
            return [(str(subject), str(detail)) for subject, detail in cursor.fetchmany(NAMED_MAX)]

    return find
