"""An honest core bank in process, for tests: it keeps a book, answers twice alike, and misbehaves as it is told."""

from __future__ import annotations

import datetime as dt
import threading
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Literal, cast
from uuid import UUID

from cards.bank import port
from cards.bank.port import (
    Approved,
    CreditRequest,
    DebitRequest,
    Declined,
    EnquiryOutcome,
    NotFound,
    Outcome,
    Profile,
    StatementLine,
    Unavailable,
    Unknown,
)
from common.clock import now
from common.money import Money

_GOOD_PROFILE = Profile(
    account_status="open",
    transfer_agreement=True,
    card_status="active",
    card_kind="atm",
    card_issued="domestic",
    national_id="A123456789",
    birth_date=dt.date(1980, 5, 17),
    phone="+886912345678",
)


@dataclass
class FakeBank:
    """`profiles` and `behaviours` steer it by account; `book` is what it really did."""

    profiles: dict[str, Profile | Declined | Unavailable] = field(default_factory=dict)
    behaviours: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    book: list[StatementLine] = field(default_factory=list)
    answers: dict[UUID, tuple[DebitRequest | CreditRequest, Outcome]] = field(default_factory=dict)
    # Requests on a slow line: they reach the bank only when a test says so.
    on_the_way: dict[UUID, DebitRequest | CreditRequest] = field(default_factory=dict)
    received: list[UUID] = field(default_factory=list)
    # What the next reversals get: timeout_before, timeout_after, wrong_amount, or a decline code; else they are approved.
    reversals: list[str] = field(default_factory=list)
    # None: a request that was not found may still arrive; the test decides.
    not_found_is_final: bool = True
    answers_enquiries: bool = True
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def reset(self) -> None:
        for kept in (
            self.profiles,
            self.behaviours,
            self.book,
            self.answers,
            self.on_the_way,
            self.received,
            self.reversals,
        ):
            kept.clear()
        self.not_found_is_final = self.answers_enquiries = True

    def behave(self, account_number: str, *behaviours: str) -> None:
        """Queue this account's next answers: approve, timeout_before, timeout_after, late, wrong_amount, or a decline code.

        `wrong_amount` does it right and says a dollar more; `other_amount` takes a dollar more and says so.
        """
        self.behaviours[account_number] += behaviours

    def set_profile(self, account_number: str, **changes: object) -> None:
        known = self.profiles.get(account_number, _GOOD_PROFILE)
        assert isinstance(known, Profile)
        self.profiles[account_number] = replace(known, **changes)  # type: ignore[arg-type]  # the field names are checked by replace

    def profile(self, *, customer_number: str, account_number: str) -> Profile | Declined | Unavailable:
        return self.profiles.get(account_number, _GOOD_PROFILE)

    def debit(self, request: DebitRequest) -> Outcome:
        return self._move(request)

    def credit(self, request: CreditRequest) -> Outcome:
        return self._move(request)

    def enquire_debit(self, request_id: UUID) -> EnquiryOutcome:
        return self._enquire(request_id)

    def enquire_credit(self, request_id: UUID) -> EnquiryOutcome:
        return self._enquire(request_id)

    def reverse(self, *, debit_request_id: UUID, request_id: UUID, reason: str) -> Outcome:
        with self._lock:
            self.received.append(request_id)
            behaviour = self.reversals.pop(0) if self.reversals else "approve"
            lines = [line for line in self.book if line.request_id == debit_request_id and line.kind == "debit"]
            done = [line for line in self.book if line.reverses == debit_request_id]
            if behaviour == "timeout_before":
                return Unknown("no answer")
            if not lines or (behaviour.isdigit() and not done):
                return Declined(behaviour if lines else "4599")
            if not done:
                done = [self._book("reversal", request_id, lines[0].account_last4, lines[0].amount, debit_request_id)]
            told = done[0].amount + Money.twd(1) if behaviour == "wrong_amount" else done[0].amount
            unheard = behaviour == "timeout_after"
            return Unknown("no answer") if unheard else Approved(done[0].bank_reference, told, done[0].booked_at)

    def statement(self, *, since: dt.datetime, until: dt.datetime) -> list[StatementLine] | Unavailable:
        with self._lock:
            return [line for line in self.book if since <= line.booked_at < until]

    def arrive(self, request_id: UUID, *, at: dt.datetime | None = None) -> Outcome:
        """A request that was on its way reaches the bank now."""
        with self._lock:
            request = self.on_the_way.pop(request_id)
            if at is not None and at > request.valid_until:
                outcome: Outcome = Declined(port.ARRIVED_TOO_LATE)
                self.answers[request_id] = (request, outcome)
                return outcome
            return self._do(request, "approve")

    def debits_of(self, reference: str) -> int:
        """How many debits the book holds for this payment's requests."""
        ids = {request_id for request_id, (request, _) in self.answers.items() if request.reference == reference}
        return sum(1 for line in self.book if line.kind == "debit" and line.request_id in ids)

    def _move(self, request: DebitRequest | CreditRequest) -> Outcome:
        with self._lock:
            self.received.append(request.request_id)
            if request.request_id in self.answers:
                first, outcome = self.answers[request.request_id]
                same = (first.account_number, first.amount) == (request.account_number, request.amount)
                return outcome if same else Declined(port.REQUEST_ID_REUSED)
            queue = self.behaviours[request.account_number]
            behaviour = queue.pop(0) if queue else "approve"
            match behaviour:
                case "timeout_before":
                    return Unknown("no answer")
                case "late":
                    self.on_the_way[request.request_id] = request
                    return Unknown("no answer")
                case "timeout_after":
                    self._do(request, "approve")
                    return Unknown("no answer")
                case _:
                    return self._do(request, behaviour)

    def _do(self, request: DebitRequest | CreditRequest, behaviour: str) -> Outcome:
        if behaviour.isdigit():
            outcome: Outcome = Declined(behaviour)
        else:
            kind = "debit" if isinstance(request, DebitRequest) else "credit"
            more = request.amount + Money.twd(1)
            taken = more if behaviour == "other_amount" else request.amount
            line = self._book(kind, request.request_id, request.account_number[-4:], taken, None)
            told = more if behaviour == "wrong_amount" else taken
            outcome = Approved(line.bank_reference, told, line.booked_at)
        self.answers[request.request_id] = (request, outcome)
        return outcome

    def _enquire(self, request_id: UUID) -> EnquiryOutcome:
        with self._lock:
            if not self.answers_enquiries:
                return Unknown("no answer")
            if request_id in self.answers:
                return self.answers[request_id][1]
            return NotFound(final=self.not_found_is_final and request_id not in self.on_the_way)

    def _book(self, kind: str, request_id: UUID, last4: str, amount: Money, reverses: UUID | None) -> StatementLine:
        line = StatementLine(
            line=len(self.book) + 1,
            kind=cast(Literal["debit", "credit", "reversal"], kind),
            request_id=request_id,
            account_last4=last4,
            amount=amount,
            bank_reference=f"B{len(self.book) + 1:08d}",
            booked_at=now(),
            reverses=reverses,
        )
        self.book.append(line)
        return line
