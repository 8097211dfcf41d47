"""Rights change only through the operations: whatever else the application's database role tries is refused."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from audit import operations as audit
from audit.models import Record
from staff import operations
from staff.errors import (
    MemberNameInvalid,
    MemberNameTaken,
    MemberReasonMissing,
    NothingToChange,
    OwnRights,
    UnknownMember,
)
from staff.rules import PERMISSIONS, Role
from staff.tests.factories import make_staff

pytestmark = pytest.mark.django_db(transaction=True)
REASON = {"reason": "asked by the head of the desk"}


@pytest.fixture
def amy():
    return make_staff("amy", "agent")


def sql(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def role_of(name):
    return operations.role_of(User.objects.get(username=name))


def test_each_role_has_exactly_the_rights_of_its_table():
    found = {
        group.name: {f"{one.content_type.app_label}.{one.codename}" for one in group.permissions.all()}
        for group in Group.objects.all()
    }

    assert found == {role.value: set(names) for role, names in PERMISSIONS.items()}


def test_no_role_both_sees_customers_and_manages_staff():
    for role, names in PERMISSIONS.items():
        assert not {"console.see_payments", "staff.manage_members"} <= names, role


def test_a_member_is_admitted_with_one_role_and_a_first_password(at):
    admitted = operations.admit_member(name="bea", role=Role.OPERATOR, at=at, by="staff:adam", **REASON)

    assert role_of("bea") == "operator"
    assert admitted.user.check_password(admitted.first_password)
    assert (admitted.user.member.first_password_until - at).days == 3
    record = Record.objects.get(subject="staff:bea")
    assert (record.action, record.by, record.reason) == ("staff.admitted", "staff:adam", REASON["reason"])
    assert admitted.first_password not in str(record.details)


@pytest.mark.parametrize("name", ["", "x", "Amy", "amy smith", "amy@bank", "1amy", "a" * 31])
def test_a_name_that_is_none_is_refused(at, name):
    with pytest.raises(MemberNameInvalid):
        operations.admit_member(name=name, role=Role.AGENT, at=at, by="staff:adam", **REASON)

    assert User.objects.count() == 0


def test_a_name_is_never_given_twice_and_a_reason_is_asked_for(amy, at):
    with pytest.raises(MemberNameTaken):
        operations.admit_member(name="amy", role=Role.OPERATOR, at=at, by="staff:adam", **REASON)
    with pytest.raises(MemberReasonMissing):
        operations.admit_member(name="bea", role=Role.OPERATOR, at=at, by="staff:adam", reason="  ")
    with pytest.raises(UnknownMember):
        operations.disable_member(name="bea", at=at, by="staff:adam", **REASON)

    assert [user.username for user in User.objects.all()] == ["amy"]
    assert role_of("amy") == "agent"


def test_another_role_takes_the_place_of_the_one_before(amy, at):
    operations.change_role(name="amy", role=Role.SUPERVISOR, at=at, by="staff:adam", asked_by="staff:eve", **REASON)

    assert role_of("amy") == "supervisor"
    assert amy.groups.count() == 1
    assert Record.objects.get(action="staff.role_changed").details == {
        "role": "supervisor",
        "before": "agent",
        "asked_by": "staff:eve",
    }
    with pytest.raises(NothingToChange):
        operations.change_role(name="amy", role=Role.SUPERVISOR, at=at, by="staff:adam", **REASON)


@pytest.mark.parametrize("who", [{"by": "staff:amy"}, {"by": "staff:adam", "asked_by": "staff:amy"}])
def test_nobody_decides_or_asks_about_their_own_rights(amy, at, who):
    for deed, more in (
        (operations.change_role, {"role": Role.SUPERVISOR}),
        (operations.reset_factors, {}),
        (operations.enable_member, {}),
    ):
        if deed is operations.enable_member:
            operations.disable_member(name="amy", at=at, by="staff:adam", **REASON)
        with pytest.raises(OwnRights):
            deed(name="amy", at=at, **who, **more, **REASON)

    assert role_of("amy") == "agent"
    assert not User.objects.get(username="amy").is_active


# ── What goes past the operations ──

STATEMENTS = [
    "UPDATE auth_user_groups SET group_id = (SELECT id FROM auth_group WHERE name = 'supervisor') WHERE user_id = %s",
    "DELETE FROM auth_user_groups WHERE user_id = %s",
    "INSERT INTO auth_user_user_permissions (user_id, permission_id) SELECT %s, id FROM auth_permission WHERE codename = 'approve'",
    "UPDATE auth_user SET is_active = false WHERE id = %s",
    "UPDATE auth_user SET is_staff = false WHERE id = %s",
    "UPDATE auth_user SET is_superuser = true WHERE id = %s",
    "UPDATE auth_user SET username = 'sam' WHERE id = %s",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_sql_alone_changes_no_rights(amy, statement):
    before = list(User.objects.values()), list(User.groups.through.objects.values())

    with pytest.raises(IntegrityError):
        sql(statement, amy.pk)

    assert (list(User.objects.values()), list(User.groups.through.objects.values())) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE auth_group SET name = 'x' WHERE name = 'agent'",
        "INSERT INTO auth_group (name) VALUES ('masters')",
        "DELETE FROM auth_group_permissions",
        "INSERT INTO auth_group_permissions (group_id, permission_id) SELECT g.id, p.id FROM auth_group g, auth_permission p",
        "UPDATE auth_permission SET codename = 'x'",
        "DELETE FROM auth_user",
        "DELETE FROM staff_factor",
        "DELETE FROM staff_signin",
        "DELETE FROM staff_recoverycode",
        "ALTER TABLE auth_user_groups DISABLE TRIGGER ALL",
        "DROP FUNCTION staff_change_is_recorded(text) CASCADE",
    ],
)
def test_what_a_role_may_do_is_not_the_applications_to_write(amy, statement):
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"):
        sql(statement)


def test_the_orm_alone_changes_no_rights(amy):
    supervisor = Group.objects.get(name="supervisor")
    approve = Permission.objects.get(codename="approve")
    tries = [
        lambda: amy.groups.add(supervisor),
        lambda: amy.groups.set([supervisor]),
        amy.groups.clear,
        lambda: amy.user_permissions.add(approve),
        lambda: User.objects.filter(pk=amy.pk).update(is_superuser=True),
        lambda: User.objects.create_superuser("root", password="x"),
        lambda: User.objects.filter(pk=amy.pk).update(username="sam"),
    ]
    for one in tries:
        with pytest.raises(DatabaseError), transaction.atomic():
            one()

    assert role_of("amy") == "agent"
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "record",
    [
        {"by": "staff:amy", "subject": "staff:amy", "reason": "I say so", "action": "staff.role_changed"},
        {"by": "staff:eve", "subject": "staff:eve", "reason": "somebody else's", "action": "staff.role_changed"},
        {"by": "staff:eve", "subject": "staff:amy", "reason": "", "action": "staff.role_changed"},
        {"by": "staff:eve", "subject": "staff:amy", "reason": "another deed", "action": "payment.read"},
    ],
)
def test_a_record_of_ones_own_or_of_something_else_opens_nothing(amy, at, record):
    def try_it():
        with transaction.atomic():
            audit.record(at=at, **record)
            amy.groups.set([Group.objects.get(name="supervisor")])

    with pytest.raises(IntegrityError):
        try_it()
    assert role_of("amy") == "agent"


def test_a_record_of_before_opens_nothing(amy, at):
    audit.record(at=at, by="staff:eve", subject="staff:amy", reason="long ago", action="staff.role_changed")

    with pytest.raises(IntegrityError):
        sql(STATEMENTS[0], amy.pk)


def test_there_is_no_second_role(amy, at):
    another = "INSERT INTO auth_user_groups (user_id, group_id) SELECT %s, id FROM auth_group WHERE name = 'supervisor'"

    def try_it():
        with transaction.atomic():
            audit.record(at=at, by="staff:eve", subject="staff:amy", reason="two hats", action="staff.role_changed")
            sql(another, amy.pk)

    with pytest.raises(IntegrityError, match="staff_one_role_a_member"):
        try_it()


# ── From the shell ──


def test_there_is_no_superuser_from_the_shell_either():
    with pytest.raises(CommandError, match="admit_staff"):
        call_command("createsuperuser")

    assert User.objects.count() == 0


def test_the_first_administrator_comes_from_the_shell(capsys):
    call_command("admit_staff", "adam", "administrator")

    password = capsys.readouterr().out.split()[-1]
    assert User.objects.get(username="adam").check_password(password)
    assert role_of("adam") == "administrator"
    with pytest.raises(CommandError, match=r"Nothing was changed|並未變更"):
        call_command("admit_staff", "adam", "auditor")
    assert role_of("adam") == "administrator"
