"""Roles as rows: what each may do is looked up there, and written there by a release alone."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from staff.rules import PERMISSIONS


def seed_roles() -> None:
    """Make each role's rights what the table says. Runs after each migration, as the owner: nobody else may write them."""
    with transaction.atomic():
        for role, names in PERMISSIONS.items():
            group, _ = Group.objects.get_or_create(name=role)
            group.permissions.set(permission_named(name) for name in sorted(names))


def permission_named(name: str) -> Permission:
    """`app.codename` as a row."""
    app, _, codename = name.partition(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)
