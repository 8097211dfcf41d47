"""The sequencer: gives events their numbers a moment after commit, without gaps, one process at a time.

Numbers are given to committed rows only, so a rolled-back event leaves no gap. A single sequencer writes them, so that
they become visible in their order: who has read up to n never sees a smaller one appear later. What one event caused
(a refund after its payment) was committed after it, so a pass that sees the effect sees the cause, and the time-ordered
ids put the cause first.
"""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef

from common import phases
from notifications.models import Event, EventNumber, Numbering
from notifications.states import Phase

_LOCK = "notifications.numbering"
BATCH = 1_000


def number_events(*, limit: int = BATCH) -> int:
    """Number what was committed since; how many. 0 also when another process is at it."""
    with transaction.atomic(durable=True):
        if not _lock_or_leave():
            return 0
        horizon = _settled_before()
        numbering, _ = Numbering.objects.get_or_create(id=1)
        # A database restored from a dump counts its transactions anew: then look at all events once.
        restored = numbering.txid > horizon
        since = 0 if restored else numbering.txid
        numbered = EventNumber.objects.filter(event=OuterRef("pk"))
        events = list(
            Event.objects.filter(~Exists(numbered), txid__gte=since)
            .order_by("id")
            .values_list("id", "platform_id")[:limit]
        )
        _give_numbers(events)
        # An idle sequencer writes nothing: moving the mark costs a transaction number itself.
        if len(events) < limit and (events or restored):
            numbering.txid = horizon
            numbering.save()
    phases.reached(Phase.NUMBERED)
    return len(events)


def _give_numbers(events: list[tuple[UUID, UUID]]) -> None:
    platforms = {platform_id for _, platform_id in events}
    rows = EventNumber.objects.filter(platform__in=platforms).values_list("platform").annotate(Max("sequence"))
    last: dict[UUID, int] = defaultdict(int, rows.order_by())
    numbers = []
    for event_id, platform_id in events:
        last[platform_id] += 1
        numbers.append(EventNumber(event_id=event_id, platform_id=platform_id, sequence=last[platform_id]))
    EventNumber.objects.bulk_create(numbers)


def _lock_or_leave() -> bool:
    """One sequencer at a time; whoever comes second leaves the work to the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [_LOCK])
        return bool(cursor.fetchone()[0])


def _settled_before() -> int:
    """Each transaction before this one has ended: whatever it wrote can be seen from now on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])
