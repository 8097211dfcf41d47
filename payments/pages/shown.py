"""A payment in plain values for templates: its lines, its amounts, its times, and why an attempt ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.utils.translation import gettext as _

from common.clock import taipei
from common.errors import Refusal
from common.money import Money
from payments.errors import BankDeclined, LimitExceeded
from payments.models import Attempt, Payment, plain_rate


def time_text(at: dt.datetime) -> str:
    """2026/11/23 21:45, always the time of Taipei."""
    return f"{taipei(at):%Y/%m/%d %H:%M}"


def clock_text(at: dt.datetime) -> str:
    """21:45:03 of today in Taipei: for what comes or came within minutes, where seconds tell a person something."""
    return f"{taipei(at):%H:%M:%S}"


def digest_text(digest: str) -> str:
    """The first eight characters in two groups, as the pay page shows them while the card confirms: "a1b2 c3d4"."""
    return f"{digest[:4]} {digest[4:8]}"


def amount_lines(payment: Payment) -> list[dict[str, str]]:
    """Every line between the goods and the final amount, in the order in which they are worked out.

    `name` is the field of the signed order that the line shows: the page's script compares the two.
    """
    quote, amounts = payment.quote, payment.amounts
    discount = f"−{quote.discount}" if quote.discount.amount_minor else str(quote.discount)
    rate_note = _("%(source)s, quoted %(time)s") % {
        "source": payment.rate_source,
        "time": time_text(payment.rate_quoted_at),
    }
    percent = f"{payment.charge_percent.normalize():f}"
    return [
        {"label": _("Goods"), "value": str(quote.product), "name": "product_minor"},
        {"label": _("Shipping"), "value": str(quote.shipping), "name": "shipping_minor"},
        {"label": _("Discount"), "value": discount, "kind": "discount", "name": "discount_minor"},
        {
            "label": _("Exchange rate"),
            "value": f"1 {payment.currency} = NT${plain_rate(payment.rate)}",
            "note": rate_note,
            "name": "rate",
        },
        {"label": _("Order amount in TWD"), "value": str(amounts.order), "name": "order_amount_minor"},
        {
            "label": _("Handling charge"),
            "value": str(amounts.charge),
            "note": _("%(percent)s %% of the order amount") % {"percent": percent},
            "kind": "charge",
            "name": "charge_minor",
        },
    ]


def amount_total(payment: Payment, *, paid: bool = False) -> dict[str, str]:
    label = _("Final amount paid") if paid else _("Final amount to pay")
    note = _("New Taiwan dollars, everything included")
    return {"label": label, "value": str(payment.final_amount), "note": note, "name": "final_amount_minor"}


def order_rows(payment: Payment) -> list[dict[str, str]]:
    rows = [
        {"label": _("Shop"), "value": payment.platform.name},
        {"label": _("Order number"), "value": payment.order_number, "name": "order_number"},
    ]
    if payment.description:
        rows.append({"label": _("Order"), "value": payment.description})
    return rows


def goods_rows(payment: Payment) -> list[dict[str, str]]:
    return [
        {
            "name": line["name"],
            "quantity": str(line["quantity"]),
            "amount": str(Money(line["amount_minor"], payment.currency)),
        }
        for line in payment.goods
    ]


def receipt_rows(payment: Payment, digest: str) -> list[dict[str, str]]:
    """`digest`: of the order that the card signed; 64 hex characters."""
    assert payment.paid_at is not None
    assert payment.account is not None
    return [
        {"label": _("Payment reference"), "value": payment.reference},
        *order_rows(payment),
        {"label": _("Paid at"), "value": time_text(payment.paid_at), "hint": _("Time of Taipei")},
        {"label": _("From account"), "value": payment.account.masked},
        {"label": _("The bank's reference"), "value": payment.bank_reference},
        {
            "label": _("Order fingerprint"),
            "value": digest_text(digest),
            "hint": _(
                "It stands for exactly the order that your card confirmed. These are its first eight characters, as the "
                "payment page showed them."
            ),
        },
    ]


def explain(attempt: Attempt) -> dict[str, str]:
    """Why nothing was charged in this attempt: title and text of the refusal that the payer got, or would have got."""
    refusal = _refusals().get(attempt.outcome_code)
    if refusal is None:
        title, text = _("The payment did not go through"), _("Nothing was charged. You can try again.")
    elif refusal is LimitExceeded:
        # What was left at that moment is past; the title stays true.
        title = str(refusal.title)
        text = _(
            "Nothing was charged. Pay from another account or with another card, pay on another day when the limit allows "
            "it, or make the order smaller."
        )
    else:
        details = {"bank_code": attempt.bank_code} if refusal is BankDeclined else {}
        title, text = str(refusal.title), refusal(**details).detail()
    return {"title": title, "text": text, "code": attempt.outcome_code}


def _refusals() -> dict[str, type[Refusal]]:
    return {refusal.code: refusal for refusal in _below(Refusal)}


def _below(parent: type[Refusal]) -> Iterator[type[Refusal]]:
    for child in parent.__subclasses__():
        yield child
        yield from _below(child)
