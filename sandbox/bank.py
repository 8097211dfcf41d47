"""The sandbox bank: profile, debits, credits, reversals, enquiries, each request booked at most once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max, Sum

from sandbox.models import Account, BankRequest
from sandbox.outcomes import ACCOUNTS, AccountOutcome
from sandbox.wires import lock_id

Answer = dict[str, Any]
Kind, State = BankRequest.Kind, BankRequest.State

# An id that was asked about but never arrived can be called final this long after: no request may be valid longer.
VALIDITY_MAX = dt.timedelta(minutes=15)

BALANCE_TOO_LOW, ACCOUNT_CLOSED, ID_REUSED, TOO_LATE = "4501", "4502", "4590", "4591"
# The sandbox bank's own, unmapped on purpose: nothing to reverse or to give back.
NOTHING_TO_UNDO = "4592"

NOT_FOUND: Answer = {"result": "not_found", "final": False}
NEVER: Answer = {"result": "not_found", "final": True}


@dataclass(frozen=True)
class Order:
    """What a debit, credit or reversal asks for."""

    kind: str
    request_id: str
    account_number: str
    amount_minor: int
    currency: str
    valid_until: dt.datetime
    reference: str = ""
    narrative: str = ""
    debit_request_id: str = ""

    def same_as(self, row: BankRequest) -> bool:
        return (self.kind, self.account_number, self.amount_minor, self.currency, self.debit_request_id) == (
            row.kind,
            row.account_number,
            row.amount_minor,
            row.currency,
            row.debit_request_id,
        )


def outcome_of(account_number: str) -> AccountOutcome | None:
    account = Account.objects.filter(number=account_number).only("does").first()
    return ACCOUNTS[account.does] if account else None


def profile(*, customer_number: str, account_number: str) -> Answer:
    account = Account.objects.select_related("person").filter(number=account_number).first()
    if account is None or account.person.customer_number != customer_number:
        return {"result": "declined", "code": ACCOUNT_CLOSED}
    outcome, person = ACCOUNTS[account.does], account.person
    return {
        "result": "ok",
        "account_status": outcome.account_status,
        "transfer_agreement": outcome.transfer_agreement,
        "card": {"status": outcome.card_status, "kind": outcome.card_kind, "issued": outcome.card_issued},
        "holder": {
            "national_id": person.national_id,
            "birth_date": person.birth_date.isoformat(),
            "phone": person.phone,
        },
    }


def is_first_arrival(request_id: str) -> bool:
    return not BankRequest.objects.filter(request_id=request_id).exists()


def book(*, order: Order, at: dt.datetime) -> Answer:
    """Book or decline, once; the same id again gets the first answer, with other contents 4590."""
    with transaction.atomic():
        lock_id(order.request_id)
        row = BankRequest.objects.filter(request_id=order.request_id).first()
        if row and row.state == State.VOID:
            return _declined(TOO_LATE)
        if row and row.state not in {State.ASKED, State.LOST} and not order.same_as(row):
            return _declined(ID_REUSED)
        if row and row.settled:
            return _answer(row)
        return _answer(_settle(order, row, at))


def lose(*, order: Order) -> None:
    """It came to the door and went missing: of its contents only the time limit is remembered."""
    with transaction.atomic():
        lock_id(order.request_id)
        BankRequest.objects.get_or_create(
            request_id=order.request_id,
            defaults={"kind": order.kind, "state": State.LOST, "valid_until": order.valid_until},
        )


def delay(*, order: Order) -> None:
    """It will reach the book right after the next enquiry, unless its time has run out by then."""
    with transaction.atomic():
        lock_id(order.request_id)
        row = BankRequest.objects.filter(request_id=order.request_id).first()
        if row is None or row.state in {State.ASKED, State.LOST}:
            _written(order, row, state=State.TRAVELLING)


def enquire(*, kind: str, request_id: str, at: dt.datetime) -> Answer:
    """The first answer again; else not found, final only when the id can't be booked any more."""
    with transaction.atomic():
        lock_id(request_id)
        row, _ = BankRequest.objects.get_or_create(
            request_id=request_id,
            defaults={"kind": kind, "state": State.ASKED, "valid_until": at + VALIDITY_MAX},
        )
        if row.kind != kind:
            return NOT_FOUND
        if row.state == State.VOID:
            return NEVER
        if row.settled:
            return _answer(row)
        if at >= row.valid_until:
            row.state = State.VOID
            row.save(update_fields=["state"])
            return NEVER
        if row.state == State.TRAVELLING:
            _settle(_order_of(row), row, at)
        return NOT_FOUND


