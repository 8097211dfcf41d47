"""Booking: the only place that writes ledger rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from common.clock import today_in_taipei
from common.money import Money
from common.rows import insert_together
from ledger.chart import AccountCode, JournalKind, Side
from ledger.models import Entry, Journal


@dataclass(frozen=True)
class Line:
    """A line to book. Lines of nothing are left out by `post`, so a charge of zero needs no special case."""

    side: Side
    account: AccountCode
    amount: Money


def post(
    lines: Sequence[Line], *, kind: JournalKind, reference: str, platform_code: str, at: dt.datetime, reason: str = ""
) -> Journal:
    """Book a balanced journal, once for ever per (kind, reference). Joins the caller's transaction.

    Raises IntegrityError when it was booked already: the caller's own state should have told it so.
    """
    assert transaction.get_connection().in_atomic_block, "a booking joins the transaction of what it books"
    booked = [line for line in lines if line.amount.amount_minor]
    debits = sum(line.amount.amount_minor for line in booked if line.side is Side.DEBIT)
    credits_ = sum(line.amount.amount_minor for line in booked if line.side is Side.CREDIT)
    assert debits == credits_ > 0, f"journal {reference} doesn't balance: {debits} debit, {credits_} credit"
    journal = Journal(
        kind=kind,
        reference=reference,
        platform_code=platform_code,
        business_date=today_in_taipei(at),
        at=at,
        reason=reason,
    )
    _write(journal, booked)
    return journal


def reverse(journal: Journal, *, reason: str, at: dt.datetime) -> Journal:
    """Undo a journal by its mirror image; the journal itself stays. A journal is reversed once at most."""
    assert transaction.get_connection().in_atomic_block, "a booking joins the transaction of what it books"
    mirror = Journal(
        kind=JournalKind.REVERSAL,
        reference=str(journal.id),
        platform_code=journal.platform_code,
        business_date=today_in_taipei(at),
        at=at,
        reason=reason,
        reverses=journal,
    )
    flipped = {Side.DEBIT: Side.CREDIT, Side.CREDIT: Side.DEBIT}
    lines = [
        Line(flipped[Side(entry.side)], AccountCode(entry.account), Money(entry.amount_minor, entry.currency))
        for entry in journal.entries.order_by("id")
    ]
    _write(mirror, lines)
    return mirror


def _write(journal: Journal, lines: Sequence[Line]) -> None:
    entries = [
        Entry(
            journal=journal,
            account=line.account,
            side=line.side,
            amount_minor=line.amount.amount_minor,
            currency=line.amount.currency,
        )
        for line in lines
    ]
    insert_together(journal, *entries)
