"""Second factors: an app's code used once, passkeys, recovery codes kept as hashes."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import User
from django.db import transaction

from audit import operations as audit
from common.sealing import seal, unseal
from staff.models import Factor, Member, RecoveryCode
from staff.signatures import RECOVERY_CODES, matching_step, new_recovery_code, recovery_slot


def active(user: User, kind: Factor.Kind | None = None) -> list[Factor]:
    rows = user.factors.filter(removed_at=None)
    return list((rows.filter(kind=kind) if kind else rows).order_by("added_at", "id"))


def add_app(*, user: User, secret: str, code: str, real_now: dt.datetime, at: dt.datetime) -> bool:
    """Keep an app's secret once its first code is right. An app from before is removed: one phone, one secret."""
    step = matching_step(secret, code, real_now=real_now, after=0)
    if step is None:
        return False
    keep_app(user=user, secret=secret, step=step, at=at)
    return True


def keep_app(*, user: User, secret: str, step: int, at: dt.datetime) -> Factor:
    """Codes of this step and before are not taken. For a secret that was proved, or that is known to be there."""
    with transaction.atomic():
        _locked(user)
        user.factors.filter(kind=Factor.Kind.APP, removed_at=None).update(removed_at=at)
        kept = user.factors.create(kind=Factor.Kind.APP, name="", sealed=seal(secret), counter=step, added_at=at)
        _record("factor_added", user, at=at, kind="app")
    return kept


def use_app_code(*, user: User, code: str, real_now: dt.datetime, at: dt.datetime) -> bool:
    """Right, of now, and not used before. The row is locked: of two requests with one code one is refused."""
    with transaction.atomic():
        app = user.factors.select_for_update().filter(kind=Factor.Kind.APP, removed_at=None).first()
        step = matching_step(unseal(app.sealed), code, real_now=real_now, after=app.counter) if app else None
        if app is None or step is None:
            return False
        app.counter, app.used_at = step, at
        app.save(update_fields=["counter", "used_at"])
    return True


def make_recovery_codes(*, user: User, at: dt.datetime) -> list[str]:
    """Ten new ones; those from before are good no more. The texts are told here once and kept nowhere."""
    codes = [new_recovery_code(slot) for slot in range(RECOVERY_CODES)]
    with transaction.atomic():
        _locked(user)
        user.recovery_codes.filter(ended_at=None).update(ended_at=at)
        RecoveryCode.objects.bulk_create(
            RecoveryCode(user=user, slot=slot, hash=make_password(code.replace("-", "")), made_at=at)
            for slot, code in enumerate(codes)
        )
        _record("recovery_codes_made", user, at=at)
    return codes


def use_recovery_code(*, user: User, code: str, at: dt.datetime) -> bool:
    slot_and_signs = recovery_slot(code)
    if slot_and_signs is None:
        return False
    slot, signs = slot_and_signs
    with transaction.atomic():
        row = user.recovery_codes.select_for_update().filter(slot=slot, ended_at=None).first()
        if row is None or not check_password(signs, row.hash):
            return False
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        _record("recovery_code_used", user, at=at)
    return True


def recovery_codes_left(user: User) -> int:
    return user.recovery_codes.filter(ended_at=None).count()


def keep_passkey(*, user: User, name: str, credential: str, at: dt.datetime) -> Factor:
    with transaction.atomic():
        _locked(user)
        kept = user.factors.create(kind=Factor.Kind.PASSKEY, name=name[:40], sealed=seal(credential), added_at=at)
        _record("factor_added", user, at=at, kind="passkey")
    return kept


def use_passkey(*, factor: Factor, counter: int, at: dt.datetime) -> bool:
    """A counter that doesn't rise says that there are two of this passkey; passkeys without one say 0 each time."""
    with transaction.atomic():
        row = Factor.objects.select_for_update().get(pk=factor.pk)
        if row.removed_at is not None or ((counter or row.counter) and counter <= row.counter):
            return False
        row.counter, row.used_at = counter, at
        row.save(update_fields=["counter", "used_at"])
    return True


def remove_passkey(*, user: User, factor_id: UUID, at: dt.datetime) -> bool:
    """Not the last factor: without one nobody gets in. Whether it was removed."""
    with transaction.atomic():
        _locked(user)
        rows = user.factors.filter(removed_at=None)
        if rows.exclude(pk=factor_id).count() == 0:
            return False
        removed = rows.filter(pk=factor_id, kind=Factor.Kind.PASSKEY).update(removed_at=at)
        if removed:
            _record("factor_removed", user, at=at, kind="passkey")
    return removed == 1


def remove_all(*, user: User, at: dt.datetime) -> None:
    """For a reset by somebody else, which records it."""
    user.factors.filter(removed_at=None).update(removed_at=at)
    user.recovery_codes.filter(ended_at=None).update(ended_at=at)


def change_password(*, user: User, password: str, at: dt.datetime) -> None:
    """The member's own choice; from now on nobody else has ever known it."""
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        Member.objects.update_or_create(user=user, defaults={"first_password_until": None})
        _record("password_changed", user, at=at)


def _locked(user: User) -> User:
    return User.objects.select_for_update().get(pk=user.pk)


def _record(deed: str, user: User, *, at: dt.datetime, **details: Any) -> None:
    name = f"staff:{user.get_username()}"
    audit.record(by=name, action=f"staff.{deed}", subject=name, details=details, at=at)
