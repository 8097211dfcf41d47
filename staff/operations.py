"""Roles and members of staff."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission, User
from django.db import transaction

from staff.rules import PERMISSIONS, Role


def seed_roles() -> None:
    """Put each role there that doesn't exist yet. What was changed since by an approval stays."""
    with transaction.atomic():
        for role, names in PERMISSIONS.items():
            group, is_new = Group.objects.get_or_create(name=role)
            if is_new:
                group.permissions.set(permission_named(name) for name in sorted(names))


def permission_named(name: str) -> Permission:
    """`app.codename` as a row."""
    app, _, codename = name.partition(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)


def admit(*, name: str, role: Role, password: str | None) -> User:
    """A new member of staff with one role."""
    with transaction.atomic():
        user = User.objects.create_user(name, password=password, is_staff=True)
        user.groups.add(Group.objects.get(name=role))
    return user
