"""The daily sheet, and payments one row each: tables of money for the screen and for a file."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from cards import errors as card_errors
from common.clock import time_text
from common.errors import Refusal
from common.references import mask_account
from common.sealing import unseal
from common.sheets import ROWS_MAX, Cell, Column, Table, cut
from console.pages.find_shown import status_tag
from console.queries import reports
from console.queries.reports import Period
from payments import errors as payment_errors


def daily(period: Period) -> list[Table]:
    return [_money(period), _orders(period), _refused(period), _told(period)]


def rows(period: Period, *, most: int = ROWS_MAX) -> list[Table]:
    """Payments placed in the period, oldest first, masked."""
    found = reports.payments_placed(period, most=most + 1)
    return [cut(_("Payments"), _payment_columns(), (_payment(row) for row in found), most=most)]


def unmasked_rows(period: Period) -> list[Table]:
    """The same with account and mobile numbers in clear: for who has a second person's word, and for nobody else."""
    columns = [*_payment_columns(), Column(_("Account number")), Column(_("Mobile number"))]
    found = reports.payments_placed(period, most=ROWS_MAX + 1, with_numbers=True)
    clear = ([*_payment(row), *(unseal(text) if text else "" for text in row[-2:])] for row in found)
    return [cut(_("Payments"), columns, clear)]


def _payment_columns() -> list[Column]:
    return [
        Column(_("Payment")),
        Column(_("Platform")),
        Column(_("Order number")),
        Column(_("What was ordered")),
        Column(_("Status")),
        Column(_("Order amount"), "number"),
        Column(_("Handling charge"), "number"),
        Column(_("Final amount"), "number"),
        Column(_("Given back"), "number"),
        Column(_("Account")),
        Column(_("Placed")),
        Column(_("Paid at")),
    ]


def _payment(row: tuple[Any, ...]) -> list[Cell]:
    reference, platform, number, description, status, *minor, last4, created_at, paid_at, _account, _phone = row
    words = status_tag(status)["text"]
    account = mask_account(last4) if last4 else ""
    return [reference, platform, number, description, words, *minor, account, time_text(created_at), time_text(paid_at)]


def _money(period: Period) -> Table:
    columns = [
        Column(_("Platform")),
        Column(_("Payments"), "number"),
        Column(_("Order amount"), "number"),
        Column(_("Handling charge"), "number"),
        Column(_("Final amount"), "number"),
        Column(_("Refunds"), "number"),
        Column(_("Given back"), "number"),
        Column(_("Net"), "number"),
    ]
    found = [[*row, row[4] - row[6]] for row in reports.money_by_platform(period) if any(row[1:])]
    return Table(_("Money, by platform"), columns, found, totalled(found))


def _orders(period: Period) -> Table:
    columns = [Column(_("What became of them")), Column(_("Orders"), "number"), Column(_("Final amount"), "number")]
    found: list[list[Cell]] = [
        [status_tag(status)["text"], orders, minor] for status, orders, minor in reports.orders_by_status(period)
    ]
    number, minor = reports.still_unknown(period)
    note = _("Debits of that time that nobody knows the outcome of yet: %(number)s, NT$%(amount)s.") % {
        "number": f"{number:,}",
        "amount": f"{minor:,}",
    }
    return Table(_("Orders placed"), columns, found, totalled(found), note)


def _refused(period: Period) -> Table:
    columns = [
        Column(_("Reason")),
        Column(_("Reason code")),
        Column(_("By whom")),
        Column(_("The bank's code")),
        Column(_("Attempts"), "number"),
        Column(_("Orders"), "number"),
        Column(_("Amount"), "number"),
    ]
    found: list[list[Cell]] = [
        [_title(code), code, _("The bank") if outcome == "declined" else "Outpost", bank_code, *numbers]
        for outcome, code, bank_code, *numbers in reports.refused(period)
    ]
    return Table(_("Refused, by reason"), columns, found, totalled(found, texts=4))


def _told(period: Period) -> Table:
    columns = [
        Column(_("Platform")),
        Column(_("Paid"), "number"),
        Column(_("Told within two hours"), "number"),
        Column(_("Told late"), "number"),
        Column(_("Not told yet"), "number"),
    ]
    found = [list(row) for row in reports.told_by_platform(period) if any(row[1:])]
    return Table(_("Telling the platforms"), columns, found, totalled(found))


def totalled(found: list[list[Cell]], *, texts: int = 1) -> list[Cell] | None:
    """The last line of a table whose first columns are texts and whose others are numbers; none of an empty table."""
    if not found:
        return None
    sums = [
        sum(number for number in column if isinstance(number, int)) for column in list(zip(*found, strict=True))[texts:]
    ]
    return [_("Total"), *[""] * (texts - 1), *sums]


def _title(code: str) -> str:
    """What the customer was told for this code."""
    return str(_titles().get(code, code))


@lru_cache(maxsize=1)
def _titles() -> dict[str, Any]:
    kinds = [kind for module in (payment_errors, card_errors) for kind in vars(module).values()]
    return {
        kind.code: kind.title
        for kind in kinds
        if isinstance(kind, type) and issubclass(kind, Refusal) and kind is not Refusal
    }
