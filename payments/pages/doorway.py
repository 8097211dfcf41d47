"""The way in to a payment's pages: a right secret in the link, the payer's language, nothing kept by the browser."""

from __future__ import annotations

import functools
import hmac
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache

from common.clock import now
from common.errors import Refusal
from payments import errors, queries
from payments.models import Payment
from payments.operations.debits import refuse_unless_payable
from payments.operations.orders import link_hash

Page = Callable[..., HttpResponse]

# Who acts on these pages, as change rows name it.
PAYER = "payer"


def payment_page(page: Page) -> Page:
    """Give the page its payment instead of the link's parts. Raises LinkDead for every wrong link alike.

    A link that was right once gets a page that says what became of the order since.
    """

    @functools.wraps(page)
    @never_cache
    def view(request: HttpRequest, reference: str, secret: str, **rest: str) -> HttpResponse:
        payment, presented = _payment(request, reference), link_hash(secret)
        # A payment that must be paid anew through the gate has no hash, and no secret has an empty one.
        if hmac.compare_digest(payment.link_hash, presented):
            return page(request, payment, secret, **rest)
        if any(hmac.compare_digest(former, presented) for former in payment.former_links):
            return ended_page(request, payment, _since(payment))
        raise errors.LinkDead

    return view


def ended_page(request: HttpRequest, payment: Payment, refusal: Refusal) -> HttpResponse:
    """Why this payment can't be paid from here, what happened to the money, and the way back to the shop."""
    if not request.accepts("text/html"):
        raise refusal
    context = {
        "payment": payment,
        "platform": payment.platform,
        "title": str(refusal.title),
        "text": refusal.detail(),
        "money_moved": refusal.money_moved,
        "code": refusal.code,
    }
    return render(request, "payments/ended.html", context, status=refusal.http_status)


def speak(request: HttpRequest, language: str) -> None:
    """The platform named the payer's language; it counts until the person chooses one here."""
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()


def _payment(request: HttpRequest, reference: str) -> Payment:
    try:
        payment = queries.payment_by_reference(reference)
    except errors.PaymentNotFound as error:
        raise errors.LinkDead from error
    speak(request, payment.language)
    return payment


def _since(payment: Payment) -> Refusal:
    """What became of the order since the former link was good."""
    at = now()
    try:
        refuse_unless_payable(payment, at)
    except errors.LinkDead:  # it waits for the identity check
        return errors.LinkWaitsForIdentity() if payment.expires_at > at else errors.OrderExpired()
    except errors.AttemptInProgress:
        return errors.LinkBeingPaid()
    except errors.AlreadyPaid:
        return errors.LinkPaid()
    except Refusal as refusal:
        return refusal
    return errors.LinkReplaced()