def reverse(*, debit_request_id: str, request_id: str, reason: str, at: dt.datetime) -> Answer:
    debit = BankRequest.objects.filter(request_id=debit_request_id, kind=Kind.DEBIT).first()
    order = Order(
        kind=Kind.REVERSAL,
        request_id=request_id,
        account_number=debit.account_number if debit else "",
        amount_minor=debit.amount_minor if debit else 0,
        currency=debit.currency if debit else "TWD",
        valid_until=at + VALIDITY_MAX,
        reference=debit.reference if debit else "",
        narrative=reason,
        debit_request_id=debit_request_id,
    )
    return book(order=order, at=at)


def statement(*, since: dt.datetime, until: dt.datetime, after: int, limit: int) -> Answer:
    """Booked lines with since ≤ booked_at < until, in the order of their line numbers."""
    _number_lines()
    found = BankRequest.objects.filter(line__gt=after, booked_at__gte=since, booked_at__lt=until)
    page = list(found.order_by("line")[: limit + 1])
    lines = page[:limit]
    return {
        "result": "ok",
        "lines": [_line(row) for row in lines],
        "next": lines[-1].line if len(page) > limit else None,
    }


def stamp(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def _settle(order: Order, row: BankRequest | None, at: dt.datetime) -> BankRequest:
    account = Account.objects.select_for_update().filter(number=order.account_number).first()
    code = _refusal(order, account, at)
    if code or account is None:
        return _written(order, row, state=State.DECLINED, code=code or ACCOUNT_CLOSED)
    account.balance_minor += -order.amount_minor if order.kind == Kind.DEBIT else order.amount_minor
    account.save(update_fields=["balance_minor"])
    return _written(order, row, state=State.BOOKED, booked_at=at, bank_reference=f"B{order.request_id[-12:].upper()}")


def _refusal(order: Order, account: Account | None, at: dt.datetime) -> str:
    """The decline code, or nothing."""
    if at >= order.valid_until:
        return TOO_LATE
    if account is None:
        return ACCOUNT_CLOSED if order.kind != Kind.REVERSAL else NOTHING_TO_UNDO
    outcome = ACCOUNTS[account.does]
    if order.kind == Kind.DEBIT:
        closed = {"closed": ACCOUNT_CLOSED, "frozen": "4503"}.get(outcome.account_status, "")
        low = BALANCE_TOO_LOW if account.balance_minor < order.amount_minor else ""
        return outcome.debit_code or closed or low
    if order.amount_minor > _not_given_back(order):
        return NOTHING_TO_UNDO
    return outcome.credit_code if order.kind == Kind.CREDIT else ""


def _not_given_back(order: Order) -> int:
    """What is left of the debit after its credits and its reversal. The account's lock is held."""
    booked = BankRequest.objects.filter(state=State.BOOKED)
    debit = booked.filter(
        request_id=order.debit_request_id, kind=Kind.DEBIT, account_number=order.account_number
    ).first()
    back = booked.filter(debit_request_id=order.debit_request_id).aggregate(total=Sum("amount_minor"))["total"]
    return (debit.amount_minor if debit else 0) - (back or 0)


def _written(order: Order, row: BankRequest | None, **result: Any) -> BankRequest:
    row = row or BankRequest(request_id=order.request_id)
    facts = {name: getattr(order, name) for name in order.__dataclass_fields__}
    for name, value in {**facts, **result}.items():
        setattr(row, name, value)
    row.save()
    return row


def _order_of(row: BankRequest) -> Order:
    return Order(**{name: getattr(row, name) for name in Order.__dataclass_fields__})


def _answer(row: BankRequest) -> Answer:
    if row.state == State.DECLINED:
        return _declined(row.code)
    assert row.booked_at
    return {
        "result": "approved",
        "bank_reference": row.bank_reference,
        "amount_minor": row.amount_minor,
        "currency": row.currency,
        "booked_at": stamp(row.booked_at),
    }


def _declined(code: str) -> Answer:
    return {"result": "declined", "code": code}


def _number_lines() -> None:
    """Give the booked rows that have none the next line numbers."""
    with transaction.atomic():
        lock_id("statement lines")
        last = BankRequest.objects.aggregate(last=Max("line"))["last"] or 0
        fresh = BankRequest.objects.filter(state=State.BOOKED, line=None).order_by("booked_at", "id")
        for line, row in enumerate(fresh, start=last + 1):
            BankRequest.objects.filter(pk=row.pk).update(line=line)


def _line(row: BankRequest) -> Answer:
    assert row.booked_at
    return {
        "line": row.line,
        "kind": row.kind,
        "request_id": row.request_id,
        "account_last4": row.account_number[-4:],
        "amount_minor": row.amount_minor,
        "currency": row.currency,
        "bank_reference": row.bank_reference,
        "booked_at": stamp(row.booked_at),
        "reverses": row.debit_request_id if row.kind == Kind.REVERSAL else None,
    }
