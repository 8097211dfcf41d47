"""Journals and their entries: append-only, each journal balanced by the database at commit."""

from __future__ import annotations

from django.db import models

from common.references import new_id
from common.states import AppendOnly
from ledger.chart import AccountCode, JournalKind, Side


class Journal(AppendOnly):
    """One booking. (kind, reference) is unique: the same event can't be booked twice."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=12)
    reference = models.CharField(max_length=40)
    platform_code = models.CharField(max_length=40)
    business_date = models.DateField()
    at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    reverses = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversed_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "reference"], name="ledger_journal_once"),
            models.CheckConstraint(condition=models.Q(kind__in=list(JournalKind)), name="ledger_journal_kind"),
            models.CheckConstraint(
                condition=models.Q(kind=JournalKind.REVERSAL, reverses__isnull=False)
                | (~models.Q(kind=JournalKind.REVERSAL) & models.Q(reverses__isnull=True)),
                name="ledger_reversal_names_its_journal",
            ),
        ]
        indexes = [models.Index(fields=["business_date", "id"], name="ledger_journal_by_date")]

    def __str__(self) -> str:
        return f"journal {self.kind} {self.reference}"


class Entry(AppendOnly):
    """One line of a journal: a positive amount on one side of one account."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="entries")
    account = models.CharField(max_length=20)
    side = models.CharField(max_length=6)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="ledger_entry_positive"),
            models.CheckConstraint(condition=models.Q(side__in=list(Side)), name="ledger_entry_side"),
            models.CheckConstraint(condition=models.Q(account__in=list(AccountCode)), name="ledger_entry_account"),
            models.CheckConstraint(condition=models.Q(currency="TWD"), name="ledger_entry_twd"),
        ]

    def __str__(self) -> str:
        return f"entry {self.side} {self.account} {self.amount_minor} {self.currency}"
