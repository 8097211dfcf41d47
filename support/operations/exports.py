"""The one time that rows are taken out on an approval."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from audit import operations as audit
from support import errors
from support.models import Approval, ExportTaken
from support.operations.deeds import Wish
from support.states import ApprovalStatus

# After this it has to be asked for anew.
TAKEN_WITHIN = dt.timedelta(hours=24)


def take_export(*, approval_id: UUID, user: User, at: dt.datetime) -> Wish:
    """What may be taken out (report, filters, rows), once, by who asked for it. Raises ExportNotOpen."""
    with transaction.atomic(durable=True):
        rows = Approval.objects.select_for_update().filter(pk=approval_id, deed="export.rows", maker=user)
        approval = rows.filter(status=ApprovalStatus.DONE, ended_at__gt=at - TAKEN_WITHIN).first()
        if approval is None or ExportTaken.objects.filter(approval=approval).exists():
            raise errors.ExportNotOpen
        by = f"staff:{user.get_username()}"
        ExportTaken.objects.create(approval=approval, at=at, by=by)
        wish = approval.wish
        audit.record(
            by=by, action="export.taken", subject=str(approval.pk), reason=approval.reason, details=wish, at=at
        )
    return wish
