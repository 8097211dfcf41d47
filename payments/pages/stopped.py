"""The payment stopped at the reader: a page for each reason, with what happened to the money and what to do now."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from common.clock import now
from common.errors import Refusal
from payments.models import Payment
from payments.operations.debits import refuse_unless_payable
from payments.pages import shown
from payments.pages.doorway import payment_page

Text = str | Promise

_AGAIN = _("Try again")


@dataclass(frozen=True)
class Ending:
    """`why` it stopped, what to do in order, and what the button says that leads back to the pay page."""

    title: Text
    why: Text
    steps: tuple[Text, ...]
    again: Text = _AGAIN


ENDINGS: dict[str, Ending] = {
    "card_removed": Ending(
        _("The card was taken out too early"),
        _("It left the reader before it had confirmed. Without its confirmation nobody can charge your account."),
        (
            _("Put the card into the reader, chip first, and leave it there until you see the result."),
            _("Try again: the picture code and the password are asked for anew. A right password uses up no try."),
        ),
    ),
    "card_swapped": Ending(
        _("Another card is in the reader now"),
        _("It is not the card whose account you chose, so we stopped before it could confirm anything."),
        (
            _("Put the card that you want to pay with into the reader and leave it there."),
            _("Try again: the page reads the accounts of that card, and you choose anew."),
        ),
    ),
    "card_locked": Ending(
        _("This card is locked"),
        _("Three wrong passwords in a row have locked it. The card does so by itself, to protect your money."),
        (
            _("To pay now, use another ATM card."),
            _("A counter of the bank unlocks this one: take the card, your ID card and the seal of the account along."),
        ),
        again=_("Pay with another card"),
    ),
    "order_changed": Ending(
        _("What was shown is not the order that we have"),
        _(
            "The page or the card had another amount or another order number than we do. We stopped before anything "
            "could be charged. A program on this computer or an extension of the browser may have changed the page."
        ),
        (
            _("Compare the order below with the shop's: it is the only one that can be paid here."),
            _("Switch the browser's extensions off, or use another computer that you trust."),
            _("If it happens again, call the shop's customer service and name the payment reference."),
        ),
    ),
    "timed_out": Ending(
        _("The card was silent for too long"),
        _("The reader or the card gave no answer in time, so we stopped waiting. Nothing was confirmed."),
        (
            _("Take the card out, wipe its chip with a dry cloth and put it in again, chip first."),
            _("Plug the reader straight into the computer, not into a hub."),
            _("Try again. If it stays silent, try another reader."),
        ),
    ),
    "cancelled": Ending(
        _("You have stopped this payment"),
        _("The card has confirmed nothing. The order stays open, and you can still pay it."),
        (
            _("Try again if you want to pay after all."),
            _("If you don't want the order any more, cancel it at the shop, or let its time run out."),
        ),
    ),
    "reader_lost": Ending(
        _("The card reader is gone"),
        _("The connection to the reader or its component broke before the card had confirmed."),
        (
            _("Plug the reader in again and wait until its light is on."),
            _("If the component was closed, start it again."),
            _("Try again: the page finds both by itself."),
        ),
    ),
    "unproved": Ending(
        _("The program on this computer is not the one you paired"),
        _(
            "A program answers where your card reader component should be, but it could not prove that it is yours. "
            "We stopped before it was sent anything: no password has left this page."
        ),
        (
            _("On a computer that others use as well, don't go on. Pay on your own computer."),
            _("If you have installed the component anew, pair it once more on the payment page."),
            _("If you don't know why this happened, call the bank before you type the password here."),
        ),
    ),
}


@require_safe
@payment_page
def stopped(request: HttpRequest, payment: Payment, secret: str, reason: str) -> HttpResponse:
    """Says why it stopped while the order can still be paid; else its result is the news."""
    ending = ENDINGS.get(reason)
    if ending is None:
        raise Http404
    try:
        refuse_unless_payable(payment, now())
    except Refusal:
        return redirect("payments:result", payment.reference, secret)
    context = {
        "payment": payment,
        "platform": payment.platform,
        "secret": secret,
        "ending": ending,
        "reason": reason,
        "rows": [*shown.order_rows(payment), {"label": _("Final amount to pay"), "value": str(payment.final_amount)}],
        "payable_until": shown.time_text(payment.expires_at),
    }
    return render(request, "payments/stopped.html", context)
