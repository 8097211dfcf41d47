"""A payment for staff, as plain values for templates: facts, and each table below them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from common.clock import time_text
from common.money import Money
from common.references import mask_account, mask_phone
from console.pages.find_shown import refund_tag
from console.pages.payment_story import OUTCOMES
from console.queries.payment import Limit, Whole
from ledger.chart import AccountCode, Side
from payments.limits import LIMIT_NAMES
from payments.models import LimitCode
from refunds.pages import months
from refunds.pages import shown as refund_words
from refunds.queries import what_next as refund_next
from support.pages import cases_words
from support.states import Status as CaseStatus
from verification.models import Check
from verification.states import Status as CheckStatus


def facts(whole: Whole, revealed: dict[str, str]) -> list[dict[str, str]]:
    """Masked; `revealed` has what a role and a reason have opened on this page alone."""
    payment = whole.payment
    account = payment.account
    phone = account.customer.phone if account else ""
    presented = whole.attempts[-1].account_last4 if whole.attempts else ""
    masked = account.masked if account else mask_account(presented) if presented else ""
    rows = [
        (_("Shop"), payment.platform.name),
        (_("Order number"), payment.order_number),
        (_("Order"), payment.description),
        (_("Account"), revealed.get("account") or masked),
        (_("Mobile number"), revealed.get("phone") or (mask_phone(phone) if phone else "")),
        (_("National ID"), revealed.get("national_id") or _national_id(whole)),
        (_("Made"), time_text(payment.created_at)),
        (_("Can be paid until"), time_text(payment.expires_at) if payment.paid_at is None else ""),
        (_("Charged at"), time_text(payment.paid_at)),
        (_("The bank's reference"), payment.bank_reference),
        (_("Bank is asked again at"), time_text(payment.enquire_at)),
        (_("Ended because"), payment.failure_code),
        (_("Shipped"), time_text(payment.shipped_at)),
        (_("Customer's language"), {"zh-hant": "中文", "en": "English"}.get(payment.language, payment.language)),
    ]
    return [{"label": label, "value": value} for label, value in rows if value]


def _national_id(whole: Whole) -> str:
    inquiries = [inquiry for check in whole.checks for inquiry in check.inquiries.all()]
    return inquiries[-1].national_id_masked if inquiries else ""


def revealable(whole: Whole) -> dict[str, str]:
    """What this payment has that can be revealed: field → its name."""
    account = whole.payment.account
    fields = {}
    if account:
        fields["account"] = _("Account")
        if account.customer.phone_sealed:
            fields["phone"] = _("Mobile number")
    if _national_id(whole):
        fields["national_id"] = _("National ID")
    return fields


def reveal(whole: Whole, field: str) -> str:
    account = whole.payment.account
    if field == "national_id":
        return [inquiry for check in whole.checks for inquiry in check.inquiries.all()][-1].national_id
    assert account is not None
    return account.number if field == "account" else account.customer.phone


def refunds(
    whole: Whole, at: dt.datetime, deeds: dict[str, list[dict[str, Any]]] | None = None
) -> list[dict[str, Any]]:
    """`deeds`: by reference, what whoever looks may ask for."""
    shown = []
    for one in reversed(whole.refunds):
        row = one.refund
        shown.append(
            {
                "reference": row.reference,
                "tag": refund_tag(row),
                "total": str(row.total),
                "is_overdue": one.is_overdue,
                "next": refund_next(row, at)["text"],
                "facts": [
                    {"label": fact["label"], "value": fact["value"]}
                    for fact in refund_words.facts(one, opened=True)[2:]
                ],
                "deferrals": [
                    {
                        "old": deferral.old_date.isoformat(),
                        "new": deferral.new_date.isoformat(),
                        "why": deferral.get_reason_display(),
                        "at": time_text(deferral.at),
                        "by": deferral.by,
                    }
                    for deferral in one.deferrals
                ],
                "months": months.of(one),
                "deeds": (deeds or {}).get(row.reference, []),
                "can_ask_bank": row.status == "unknown" and row.enquire_at is not None and row.enquire_at <= at,
                "ask_url": reverse("desk:ask_refund", args=[row.reference]),
            }
        )
    return shown


def attempts(whole: Whole) -> list[dict[str, Any]]:
    return [
        {
            "number": attempt.number,
            "account": mask_account(attempt.account_last4),
            "amount": str(Money.twd(attempt.amount_minor)),
            "at": time_text(attempt.created_at),
            "sent": time_text(attempt.debit_sent_at),
            "outcome": str(OUTCOMES[attempt.outcome]) if attempt.outcome else "—",
            "codes": " · ".join(filter(None, (attempt.outcome_code, attempt.bank_code))),
            "ended": time_text(attempt.outcome_at),
        }
        for attempt in whole.attempts
    ]


def checks(whole: Whole, *, with_notices: bool) -> list[dict[str, Any]]:
    return [_check(check, with_notices=with_notices) for check in whole.checks]


def _check(check: Check, *, with_notices: bool) -> dict[str, Any]:
    inquiries = list(check.inquiries.all())
    notices = [notice for inquiry in inquiries for notice in inquiry.notices.all()] if with_notices else []
    kinds: dict[str, str] = {CheckStatus.PASSED: "good", CheckStatus.REFUSED: "bad", CheckStatus.MISMATCH: "bad"}
    kind = "off" if check.status == CheckStatus.EXPIRED else kinds.get(check.status, "wait")
    return {
        "tag": {"kind": kind, "text": str(CheckStatus(check.status).label)},
        "opened": time_text(check.opened_at),
        "expires": time_text(check.expires_at),
        "answers": [inquiry.get_outcome_display() for inquiry in inquiries if inquiry.outcome],
        "notices": [f"{notice.code} {notice.registered_date}" for notice in notices],
    }


def limits(whole: Whole) -> list[dict[str, str]]:
    return [_limit(limit) for limit in whole.limits]


def _limit(limit: Limit) -> dict[str, str]:
    left = max(limit.amount_minor - limit.used_minor, 0)
    return {
        "name": str(LIMIT_NAMES[LimitCode(limit.code)]),
        "amount": str(Money.twd(limit.amount_minor)),
        "used": str(Money.twd(limit.used_minor)),
        "left": str(Money.twd(left)),
    }


def journals(whole: Whole) -> list[dict[str, Any]]:
    names = {
        AccountCode.BANK_CLEARING: _("Bank clearing"),
        AccountCode.PLATFORM_PAYABLE: _("Owed to the shop"),
        AccountCode.CHARGE_INCOME: _("Handling charge income"),
    }
    shown = []
    for journal in whole.journals:
        lines, sums = [], {Side.DEBIT: 0, Side.CREDIT: 0}
        for entry in sorted(journal.entries.all(), key=lambda one: one.side == Side.CREDIT):
            sums[Side(entry.side)] += entry.amount_minor
            amount = str(Money.twd(entry.amount_minor))
            name = names[AccountCode(entry.account)]
            is_debit = entry.side == Side.DEBIT
            lines.append({"account": name, "debit": amount if is_debit else "", "credit": "" if is_debit else amount})
        shown.append(
            {
                "reference": journal.reference,
                "kind": journal.kind,
                "at": time_text(journal.at),
                "lines": lines,
                "debit": str(Money.twd(sums[Side.DEBIT])),
                "credit": str(Money.twd(sums[Side.CREDIT])),
            }
        )
    return shown


def told(whole: Whole) -> list[dict[str, Any]]:
    """What the shop was told of the payment and its refunds, newest first: a line a notice and endpoint."""
    words = {
        "delivered": ("good", _("Confirmed")),
        "pending": ("wait", _("Not confirmed yet")),
        "dead": ("bad", _("Given up")),
    }
    rows = []
    for event in sorted((event for events in whole.told.values() for event in events), key=lambda one: one.at):
        for message in event.messages:
            last = message.attempts[-1] if message.attempts else None
            answer = " ".join(filter(None, (str(last.http_status or ""), last.answer))) if last else ""
            kind, text = words[message.status]
            rows.append(
                {
                    "kind": event.kind,
                    "at": time_text(event.at),
                    "tag": {"kind": kind, "text": text},
                    "to": message.recipient,
                    "tries": message.attempts_made,
                    "answer": answer,
                    "next": time_text(message.next_try_at),
                }
            )
        if not event.messages:
            tag = {"kind": "off", "text": _("Fetched by the shop itself")}
            rows.append({"kind": event.kind, "at": time_text(event.at), "tag": tag, "to": "", "tries": 0, "answer": ""})
    return rows[::-1]


def cases(whole: Whole) -> list[dict[str, Any]]:
    return [
        {
            "id": case.pk,
            "kind": case.get_kind_display(),
            "tag": {"kind": "wait" if case.status == "open" else "off", "text": str(CaseStatus(case.status).label)},
            "owner": cases_words.holder(case),
            "opened": time_text(case.opened_at),
            "about": case.refund.reference if case.refund else "",
            "closed": cases_words.ending(case),
        }
        for case in reversed(whole.cases)
    ]
