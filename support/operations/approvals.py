"""Four eyes: asked for by one person, agreed to by others, done in the transaction of the last yes.

Each operation says to the database who is signed in, for its own transaction alone; the guards of support's migrations
compare that with the rows. A superuser is nobody special here.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from audit import operations as audit
from common.errors import Refusal
from support import errors, queries
from support.models import Approval, ApprovalDecision
from support.operations.deeds import DEEDS, Deed, Doing, Preview, Wish
from support.queries import approvals as sealed
from support.states import ApprovalStatus

LIFETIME = dt.timedelta(hours=24)
_LANGUAGES = ("en", "zh-hant")
_Verdict = ApprovalDecision.Verdict


@dataclass(frozen=True)
class Decided:
    """A request after a yes, and what is told once to who gave the last, such as a first password."""

    approval: Approval
    secret: str = ""


def ask_for(
    *, deed: str, wish: Wish, reason: str, maker: User, at: dt.datetime, replaces: UUID | None = None
) -> Approval:
    """One more request that waits. What it replaces is withdrawn with it: an edited wish is another wish.

    Raises ReasonMissing, NotAllowedToAsk, AskedAlready, NotYourRequest, and what the deed itself refuses.
    """
    what = DEEDS[deed]
    if not reason.strip():
        raise errors.ReasonMissing
    if not (queries.may(maker, "support.propose") and queries.may(maker, what.makes)):
        raise errors.NotAllowedToAsk
    what.check(wish, at=at)
    with transaction.atomic(durable=True), _signed_in(maker):
        if replaces is not None:
            _withdraw(_lock_own(replaces, maker, at), reason="asked for anew with changes", maker=maker, at=at)
        approval = _insert(what, wish, reason=reason.strip(), maker=maker, at=at, replaces=replaces)
        details = {"deed": deed, "subject": approval.subject, "hash": approval.payload_hash}
        _record("approval.asked", approval, maker, at, reason=approval.reason, details=details)
    return approval


def approve(*, approval_id: UUID, checker: User, at: dt.datetime, words: str = "") -> Decided:
    """A person's yes; with the last that is needed it is done at once, in this transaction.

    What the deed then refuses makes it FAILED: the yes stays, the effect doesn't. Raises OwnRequest, NotAllowedToDecide,
    DecidedAlready, DecidedByYou, ApprovalExpired, ApprovalAltered.
    """
    with transaction.atomic(durable=True), _signed_in(checker):
        approval = _lock_for_decision(approval_id, checker, at)
        _decide(approval, checker, _Verdict.APPROVE, words.strip(), at)
        is_last = approval.decisions.count() >= approval.checkers_needed
        secret = _carry_out(approval, checker, at) if is_last else ""
    return Decided(approval, secret)


def reject(*, approval_id: UUID, checker: User, words: str, at: dt.datetime) -> Approval:
    """A person's no, with its reason. The request is kept. Raises as `approve`, and ReasonMissing."""
    if not words.strip():
        raise errors.ReasonMissing
    with transaction.atomic(durable=True), _signed_in(checker):
        approval = _lock_for_decision(approval_id, checker, at)
        _decide(approval, checker, _Verdict.REJECT, words.strip(), at)
        fields = {"ended_at": at, "shown": _as_shown(approval, at)}
        approval.move_to(ApprovalStatus.REJECTED, at=at, by=_name(checker), reason=words.strip(), fields=fields)
    return approval


def withdraw(*, approval_id: UUID, maker: User, at: dt.datetime, reason: str = "") -> Approval:
    """Who asked no longer wants it. Raises NotYourRequest, DecidedAlready, ApprovalExpired."""
    with transaction.atomic(durable=True), _signed_in(maker):
        approval = _lock_own(approval_id, maker, at)
        _withdraw(approval, reason=reason.strip(), maker=maker, at=at)
    return approval


def expire_approval(*, approval_id: UUID, at: dt.datetime, by: str) -> bool:
    """Its time is over and nobody decided. True if it was expired now."""
    with transaction.atomic(durable=True):
        rows = Approval.objects.to_expire(at).select_for_update(skip_locked=True)
        approval = rows.filter(pk=approval_id).first()
        if approval is None:
            return False
        approval.move_to(ApprovalStatus.EXPIRED, at=at, by=by, fields={"ended_at": at})
    return True


