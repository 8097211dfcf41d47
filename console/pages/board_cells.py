"""What a row of a board's list shows: plain cells, masked, each with the way to what it names."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.clock import time_text
from common.references import mask_account
from console.pages import board_words as words
from console.pages.board_channels import OPERATORS
from console.pages.find_shown import address_of, refund_tag
from notifications.models import Attempt as TextAttempt
from notifications.models import Message
from payments.limits import LIMIT_NAMES
from payments.models import Attempt, Payment
from refunds.models import Refund

LIMITS: dict[str, str | Promise] = {code.value: name for code, name in LIMIT_NAMES.items()}

_PAYMENT = (gettext_lazy("Payment"), gettext_lazy("Order"), gettext_lazy("Platform"), gettext_lazy("Amount"))
_ACCOUNT = gettext_lazy("Account")
PAID = (*_PAYMENT, _ACCOUNT, gettext_lazy("Paid at"))
UNTOLD = (*PAID, gettext_lazy("Platform knows"))
DEBITS = (*_PAYMENT, _ACCOUNT, gettext_lazy("Bank asked at"), gettext_lazy("Enquiries"), gettext_lazy("Next enquiry"))
REFUNDS = (
    *(gettext_lazy("Refund"), gettext_lazy("Order"), gettext_lazy("Platform"), gettext_lazy("Amount")),
    *(gettext_lazy("Its run"), gettext_lazy("Promised by"), gettext_lazy("State")),
)
_TEXT, _ABOUT = gettext_lazy("Text message"), gettext_lazy("About")
IN_SHORT = (gettext_lazy("Refund"), gettext_lazy("Amount"), gettext_lazy("Promised by"))
TRIES = (
    gettext_lazy("Tried at"),
    _TEXT,
    _ABOUT,
    gettext_lazy("SMS operator"),
    gettext_lazy("Outcome"),
    gettext_lazy("Answer"),
)
TEXTS = (gettext_lazy("Made at"), _TEXT, _ABOUT, gettext_lazy("Tries"), gettext_lazy("Next try"))
REFUSED = (*_PAYMENT, _ACCOUNT, gettext_lazy("Refused at"), gettext_lazy("Limit"))

# A text's purpose is its name up to a number: refund_deferred_2.
PURPOSES: dict[str, str | Promise] = {
    "payment_paid": gettext_lazy("payment made"),
    "refund_accepted": gettext_lazy("refund accepted"),
    "refund_deferred": gettext_lazy("refund moved"),
    "refund_credited": gettext_lazy("refund credited"),
    "identity_code": gettext_lazy("code for the identity check"),
    "look_up_code": gettext_lazy("code for a look-up"),
}


@dataclass(frozen=True)
class Cell:
    """`look`: number, when or nothing; `tag`: good, wait, bad or off for a status; `note`: a smaller line below; `needs`: without this
    permission the text is no link."""

    text: str
    href: str = ""
    look: str = ""
    tag: str = ""
    note: str = ""
    needs: str = ""


def paid(payment: Payment, at: dt.datetime) -> list[Cell]:
    return [*_of_payment(payment), _account(payment), _when(payment.paid_at)]


def untold(payment: Any, at: dt.datetime) -> list[Cell]:
    """With what the question has found out of each."""
    if payment.is_told:
        state = Cell(_("told"), tag="good")
    elif payment.has_case:
        state = Cell(_("not told; in a case"), tag="wait")
    elif payment.is_recent:
        state = Cell(_("not yet, for %(age)s") % {"age": words.age(payment.paid_at, at)}, tag="wait")
    else:
        state = Cell(_("not told, no case"), tag="bad")
    return [*paid(payment, at), state]


def debit(payment: Any, at: dt.datetime) -> list[Cell]:
    asked = [_when(payment.asked_at), Cell(words.number_of(payment.enquiries), look="number")]
    return [*_of_payment(payment), _account(payment), *asked, _when(payment.enquire_at)]


def refund(row: Refund, at: dt.datetime) -> list[Cell]:
    late = row.is_overdue(at)
    return [
        Cell(row.reference, address_of(row.reference)),
        Cell(row.payment.order_number),
        Cell(row.platform.name),
        Cell(words.dollars(row.total_minor), look="number"),
        Cell(words.day_of(row.credit_date) if row.credit_date else "", look="when"),
        Cell(words.day_of(row.latest_credit_date) if row.latest_credit_date else "", look="when"),
        Cell(refund_tag(row)["text"], tag="bad" if late else "wait"),
    ]


def refund_in_short(row: Refund, at: dt.datetime) -> list[Cell]:
    """For the panel beside the calendar: the order below the refund, the state below the day."""
    latest = words.day_of(row.latest_credit_date) if row.latest_credit_date else ""
    return [
        Cell(row.reference, address_of(row.reference), note=f"{row.payment.order_number} · {row.platform.name}"),
        Cell(words.dollars(row.total_minor), look="number"),
        Cell(latest, look="when", note=refund_tag(row)["text"]),
    ]


def text_try(row: TextAttempt, at: dt.datetime) -> list[Cell]:
    was_sent = row.outcome == TextAttempt.Outcome.DELIVERED
    return [
        _when(row.at),
        _text_link(row.message),
        Cell(row.message.subject, _about(row.message.subject)),
        Cell(str(OPERATORS.get(row.operator, row.operator))),
        Cell(_("sent") if was_sent else _("failed"), tag="good" if was_sent else "bad"),
        Cell(row.answer),
    ]


def text(row: Message, at: dt.datetime) -> list[Cell]:
    about = Cell(row.subject, _about(row.subject))
    tries = Cell(words.number_of(row.attempts_made), look="number")
    return [_when(row.created_at), _text_link(row), about, tries, _when(row.due_at)]


def refused(attempt: Attempt, at: dt.datetime) -> list[Cell]:
    account = Cell(mask_account(attempt.account_last4), look="when")
    name = Cell(str(LIMITS.get(attempt.limit_code, attempt.limit_code)))
    return [*_of_payment(attempt.payment), account, _when(attempt.outcome_at), name]


def _of_payment(payment: Payment) -> list[Cell]:
    return [
        Cell(payment.reference, address_of(payment.reference)),
        Cell(payment.order_number),
        Cell(payment.platform.name),
        Cell(words.dollars(payment.final_amount_minor), look="number"),
    ]


def _account(payment: Payment) -> Cell:
    return Cell(payment.account.masked if payment.account else "", look="when")


def _when(at: dt.datetime | None) -> Cell:
    return Cell(time_text(at), look="when")


def _text_link(message: Message) -> Cell:
    purpose = message.purpose.rstrip("_0123456789")
    href = reverse("admin:notifications_message_change", args=[message.pk])
    return Cell(str(PURPOSES.get(purpose, purpose)), href, needs="notifications.view_message")


def _about(subject: str) -> str:
    """The page of what a message is about, as far as there is one."""
    return address_of(subject) if subject.startswith(("PAY-", "RF-")) else ""
