"""Who may ask for and decide what, as the database answers it; which requests wait for whom; whether one is genuine."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Count, Q, QuerySet

from common.clock import today_in_taipei
from common.paging import Page, newest_first
from common.sealing import keyed_hash
from support.models import Approval, ApprovalDecision
from support.states import ApprovalStatus

# After this it has to be asked for anew.
EXPORT_TAKEN_WITHIN: Final = dt.timedelta(hours=24)
# They live for a day: more than this many are a flood, of which the oldest come first.
PENDING_MAX = 200
# A number beside a word says no more than that there is a lot.
BADGE_MAX: Final = 99
# A calendar is kept whole; no list shows it.
_LARGE = ("payload", "shown")
_AGREED = Count("decisions", filter=Q(decisions__verdict="approve"))


def may(user: User, permission: str) -> bool:
    """What their role or they themselves are given, and active. The same function that the guards ask; a superuser's no too."""
    return bool(_asked("SELECT support_may(%s, %s)", user.pk, permission))


def may_ask(user: User, deed: str) -> bool:
    return bool(
        _asked(
            "SELECT support_may(%s, 'support.propose') AND support_may(%s, support_makes(%s))", user.pk, user.pk, deed
        )
    )


def may_decide(user: User, deed: str) -> bool:
    """By role; that nobody decides about their own request is asked apart."""
    return bool(
        _asked(
            "SELECT support_may(%s, 'support.approve') AND support_may(%s, support_checks(%s))", user.pk, user.pk, deed
        )
    )


def deeds_to_ask(user: User) -> set[str]:
    return _deeds_of(user, "support.propose", "support_makes")


def deeds_to_decide(user: User) -> set[str]:
    return _deeds_of(user, "support.approve", "support_checks")


def checkers_needed(amount_minor: int, at: dt.datetime) -> int:
    """How many must agree to a deed of this amount, by the tiers of the day."""
    needed: int = _asked("SELECT support_checkers_needed(%s, %s)", amount_minor, today_in_taipei(at))
    return needed


@dataclass(frozen=True)
class Waiting:
    """Everything that waits, as one person sees it."""

    to_decide: list[Approval]
    asked: list[Approval]
    others: list[Approval]


def waiting(user: User, at: dt.datetime) -> Waiting:
    """What this person may say yes or no to and has not yet, the gravest and the oldest first; what they asked for; the rest."""
    rows = Approval.objects.pending(at).select_related("maker").defer(*_LARGE).annotate(yes=_AGREED)
    found = list(rows.order_by("-checkers_needed", "made_at", "id")[:PENDING_MAX])
    may = deeds_to_decide(user)
    given = set(ApprovalDecision.objects.filter(checker=user, approval__in=found).values_list("approval_id", flat=True))
    asked = [one for one in found if one.maker_id == user.pk]
    to_decide = [one for one in found if one.maker_id != user.pk and one.deed in may and one.pk not in given]
    return Waiting(to_decide, asked, [one for one in found if one not in asked and one not in to_decide])


def to_decide_capped(user: User, at: dt.datetime) -> int:
    """How many requests this person may say yes or no to and has not yet: BADGE_MAX + 1 for any more than that.

    In one statement. What they may decide is asked once, not of each request.
    """
    count: int = _asked(
        """SELECT count(*) FROM (
               SELECT FROM support_approval a
               WHERE a.status = 'pending' AND a.expires_at > %(at)s AND a.maker_id <> %(user)s
                 AND a.deed = ANY (ARRAY(
                     SELECT name FROM unnest(support_deeds()) name
                     WHERE support_may(%(user)s, 'support.approve') AND support_may(%(user)s, support_checks(name))))
                 AND NOT EXISTS (SELECT FROM support_approvaldecision d
                                 WHERE d.approval_id = a.id AND d.checker_id = %(user)s)
               LIMIT %(most)s) waiting""",
        at=at,
        user=user.pk,
        most=BADGE_MAX + 1,
    )
    return count


def ended(*, cursor: str = "", limit: int = 50) -> Page[Approval]:
    """What waits no more, the newest request first."""
    rows: QuerySet[Approval, Approval] = Approval.objects.exclude(status=ApprovalStatus.PENDING)
    return newest_first(rows.select_related("maker").defer(*_LARGE).annotate(yes=_AGREED), cursor=cursor, limit=limit)


def exports_open(user: User, at: dt.datetime) -> QuerySet[Approval]:
    """What others agreed that this person may take out, and that isn't taken yet."""
    done = Approval.objects.filter(deed="export.rows", maker=user, status=ApprovalStatus.DONE)
    return done.filter(ended_at__gt=at - EXPORT_TAKEN_WITHIN, taken=None)


def to_expire(at: dt.datetime, *, limit: int) -> list[UUID]:
    return list(Approval.objects.to_expire(at).order_by("expires_at", "id").values_list("id", flat=True)[:limit])


def payload_hash(payload: str) -> str:
    return hashlib.sha256(payload.encode()).hexdigest()


def seal_of(decision: ApprovalDecision, hash_of_payload: str) -> str:
    """Over everything that the decision says and what it was about. Who has only the database can't make it."""
    said = (
        *(decision.approval_id, decision.maker_id, decision.checker_id, decision.verdict, decision.words),
        *(decision.at.astimezone(dt.UTC).isoformat(timespec="microseconds"), hash_of_payload),
    )
    return keyed_hash("\0".join(map(str, said)), purpose="approval decision")


def is_sealed(decision: ApprovalDecision, hash_of_payload: str) -> bool:
    return hmac.compare_digest(decision.seal, seal_of(decision, hash_of_payload))


def is_genuine(approval: Approval) -> bool:
    """What was asked for is what was hashed, and each decision about it was made here."""
    return approval.payload_hash == payload_hash(approval.payload) and all(
        is_sealed(decision, approval.payload_hash) for decision in approval.decisions.all()
    )


def _deeds_of(user: User, general: str, by: str) -> set[str]:
    """In one statement; `by` names the database's function that knows the permission of a deed."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT name FROM unnest(support_deeds()) name
                WHERE support_may(%s, %s) AND support_may(%s, {by}(name))""",  # noqa: S608 - one of two names of ours
            [user.pk, general, user.pk],
        )
        return {row[0] for row in cursor.fetchall()}


def _asked(statement: str, *params: Any, **named: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, named or params)
        row = cursor.fetchone()
    assert row is not None, "a function answers with one row"
    return row[0]
