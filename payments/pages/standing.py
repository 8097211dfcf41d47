"""Where a payment stands, in words that name nobody: what happened to the money, who has it, what comes next."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from common.money import Money
from notifications.queries import ToldAttempt, ToldEvent
from payments.models import Attempt, Payment
from payments.pages import shown
from payments.states import IN_FLIGHT, UNTOUCHED, Status

# The published rule: wait one to two hours and refresh; after that the platform's customer service has the answer.
WAIT = dt.timedelta(hours=2)
# The newest tries say enough; the ladder has dozens.
TRIES_SHOWN = 6


def heading(payment: Payment, presented: Attempt | None, *, opened: bool) -> str:
    if payment.status == Status.PAID:
        amount = str(payment.final_amount)
        return _("Yes, once: %(amount)s") % {"amount": amount} if opened else _("Yes, you were charged once")
    if payment.status in IN_FLIGHT:
        return _("The bank has not said yet")
    if presented:
        return _("This order is being paid right now")
    return _("No, you were not charged")


def money_moved(payment: Payment, presented: Attempt | None) -> str:
    """While a card is being presented nobody can say that nothing is charged: the next moment it may be."""
    return "unknown" if presented else payment.money_moved


def what_to_do(
    payment: Payment,
    presented: Attempt | None,
    events: list[ToldEvent],
    decline: dict[str, str] | None,
    at: dt.datetime,
) -> list[str]:
    """What the payer should do now, in paragraphs. `decline`: why the last attempt ended, as `shown.explain` says it."""
    if payment.status == Status.PAID:
        return _to_do_when_paid(payment, events, at)
    if payment.status in IN_FLIGHT:
        text = _("Don't pay again. We ask the bank until it has answered; the order is charged once at most.")
        asked = shown.time_text(payment.enquire_at) if payment.enquire_at else ""
        return [f"{text} " + _("Next time: %(asked_again)s.") % {"asked_again": asked} if asked else text]
    if presented:
        return [
            _(
                "A card has just confirmed it, in this window, in another one or on another device."
                " Please don't pay again: this order is charged once at most."
            )
        ]
    if decline:
        return [decline["title"], decline["text"]]
    if payment.status in UNTOUCHED:
        return [_("Nobody has paid this order yet. If you want it, pay it from the shop; if not, you need do nothing.")]
    return [_("The payment ended without a charge. If you still want the order, go back to the shop and pay again.")]


def facts(
    payment: Payment, presented: Attempt | None, events: list[ToldEvent], at: dt.datetime, *, opened: bool
) -> list[dict[str, str]]:
    holder, following = _presenting() if presented else _holder_and_next(payment, events, at)
    if refund := refund_words(payment, opened=opened):
        holder, following = _("In refund, or back with you already"), refund
    rows = [{"label": _("Who has it now"), "value": holder}, {"label": _("What comes next"), "value": following}]
    if payment.paid_at:
        rows.append({"label": _("Charged at"), "value": shown.time_text(payment.paid_at), "hint": _("Time of Taipei")})
    rows.append({"label": _("Shop"), "value": payment.platform.name})
    rows.append({"label": _("Payment reference"), "value": payment.reference, "hint": _("Name it when you call.")})
    return rows


def refund_words(payment: Payment, *, opened: bool) -> str:
    """What was refunded or is on its way back; which of both is for “Refund progress” to say. Empty without any."""
    refunded_minor = payment.refunded_order_minor + payment.refunded_charge_minor
    if not refunded_minor:
        return ""
    if not opened:
        return _("A refund of this payment was asked for. Where it stands: “Refund progress”.")
    amount = str(Money.twd(refunded_minor))
    return _("A refund of %(amount)s was asked for. Where it stands: “Refund progress”.") % {"amount": amount}


def story(
    payment: Payment, presented: Attempt | None, events: list[ToldEvent], *, opened: bool
) -> list[dict[str, Any]]:
    """From the order to the shop's confirmation, oldest first, and what is still to come."""
    entries = [_entry(_("The order came from the shop"), payment.created_at)]
    for attempt in payment.attempts.filter(outcome__in=("declined", "refused")).order_by("number"):
        entries.append(_entry(_("A payment was tried and did not go through"), attempt.outcome_at, state="problem"))
    if presented:
        entries.append(_entry(_("A card has confirmed the order"), presented.created_at, state="current"))
    if payment.paid_at:
        entries.append(_entry(_("Your account was charged"), payment.paid_at))
    elif payment.status in IN_FLIGHT:
        entries.append({"title": _("We ask the bank whether it charged your account"), "state": "current"})
    told = [entry for event in events for entry in _told(event)]
    if refund := refund_words(payment, opened=opened):
        told.append({"title": refund, "state": "done"})
    return [*entries, *told, *_still_to_come(payment, presented, events)]


def acknowledged_at(events: list[ToldEvent]) -> dt.datetime | None:
    return events[-1].acknowledged_at if events else None


def wait_until(payment: Payment, at: dt.datetime) -> str:
    """Until when waiting is the right thing to do; empty once it isn't any more."""
    if payment.paid_at is None or at >= payment.paid_at + WAIT:
        return ""
    return shown.time_text(payment.paid_at + WAIT)


def next_try(events: list[ToldEvent]) -> str:
    due = min((event.next_try_at for event in events if event.next_try_at), default=None)
    return shown.time_text(due) if due else ""


