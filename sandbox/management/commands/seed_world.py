"""Make the fixed persons, cards and accounts of the sandbox, and print them as one line of JSON."""

import json
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation

from common import clock
from sandbox import accounts, people


class Command(BaseCommand):
    help = "Seed the sandbox's persons, cards and accounts (keeps what is there); print them as one JSON line."

    def handle(self, *args: Any, **options: Any) -> None:
        people.seed_people(at=clock.now())
        with translation.override("en"):
            self.stdout.write(json.dumps(accounts.world(), ensure_ascii=False))
