"""A new row of the gate's rule. It joins the transaction of its approval: the database takes it only there."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from verification.models import GateRule


def add_gate_rule(
    *, mismatches_max: int, wait_seconds: int, valid_from: dt.date, made_by: str, approved_by: str, reason: str
) -> GateRule:
    """From this Taipei date on the gate has these numbers."""
    assert transaction.get_connection().in_atomic_block, "a rule is added in the transaction of its approval"
    return GateRule.objects.create(
        mismatches_max=mismatches_max,
        wait_seconds=wait_seconds,
        valid_from=valid_from,
        made_by=made_by,
        approved_by=approved_by,
        reason=reason,
    )
