"""New rows of the rules of refunds: whether the charge comes back, how fast the run is. Each joins the transaction of its approval."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from refunds.amounts import ChargePolicy
from refunds.models import ChargeReturnRule, RunPace


def add_charge_return_rule(
    *, policy: ChargePolicy, valid_from: dt.date, made_by: str, approved_by: str, reason: str
) -> ChargeReturnRule:
    """From this Taipei date on the handling charge comes back by that policy. The database takes it only with an approval."""
    assert transaction.get_connection().in_atomic_block, "a rule is added in the transaction of its approval"
    return ChargeReturnRule.objects.create(
        policy=policy, valid_from=valid_from, made_by=made_by, approved_by=approved_by, reason=reason
    )


def add_run_pace(
    *, credits_per_minute: int, valid_from: dt.date, made_by: str, approved_by: str, reason: str
) -> RunPace:
    """From this Taipei date on a day's capacity is reckoned with so many credits a minute."""
    assert transaction.get_connection().in_atomic_block, "a rule is added in the transaction of its approval"
    return RunPace.objects.create(
        credits_per_minute=credits_per_minute,
        valid_from=valid_from,
        made_by=made_by,
        approved_by=approved_by,
        reason=reason,
    )
