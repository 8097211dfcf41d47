"""Screens of the console's door, of one's own account, and of the members of staff."""

from __future__ import annotations

import itertools
import time

from django.contrib.auth.models import User

from conftest import MONDAY
from staff import operations
from staff.rules import Role
from staff.signatures import STEP_SECONDS, code_at
from staff.tests.factories import APP_SECRET, PASSWORD, make_staff, sign_in
from tests.flows.screens import screen

_number = itertools.count(1)


def code_now(steps=0):
    return code_at(APP_SECRET, int(time.time()) // STEP_SECONDS + steps)


def somebody(role="supervisor", **how):
    return make_staff(f"s{next(_number)}.{role}", role, **how)


def type_password(guest, name, password=PASSWORD):
    guest.open("/console/login/")
    guest.fill(username=name, password=password)
    guest.press("main form button")


@screen("console-login-wrong")
def wrong(guest):
    type_password(guest, f"x{next(_number)}", "not-the-password")


@screen("console-login-locked")
def locked(guest):
    name = f"x{next(_number)}"
    for _ in range(5):
        type_password(guest, name, "not-the-password")


@screen("console-login-second")
def second(guest):
    type_password(guest, somebody().username)


@screen("console-login-second-wrong")
def second_wrong(guest):
    second(guest)
    guest.fill(code="000000")
    guest.press("main form button")


@screen("console-login-recovery")
def recovery(guest):
    second(guest)
    guest.press("main a[href*=recovery]")


@screen("console-login-own-password")
def own_password(guest):
    name = f"n{next(_number)}"
    admitted = operations.admit_member(name=name, role=Role.AGENT, reason="new", at=MONDAY, by="staff:adam")
    type_password(guest, name, admitted.first_password)


@screen("console-login-own-password-weak")
def own_password_weak(guest):
    own_password(guest)
    guest.fill(new="outpost", again="outposts")
    guest.press("main form button")


@screen("console-login-set-up")
def set_up(guest):
    type_password(guest, somebody(with_app=False).username)


@screen("console-account")
def account(guest):
    guest.as_staff("supervisor")
    guest.open("/console/account/")


@screen("console-account-several-sessions")
def several_sessions(guest):
    name = f"several{next(_number)}"
    guest.as_staff("operator", name=name)
    user = User.objects.get(username=name)
    for _ in range(3):
        sign_in(user)
    guest.open("/console/account/")


@screen("console-account-confirm")
def confirm(guest):
    guest.as_staff("supervisor")
    guest.open("/console/account/recovery-codes/")


@screen("console-account-confirm-wrong")
def confirm_wrong(guest):
    confirm(guest)
    guest.fill(code="000000")
    guest.press("main form button")


@screen("console-account-password")
def password(guest):
    guest.as_staff("agent")
    guest.open("/console/account/password/")


@screen("console-account-password-wrong")
def password_wrong(guest):
    password(guest)
    guest.fill(current="wrong", new="short", again="other")
    guest.press("main form button")


@screen("console-account-recovery-codes")
def recovery_codes(guest):
    guest.as_staff("agent", stepped_up=True)
    guest.open("/console/account/recovery-codes/")


@screen("console-account-recovery-codes-shown")
def recovery_codes_shown(guest):
    recovery_codes(guest)
    guest.press("main form button")


@screen("console-account-another-factor")
def another_factor(guest):
    guest.as_staff("agent", stepped_up=True)
    guest.open("/console/account/factors/add/")


@screen("console-staff")
def members(guest):
    away, new = somebody("agent"), f"new{next(_number)}"
    operations.disable_member(name=away.username, reason="on leave", at=MONDAY, by="staff:adam")
    operations.admit_member(name=new, role=Role.OPERATOR, reason="new", at=MONDAY, by="staff:adam")
    guest.as_staff("administrator")
    guest.open("/console/staff/")


@screen("console-staff-read-only")
def members_read(guest):
    guest.as_staff("auditor")
    guest.open("/console/staff/?after=zz")


@screen("console-staff-disable")
def disable(guest):
    name = somebody("agent").username
    guest.as_staff("administrator")
    guest.open(f"/console/staff/{name}/disable/")
    guest.press("main form button")
