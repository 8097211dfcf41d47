"""Reading the books: balances are sums of entries, never a row that payments share."""

from __future__ import annotations

from django.db.models import Case, F, Sum, Value, When

from ledger.chart import AccountCode, Side
from ledger.models import Entry, Journal


def balance_minor(account: AccountCode, *, platform_code: str | None = None) -> int:
    """Debits less credits of an account, in TWD."""
    entries = Entry.objects.filter(account=account)
    if platform_code is not None:
        entries = entries.filter(journal__platform_code=platform_code)
    signed = Case(When(side=Side.DEBIT, then=F("amount_minor")), default=F("amount_minor") * Value(-1))
    return entries.aggregate(total=Sum(signed))["total"] or 0


def journals_of(references: list[str]) -> list[Journal]:
    """The journals with these references, oldest first, entries at hand."""
    return list(Journal.objects.filter(reference__in=references).prefetch_related("entries").order_by("id"))
