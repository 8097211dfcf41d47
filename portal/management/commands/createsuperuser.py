"""Takes the place of Django's command: there is no superuser."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Refuses: nobody here may do everything. Use admit_staff."

    def handle(self, **options: Any) -> None:
        raise CommandError("There is no superuser. Admit somebody with one role: manage.py admit_staff NAME ROLE")
