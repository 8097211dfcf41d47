"""The way in to a payment's pages: a right secret in the link, the payer's language, nothing kept by the browser."""

from __future__ import annotations

import functools
import hmac
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.cache import never_cache

from payments import queries
from payments.errors import LinkDead, PaymentNotFound
from payments.models import Payment
from payments.operations.orders import link_hash

Page = Callable[..., HttpResponse]

# Who acts on these pages, as change rows name it.
PAYER = "payer"


def payment_page(page: Page) -> Page:
    """Give the page its payment instead of the link's parts. Raises LinkDead for every wrong or ended link alike."""

    @functools.wraps(page)
    @never_cache
    def view(request: HttpRequest, reference: str, secret: str, **rest: str) -> HttpResponse:
        return page(request, _payment_of_link(request, reference, secret), secret, **rest)

    return view


def _payment_of_link(request: HttpRequest, reference: str, secret: str) -> Payment:
    try:
        payment = queries.payment_by_reference(reference)
    except PaymentNotFound as error:
        raise LinkDead from error
    speak(request, payment.language)
    # A payment that must be paid anew through the gate has no hash, and no secret has an empty one.
    if not hmac.compare_digest(payment.link_hash, link_hash(secret)):
        raise LinkDead
    return payment


def speak(request: HttpRequest, language: str) -> None:
    """The platform named the payer's language; it counts until the person chooses one here."""
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()
