"""Who did and who saw what: append-only records, and the chain that shows when one was tampered with."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from common.references import new_id
from common.states import AppendOnly


class CurrentTransaction(models.Func):
    """The number of the transaction that inserts the row (xid8, as text)."""

    function = "pg_current_xact_id"
    template = "%(function)s()::text"
    output_field = models.TextField()


class Record(AppendOnly):
    """One deed or one look at customer data. `txid` lets records be chained a moment later, in order."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    by = models.CharField(max_length=100)
    role = models.CharField(max_length=40, blank=True)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    details = models.JSONField(default=dict)
    at = models.DateTimeField()
    txid = models.BigIntegerField(db_default=Cast(CurrentTransaction(), models.BigIntegerField()), editable=False)

    class Meta:
        permissions: ClassVar = [("audit_trail", _("Can read the audit trail"))]
        indexes: ClassVar = [
            # The trail, newest first, whole or of one subject, person, deed or role; migration 0003 says more.
            models.Index(fields=["at", "id"], name="audit_record_at"),
            models.Index(fields=["subject", "at", "id"], name="audit_record_subject"),
            models.Index(fields=["by", "at", "id"], name="audit_record_by"),
            models.Index(fields=["action", "at", "id"], name="audit_record_action"),
            models.Index(fields=["role", "at", "id"], name="audit_record_role"),
            models.Index(fields=["txid"], name="audit_record_txid"),
        ]

    def __str__(self) -> str:
        return f"audit record {self.id}"


class Link(AppendOnly):
    """A record's place in the chain: its hash covers the record and the link before it."""

    position = models.BigIntegerField(primary_key=True)
    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="link")
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(position__gt=0), name="audit_position_positive")]

    def __str__(self) -> str:
        return f"audit link {self.position}"


class Head(models.Model):
    """Where the chain ends, signed with a key that the database doesn't know: a cut tail doesn't fit. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    position = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)
    signature = models.CharField(max_length=64, blank=True)
    # Every record of a transaction before this one is linked.
    txid = models.BigIntegerField(default=0)
    # The last day whose head was signed: that one can't go without a trace either.
    signed_day = models.DateField(null=True)

    def __str__(self) -> str:
        return f"audit head at {self.position}"


class DailyHead(AppendOnly):
    """The head as it was when a Taipei day had ended, signed; also logged, so that a copy leaves the database."""

    day = models.DateField(primary_key=True)
    position = models.BigIntegerField()
    hash = models.CharField(max_length=64, blank=True)
    # The signature of the day's head before: none can be taken out from among them.
    previous_signature = models.CharField(max_length=64, blank=True)
    signature = models.CharField(max_length=64)
    signed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"audit head of {self.day}"
