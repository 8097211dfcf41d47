"""Recording a deed, chaining records a moment later in order, signing the day's head."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from django.db import connection, transaction

from audit import rules
from audit.models import DailyHead, Head, Link, Record
from common.clock import today_in_taipei
from common.jobs import run_soon

log = logging.getLogger(__name__)

_LOCK = "audit.linking"
BATCH = 1_000


def record(
    *,
    by: str,
    action: str,
    at: dt.datetime,
    subject: str = "",
    role: str = "",
    reason: str = "",
    details: dict[str, Any] | None = None,
) -> Record:
    """Keep who did or saw what. `details` holds what JSON can say, and no secret.

    Joins the caller's transaction where there is one, so that deed and record stand or fall together.
    """
    with transaction.atomic():
        kept = Record.objects.create(
            by=by, role=role, action=action, subject=subject, reason=reason[:300], details=details or {}, at=at
        )
        run_soon("audit.link_records")
    return kept


def link_records(*, limit: int = BATCH) -> int:
    """Chain what was committed since, in order; how many. 0 also when another process is at it.

    Taken from committed rows by one process at a time: nothing can be linked before what it follows.
    """
    with transaction.atomic(durable=True):
        if not _lock_or_leave():
            return 0
        horizon = _settled_before()
        head = Head.objects.filter(id=1).first() or _first_head()
        # A database restored from a dump counts its transactions anew: then look at all records once.
        restored = head.txid > horizon
        waiting = Record.objects.filter(txid__gte=0 if restored else head.txid, link=None).order_by("id")
        records = list(waiting.values(*rules.HASHED)[:limit])
        if records or restored:
            _append(head, records)
            head.txid = horizon if len(records) < limit else head.txid
            _sign(head)
            head.save()
    return len(records)


def sign_daily_head(*, at: dt.datetime) -> DailyHead | None:
    """Sign where the chain stood when yesterday (Taipei) had ended. None when that is done already."""
    day = today_in_taipei(at) - dt.timedelta(days=1)
    with transaction.atomic(durable=True):
        head = Head.objects.select_for_update().filter(id=1).first()
        if head is None or DailyHead.objects.filter(day=day).exists():
            return None
        before = DailyHead.objects.order_by("-day").first()
        daily = DailyHead(
            day=day,
            position=head.position,
            hash=head.hash,
            previous_signature=before.signature if before else "",
            signed_at=at,
        )
        daily.signature = rules.head_signature(**rules.signed_of_day(daily))
        daily.save(force_insert=True)
        head.signed_day = day
        _sign(head)
        head.save()
    fields = {"day": str(day), "position": daily.position, "hash": daily.hash, "signature": daily.signature}
    log.info("audit head signed", extra=fields)
    return daily


def _append(head: Head, records: list[dict[str, Any]]) -> None:
    """Link the records behind the head and move the head to the last."""
    links = []
    for fields in records:
        position = head.position + 1
        hashed = rules.link_hash(previous_hash=head.hash, position=position, record=fields)
        links.append(Link(position=position, record_id=fields["id"], previous_hash=head.hash, hash=hashed))
        head.position, head.hash = position, hashed
    Link.objects.bulk_create(links)


def _first_head() -> Head:
    head = Head(id=1, hash=rules.GENESIS)
    _sign(head)
    head.save(force_insert=True)
    return head


def _sign(head: Head) -> None:
    head.signature = rules.head_signature(**rules.signed_of_head(head))


def _lock_or_leave() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [_LOCK])
        return bool(cursor.fetchone()[0])


def _settled_before() -> int:
    """Each transaction before this one has ended: whatever it wrote can be seen from now on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])
