"""Nothing of money, customers, staff or the trail is ever deleted: not by SQL, not through the ORM, not in the admin."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory

from portal.management.commands.grant_application_role import DELETABLE, READ_ONLY
from staff.tests.factories import make_staff_with

pytestmark = pytest.mark.django_db
# What is meant to go: sessions, and what is used once within minutes. Memberships go too, beside their record (staff).
USED_ONCE = {"django_session", "platforms_requestnonce", "cards_checkcode", "cards_picturecode"}
MEMBERSHIPS = {"auth_user_groups", "auth_user_user_permissions"}


def kept_models():
    found = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return [model for model in found if model._meta.db_table not in USED_ONCE | MEMBERSHIPS]


def names(models):
    return [model._meta.label for model in models]


def test_what_may_be_deleted_is_what_is_listed_here():
    assert set(DELETABLE) == USED_ONCE | MEMBERSHIPS
    assert len(kept_models()) > 60


@pytest.mark.parametrize("model", kept_models(), ids=names(kept_models()))
def test_sql_deletes_nothing(model):
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table}")  # noqa: S608 - a name of our own tables


@pytest.mark.parametrize("model", kept_models(), ids=names(kept_models()))
def test_the_orm_deletes_nothing(model):
    rows = model._base_manager.all()

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        rows._raw_delete(rows.db)


def test_a_row_that_is_there_stays_there():
    user = make_staff_with("view_case")

    with pytest.raises(DatabaseError), transaction.atomic():
        user.delete()

    assert User.objects.filter(pk=user.pk).exists()


def test_the_admin_deletes_nothing_for_whoever_holds_every_permission():
    every = Permission.objects.values_list("codename", flat=True).distinct()
    request = RequestFactory().get("/console/")
    request.user = make_staff_with(*every)

    lenient = [
        one.model._meta.label
        for one in admin.site._registry.values()
        if one.has_delete_permission(request) or "delete_selected" in one.get_actions(request)
    ]

    assert lenient == []
    assert len(admin.site._registry) > 20


@pytest.mark.parametrize("table", READ_ONLY)
def test_what_roles_may_do_is_only_read(table):
    with connection.cursor() as cursor:
        for right, expected in (("SELECT", True), ("INSERT", False), ("UPDATE", False), ("DELETE", False)):
            cursor.execute("SELECT has_table_privilege(current_user, %s, %s)", [table, right])
            assert cursor.fetchone()[0] is expected, right
