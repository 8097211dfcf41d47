"""Admits a member of staff from the shell: the first administrators, before anybody can approve anything."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common import clock
from common.errors import Refusal
from staff.operations import admit_member
from staff.rules import Role


class Command(BaseCommand):
    help = "Admit a member of staff with one role; prints a password for the first sign-in, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("role", choices=[role.value for role in Role])

    def handle(self, *, name: str, role: str, **options: Any) -> None:
        reason = "admitted from the shell"
        try:
            admitted = admit_member(name=name, role=Role(role), reason=reason, at=clock.now(), by="admit_staff")
        except Refusal as refusal:
            raise CommandError(f"{refusal.title}. {refusal.detail()}") from refusal
        self.stdout.write(f"{name} is admitted as {role}.")
        self.stdout.write(f"Password for the first sign-in, good for 3 days: {admitted.first_password}")
