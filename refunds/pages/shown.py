"""One refund in plain texts for templates: what happened to the money, its facts, its story and its days."""

from __future__ import annotations

import datetime as dt
from datetime import date
from typing import Any, assert_never

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.clock import taipei
from common.references import mask_account
from notifications.queries import ToldEvent
from payments.pages import standing
from refunds.models import Deferral, Refund, RefundChange
from refunds.pages import months
from refunds.queries import Progress
from refunds.states import Status

_AT_THE_BANK = (
    "info",
    gettext_lazy("Your refund is at the bank"),
    gettext_lazy("The bank was asked to credit it and we wait for its answer. It is credited once only."),
)
_TAGS = {
    Status.REQUESTED: ("wait", gettext_lazy("Waits for the seller")),
    Status.ACCEPTED: ("wait", gettext_lazy("Refund accepted")),
    Status.CREDITING: ("wait", gettext_lazy("At the bank")),
    Status.UNKNOWN: ("wait", gettext_lazy("At the bank")),
    Status.MANUAL: ("bad", gettext_lazy("With our staff")),
    Status.CREDITED: ("good", gettext_lazy("Refund credited")),
    Status.CANCELLED: ("off", gettext_lazy("Refund cancelled")),
}

_NOTICES = {
    Status.REQUESTED: (
        "info",
        gettext_lazy("The seller has not confirmed this refund yet"),
        gettext_lazy("The shop asked for it; the seller still has to confirm. Nothing is on its way yet."),
    ),
    Status.ACCEPTED: (
        "info",
        gettext_lazy("Your refund is accepted"),
        gettext_lazy("It will be in your account between %(first)s and %(latest)s."),
    ),
    Status.CREDITING: _AT_THE_BANK,
    Status.UNKNOWN: _AT_THE_BANK,
    Status.MANUAL: (
        "warning",
        gettext_lazy("Our staff settle this refund"),
        gettext_lazy(
            "The bank could not credit the account that paid, perhaps because it is closed. The money is kept for you"
            " and our staff settle it by hand. Please call the number below if we have not reached you."
        ),
    ),
    Status.CREDITED: (
        "success",
        gettext_lazy("Your refund is in your account"),
        gettext_lazy("It was credited to your account on %(on)s. There is nothing left to do."),
    ),
    Status.CANCELLED: (
        "info",
        gettext_lazy("This refund was cancelled"),
        gettext_lazy("Nothing was refunded by it."),
    ),
}
_LATE = (
    "warning",
    gettext_lazy("This refund is late"),
    gettext_lazy(
        "The latest promised day, %(latest)s, has passed. The money is safe with us and the case is with our staff; you"
        " need not do anything. If you want to ask, call the number below."
    ),
)


def refund(progress: Progress, told: list[ToldEvent], *, opened: bool) -> dict[str, Any]:
    """One refund as plain texts. `told`: what the platform was told of its payment. Amounts and account only `opened`."""
    row = progress.refund
    kind, text = _TAGS[Status(row.status)]
    return {
        "reference": row.reference,
        "tag": {"kind": kind, "text": text},
        "notices": notices(progress),
        "now": to_do(progress),
        "facts": facts(progress, opened=opened),
        "amounts": amounts(row) if opened else None,
        "months": months.of(progress),
        "days": months.in_words(progress),
        "story": _story(progress, told),
        "is_estimated": progress.is_estimated,
        "has_note": opened and row.accepted_date is not None,
        "bank_phone": settings.BANK_PHONE if _asks_bank(progress) else "",
        "phone": row.payment.platform.contact_phone,
    }


def amounts(row: Refund) -> dict[str, Any]:
    account = row.payment.account
    assert account is not None
    return {
        "lines": [
            {"label": _("Refund of the order amount"), "value": str(row.amount)},
            {"label": _("Handling charge given back"), "value": str(row.charge)},
        ],
        "total": {
            "label": _("You get back"),
            "value": str(row.total),
            "note": _("To the account ending %(last4)s") % {"last4": account.last4},
        },
    }


def notices(progress: Progress) -> list[dict[str, str]]:
    """What happened to the money. A late refund says so first; what was promised is then no longer worth saying."""
    refund = progress.refund
    told = [_NOTICES[Status(refund.status)]]
    if progress.is_overdue:
        told = [_LATE] if refund.status == Status.ACCEPTED else [_LATE, *told]
    credited_on = taipei(refund.credited_at).date() if refund.credited_at else None
    words = {
        "first": day_text(refund.expected_credit_date),
        "latest": day_text(refund.latest_credit_date),
        "on": day_text(credited_on),
    }
    return [{"kind": kind, "title": str(title), "text": str(text) % words} for kind, title, text in told]


def facts(progress: Progress, *, opened: bool) -> list[dict[str, str]]:
    row = progress.refund
    holder, following = _holder_and_next(row, progress.today)
    rows = [{"label": _("Who has it now"), "value": holder}, {"label": _("What comes next"), "value": following}]
    if row.accepted_date is not None:
        promise = {"first": day_text(row.expected_credit_date), "latest": day_text(row.latest_credit_date)}
        rows += [
            {"label": _("Accepted on"), "value": day_text(row.accepted_date)},
            {"label": _("Promised credit"), "value": _("%(first)s to %(latest)s") % promise},
        ]
    account = row.payment.account
    if opened and account is not None:
        rows.append({"label": _("Account"), "value": mask_account(account.last4)})
    return [*rows, {"label": _("Refund number"), "value": row.platform_refund_number, "hint": row.reference}]


