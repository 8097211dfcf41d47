"""Refunds: the row, its changes, its requests to the bank, its deferrals, and the dated policy of the charge."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from common.clock import today_in_taipei
from common.money import Money
from common.references import new_id, refund_reference
from common.states import AppendOnly, DatedRule, StateChange, Stateful
from payments.models import Payment
from platforms.models import Platform
from refunds.amounts import ChargePolicy
from refunds.deferral import DeferralReason, Promise, is_overdue
from refunds.models.calendar import CalendarVersion
from refunds.states import MOVES, PLATFORM_SEES, Status

# Plain strings, so that migrations keep the words of their day.
_PROMISED = [
    status.value for status in (Status.ACCEPTED, Status.CREDITING, Status.UNKNOWN, Status.MANUAL, Status.CREDITED)
]
_AT_THE_BANK = [status.value for status in (Status.CREDITING, Status.UNKNOWN)]


class RefundQuerySet(models.QuerySet["Refund"]):
    def due(self, at: dt.datetime) -> Self:
        """Their day has come, and no other refund of their payment is being sent this moment."""
        sending = Refund.objects.filter(payment=OuterRef("payment"), status=Status.CREDITING)
        return self.filter(
            Q(retry_at__isnull=True) | Q(retry_at__lte=at),
            ~Exists(sending),
            status=Status.ACCEPTED,
            credit_date__lte=today_in_taipei(at),
        )

    def to_enquire(self, at: dt.datetime) -> Self:
        return self.filter(status__in=_AT_THE_BANK, enquire_at__lte=at)

    def at_the_bank(self) -> Self:
        return self.filter(status__in=_AT_THE_BANK)

    def dated_before(self, version: int) -> Self:
        return self.filter(status=Status.ACCEPTED, checked_version__lt=version)

    def overdue(self, today: dt.date) -> Self:
        return self.filter(status__in=_PROMISED, latest_credit_date__lt=today).exclude(status=Status.CREDITED)


class Refund(Stateful):
    """Money of one paid order on its way back to the account that paid. Amounts are whole TWD."""

    MOVES = MOVES

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reference = models.CharField(max_length=24, unique=True, default=refund_reference, editable=False)
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="refunds")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    platform_refund_number = models.CharField(max_length=64)
    amount_minor = models.BigIntegerField()
    charge_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    reason = models.CharField(max_length=200, blank=True)
    expected_refundable_minor = models.BigIntegerField(null=True, blank=True)
    requested_at = models.DateTimeField()

    # The promise: page, SMS, API and console read these columns and compute nothing.
    accepted_date = models.DateField(null=True, blank=True)
    expected_credit_date = models.DateField(null=True, blank=True)
    latest_credit_date = models.DateField(null=True, blank=True)
    calendar_version = models.ForeignKey(
        CalendarVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="refunds"
    )
    # The newest calendar this refund was compared with; only a calendar that touches it becomes `calendar_version`.
    checked_version = models.PositiveIntegerField(null=True, blank=True)
    credit_date = models.DateField(null=True, blank=True)

    request_id = models.UUIDField(null=True, blank=True, unique=True)
    # A bank that was busy is left alone until then.
    retry_at = models.DateTimeField(null=True, blank=True)
    enquire_at = models.DateTimeField(null=True, blank=True)
    enquiries = models.PositiveIntegerField(default=0)
    bank_reference = models.CharField(max_length=64, blank=True)
    bank_code = models.CharField(max_length=20, blank=True)
    credited_at = models.DateTimeField(null=True, blank=True)
    # When the platform was told that the latest date has passed; that it has is read from the date itself.
    overdue_told_at = models.DateTimeField(null=True, blank=True)

    objects = RefundQuerySet.as_manager()

    class Meta:
        permissions = [("settle_manually", _("Can settle refunds that the bank could not credit"))]
        constraints = [
            models.UniqueConstraint(fields=["platform", "platform_refund_number"], name="refunds_number_once"),
            models.UniqueConstraint(
                fields=["payment"], condition=Q(status__in=_AT_THE_BANK), name="refunds_one_at_the_bank_per_payment"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refunds_amount_positive"),
            models.CheckConstraint(condition=Q(charge_minor__gte=0), name="refunds_charge_not_negative"),
            models.CheckConstraint(
                condition=Q(total_minor=F("amount_minor") + F("charge_minor")), name="refunds_total_is_the_sum"
            ),
            models.CheckConstraint(
                condition=Q(status__in=[str(status) for status in MOVES]), name="refunds_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=_PROMISED)
                | Q(
                    expected_credit_date__gt=F("accepted_date"),
                    latest_credit_date__gt=F("expected_credit_date"),
                    credit_date__gt=F("accepted_date"),
                    calendar_version__isnull=False,
                    checked_version__isnull=False,
                ),
                name="refunds_accepted_has_its_promise",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=_AT_THE_BANK) | Q(request_id__isnull=False, enquire_at__isnull=False),
                name="refunds_sent_has_its_request",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.CREDITED.value) | (Q(credited_at__isnull=False) & ~Q(bank_reference="")),
                name="refunds_credited_has_its_proof",
            ),
        ]
        indexes = [
            models.Index(fields=["credit_date", "id"], condition=Q(status=Status.ACCEPTED.value), name="refunds_due"),
            models.Index(fields=["enquire_at", "id"], condition=Q(status__in=_AT_THE_BANK), name="refunds_to_enquire"),
            models.Index(fields=["payment", "id"], name="refunds_of_payment"),
            # The platform's lists and settlement days; migration 0004 says what each is for.
            models.Index(fields=["platform", "requested_at", "id"], name="refunds_list"),
            models.Index(
                fields=["platform", "status", "requested_at", "id"],
                condition=~Q(status=Status.CREDITED.value),
                name="refunds_list_open",
            ),
            models.Index(fields=["platform", "amount_minor", "requested_at", "id"], name="refunds_list_amount"),
            models.Index(
                fields=["platform", "credited_at", "id"],
                include=["amount_minor", "charge_minor", "total_minor"],
                condition=Q(credited_at__isnull=False),
                name="refunds_settled",
            ),
            # What is promised and not yet back, by the day its promise ends.
            models.Index(
                fields=["latest_credit_date", "id"],
                include=["total_minor"],
                condition=Q(status__in=[status for status in _PROMISED if status != Status.CREDITED.value]),
                name="refunds_promised",
            ),
        ]

    def __str__(self) -> str:
        return f"refund {self.reference}"

    @property
    def amount(self) -> Money:
        return Money.twd(self.amount_minor)

    @property
    def charge(self) -> Money:
        return Money.twd(self.charge_minor)

    @property
    def total(self) -> Money:
        return Money.twd(self.total_minor)

    @property
    def platform_status(self) -> str:
        return PLATFORM_SEES[self.status]

    @property
    def promise(self) -> Promise:
        assert self.expected_credit_date is not None
        assert self.latest_credit_date is not None
        return Promise(self.expected_credit_date, self.latest_credit_date)

    def is_overdue(self, at: dt.datetime) -> bool:
        if self.latest_credit_date is None:
            return False
        return is_overdue(
            latest_credit_date=self.latest_credit_date,
            is_settled=self.status == Status.CREDITED,
            today=today_in_taipei(at),
        )


class RefundChange(StateChange):
    """One step of a refund's life."""

    subject = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="changes")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "step"], name="refunds_change_step_once")]

    def __str__(self) -> str:
        return f"refund change {self.subject_id} {self.step}"


