"""Searching the trail: who did or saw what, when. Newest first, by the indexes of migration 0003."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from audit.models import Head, Record
from common.paging import count_to_cap


@dataclass(frozen=True)
class Search:
    """What a record must be; empty words and times leave it open. `by` is staff:amy, or amy for short."""

    by: str = ""
    subject: str = ""
    action: str = ""
    role: str = ""
    start: dt.datetime | None = None
    end: dt.datetime | None = None

    def records(self) -> QuerySet[Record, Record]:
        """Filtered, unordered, with each record's link."""
        who = self.by if ":" in self.by or not self.by else f"staff:{self.by}"
        equal = {"by": who, "subject": self.subject, "action": self.action, "role": self.role}
        times = {"at__gte": self.start, "at__lt": self.end}
        wanted = {name: value for name, value in (equal | times).items() if value}
        return Record.objects.select_related("link").filter(**wanted)


def actions() -> list[str]:
    """Every deed that was ever recorded, each found by one step along its index."""
    with connection.cursor() as cursor:
        cursor.execute("""
            WITH RECURSIVE known AS (
                (SELECT action FROM audit_record ORDER BY action LIMIT 1)
                UNION ALL
                SELECT (SELECT action FROM audit_record r WHERE r.action > k.action ORDER BY action LIMIT 1)
                FROM known k WHERE k.action IS NOT NULL
            ) SELECT action FROM known WHERE action IS NOT NULL
        """)
        return [row[0] for row in cursor.fetchall()]


def waiting() -> int:
    """How many records are recorded and not yet chained; COUNT_MAX + 1 for any more than that."""
    head = Head.objects.filter(id=1).first()
    unlinked = Record.objects.filter(link=None, txid__gte=head.txid if head else 0)
    return count_to_cap(unlinked)