def _holder_and_next(refund: Refund, today: date) -> tuple[str, str]:
    match Status(refund.status):
        case Status.REQUESTED:
            return _("The seller"), _("When the seller confirms, we promise you a date by SMS.")
        case Status.ACCEPTED:
            turn = max(today, refund.credit_date or today)
            text = _("On %(turn)s the day's run credits your account, and you get an SMS.")
            return _("The bank's refund desk"), text % {"turn": day_text(turn)}
        case Status.CREDITING | Status.UNKNOWN:
            return _("The bank"), _("We ask the bank until its answer is known, then you get an SMS.")
        case Status.MANUAL:
            return _("Our staff"), _("Our staff call you, or you call the number below.")
        case Status.CREDITED | Status.CANCELLED:
            return _("Nobody, it is finished"), _("Nothing more")
        case other:
            assert_never(other)


def to_do(progress: Progress) -> str:
    """What the person should do now, in one sentence."""
    if progress.is_overdue and progress.refund.status != Status.MANUAL:
        return _("You need not do anything. If you want to ask, call the number below.")
    match Status(progress.refund.status):
        case Status.REQUESTED:
            return _("Nothing here. If the seller doesn't confirm, ask the seller in the shop.")
        case Status.ACCEPTED | Status.CREDITING | Status.UNKNOWN:
            return _("Nothing: the money comes by itself, to the account that paid. We tell you by SMS.")
        case Status.MANUAL:
            return _("Please call the number below if we have not reached you.")
        case Status.CREDITED:
            with_bank = _("Nothing. If the money is not in your account, call the bank's number below.")
            return (
                with_bank
                if settings.BANK_PHONE
                else _("Nothing. If the money is not in your account, call the number below.")
            )
        case Status.CANCELLED:
            return _("Nothing. If you still want this refund, ask the seller in the shop.")
        case other:
            assert_never(other)


def _asks_bank(progress: Progress) -> bool:
    """Whether a question about this refund is one about the money, not about order and goods."""
    return progress.is_overdue or progress.refund.status in {Status.CREDITED, Status.MANUAL}


def _story(progress: Progress, told: list[ToldEvent]) -> list[dict[str, Any]]:
    """From the order to the money in the account, oldest first, and what is still to come."""
    row = progress.refund
    changes = list(row.changes.order_by("step", "id"))
    entries = [*_paid(row, told), _done(_("The shop asked for the refund"), row.requested_at)]
    entries += [_done(_("The seller confirmed"), one.at) for one in _moves(changes, Status.REQUESTED, Status.ACCEPTED)]
    happened = [(deferral.at, _deferral(deferral)) for deferral in progress.deferrals]
    sent = _moves(changes, Status.ACCEPTED, Status.CREDITING)
    if row.status == Status.CREDITED:
        happened += [(one.at, _done(_("The bank was asked to credit it"), one.at)) for one in sent]
    return [*entries, *(entry for _at, entry in sorted(happened, key=lambda one: one[0])), *_story_from_now(progress)]


def _paid(row: Refund, told: list[ToldEvent]) -> list[dict[str, Any]]:
    payment, paid = row.payment, [event for event in told if event.kind == "payment.succeeded"]
    entries = [_done(_("The order came from the shop"), payment.created_at)]
    if payment.paid_at:
        entries.append(_done(_("Your account was charged"), payment.paid_at))
    for event in paid:
        tries = [attempt.at for message in event.messages for attempt in message.attempts]
        entries.append(_done(_("The shop was told"), min(tries, default=event.at)))
    if acknowledged := standing.acknowledged_at(paid):
        entries.append(_done(_("The shop confirmed that it knows"), acknowledged))
    return entries


def _moves(changes: list[RefundChange], before: Status, after: Status) -> list[RefundChange]:
    return [change for change in changes if (change.before, change.after) == (before, after)]


def _done(title: str, at: dt.datetime) -> dict[str, Any]:
    return {"title": title, "at": taipei(at), "state": "done"}


def _story_from_now(progress: Progress) -> list[dict[str, Any]]:
    refund = progress.refund
    credited: dict[str, Any] = {"title": _("Credit to your account"), "state": "todo"}
    match Status(refund.status):
        case Status.CREDITED:
            assert refund.credited_at is not None
            return [_done(_("Credited to your account"), refund.credited_at)]
        case Status.REQUESTED:
            return [{"title": _("The seller confirms"), "state": "current"}, credited]
        case Status.MANUAL:
            return [
                {"title": _("The bank could not credit the account: our staff settle it"), "state": "problem"},
                credited,
            ]
        case Status.CREDITING | Status.UNKNOWN:
            return [{"title": _("The bank was asked to credit it"), "state": "current"}, credited]
        case _:
            state = "problem" if progress.is_overdue else "current"
            turn = max(progress.today, refund.credit_date or progress.today)
            return [
                credited | {"text": _("Planned for %(day)s, still to come") % {"day": day_text(turn)}, "state": state}
            ]


def _deferral(deferral: Deferral) -> dict[str, Any]:
    dates = {
        "old": day_text(deferral.old_date),
        "new": day_text(deferral.new_date),
        "old_latest": day_text(deferral.old_latest_date),
        "new_latest": day_text(deferral.new_latest_date),
    }
    text = _("Credit day %(old)s → %(new)s.") % dates
    if deferral.old_latest_date != deferral.new_latest_date:
        text += " " + _("Latest day %(old_latest)s → %(new_latest)s.") % dates
    title = _("Moved: %(reason)s") % {"reason": deferral.get_reason_display()}
    return {"title": title, "text": text, "at": taipei(deferral.at), "state": "done"}


def day_text(day: Any) -> str:
    """2026/06/17."""
    return date_format(day, "Y/m/d") if day else ""
