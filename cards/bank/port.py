"""What we ask the core bank and what it can tell us."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal, Protocol
from uuid import UUID

from common.money import Money

# The bank refuses to book a request that reaches it later than this after we sent it: only so can "not found" become final.
ACCEPTED_FOR = dt.timedelta(seconds=60)

# The bank's codes that we have a text for (docs/wires.md); any other is declined with the general one.
BALANCE_TOO_LOW = "4501"
ACCOUNT_CLOSED = "4502"
ACCOUNT_FROZEN = "4503"
CARD_LOST = "4504"
CARD_CANCELLED = "4505"
BANK_LIMIT = "4506"
FOREIGN_CARD = "4507"
NO_TRANSFER_AGREEMENT = "4508"
CREDIT_CARD = "4509"
BANK_BUSY = "4510"
REQUEST_ID_REUSED = "4590"
ARRIVED_TOO_LATE = "4591"
# Not a code of the bank: our word for its final "not found".
NEVER_ARRIVED = "not_found"


@dataclass(frozen=True)
class DebitRequest:
    request_id: UUID
    account_number: str
    amount: Money
    reference: str
    narrative: str
    valid_until: dt.datetime


@dataclass(frozen=True)
class CreditRequest:
    request_id: UUID
    account_number: str
    amount: Money
    debit_request_id: UUID
    reference: str
    narrative: str
    valid_until: dt.datetime


@dataclass(frozen=True)
class Approved:
    """Booked at the bank, under its own reference."""

    bank_reference: str
    amount: Money
    booked_at: dt.datetime


@dataclass(frozen=True)
class Declined:
    """Not booked and never will be."""

    code: str


@dataclass(frozen=True)
class NotFound:
    """The bank knows nothing of the request. Only a final one may be taken for "not booked"."""

    final: bool


@dataclass(frozen=True)
class Unknown:
    """No answer, or none that can be understood: it may or may not be booked."""

    why: str


@dataclass(frozen=True)
class Unavailable:
    """A question that moves no money was not answered."""

    why: str


@dataclass(frozen=True)
class Profile:
    """The account, its card and its holder, as the bank has them today."""

    account_status: Literal["open", "closed", "frozen"]
    transfer_agreement: bool
    card_status: Literal["active", "lost", "cancelled"]
    card_kind: Literal["atm", "credit"]
    card_issued: Literal["domestic", "foreign"]
    national_id: str
    birth_date: dt.date
    # E.164; empty where the bank has no number of theirs.
    phone: str


@dataclass(frozen=True)
class StatementLine:
    """One booking in the bank's own book."""

    line: int
    kind: Literal["debit", "credit", "reversal"]
    request_id: UUID
    account_last4: str
    amount: Money
    bank_reference: str
    booked_at: dt.datetime
    reverses: UUID | None


Outcome = Approved | Declined | Unknown
EnquiryOutcome = Approved | Declined | NotFound | Unknown


class Bank(Protocol):
    """The core bank. Calls that move money never raise: what is not understood is Unknown."""

    def profile(self, *, customer_number: str, account_number: str) -> Profile | Declined | Unavailable: ...

    def debit(self, request: DebitRequest) -> Outcome: ...

    def enquire_debit(self, request_id: UUID) -> EnquiryOutcome: ...

    def reverse(self, *, debit_request_id: UUID, request_id: UUID, reason: str) -> Outcome: ...

    def credit(self, request: CreditRequest) -> Outcome: ...

    def enquire_credit(self, request_id: UUID) -> EnquiryOutcome: ...

    def statement(self, *, since: dt.datetime, until: dt.datetime) -> list[StatementLine] | Unavailable:
        """Every booking in [since, until), oldest first."""
        ...
