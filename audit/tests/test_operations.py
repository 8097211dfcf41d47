import pytest

from audit import operations
from audit.models import Record


@pytest.mark.django_db
def test_a_record_is_kept_with_who_what_and_why(at):
    kept = operations.record(
        by="staff:amy", role="agent", action="customer.revealed", subject="PAY-1", reason="caller asked", at=at
    )

    stored = Record.objects.get()
    assert (stored.pk, stored.by, stored.role, stored.action) == (kept.pk, "staff:amy", "agent", "customer.revealed")
    assert (stored.subject, stored.reason, stored.at) == ("PAY-1", "caller asked", at)
