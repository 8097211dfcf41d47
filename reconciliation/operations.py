"""Looking over the books: fetch the bank's statement, compare, check the invariants, write down what is broken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from cards.bank import bank
from cards.bank.port import StatementLine, Unavailable
from reconciliation.checks import INVARIANTS, Broken, Invariant
from reconciliation.matching import Verdict, match
from reconciliation.models import BankLine, Finding, Run
from reconciliation.queries import MARGIN, fetched_until, open_findings, ours_between, theirs_between

# One look at a time: two at once would both write the same findings.
_LOCK = "reconciliation.reconcile"
# The bank told a line differently than before; nothing of it is compared, the first telling stays.
LINE_CHANGED = "line_changed"


@dataclass(frozen=True)
class Statement:
    """What a fetch brought: `why_not` is empty when the bank answered."""

    lines: int
    changed: tuple[Broken, ...]
    why_not: str = ""


def reconcile(*, since: dt.datetime, until: dt.datetime, at: dt.datetime) -> Run | None:
    """Compare the bank's statement of [since, until) with our books and check what is quick to check.

    Keeps the run and its findings; a finding that is no longer found is resolved. None when another is at it.
    """
    light = [invariant for invariant in INVARIANTS if not (invariant.is_heavy or invariant.needs_bank)]
    fetch_from = fetched_until(since=since, at=at)
    statement = fetch_statement(since=fetch_from, until=until, at=at)
    matched = 0

    def look() -> list[Broken]:
        nonlocal matched
        verdicts, matched = ([], 0) if statement.why_not else compare(since=since, until=until)
        return verdicts + [broken for invariant in light for broken in invariant.broken(at)]

    # What is broken now and still broken after a second statement is broken; the rest was on its way.
    found = _twice(look, lambda: fetch_statement(since=fetch_from, until=until, at=at))
    looked_at = {invariant.name for invariant in light}
    looked_at |= set() if statement.why_not else {*Verdict, LINE_CHANGED}
    with transaction.atomic(durable=True):
        if not _lock_or_leave():
            return None
        run = Run.objects.create(
            at=at,
            since=since,
            until=until,
            bank_answered=not statement.why_not,
            lines_fetched=statement.lines,
            matched=matched,
            broken=len(found) + len(statement.changed),
            note=statement.why_not[:300],
        )
        _write_down(run, [*found, *statement.changed], looked_at, at=at)
    return run


def prove(
    invariants: Sequence[Invariant], *, since: dt.datetime, until: dt.datetime, at: dt.datetime, with_bank: bool
) -> tuple[list[Broken], str]:
    """Every row that breaks one of these, and why the bank wasn't asked, if it wasn't. Writes no findings."""
    if not with_bank:
        quiet = [invariant for invariant in invariants if not invariant.needs_bank]
        return _twice(
            lambda: [broken for one in quiet for broken in one.broken(at)], lambda: None
        ), "the bank was not asked"
    statement = fetch_statement(since=since, until=until, at=at)
    able = [invariant for invariant in invariants if not (statement.why_not and invariant.needs_bank)]

    def look() -> list[Broken]:
        verdicts = [] if statement.why_not else compare(since=since, until=until)[0]
        return [broken for one in able for broken in one.broken(at)] + verdicts

    found = _twice(look, lambda: fetch_statement(since=since, until=until, at=at))
    return [*found, *statement.changed], statement.why_not


def fetch_statement(*, since: dt.datetime, until: dt.datetime, at: dt.datetime) -> Statement:
    """Keep each line as the bank first told it, a little beyond the span on both sides."""
    answer = bank().statement(since=since - MARGIN, until=until + MARGIN)
    if isinstance(answer, Unavailable):
        return Statement(0, (), answer.why)
    rows = [_bank_line(line, at) for line in answer]
    with transaction.atomic(durable=True):
        BankLine.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return Statement(len(rows), tuple(_changed(rows)))


def compare(*, since: dt.datetime, until: dt.datetime) -> tuple[list[Broken], int]:
    """Where our requests and the bank's lines of the span disagree, and how many agree."""
    ours = ours_between(since, until)
    verdicts = match(ours, theirs_between(since, until, ours))
    broken = [Broken(one.verdict, one.subject, one.detail) for one in verdicts if one.verdict is not Verdict.MATCHED]
    return broken, len(verdicts) - len(broken)


def _twice(look: Callable[[], list[Broken]], meanwhile: Callable[[], object]) -> list[Broken]:
    """What a second look finds as well. Money on its way is seen by one of the two sides first, never for long."""
    first = set(look())
    if not first:
        return []
    meanwhile()
    return [broken for broken in look() if broken in first]


def _changed(rows: list[BankLine]) -> list[Broken]:
    kept = BankLine.objects.in_bulk([row.line for row in rows], field_name="line")
    return [
        Broken(LINE_CHANGED, str(row), f"was {_words(kept[row.line])}, is {_words(row)}")
        for row in rows
        if _words(row) != _words(kept[row.line])
    ]


def _words(line: BankLine) -> str:
    return (
        f"{line.kind} {line.request_id} {line.account_last4} {line.amount_minor} {line.currency} {line.bank_reference}"
    )


def _bank_line(line: StatementLine, at: dt.datetime) -> BankLine:
    return BankLine(
        line=line.line,
        kind=line.kind,
        request_id=line.request_id,
        account_last4=line.account_last4,
        amount_minor=line.amount.amount_minor,
        currency=line.amount.currency,
        bank_reference=line.bank_reference,
        booked_at=line.booked_at,
        reverses=line.reverses,
        fetched_at=at,
    )


def _write_down(run: Run, found: list[Broken], looked_at: set[str], *, at: dt.datetime) -> None:
    """Keep what is new, mark what is still so, resolve what was looked for and not found again."""
    known = {(finding.name, finding.subject): finding for finding in open_findings()}
    now_broken = {(broken.name, broken.subject): broken for broken in found}
    for key, broken in now_broken.items():
        if key in known:
            Finding.objects.filter(pk=known[key].pk).update(seen_at=at, detail=broken.detail)
        else:
            Finding.objects.create(
                run=run, name=broken.name, subject=broken.subject, detail=broken.detail, found_at=at, seen_at=at
            )
    mended = [finding.pk for key, finding in known.items() if key not in now_broken and finding.name in looked_at]
    Finding.objects.filter(pk__in=mended).update(resolved_at=at)


def _lock_or_leave() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [_LOCK])
        return bool(cursor.fetchone()[0])
