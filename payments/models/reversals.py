"""A debit given back whole: asked for by an approval, sent to the bank until it answers, and what it said."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import F, Q

from common.money import Money
from common.references import new_id
from payments.models.payment import Attempt


class ReversalOutcome(models.TextChoices):
    """Empty: the bank has not said yet, and is asked again under the same request id."""

    REVERSED = "reversed"
    DECLINED = "declined"


class DebitReversalQuerySet(models.QuerySet["DebitReversal"]):
    def under_way(self) -> Self:
        return self.filter(outcome="")

    def to_send(self, at: dt.datetime) -> Self:
        """The bank is to be asked (again)."""
        return self.under_way().filter(send_at__lte=at)


class DebitReversal(models.Model):
    """`told_minor`: what the bank said it took. `request_id` goes with it however often it is sent."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="reversals")
    request_id = models.UUIDField(unique=True, default=new_id, editable=False)
    told_minor = models.BigIntegerField()
    asked_at = models.DateTimeField()
    made_by = models.CharField(max_length=100)
    approved_by = models.CharField(max_length=100)
    reason = models.CharField(max_length=300)
    send_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    # Why the last try brought no answer.
    last_answer = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=10, blank=True, choices=ReversalOutcome)
    bank_code = models.CharField(max_length=20, blank=True)
    bank_reference = models.CharField(max_length=40, blank=True)
    outcome_at = models.DateTimeField(null=True, blank=True)

    objects = DebitReversalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["attempt"], condition=~Q(outcome="declined"), name="payments_one_reversal_of_a_debit"
            ),
            models.CheckConstraint(condition=~Q(made_by=F("approved_by")), name="payments_reversal_four_eyes"),
            models.CheckConstraint(condition=Q(told_minor__gt=0), name="payments_reversal_of_something"),
            models.CheckConstraint(
                condition=Q(outcome="", outcome_at=None)
                | (Q(outcome__in=["reversed", "declined"]) & Q(outcome_at__isnull=False)),
                name="payments_reversal_answered",
            ),
        ]
        indexes = [models.Index(fields=["send_at"], condition=Q(outcome=""), name="payments_reversals_to_send")]

    def __str__(self) -> str:
        return f"reversal {self.request_id}"

    @property
    def told(self) -> Money:
        return Money.twd(self.told_minor)
