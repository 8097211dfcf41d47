"""Writes the documents that are made from the code; with --check it only compares them."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.documents import documents


class Command(BaseCommand):
    help = "Write docs/states.md, docs/errors.md and docs/api/openapi.yaml from the code."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="fail when a file differs from the code")

    def handle(self, *, check: bool, **options: Any) -> None:
        for path, text in documents().items():
            if path.exists() and path.read_text() == text:
                continue
            if check:
                raise CommandError(f"{path.name} is older than the code: run manage.py write_docs")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            self.stdout.write(f"wrote {path.name}")
