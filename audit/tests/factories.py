"""Audit records for tests of any app."""

import datetime as dt
from itertools import count

from audit import operations
from audit.models import Record

AT = dt.datetime(2026, 6, 8, 2, 0, tzinfo=dt.UTC)
_numbers = count(1)


def make_record(**fields) -> Record:
    number = next(_numbers)
    return operations.record(**{"by": f"staff:agent{number}", "action": "payment.viewed", "at": AT, **fields})
