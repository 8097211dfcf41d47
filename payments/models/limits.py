"""The dated rows of limits and charges, and what an account has used of its limits."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from cards.models import Account
from common.references import new_id
from common.states import DatedRule


class LimitCode(models.TextChoices):
    SERVICE_DAILY = "service_daily"
    SERVICE_MONTHLY = "service_monthly"
    TRANSFER_SINGLE = "transfer_single"
    TRANSFER_DAILY = "transfer_daily"
    TRANSFER_MONTHLY = "transfer_monthly"


class LimitRule(DatedRule):
    """The amount of one limit, in TWD, from a date on."""

    code = models.CharField(max_length=20, choices=LimitCode.choices)
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="payments_limit_rule_once"),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="payments_limit_rule_positive"),
            models.CheckConstraint(condition=~Q(made_by=F("approved_by")), name="payments_limit_rule_four_eyes"),
        ]

    def __str__(self) -> str:
        return f"limit {self.code} from {self.valid_from}"


class ChargeRule(DatedRule):
    """The handling charge in percent of the order amount, from a date on."""

    percent = models.DecimalField(max_digits=6, decimal_places=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["valid_from"], name="payments_charge_rule_once"),
            models.CheckConstraint(condition=Q(percent__gte=0, percent__lte=100), name="payments_charge_rule_percent"),
            models.CheckConstraint(condition=~Q(made_by=F("approved_by")), name="payments_charge_rule_four_eyes"),
        ]

    def __str__(self) -> str:
        return f"charge {self.percent} % from {self.valid_from}"


class LimitUse(models.Model):
    """What an account has reserved or spent in one day or month. One row an account and period: no two accounts share one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="limit_uses")
    period = models.CharField(max_length=5, choices=[("day", "day"), ("month", "month")])
    starts_on = models.DateField()
    used_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "period", "starts_on"], name="payments_limit_use_once"),
            models.CheckConstraint(condition=Q(used_minor__gte=0), name="payments_limit_use_not_negative"),
        ]

    def __str__(self) -> str:
        return f"limit use of {self.account_id} in the {self.period} from {self.starts_on}"
