"""Deeds on members of staff: admitted, given another role, enabled again, their second factors reset. Nobody's own."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from staff import operations as staff
from staff.errors import OwnRights
from staff.rules import Role, role_name
from support import errors
from support.operations.deeds.deed import NOTHING, Deed, Doing, Line, Outcome, Preview, Wish


class _StaffDeed(Deed):
    makes = "support.manage_staff"
    checks = "support.confirm_staff"

    def subject(self, wish: Wish) -> str:
        return str(wish["name"])


class AdmitMember(_StaffDeed):
    name = "staff.admit"
    title = _("Admit a member of staff")
    about = _("A new person may sign in with this role; who agrees hands over the first password.")

    def check(self, wish: Wish, *, at: dt.datetime) -> None:
        if User.objects.filter(username=wish["name"]).exists():
            raise errors.NothingToChange(subject=wish["name"])

    def preview(self, wish: Wish, *, at: dt.datetime) -> Preview:
        return Preview(
            (Line(_("Member of staff"), NOTHING, wish["name"]), Line(_("Role"), NOTHING, _role(wish["role"])))
        )

    def apply(self, wish: Wish, doing: Doing) -> Outcome:
        admitted = staff.admit_member(
            name=wish["name"],
            role=Role(wish["role"]),
            reason=doing.reason,
            at=doing.at,
            by=_of_another(wish, doing),
            asked_by=doing.made_by,
        )
        return Outcome(f"{wish['name']}: {wish['role']}", admitted.first_password)


class ChangeRole(_StaffDeed):
    name = "staff.change_role"
    title = _("Give a member of staff another role")
    about = _("They are signed out and may from then on do what the other role may.")

    def check(self, wish: Wish, *, at: dt.datetime) -> None:
        if staff.role_of(_member(wish)) == wish["role"]:
            raise errors.NothingToChange(subject=wish["name"])

    def preview(self, wish: Wish, *, at: dt.datetime) -> Preview:
        return Preview((Line(_("Role"), _role(staff.role_of(_member(wish))), _role(wish["role"])),))

    def apply(self, wish: Wish, doing: Doing) -> Outcome:
        staff.change_role(
            name=wish["name"],
            role=Role(wish["role"]),
            reason=doing.reason,
            at=doing.at,
            by=_of_another(wish, doing),
            asked_by=doing.made_by,
        )
        return Outcome(f"{wish['name']}: {wish['role']}")


class EnableMember(_StaffDeed):
    name = "staff.enable"
    title = _("Enable a member of staff again")
    about = _("They may sign in again, with a first password that who agrees hands over.")

    def check(self, wish: Wish, *, at: dt.datetime) -> None:
        if _member(wish).is_active:
            raise errors.NothingToChange(subject=wish["name"])

    def preview(self, wish: Wish, *, at: dt.datetime) -> Preview:
        before = _("active") if _member(wish).is_active else _("disabled")
        return Preview((Line(_("Member of staff"), str(before), str(_("active"))),))

    def apply(self, wish: Wish, doing: Doing) -> Outcome:
        enabled = staff.enable_member(
            name=wish["name"],
            reason=doing.reason,
            at=doing.at,
            by=_of_another(wish, doing),
            asked_by=doing.made_by,
        )
        return Outcome(wish["name"], enabled.first_password)


class ResetFactors(_StaffDeed):
    name = "staff.reset_factors"
    title = _("Reset a member's second factors")
    about = _("Their phone, passkeys and recovery codes count no more; who agrees hands over a first password.")

    def check(self, wish: Wish, *, at: dt.datetime) -> None:
        _member(wish)

    def preview(self, wish: Wish, *, at: dt.datetime) -> Preview:
        _member(wish)
        return Preview(
            (Line(_("Second factors"), str(_("as set up")), str(_("none, set up anew at the next sign-in"))),)
        )

    def apply(self, wish: Wish, doing: Doing) -> Outcome:
        reset = staff.reset_factors(
            name=wish["name"],
            reason=doing.reason,
            at=doing.at,
            by=_of_another(wish, doing),
            asked_by=doing.made_by,
        )
        return Outcome(wish["name"], reset.first_password)


def _role(name: str) -> str:
    return role_name(name) or NOTHING


def _member(wish: Wish) -> User:
    """Raises SubjectUnknown."""
    member = User.objects.filter(username=wish["name"], is_staff=True).first()
    if member is None:
        raise errors.SubjectUnknown(subject=wish["name"])
    return member


def _of_another(wish: Wish, doing: Doing) -> str:
    """Who gave the last yes. Raises OwnRights where any of those who asked or agreed is the member."""
    if f"staff:{wish['name']}" in {doing.made_by, *doing.checkers}:
        raise OwnRights
    return doing.checkers[-1]
