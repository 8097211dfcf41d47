"""App configuration: after migrating, each role has the permissions of its table."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


def _seed_roles(**_: Any) -> None:
    from staff.operations import seed_roles

    seed_roles()


class StaffConfig(AppConfig):
    name = "staff"

    def ready(self) -> None:
        # Permissions are themselves made after migrating, app by app: with the last one's turn all of them are there.
        last = list(apps.get_app_configs())[-1]
        post_migrate.connect(_seed_roles, sender=last, dispatch_uid="staff.seed_roles")