def can_tell(payment: Payment, events: list[ToldEvent]) -> bool:
    """Something was sent that hasn't been taken; a shop that fetches its notices can't be told by us."""
    untaken = [message for event in events for message in event.messages if message.acknowledged_at is None]
    return payment.status == Status.PAID and bool(untaken)


def why_not_told(payment: Payment, presented: Attempt | None, events: list[ToldEvent]) -> str:
    """What is true where there is nothing that can be told again."""
    if presented or payment.status in IN_FLIGHT:
        return _("The shop was not told: whether you were charged is not known yet. It is told by itself once it is.")
    if payment.status != Status.PAID:
        return _("The shop was not told again: nothing was charged, so there is no payment to tell it of.")
    if acknowledged_at(events):
        return _("The shop was not told again: it has confirmed our notice already.")
    return _("The shop was not told again: it fetches our notices by itself.")


def _to_do_when_paid(payment: Payment, events: list[ToldEvent], at: dt.datetime) -> list[str]:
    if acknowledged := acknowledged_at(events):
        text = _(
            "The shop knows of your payment since %(acknowledged)s. If its page still says otherwise, refresh it;"
            " if that doesn't help, call the shop's customer service."
        )
        return [text % {"acknowledged": shown.time_text(acknowledged)}]
    until = wait_until(payment, at)
    if not until:
        return [
            _(
                "More than two hours have passed and the shop has not confirmed our notice. Don't pay again. Please call"
                " the shop's customer service; your payment is certain and we keep telling the shop."
            )
        ]
    call = _(
        "If it still says “Payment Not Completed” after %(wait_until)s, come back here or call the shop's customer"
        " service: %(phone)s."
    )
    return [
        _(
            "The shop has not confirmed our notice yet. Don't pay again. Wait one to two hours, then refresh the shop's"
            " page; we keep telling it."
        ),
        call % {"wait_until": until, "phone": payment.platform.contact_phone},
    ]


def _presenting() -> tuple[str, str]:
    return _("We: the card's confirmation is being checked"), _("Refresh this page in a minute.")


def _holder_and_next(payment: Payment, events: list[ToldEvent], at: dt.datetime) -> tuple[str, str]:
    if payment.status == Status.PAID:
        if acknowledged_at(events):
            return _("The shop"), _("The shop works on your order.")
        due = next_try(events)
        following = (
            _("We tell the shop again at %(time)s.") % {"time": due} if due else _("The shop fetches our notice.")
        )
        return _("We: the shop has not confirmed our notice"), following
    if payment.status in IN_FLIGHT:
        asked = shown.time_text(payment.enquire_at) if payment.enquire_at else ""
        again = _("We ask the bank again at %(time)s.") % {"time": asked} if asked else _("We ask the bank again.")
        return _("The bank"), again
    if payment.status in (Status.CREATED, Status.GATED) and at < payment.expires_at:
        until = shown.time_text(payment.expires_at)
        return _("You"), _("You can pay it from the shop until %(time)s, or leave it.") % {"time": until}
    return _("Nobody, it is finished"), _("Nothing more")


def _still_to_come(payment: Payment, presented: Attempt | None, events: list[ToldEvent]) -> list[dict[str, Any]]:
    if presented or payment.status in IN_FLIGHT:
        return [{"title": _("The shop is told"), "state": "todo"}]
    if payment.status == Status.PAID and not acknowledged_at(events):
        return [{"title": _("The shop confirms that it knows"), "state": "current"}]
    return []


def _told(event: ToldEvent) -> list[dict[str, Any]]:
    """An event and the newest tries to tell it, oldest first."""
    words = {
        "payment.succeeded": _("Notice “paid” made ready for the shop"),
        "payment.failed": _("Notice “not paid” made ready for the shop"),
        "payment.cancelled": _("Notice “cancelled” made ready for the shop"),
        "payment.expired": _("Notice “time is over” made ready for the shop"),
    }
    tries = sorted((attempt for message in event.messages for attempt in message.attempts), key=lambda one: one.at)
    text = "" if event.messages else _("The shop fetches its notices from us by itself.")
    entries = [_entry(words.get(event.kind, event.kind), event.at, text=text)]
    earlier = sum(message.attempts_made for message in event.messages) - TRIES_SHOWN
    if earlier > 0:
        entries.append({"title": _("%(count)d earlier tries without success") % {"count": earlier}, "state": "problem"})
    return entries + [_try(attempt) for attempt in tries[-TRIES_SHOWN:]]


def _try(attempt: ToldAttempt) -> dict[str, Any]:
    titles = {
        "delivered": _("Told; the shop has confirmed it"),
        "refused": _("Told; the shop did not accept it"),
        "unknown": _("The shop did not answer"),
    }
    failed = attempt.outcome != "delivered" and attempt.http_status
    answer = _("Answer %(status)s") % {"status": attempt.http_status} if failed else ""
    state = "done" if attempt.outcome == "delivered" else "problem"
    return _entry(titles.get(attempt.outcome, attempt.outcome), attempt.at, text=answer, state=state)


def _entry(title: str, at: dt.datetime | None, *, text: str = "", state: str = "done") -> dict[str, Any]:
    return {"title": title, "text": text, "at": at, "when": shown.time_text(at) if at else "", "state": state}
