"""The one time that rows are taken out on an approval."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from audit import operations as audit
from support import errors
from support.models import ExportTaken
from support.operations.deeds import Wish
from support.queries.approvals import exports_open


def take_export(*, approval_id: UUID, user: User, at: dt.datetime) -> Wish:
    """The days (first, last) whose payments may be taken out, once, by who asked for it. Raises ExportNotOpen."""
    with transaction.atomic(durable=True):
        approval = exports_open(user, at).select_for_update(of=("self",)).filter(pk=approval_id).first()
        # Who waited for the lock looks again: what is taken meanwhile was not when the row was found.
        if approval is None or ExportTaken.objects.filter(approval=approval).exists():
            raise errors.ExportNotOpen
        by = f"staff:{user.get_username()}"
        ExportTaken.objects.create(approval=approval, at=at, by=by)
        wish = approval.wish
        audit.record(
            by=by, action="export.taken", subject=str(approval.pk), reason=approval.reason, details=wish, at=at
        )
    return wish