class CreditAttempt(AppendOnly):
    """One request to the bank, committed before it is sent; the bank books it under this id at most once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveIntegerField()
    request_id = models.UUIDField(unique=True)
    valid_until = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["refund", "number"], name="refunds_attempt_number_once")]

    def __str__(self) -> str:
        return f"credit attempt {self.refund_id} {self.number}"


class Deferral(AppendOnly):
    """A refund moved to another date, and why. A calendar that moves a promise moves both of its dates."""

    class Reason(models.TextChoices):
        HOLIDAY_PUBLISHED = DeferralReason.HOLIDAY_PUBLISHED, _("Public holiday")
        TYPHOON_CLOSURE = DeferralReason.TYPHOON_CLOSURE, _("Typhoon closure")
        MAINTENANCE = DeferralReason.MAINTENANCE, _("Maintenance")
        SYSTEM_UPGRADE = DeferralReason.SYSTEM_UPGRADE, _("System upgrade")
        REFUNDS_PENDING = DeferralReason.REFUNDS_PENDING, _("Other refunds first")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="deferrals")
    number = models.PositiveIntegerField()
    reason = models.CharField(max_length=20, choices=Reason)
    old_date = models.DateField()
    new_date = models.DateField()
    old_latest_date = models.DateField()
    new_latest_date = models.DateField()
    at = models.DateTimeField()
    by = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["refund", "number"], name="refunds_deferral_number_once"),
            models.CheckConstraint(
                condition=Q(reason__in=[reason.value for reason in DeferralReason]), name="refunds_deferral_reason"
            ),
            models.CheckConstraint(
                condition=~Q(old_date=F("new_date")) | ~Q(old_latest_date=F("new_latest_date")),
                name="refunds_deferral_moves_something",
            ),
        ]
        indexes = [
            models.Index(fields=["old_date", "id"], name="refunds_moved_from"),
            models.Index(fields=["new_date", "id"], name="refunds_moved_to"),
        ]

    def __str__(self) -> str:
        return f"deferral {self.refund_id} {self.old_date} to {self.new_date}"


class ChargeReturnRule(DatedRule):
    """Whether the handling charge comes back with a refund, from a date on."""

    policy = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["valid_from"], name="refunds_charge_rule_once"),
            models.CheckConstraint(
                condition=Q(policy__in=[policy.value for policy in ChargePolicy]), name="refunds_charge_rule_known"
            ),
            models.CheckConstraint(condition=~Q(made_by=F("approved_by")), name="refunds_charge_rule_four_eyes"),
        ]

    def __str__(self) -> str:
        return f"charge comes back {self.policy} from {self.valid_from}"


class RunPace(DatedRule):
    """How many refunds the day's run credits in a minute, from a date on: what a day can hold is reckoned with it."""

    credits_per_minute = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["valid_from"], name="refunds_run_pace_once"),
            models.CheckConstraint(condition=Q(credits_per_minute__gt=0), name="refunds_run_pace_positive"),
            models.CheckConstraint(condition=~Q(made_by=F("approved_by")), name="refunds_run_pace_four_eyes"),
        ]

    def __str__(self) -> str:
        return f"{self.credits_per_minute} credits a minute from {self.valid_from}"
