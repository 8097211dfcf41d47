"""Sessions of staff: begun with both factors, seen, ended by their member, by a change of rights, or by time."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet

from audit import operations as audit
from staff.models import SignIn
from staff.retry import SESSION_MAX


def begin(*, user: User, session_key: str, factor: str, address: str, browser: str, at: dt.datetime) -> SignIn:
    with transaction.atomic():
        name = f"staff:{user.get_username()}"
        audit.record(by=name, action="staff.signed_in", subject=name, details={"factor": factor}, at=at)
        User.objects.filter(pk=user.pk).update(last_login=at)
        return SignIn.objects.create(
            user=user,
            session_key=session_key,
            factor=factor,
            address=address or None,
            browser=browser[:200],
            started_at=at,
            seen_at=at,
        )


def mark_seen(*, session_key: str, at: dt.datetime) -> None:
    SignIn.objects.filter(session_key=session_key, ended_at=None).update(seen_at=at)


def rekey(*, before: str, after: str) -> None:
    """The browser got another key for the same session."""
    SignIn.objects.filter(session_key=before, ended_at=None).update(session_key=after)


def end_one(*, user: User, sign_in_id: UUID, at: dt.datetime, by: str) -> bool:
    """End a session of this member; whether there was one."""
    rows = SignIn.objects.filter(user=user, pk=sign_in_id)
    return _end(rows, user=user, because=SignIn.Ended.BY_MEMBER, at=at, by=by) > 0


def end_by_key(*, session_key: str, because: SignIn.Ended, at: dt.datetime) -> None:
    """The session itself is ended by its browser's page; this is its row."""
    SignIn.objects.filter(session_key=session_key, ended_at=None).update(
        ended_at=at, ended_because=because, session_key=""
    )


def end_all(*, user: User, because: SignIn.Ended, at: dt.datetime, by: str, but: str = "") -> int:
    """End each session of a member, `but` the one with this key; how many."""
    rows = SignIn.objects.filter(user=user)
    return _end(rows.exclude(session_key=but) if but else rows, user=user, because=because, at=at, by=by)


def open_sessions(*, user: User, at: dt.datetime) -> list[SignIn]:
    """Those that still can hold, the latest first."""
    rows = SignIn.objects.filter(user=user, ended_at=None, started_at__gt=at - SESSION_MAX)
    return list(rows.order_by("-started_at", "-id")[:50])


def _end(rows: QuerySet[SignIn], *, user: User, because: SignIn.Ended, at: dt.datetime, by: str) -> int:
    with transaction.atomic():
        open_rows = list(rows.filter(ended_at=None).select_for_update())
        if not open_rows:
            return 0
        Session.objects.filter(session_key__in=[row.session_key for row in open_rows]).delete()
        SignIn.objects.filter(pk__in=[row.pk for row in open_rows]).update(
            ended_at=at, ended_because=because, session_key=""
        )
        subject = f"staff:{user.get_username()}"
        details = {"because": because.value, "sessions": len(open_rows)}
        audit.record(by=by, action="staff.sessions_ended", subject=subject, details=details, at=at)
    return len(open_rows)
