"""New rows of the rules that staff may change. Each joins the transaction of its approval: the database takes it only there."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import transaction

from payments.models import ChargeRule, LimitCode, LimitRule


def add_limit_rule(
    *, code: LimitCode, amount_minor: int, valid_from: dt.date, made_by: str, approved_by: str, reason: str
) -> LimitRule:
    """From this Taipei date on the limit is that amount."""
    assert transaction.get_connection().in_atomic_block, "a rule is added in the transaction of its approval"
    return LimitRule.objects.create(
        code=code,
        amount_minor=amount_minor,
        valid_from=valid_from,
        made_by=made_by,
        approved_by=approved_by,
        reason=reason,
    )


def add_charge_rule(
    *, percent: Decimal, valid_from: dt.date, made_by: str, approved_by: str, reason: str
) -> ChargeRule:
    """From this Taipei date on the handling charge is that percentage of the order amount."""
    assert transaction.get_connection().in_atomic_block, "a rule is added in the transaction of its approval"
    return ChargeRule.objects.create(
        percent=percent, valid_from=valid_from, made_by=made_by, approved_by=approved_by, reason=reason
    )
