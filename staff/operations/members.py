"""Members of staff: admitted, given another role, disabled, enabled again, their second factors reset. Never by themselves."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from dataclasses import dataclass

from django.contrib.auth.models import Group, User
from django.db import transaction

from audit import operations as audit
from staff.errors import (
    MemberNameInvalid,
    MemberNameTaken,
    MemberReasonMissing,
    NothingToChange,
    OwnRights,
    UnknownMember,
)
from staff.models import Member, SignIn
from staff.operations import factors, sessions
from staff.retry import FIRST_PASSWORD_MAX
from staff.rules import Role

_NAME = re.compile(r"[a-z][a-z0-9.-]{1,29}")
# 5 groups of 4 signs: 98 bits, and readable on the phone.
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Admitted:
    """A new or re-enabled member, and the password for the first sign-in: shown once to who hands it over, kept nowhere."""

    user: User
    first_password: str


def admit_member(*, name: str, role: Role, reason: str, at: dt.datetime, by: str, asked_by: str = "") -> Admitted:
    """A new member with one role. Joins the caller's transaction where there is one, as all of these do.

    `by` decides, `asked_by` is who asked when that is somebody else: neither may be the member.
    """
    if not _NAME.fullmatch(name):
        raise MemberNameInvalid
    with transaction.atomic():
        _record("admitted", name, reason, at=at, by=by, asked_by=asked_by, role=str(role))
        if User.objects.filter(username=name).exists():
            raise MemberNameTaken
        user = User.objects.create_user(name, password=None, is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        return Admitted(user, _give_first_password(user, at=at))


def change_role(*, name: str, role: Role, reason: str, at: dt.datetime, by: str, asked_by: str = "") -> User:
    """Another role instead of the one before; whoever is signed in with the old one is signed out."""
    with transaction.atomic():
        user = _locked(name)
        before = role_of(user)
        if before == role:
            raise NothingToChange
        _record("role_changed", name, reason, at=at, by=by, asked_by=asked_by, role=str(role), before=before)
        user.groups.clear()
        user.groups.add(Group.objects.get(name=role))
        sessions.end_all(user=user, because=SignIn.Ended.ROLE, at=at, by=by)
    return user


def disable_member(*, name: str, reason: str, at: dt.datetime, by: str) -> User:
    """From now on every request of theirs ends at the door. One administrator suffices: closing must be quick."""
    with transaction.atomic():
        user = _locked(name)
        if not user.is_active:
            raise NothingToChange
        _record("disabled", name, reason, at=at, by=by)
        user.is_active = False
        user.save(update_fields=["is_active"])
        sessions.end_all(user=user, because=SignIn.Ended.DISABLED, at=at, by=by)
    return user


def enable_member(*, name: str, reason: str, at: dt.datetime, by: str, asked_by: str = "") -> Admitted:
    """Back again, with a password for the first sign-in: what was known before is not trusted any more."""
    with transaction.atomic():
        user = _locked(name)
        if user.is_active:
            raise NothingToChange
        _record("enabled", name, reason, at=at, by=by, asked_by=asked_by)
        user.is_active = True
        user.save(update_fields=["is_active"])
        return Admitted(user, _give_first_password(user, at=at))


def reset_factors(*, name: str, reason: str, at: dt.datetime, by: str, asked_by: str = "") -> Admitted:
    """Phone, passkeys and recovery codes are gone: the next sign-in sets up new ones, with a new first password."""
    with transaction.atomic():
        user = _locked(name)
        _record("factors_reset", name, reason, at=at, by=by, asked_by=asked_by)
        factors.remove_all(user=user, at=at)
        sessions.end_all(user=user, because=SignIn.Ended.FACTORS, at=at, by=by)
        return Admitted(user, _give_first_password(user, at=at))


def role_of(user: User) -> str:
    """The one role of a member; "" for who has none."""
    return user.groups.values_list("name", flat=True).first() or ""


def _locked(name: str) -> User:
    user = User.objects.select_for_update().filter(username=name, is_staff=True).first()
    if user is None:
        raise UnknownMember
    return user


def _record(deed: str, name: str, reason: str, *, at: dt.datetime, by: str, asked_by: str = "", **details: str) -> None:
    """Before the change: the database lets rights change only beside such a record, by somebody else."""
    subject = f"staff:{name}"
    if subject in {by, asked_by}:
        raise OwnRights
    if not reason.strip():
        raise MemberReasonMissing
    asked = {"asked_by": asked_by} if asked_by else {}
    audit.record(by=by, action=f"staff.{deed}", subject=subject, reason=reason, details={**details, **asked}, at=at)


def _give_first_password(user: User, *, at: dt.datetime) -> str:
    password = "-".join("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(5))
    user.set_password(password)
    user.save(update_fields=["password"])
    Member.objects.update_or_create(user=user, defaults={"first_password_until": at + FIRST_PASSWORD_MAX})
    return password
