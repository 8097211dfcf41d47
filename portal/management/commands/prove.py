"""Proves the invariants on the database as it is: each with OK or with every row that breaks it, by name."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser, BooleanOptionalAction

from django.core.management.base import BaseCommand, CommandError

from audit import checks as audit
from common import clock
from reconciliation import operations
from reconciliation.checks import INVARIANTS, Broken, Invariant
from reconciliation.checks.canaries import canary_in_clear
from support import checks as support

# From before the first debit to beyond any clock: the whole statement.
_SINCE, _UNTIL = dt.datetime(2000, 1, 1, tzinfo=dt.UTC), dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
_COMPARED = "Bank"


class Command(BaseCommand):
    help = "Check every invariant; name each row that breaks one. Exit code 1 when anything is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bank", action=BooleanOptionalAction, default=True, help="fetch the bank's statement")
        parser.add_argument(
            "--canary", action="append", default=[], help="a text, such as a test's password, that must be kept nowhere"
        )

        parser.add_argument(
            "--audit-head",
            action="append",
            default=[],
            metavar="POSITION:HASH",
            help='a head of the audit trail that was kept elsewhere, as the log has it ("audit head signed")',
        )

    def handle(self, *, bank: bool, canary: list[str], audit_head: list[str], **options: object) -> None:
        more = [*(_canary(text) for text in canary), *(_kept_head(text) for text in audit_head)]
        invariants = [*INVARIANTS, *support.INVARIANTS, *more]
        broken, why_not = operations.prove(invariants, since=_SINCE, until=_UNTIL, at=clock.now(), with_bank=bank)
        for invariant in sorted(invariants, key=_in_order):
            if why_not and invariant.needs_bank:
                self.stdout.write(f"{invariant.name:<18} not looked at: {why_not}")
            else:
                self._say(invariant.name, invariant.says, [one for one in broken if one.name == invariant.name])
        if not why_not:
            names = {invariant.name for invariant in invariants}
            rest = [one for one in broken if one.name not in names]
            self._say(_COMPARED, "Each request of ours and each line of the bank have one another", rest)
        if broken:
            self.stdout.write(self.style.ERROR(f"{len(broken)} rows are broken"))
        if broken or (bank and why_not):
            raise SystemExit(1)

    def _say(self, name: str, says: str, broken: list[Broken]) -> None:
        verdict = self.style.ERROR("BROKEN") if broken else self.style.SUCCESS("OK")
        self.stdout.write(f"{name:<18} {verdict}  {says}")
        for one in broken:
            self.stdout.write(f"{'':<18} {one}")


def _canary(text: str) -> Invariant:
    return Invariant("I-18 canary", "The canary is kept nowhere", lambda at: canary_in_clear(text))


def _kept_head(text: str) -> Invariant:
    position, _, head_hash = text.partition(":")
    if not position.isdecimal() or not head_hash:
        raise CommandError(f"--audit-head is POSITION:HASH, not {text}")

    def find(at: dt.datetime) -> list[tuple[str, str]]:
        return [("audit trail", str(found)) for found in audit.kept_head_breaks(int(position), head_hash)]

    return Invariant("I-21 kept head", "The audit trail goes on from the head that was kept elsewhere", find)


def _in_order(invariant: Invariant) -> tuple[int, str]:
    number = invariant.name.split()[0].removeprefix("I-")
    return int(number), invariant.name