def canonical(wish: Wish) -> str:
    """One spelling of a wish: sorted, without blanks, as it is hashed and kept."""
    return json.dumps(wish, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def preview_of(approval: Approval, at: dt.datetime) -> Preview:
    """What would happen if it were done now. Raises what the deed refuses."""
    return DEEDS[approval.deed].preview(approval.wish, at=at)


def as_texts(preview: Preview) -> dict[str, object]:
    """A preview in the active language, as JSON keeps it."""
    moves = preview.moves
    rows = [
        {
            "reference": move.reference,
            "amount": f"NT${move.total_minor:,}",
            "dates": [day.isoformat() for day in (move.old_date, move.new_date)],
            "latest": [day.isoformat() for day in (move.old_latest_date, move.new_latest_date)],
        }
        for move in (moves.first if moves else ())
    ]
    return {
        "lines": [{"label": str(line.label), "before": line.before, "after": line.after} for line in preview.lines],
        "moves": {"count": moves.count, "rows": rows} if moves else None,
    }


def _insert(deed: Deed, wish: Wish, *, reason: str, maker: User, at: dt.datetime, replaces: UUID | None) -> Approval:
    subject, payload, amount_minor = deed.subject(wish), canonical(wish), deed.amount_minor(wish)
    for old in Approval.objects.to_expire(at).filter(deed=deed.name, subject=subject).select_for_update():
        old.move_to(ApprovalStatus.EXPIRED, at=at, by=_name(maker), fields={"ended_at": at})
    if Approval.objects.filter(deed=deed.name, subject=subject, status=ApprovalStatus.PENDING).exists():
        raise errors.AskedAlready(subject=subject)
    approval = Approval(
        deed=deed.name,
        subject=subject,
        payload=payload,
        payload_hash=sealed.payload_hash(payload),
        amount_minor=amount_minor,
        checkers_needed=queries.checkers_needed(amount_minor, at),
        maker=maker,
        made_at=at,
        reason=reason[:300],
        expires_at=at + LIFETIME,
        replaces_id=replaces,
        status=ApprovalStatus.PENDING,
    )
    try:
        with transaction.atomic():
            approval.save(force_insert=True)
    except IntegrityError as error:
        # Of two that ask at once the constraint lets one through.
        if "support_approval_pending_once" not in str(error):
            raise
        raise errors.AskedAlready(subject=subject) from error
    approval.record_birth(at=at, by=_name(maker))
    return approval


def _lock(approval_id: UUID) -> Approval:
    return Approval.objects.select_for_update(of=("self",)).select_related("maker").get(pk=approval_id)


def _lock_own(approval_id: UUID, maker: User, at: dt.datetime) -> Approval:
    approval = _lock(approval_id)
    if approval.maker_id != maker.pk:
        raise errors.NotYourRequest
    _refuse_ended(approval, at)
    return approval


def _lock_for_decision(approval_id: UUID, checker: User, at: dt.datetime) -> Approval:
    """Every no in words, before the database would say it in its own."""
    approval = _lock(approval_id)
    if approval.maker_id == checker.pk:
        raise errors.OwnRequest
    if not queries.may_decide(checker, approval.deed):
        raise errors.NotAllowedToDecide
    _refuse_ended(approval, at)
    if approval.decisions.filter(checker=checker).exists():
        raise errors.DecidedByYou
    return approval


def _refuse_ended(approval: Approval, at: dt.datetime) -> None:
    if approval.status != ApprovalStatus.PENDING:
        raise errors.DecidedAlready(status=ApprovalStatus(approval.status).label)
    if approval.is_over(at):
        raise errors.ApprovalExpired


def _decide(approval: Approval, checker: User, verdict: str, words: str, at: dt.datetime) -> None:
    decision = ApprovalDecision(
        approval=approval, maker_id=approval.maker_id, checker=checker, verdict=verdict, words=words[:300], at=at
    )
    decision.seal = sealed.seal_of(decision, approval.payload_hash)
    decision.save(force_insert=True)
    _record(f"approval.{_Verdict(verdict).value}", approval, checker, at, reason=words)


def _carry_out(approval: Approval, checker: User, at: dt.datetime) -> str:
    """Done or failed. What is to be told once."""
    deed, by = DEEDS[approval.deed], _name(checker)
    if not sealed.is_genuine(approval) or deed.amount_minor(approval.wish) != approval.amount_minor:
        raise errors.ApprovalAltered
    approval.move_to(ApprovalStatus.APPROVED, at=at, by=by, fields={"shown": _as_shown(approval, at)})
    try:
        with transaction.atomic(), _being_done(approval):
            deed.check(approval.wish, at=at)
            outcome = deed.apply(approval.wish, _doing(approval, at))
    except Refusal as refusal:
        fields = {"ended_at": at, "outcome": refusal.code}
        approval.move_to(ApprovalStatus.FAILED, at=at, by=by, reason=refusal.code, fields=fields)
        _record("approval.failed", approval, checker, at, details={"code": refusal.code})
        return ""
    approval.move_to(ApprovalStatus.DONE, at=at, by=by, fields={"ended_at": at, "outcome": outcome.text[:300]})
    _record("approval.done", approval, checker, at, details={"deed": approval.deed, "outcome": outcome.text})
    return outcome.secret


def _doing(approval: Approval, at: dt.datetime) -> Doing:
    checkers = approval.decisions.select_related("checker").order_by("at", "id")
    agreed = tuple(_name(decision.checker) for decision in checkers)
    return Doing(_name(approval.maker), agreed, approval.reason, at)


def _withdraw(approval: Approval, *, reason: str, maker: User, at: dt.datetime) -> None:
    approval.move_to(ApprovalStatus.WITHDRAWN, at=at, by=_name(maker), reason=reason, fields={"ended_at": at})
    _record("approval.withdrawn", approval, maker, at, reason=reason)


def _as_shown(approval: Approval, at: dt.datetime) -> dict[str, object]:
    """The preview as plain texts, in each language; empty where it can no longer be made."""
    shown: dict[str, object] = {}
    for language in _LANGUAGES:
        with override(language):
            try:
                shown[language] = as_texts(preview_of(approval, at))
            except Refusal as refusal:
                shown[language] = {"lines": [], "refused": refusal.detail()}
    return shown


def _record(
    action: str,
    approval: Approval,
    who: User,
    at: dt.datetime,
    *,
    reason: str = "",
    details: dict[str, str] | None = None,
) -> None:
    audit.record(by=_name(who), action=action, subject=str(approval.pk), reason=reason, details=details, at=at)


def _name(user: User) -> str:
    return f"staff:{user.get_username()}"


@contextlib.contextmanager
def _signed_in(user: User) -> Iterator[None]:
    with _told("outpost.actor", str(user.pk)):
        yield


@contextlib.contextmanager
def _being_done(approval: Approval) -> Iterator[None]:
    with _told("outpost.approval", str(approval.pk)):
        yield


@contextlib.contextmanager
def _told(setting: str, value: str) -> Iterator[None]:
    """For this transaction alone, and taken back before it ends. A transaction that failed has forgotten it anyway."""
    _set(setting, value)
    yield
    _set(setting, "")


def _set(setting: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [setting, value])
