"""Sample values for the catalogue of components: one of each, in the reader's language."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.clock import TAIPEI
from refunds.deferral import LATEST_AFTER_DAYS
from refunds.models import Deferral, Refund
from refunds.pages import months
from refunds.queries import CountedDay, Progress
from refunds.working_days import Calendar

_AT = dt.datetime(2026, 9, 22, 10, 5, tzinfo=TAIPEI)


class SampleForm(forms.Form):
    order_number = forms.CharField(label=gettext_lazy("Order number"), help_text=gettext_lazy("As the shop shows it."))
    account_last4 = forms.CharField(label=gettext_lazy("Last four digits of the account"), min_length=4, max_length=4)
    place = forms.ChoiceField(
        label=gettext_lazy("Issue place"),
        choices=[("", "—"), ("tpe", gettext_lazy("Taipei City")), ("khh", gettext_lazy("Kaohsiung City"))],
    )
    agreed = forms.BooleanField(label=gettext_lazy("I have read this and agree."))


def samples() -> dict[str, Any]:
    return {
        "form": SampleForm(auto_id="empty_%s"),
        "form_with_errors": SampleForm({"account_last4": "12", "order_number": ""}, auto_id="wrong_%s"),
        "steps": [
            {"text": _("Check the order"), "state": "done"},
            {"text": _("Insert the card"), "state": "current"},
            {"text": _("Confirm"), "state": "todo"},
            {"text": _("Result"), "state": "todo"},
        ],
        **_money(),
        **_devices(),
        **_time(),
    }


def _money() -> dict[str, Any]:
    return {
        "lines": [
            {"label": _("Goods"), "value": "CNY 198.00"},
            {"label": _("Shipping"), "value": "CNY 22.50"},
            {"label": _("Discount"), "value": "−CNY 9.75", "kind": "discount"},
            {"label": _("Order amount"), "value": "NT$951", "note": _("1 CNY = 4.5125 TWD, quoted by the platform")},
            {"label": _("Handling charge"), "value": "NT$10", "kind": "charge", "note": "1 %"},
        ],
        "total": {"label": _("Final amount"), "value": "NT$961"},
        "rows": [
            {"label": _("Payment"), "value": "PAY-05ZK3T9MQ2W7XC"},
            {"label": _("Order number"), "value": "TB-20260922-0017"},
            {"label": _("Paid from"), "value": "••••5566", "hint": _("savings account")},
        ],
        "accounts": [
            {"value": "1", "name": _("Savings account"), "number": "••••5566", "checked": True},
            {"value": "2", "name": _("Savings account"), "number": "••••0903"},
            {
                "value": "3",
                "name": _("Closed account"),
                "number": "••••4507",
                "disabled": True,
                "note": _("can't be used here"),
            },
        ],
    }


def _devices() -> dict[str, Any]:
    rows = [
        ("computer", _("Card reader component"), _("Version 1.0 answers."), "ok", _("ready")),
        ("reader", _("Card reader"), _("Plug the reader into this computer."), "problem", _("not found")),
        ("card", _("ATM card"), _("Insert the card, chip first."), "wait", _("waiting")),
        ("shield", _("Card authority"), _("Is asked when you confirm."), "off", _("not yet")),
    ]
    names = ("icon", "name", "text", "state", "state_text")
    return {"devices": [dict(zip(names, row, strict=True)) for row in rows]}


def _time() -> dict[str, Any]:
    return {
        "months": months.of(_refund()),
        "entries": [
            {"title": _("You confirmed with your card"), "at": _AT, "state": "done"},
            {"title": _("The bank charged NT$961"), "at": _AT + dt.timedelta(seconds=4), "state": "done"},
            {
                "title": _("We are telling the shop"),
                "text": _("It did not answer. The next try is at 10:35."),
                "state": "current",
            },
            {"title": _("The shop confirms your order"), "state": "todo"},
        ],
    }


def _refund() -> Progress:
    """Accepted before two holidays, moved from the 7th working day to the 8th; nothing of it is kept."""
    moved = Deferral(
        reason=Deferral.Reason.MAINTENANCE, old_date=dt.date(2026, 10, 5), new_date=dt.date(2026, 10, 6), at=_AT
    )
    days, number = [], 0
    for day in Calendar(years_known=frozenset({2026})).explain(_AT.date(), LATEST_AFTER_DAYS):
        number += day.counted
        days.append(
            CountedDay(
                day=day,
                number=number if day.counted else None,
                is_expected=day.date == moved.old_date,
                is_latest=number == LATEST_AFTER_DAYS,
                is_turn=day.date == moved.new_date,
            )
        )
    refund = Refund(accepted_date=_AT.date())
    return Progress(refund, days, [moved], is_overdue=False, is_estimated=False, today=dt.date(2026, 9, 24))
