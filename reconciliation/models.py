"""What was compared: the bank's statement as it was fetched, each run over the books, and what was found broken."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.references import new_id
from common.states import AppendOnly


class BankLine(AppendOnly):
    """One booking in the bank's own book, kept as it was first told. `line` is the bank's number of it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    line = models.BigIntegerField(unique=True)
    kind = models.CharField(max_length=8)
    request_id = models.UUIDField(db_index=True)
    account_last4 = models.CharField(max_length=4)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    bank_reference = models.CharField(max_length=64)
    booked_at = models.DateTimeField(db_index=True)
    # Of a reversal: our request id of the debit that it takes back.
    reverses = models.UUIDField(null=True, blank=True, db_index=True)
    fetched_at = models.DateTimeField()

    class Meta:
        verbose_name = _("bank line")
        verbose_name_plural = _("bank lines")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=["debit", "credit", "reversal"]), name="reconciliation_line_kind"
            ),
            models.CheckConstraint(
                condition=Q(kind="reversal", reverses__isnull=False) | (~Q(kind="reversal") & Q(reverses__isnull=True)),
                name="reconciliation_reversal_names_its_debit",
            ),
        ]

    def __str__(self) -> str:
        return f"bank line {self.line}"


class Run(AppendOnly):
    """One look over the books, written down when it was done. Without the bank's answer nothing was compared with it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    bank_answered = models.BooleanField()
    lines_fetched = models.PositiveIntegerField(default=0)
    matched = models.PositiveIntegerField(default=0)
    broken = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        indexes: ClassVar = [models.Index(fields=["at"], name="reconciliation_run_at")]

    def __str__(self) -> str:
        return f"run {self.id}"


class Finding(models.Model):
    """Something broken: open from the run that first found it to the run that finds it mended."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="findings")
    # The invariant ("I-8") or the verdict of the comparison with the bank ("missing_at_bank").
    name = models.CharField(_("what is broken"), max_length=30)
    # What is broken, by its reference or id.
    subject = models.CharField(_("about"), max_length=80)
    detail = models.CharField(_("in what"), max_length=300)
    found_at = models.DateTimeField(_("found at"))
    seen_at = models.DateTimeField(_("last seen at"))
    resolved_at = models.DateTimeField(_("mended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["name", "subject"],
                condition=Q(resolved_at__isnull=True),
                name="reconciliation_finding_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"finding {self.name} {self.subject}"
