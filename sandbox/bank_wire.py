"""The bank's addresses (docs/wires.md), each translated into one call of sandbox.bank."""

from __future__ import annotations

import datetime as dt
import functools

from common import clock
from sandbox import bank
from sandbox.faults import Call
from sandbox.models import BankRequest
from sandbox.wires import BadRequest, Body, text, whole, wire

Kind = BankRequest.Kind

STATEMENT_PAGE_MAX = 1000


@wire("POST", "bank", "profile")
def profile(body: Body) -> Call:
    customer_number, account_number = text(body, "customer_number"), text(body, "account")
    return Call(act=lambda: bank.profile(customer_number=customer_number, account_number=account_number))


@wire("POST", "bank", "debit")
def debit(body: Body) -> Call:
    order = _order(body, Kind.DEBIT)
    outcome = bank.outcome_of(order.account_number)
    return _booking(order, outcome.debit_fault if outcome else "")


@wire("POST", "bank", "credit")
def credit(body: Body) -> Call:
    order = _order(body, Kind.CREDIT)
    outcome = bank.outcome_of(order.account_number)
    return _booking(order, outcome.credit_fault if outcome else "")


@wire("GET", "bank", "debit_enquiry")
def debit_enquiry(body: Body, request_id: str) -> Call:
    return Call(act=lambda: bank.enquire(kind=Kind.DEBIT, request_id=request_id, at=clock.now()))


@wire("GET", "bank", "credit_enquiry")
def credit_enquiry(body: Body, request_id: str) -> Call:
    return Call(act=lambda: bank.enquire(kind=Kind.CREDIT, request_id=request_id, at=clock.now()))


@wire("POST", "bank", "reverse")
def reverse(body: Body, request_id: str) -> Call:
    own_id, reason = text(body, "request_id", longest=64), text(body, "reason", longest=140)
    return Call(act=lambda: bank.reverse(debit_request_id=request_id, request_id=own_id, reason=reason, at=clock.now()))


@wire("GET", "bank", "statement")
def statement(body: Body) -> Call:
    since = _moment(body, "since", "0001-01-01T00:00:00Z")
    until = _moment(body, "until", "9999-01-01T00:00:00Z")
    try:
        after, limit = int(body.get("after", 0)), int(body.get("limit", STATEMENT_PAGE_MAX))
    except ValueError as error:
        raise BadRequest("after and limit are whole numbers") from error
    limit = min(max(limit, 1), STATEMENT_PAGE_MAX)
    return Call(act=lambda: bank.statement(since=since, until=until, after=after, limit=limit))


def _booking(order: bank.Order, own_fault: str) -> Call:
    """The account's own fault spoils the first arrival only: asking again with the same id gets through."""
    first = bool(own_fault) and bank.is_first_arrival(order.request_id)
    return Call(
        act=lambda: bank.book(order=order, at=clock.now()),
        lose=functools.partial(bank.lose, order=order),
        delay=functools.partial(bank.delay, order=order),
        own_fault=own_fault if first else "",
    )


def _order(body: Body, kind: Kind) -> bank.Order:
    currency = text(body, "currency")
    if currency != "TWD":
        raise BadRequest("currency is TWD")
    return bank.Order(
        kind=kind,
        request_id=text(body, "request_id", longest=64),
        account_number=text(body, "account", longest=14),
        amount_minor=whole(body, "amount_minor"),
        currency=currency,
        valid_until=_moment(body, "valid_until"),
        reference=text(body, "reference", longest=64),
        narrative=text(body, "narrative", longest=140, required=False),
        debit_request_id=text(body, "debit_request_id", longest=64) if kind == Kind.CREDIT else "",
    )


def _moment(body: Body, name: str, default: str = "") -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(text({name: body.get(name, default)}, name))
    except ValueError as error:
        raise BadRequest(f"{name} is a time in RFC 3339") from error
    if found.tzinfo is None:
        raise BadRequest(f"{name} has no time zone")
    return found
