"""Our debits and credits against the bank's lines, request by request. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Stand(StrEnum):
    """What we say became of a request."""

    BOOKED = "booked"
    NOT_BOOKED = "not_booked"
    OPEN = "open"  # we don't know yet, or a person settles it: the bank may have it or not


@dataclass(frozen=True)
class Ours:
    """One request of ours that was sent to the bank: `kind` is debit or credit, `reference` of its payment or refund."""

    request_id: UUID
    kind: str
    reference: str
    amount_minor: int
    stand: Stand


@dataclass(frozen=True)
class Theirs:
    """One line of the bank. A reversal names in `reverses` the debit that it takes back."""

    line: int
    kind: str
    request_id: UUID
    amount_minor: int
    reverses: UUID | None = None


class Verdict(StrEnum):
    MATCHED = "matched"
    MISSING_AT_BANK = "missing_at_bank"
    MISSING_HERE = "missing_here"
    AMOUNT_DIFFERS = "amount_differs"
    TWICE = "twice"


@dataclass(frozen=True)
class Match:
    verdict: Verdict
    subject: str
    detail: str


def match(ours: Iterable[Ours], theirs: Iterable[Theirs]) -> list[Match]:
    """A verdict for each request of ours that is settled or has a line, and for each line that is none of ours.

    Booked, one line of its amount: matched. Booked, no line: missing_at_bank. Not booked, a line: missing_here.
    Open, no line: no verdict yet; open and one line of its amount: none either. A reversed debit counts as no line.
    """
    ours = list(ours)
    lines = list(theirs)
    reversed_ids = {line.reverses for line in lines if line.kind == "reversal"}
    standing: dict[tuple[str, UUID], list[Theirs]] = defaultdict(list)
    for line in lines:
        if line.kind != "reversal" and not (line.kind == "debit" and line.request_id in reversed_ids):
            standing[line.kind, line.request_id].append(line)
    known = {(own.kind, own.request_id) for own in ours}
    verdicts = [found for own in ours if (found := _judge(own, standing[own.kind, own.request_id]))]
    strangers = (line for key, found in standing.items() if key not in known for line in found)
    return verdicts + [_stranger(line) for line in sorted(strangers, key=lambda line: line.line)]


def _judge(own: Ours, lines: list[Theirs]) -> Match | None:
    if len(lines) > 1:
        numbers = ", ".join(str(line.line) for line in lines)
        return Match(Verdict.TWICE, own.reference, f"{own.kind} booked on lines {numbers}")
    if not lines:
        if own.stand is not Stand.BOOKED:
            return None
        return Match(Verdict.MISSING_AT_BANK, own.reference, f"{own.kind} of {own.amount_minor} under {own.request_id}")
    line = lines[0]
    if own.stand is Stand.NOT_BOOKED:
        detail = f"{line.kind} of {line.amount_minor} on line {line.line}, told as not booked"
        return Match(Verdict.MISSING_HERE, own.reference, detail)
    if line.amount_minor != own.amount_minor:
        detail = f"{own.kind} of {own.amount_minor}, line {line.line} says {line.amount_minor}"
        return Match(Verdict.AMOUNT_DIFFERS, own.reference, detail)
    return Match(Verdict.MATCHED, own.reference, "") if own.stand is Stand.BOOKED else None


def _stranger(line: Theirs) -> Match:
    detail = f"{line.kind} of {line.amount_minor} under an id we never sent"
    return Match(Verdict.MISSING_HERE, f"bank line {line.line}", detail)
