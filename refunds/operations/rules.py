"""A new row of the rule whether the charge comes back. It joins the transaction of its approval."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from refunds.amounts import ChargePolicy
from refunds.models import ChargeReturnRule


def add_charge_return_rule(
    *, policy: ChargePolicy, valid_from: dt.date, made_by: str, approved_by: str, reason: str
) -> ChargeReturnRule:
    """From this Taipei date on the handling charge comes back by that policy. The database takes it only with an approval."""
    assert transaction.get_connection().in_atomic_block, "a rule is added in the transaction of its approval"
    return ChargeReturnRule.objects.create(
        policy=policy, valid_from=valid_from, made_by=made_by, approved_by=approved_by, reason=reason
    )
