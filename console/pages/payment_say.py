"""What to say to a caller about a payment and its refunds, taken from the pages that the customer sees."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import override

from console.pages.find_shown import status_tag
from console.queries.payment import Whole
from payments.pages import shown as customers
from payments.pages import standing
from refunds.pages import shown as refund_words
from refunds.queries import Progress

# What the caller may be told in; the member of staff's own language stands first.
LANGUAGES = (("zh-hant", "zh-Hant-TW", "中文"), ("en", "en", "English"))


def sayings(whole: Whole, at: dt.datetime, *, refund: str = "") -> list[dict[str, Any]]:
    """The sentences for the caller in both languages, word for word those of the customer's own pages.

    `refund`: the reference of the one that the caller asks about; it is then said first.
    """
    said = []
    for code, lang, name in LANGUAGES:
        with override(code):
            parts = [_of_payment(whole, at), *(_of_refund(one) for one in reversed(whole.refunds))]
            parts.sort(key=lambda part: part["reference"] != refund)
        said.append({"lang": lang, "name": name, "parts": parts})
    return said


def _of_payment(whole: Whole, at: dt.datetime) -> dict[str, Any]:
    payment, presented = whole.payment, whole.presented
    decline = customers.explain(whole.declined) if whole.declined else None
    money_moved = standing.money_moved(payment, presented)
    to_do = standing.what_to_do(payment, presented, whole.events, decline if money_moved == "no" else None, at)
    refund = standing.refund_words(payment, opened=True)
    return {
        "reference": payment.reference,
        "title": standing.heading(payment, presented, opened=True),
        "texts": [*to_do, *([refund] if refund else [])],
        "facts": standing.facts(payment, presented, whole.events, at, opened=True)[:2],
    }


def _of_refund(one: Progress) -> dict[str, Any]:
    first, *others = refund_words.notices(one)
    texts = [first["text"], *(f"{other['title']}: {other['text']}" for other in others), refund_words.to_do(one)]
    return {
        "reference": one.refund.reference,
        "title": f"{first['title']} ({one.refund.total})",
        "texts": texts,
        "facts": refund_words.facts(one, opened=True)[:2],
    }


def head(whole: Whole, at: dt.datetime) -> dict[str, Any]:
    payment = whole.payment
    holder, following = standing.facts(payment, whole.presented, whole.events, at, opened=True)[:2]
    return {
        "reference": payment.reference,
        "order_number": payment.order_number,
        "shop": payment.platform.name,
        "amount": str(payment.final_amount),
        "tag": status_tag(payment.status),
        "next": f"{holder['value']} · {following['value']}",
        "phone": payment.platform.contact_phone,
    }
