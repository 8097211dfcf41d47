"""Deeds on members of staff: two people, neither of them the member; the first password is told once and kept nowhere."""

import pytest
from django.contrib.auth.models import User

from audit.models import Record
from common import clock
from staff.errors import OwnRights
from staff.operations import disable_member, factors, role_of
from staff.tests.factories import sign_in
from support import errors, operations
from support.models import Approval, ApprovalChange
from support.tests.approving import ask, someone

pytestmark = pytest.mark.django_db


def by_two(at, deed, wish):
    approval = ask(at, someone("administrator"), deed, wish)
    return operations.approve(approval_id=approval.pk, checker=someone("supervisor"), at=at)


def test_a_member_is_admitted_with_a_password_that_is_told_once(at):
    decided = by_two(at, "staff.admit", {"name": "zoe", "role": "agent"})

    zoe = User.objects.get(username="zoe")
    assert (decided.approval.status, role_of(zoe)) == ("done", "agent")
    assert zoe.check_password(decided.secret)
    kept = [
        *Approval.objects.values_list("outcome", "shown", "payload"),
        *Record.objects.values_list("details", "reason"),
    ]
    assert decided.secret not in str([*kept, *ApprovalChange.objects.values_list("reason")])


def test_the_page_of_the_last_yes_alone_shows_it():
    approval = ask(clock.now(), someone("administrator"), "staff.admit", {"name": "zoe", "role": "agent"})
    client = sign_in(someone("supervisor"), stepped_up=True)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"

    page = client.post(f"/console/approvals/{approval.pk}/approve/")

    assert "Told to you this once" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert "Told to you this once" not in client.get(f"/console/approvals/{approval.pk}/").content.decode()


def test_another_role_takes_two_others(at):
    amy = someone("agent", "amy")

    by_two(at, "staff.change_role", {"name": "amy", "role": "supervisor"})

    assert role_of(amy) == "supervisor"


@pytest.mark.parametrize("which", ["maker", "checker"])
def test_nobody_changes_their_own_role(at, which):
    maker, checker = someone("administrator", "maker"), someone("administrator", "checker")
    approval = ask(at, maker, "staff.change_role", {"name": which, "role": "operator"})

    approval = operations.approve(approval_id=approval.pk, checker=checker, at=at).approval

    assert (approval.status, approval.outcome) == ("failed", OwnRights.code)
    assert {role_of(maker), role_of(checker)} == {"administrator"}


def test_who_was_disabled_comes_back(at):
    amy = someone("agent", "amy")
    disable_member(name="amy", reason="on leave", at=at, by="staff:adam")

    decided = by_two(at, "staff.enable", {"name": "amy"})

    amy.refresh_from_db()
    assert amy.is_active
    assert amy.check_password(decided.secret)


def test_second_factors_are_reset(at):
    amy = someone("agent", "amy")

    decided = by_two(at, "staff.reset_factors", {"name": "amy"})

    amy.refresh_from_db()
    assert decided.approval.status == "done"
    assert amy.check_password(decided.secret)
    assert factors.active(amy) == []


@pytest.mark.parametrize(
    ("deed", "wish", "refusal"),
    [
        ("staff.admit", {"name": "amy", "role": "agent"}, errors.NothingToChange),
        ("staff.change_role", {"name": "amy", "role": "agent"}, errors.NothingToChange),
        ("staff.change_role", {"name": "nobody", "role": "agent"}, errors.SubjectUnknown),
        ("staff.enable", {"name": "amy"}, errors.NothingToChange),
        ("staff.reset_factors", {"name": "nobody"}, errors.SubjectUnknown),
    ],
)
def test_what_can_not_be_is_not_asked_for(at, deed, wish, refusal):
    someone("agent", "amy")

    with pytest.raises(refusal):
        ask(at, someone("administrator"), deed, wish)
