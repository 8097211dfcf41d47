"""The core bank over HTTP (docs/wires.md)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

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
from common.money import Money
from common.outbound import Client, Unanswered
from common.references import new_id

_STATEMENT_PAGE = 1000


class LiveBank:
    """One core bank behind an address. An answer that doesn't fit the protocol is no answer."""

    def __init__(self, base_url: str, token: str) -> None:
        self._client = Client(base_url, token)

    def profile(self, *, customer_number: str, account_number: str) -> Profile | Declined | Unavailable:
        body = {"customer_number": customer_number, "account": account_number}
        try:
            return _profile(self._client.post("profile", body, request_id=str(new_id())))
        except (Unanswered, KeyError, TypeError, ValueError) as error:
            return Unavailable(f"profile: {error}")

    def debit(self, request: DebitRequest) -> Outcome:
        body = _movement(request)
        try:
            return _outcome(self._client.post("debits", body, request_id=str(request.request_id)))
        except (Unanswered, KeyError, TypeError, ValueError) as error:
            return Unknown(f"debit: {error}")

    def enquire_debit(self, request_id: UUID) -> EnquiryOutcome:
        return self._enquire(f"debits/{request_id}")

    def reverse(self, *, debit_request_id: UUID, request_id: UUID, reason: str) -> Outcome:
        body = {"request_id": str(request_id), "reason": reason}
        try:
            return _outcome(self._client.post(f"debits/{debit_request_id}/reverse", body, request_id=str(request_id)))
        except (Unanswered, KeyError, TypeError, ValueError) as error:
            return Unknown(f"reverse: {error}")

    def credit(self, request: CreditRequest) -> Outcome:
        body = {**_movement(request), "debit_request_id": str(request.debit_request_id)}
        try:
            return _outcome(self._client.post("credits", body, request_id=str(request.request_id)))
        except (Unanswered, KeyError, TypeError, ValueError) as error:
            return Unknown(f"credit: {error}")

    def enquire_credit(self, request_id: UUID) -> EnquiryOutcome:
        return self._enquire(f"credits/{request_id}")

    def statement(self, *, since: dt.datetime, until: dt.datetime) -> list[StatementLine] | Unavailable:
        lines: list[StatementLine] = []
        after: int | None = 0
        window = {"since": _stamp(since), "until": _stamp(until), "limit": _STATEMENT_PAGE}
        try:
            while after is not None:
                page = self._client.get("statement", request_id=str(new_id()), params={**window, "after": after})
                lines += [_statement_line(line) for line in page["lines"]]
                after = page["next"]
        except (Unanswered, KeyError, TypeError, ValueError) as error:
            return Unavailable(f"statement: {error}")
        return lines

    def _enquire(self, path: str) -> EnquiryOutcome:
        try:
            answer = self._client.get(path, request_id=str(new_id()))
            if answer["result"] == "not_found":
                return NotFound(final=answer["final"] is True)
            return _outcome(answer)
        except (Unanswered, KeyError, TypeError, ValueError) as error:
            return Unknown(f"enquiry: {error}")


def _movement(request: DebitRequest | CreditRequest) -> dict[str, Any]:
    return {
        "request_id": str(request.request_id),
        "account": request.account_number,
        "amount_minor": request.amount.amount_minor,
        "currency": request.amount.currency,
        "reference": request.reference,
        "narrative": request.narrative,
        "valid_until": _stamp(request.valid_until),
    }


def _outcome(answer: dict[str, Any]) -> Outcome:
    match answer["result"]:
        case "approved":
            amount = Money(_whole(answer["amount_minor"]), answer["currency"])
            return Approved(_text(answer["bank_reference"]), amount, _moment(answer["booked_at"]))
        case "declined":
            return Declined(_text(answer["code"]))
        case other:
            return Unknown(f"result {other!r}")


def _profile(answer: dict[str, Any]) -> Profile | Declined:
    if answer["result"] == "declined":
        return Declined(_text(answer["code"]))
    card, holder = answer["card"], answer["holder"]
    return Profile(
        account_status=_one_of(answer["account_status"], "open", "closed", "frozen"),
        transfer_agreement=answer["transfer_agreement"] is True,
        card_status=_one_of(card["status"], "active", "lost", "cancelled"),
        card_kind=_one_of(card["kind"], "atm", "credit"),
        card_issued=_one_of(card["issued"], "domestic", "foreign"),
        national_id=_text(holder["national_id"]),
        birth_date=dt.date.fromisoformat(holder["birth_date"]),
        phone=_text(holder["phone"]) if holder["phone"] != "" else "",
    )


def _statement_line(line: dict[str, Any]) -> StatementLine:
    return StatementLine(
        line=_whole(line["line"]),
        kind=_one_of(line["kind"], "debit", "credit", "reversal"),
        request_id=UUID(line["request_id"]),
        account_last4=_text(line["account_last4"]),
        amount=Money(_whole(line["amount_minor"]), line["currency"]),
        bank_reference=_text(line["bank_reference"]),
        booked_at=_moment(line["booked_at"]),
        reverses=UUID(line["reverses"]) if line["reverses"] else None,
    )


def _one_of(value: Any, *allowed: str) -> Any:
    if value not in allowed:
        raise ValueError(f"{value!r} is none of {allowed}")
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r} is not a whole number")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"{value!r} is not a text")
    return value


def _moment(value: Any) -> dt.datetime:
    moment = dt.datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone")
    return moment


def _stamp(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
