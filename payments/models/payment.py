"""Payments, their changes and their card attempts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cards.models import Account
from common.money import Money
from common.references import new_id, payment_reference
from common.states import StateChange, Stateful
from payments.amounts import Amounts, Quote
from payments.states import IN_FLIGHT, LIVE_OR_PAID, MONEY_MOVED, MOVES, PLATFORM_SEES, UNTOUCHED, Status
from platforms.models import Platform


class PaymentQuerySet(models.QuerySet["Payment"]):
    def to_expire(self, at: dt.datetime) -> Self:
        """Nobody asked the bank for them and their time is over."""
        return self.filter(status__in=UNTOUCHED, expires_at__lte=at)

    def to_enquire(self, at: dt.datetime) -> Self:
        """Their debit's outcome is not known and the bank may be asked (again)."""
        return self.filter(status__in=IN_FLIGHT, enquire_at__lte=at)


class Payment(Stateful):
    """One order of a platform to be paid in TWD. Amounts and rate are frozen when it is made."""

    MOVES = MOVES

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reference = models.CharField(max_length=24, unique=True, default=payment_reference, editable=False)
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="payments")
    order_number = models.CharField(max_length=64)
    description = models.CharField(max_length=200, blank=True)
    goods = models.JSONField(default=list)
    currency = models.CharField(max_length=3)
    product_minor = models.BigIntegerField()
    shipping_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField()
    rate = models.DecimalField(max_digits=18, decimal_places=8)
    rate_source = models.CharField(max_length=60)
    rate_quoted_at = models.DateTimeField()
    order_amount_minor = models.BigIntegerField()
    charge_minor = models.BigIntegerField()
    final_amount_minor = models.BigIntegerField()
    charge_percent = models.DecimalField(max_digits=6, decimal_places=3)
    return_url = models.URLField(max_length=500)
    language = models.CharField(max_length=10)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    link_hash = models.CharField(max_length=64, blank=True, editable=False)
    former_links = models.JSONField(default=list, editable=False)  # hashes of the links before, newest last
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="payments")
    enquire_at = models.DateTimeField(null=True, blank=True)
    enquiries = models.PositiveIntegerField(default=0)
    limits_day = models.DateField(null=True, blank=True)
    bank_reference = models.CharField(max_length=40, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    failure_code = models.CharField(max_length=40, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True)
    # What refunds (not cancelled or failed) have taken of the two parts; raised under this row's lock.
    refunded_order_minor = models.BigIntegerField(default=0)
    refunded_charge_minor = models.BigIntegerField(default=0)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        permissions = [("act_on_payment", _("Can tell the platform again and ask the bank"))]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "order_number"],
                condition=Q(status__in=LIVE_OR_PAID),
                name="payments_one_live_or_paid_per_order",
            ),
            models.CheckConstraint(
                condition=Q(final_amount_minor=F("order_amount_minor") + F("charge_minor")),
                name="payments_amounts_add_up",
            ),
            models.CheckConstraint(
                condition=Q(order_amount_minor__gt=0, charge_minor__gte=0), name="payments_amounts_positive"
            ),
            models.CheckConstraint(
                condition=Q(refunded_order_minor__gte=0, refunded_order_minor__lte=F("order_amount_minor")),
                name="payments_refunded_within_order",
            ),
            models.CheckConstraint(
                condition=Q(refunded_charge_minor__gte=0, refunded_charge_minor__lte=F("charge_minor")),
                name="payments_refunded_within_charge",
            ),
            models.CheckConstraint(
                condition=Q(refunded_order_minor=0, refunded_charge_minor=0) | Q(status=Status.PAID),
                name="payments_refunded_only_when_paid",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.PAID) | Q(paid_at__isnull=False, account__isnull=False),
                name="payments_paid_says_when_and_whence",
            ),
        ]
        indexes = [
            models.Index(fields=["platform", "order_number"], name="payments_by_order_number"),
            models.Index(fields=["expires_at"], condition=Q(status__in=UNTOUCHED), name="payments_to_expire"),
            models.Index(fields=["enquire_at"], condition=Q(status__in=IN_FLIGHT), name="payments_to_enquire"),
            models.Index(fields=["account", "id"], name="payments_of_account"),
            # The console's lists, of all platforms; migration 0006 says what each is for.
            models.Index(fields=["created_at", "id"], name="payments_newest"),
            models.Index(
                fields=["status", "created_at", "id"],
                condition=~Q(status=Status.PAID.value),
                name="payments_newest_unpaid",
            ),
            # The platform's lists and settlement days; migration 0004 says what each is for.
            models.Index(fields=["platform", "created_at", "id"], name="payments_list"),
            models.Index(
                fields=["platform", "status", "created_at", "id"],
                condition=~Q(status=Status.PAID.value),
                name="payments_list_unpaid",
            ),
            models.Index(fields=["platform", "final_amount_minor", "created_at", "id"], name="payments_list_amount"),
            models.Index(
                fields=["platform", "paid_at", "id"],
                include=["order_amount_minor", "charge_minor", "final_amount_minor"],
                condition=Q(paid_at__isnull=False),
                name="payments_settled",
            ),
        ]

    def __str__(self) -> str:
        return f"payment {self.reference}"

    @property
    def quote(self) -> Quote:
        return Quote(
            product=Money(self.product_minor, self.currency),
            shipping=Money(self.shipping_minor, self.currency),
            discount=Money(self.discount_minor, self.currency),
            rate=self.rate,
        )

    @property
    def amounts(self) -> Amounts:
        return Amounts(Money.twd(self.order_amount_minor), Money.twd(self.charge_minor), self.final_amount)

    @property
    def final_amount(self) -> Money:
        return Money.twd(self.final_amount_minor)

    @property
    def platform_status(self) -> str:
        return PLATFORM_SEES[self.status]

    @property
    def money_moved(self) -> str:
        return MONEY_MOVED[self.status]

    @property
    def refundable_minor(self) -> int:
        """What is left of the order amount; nothing before it is paid."""
        return self.order_amount_minor - self.refunded_order_minor if self.status == Status.PAID else 0

    def order_as_shown(self) -> dict[str, str]:
        """The lines that the payer sees and the card's TAC signs (docs/wires.md), as texts."""
        return {
            "payment": self.reference,
            "order_number": self.order_number,
            "platform": self.platform.code,
            "product_minor": str(self.product_minor),
            "shipping_minor": str(self.shipping_minor),
            "discount_minor": str(self.discount_minor),
            "currency": self.currency,
            "rate": plain_rate(self.rate),
            "order_amount_minor": str(self.order_amount_minor),
            "charge_minor": str(self.charge_minor),
            "final_amount_minor": str(self.final_amount_minor),
        }


class PaymentChange(StateChange):
    subject = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="changes")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "step"], name="payments_change_once")]

    def __str__(self) -> str:
        return f"{self.before or 'nothing'} → {self.after}"


class Attempt(models.Model):
    """One card presentation for a payment. `request_id` is the id of its debit at the bank, stored before it is sent."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveIntegerField()
    request_id = models.UUIDField(unique=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="attempts")
    account_hash = models.CharField(max_length=64)
    account_last4 = models.CharField(max_length=4)
    check_code = models.CharField(max_length=16, unique=True)
    counter = models.BigIntegerField()
    tac = models.CharField(max_length=32)
    signed_at = models.CharField(max_length=14)
    order_digest = models.CharField(max_length=64)
    amount_minor = models.BigIntegerField()
    # What the bank says it took, where that is another amount; the newest such answer.
    told_minor = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    debit_sent_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, blank=True)
    outcome_code = models.CharField(max_length=40, blank=True)
    limit_code = models.CharField(max_length=20, blank=True)  # which limit was in the way, where one was
    bank_code = models.CharField(max_length=20, blank=True)
    outcome_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "number"], name="payments_attempt_number"),
            models.UniqueConstraint(fields=["payment"], condition=Q(outcome=""), name="payments_one_live_attempt"),
            models.UniqueConstraint(
                fields=["payment"], condition=Q(outcome="approved"), name="payments_one_approved_attempt"
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], condition=Q(outcome=""), name="payments_live_attempts"),
            # A caller knows the last four digits of the card's account, whether it paid or was refused.
            models.Index(fields=["account_last4", "payment"], name="payments_attempt_last4"),
            # Cards that were refused before they were any customer's: of them the number's hash is all there is.
            models.Index(fields=["account_hash"], condition=Q(account__isnull=True), name="payments_strange_cards"),
            # What came to nothing: of a day, and with a code of the bank's that has no text of ours.
            models.Index(
                fields=["created_at"], condition=Q(outcome__in=["declined", "refused"]), name="payments_refusals"
            ),
            models.Index(
                fields=["payment", "outcome_at"], condition=Q(outcome_code="bank_declined"), name="payments_unmapped"
            ),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.payment_id}"


def plain_rate(rate: Decimal) -> str:
    """Decimal("4.51230000") → "4.5123": one spelling for page, TAC and API."""
    return f"{rate.normalize():f}"
