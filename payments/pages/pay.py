"""The pay page: the order and its amounts, reader and card, picture code, password on the card, confirmation."""

from __future__ import annotations

import json
from typing import Any, assert_never
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from cards import operations as cards
from cards.chip.port import DIGEST_FIELDS, order_digest
from cards.models import PictureCode
from cards.picture_code import picture_audio, picture_image
from cards.queries import maintenance_at, open_answer
from common.clock import now, taipei
from common.errors import Refusal
from common.sealing import keyed_hash
from payments import operations
from payments.forms import PictureForm, PrepareForm, SignedOrderForm, checked, valid
from payments.models import Payment
from payments.operations import PaymentGated
from payments.operations.debits import TERMINAL, refuse_unless_payable
from payments.pages import shown, words
from payments.pages.doorway import PAYER, payment_page
from payments.pages.resting import resting_page


@require_safe
@payment_page
def pay(request: HttpRequest, payment: Payment, secret: str) -> HttpResponse:
    at = now()
    try:
        refuse_unless_payable(payment, at)
    except Refusal:
        return redirect("payments:result", payment.reference, secret)
    if (window := maintenance_at(at)) is not None:
        return resting_page(request, payment, secret, window)
    if request.method == "HEAD":  # a tab that only asks whether the order can still be paid needs no picture
        return HttpResponse()
    picture = cards.issue_picture_code(subject=payment.reference, at=at)
    context = {
        "payment": payment,
        "platform": payment.platform,
        "order_rows": shown.order_rows(payment),
        "goods": shown.goods_rows(payment),
        "lines": shown.amount_lines(payment),
        "total": shown.amount_total(payment),
        "payable_until": shown.time_text(payment.expires_at),
        # For the script, which looks again then: a second late rather than early.
        "payable_seconds": str(int((payment.expires_at - at).total_seconds()) + 1),
        "picture": _picture_addresses(payment, secret, picture),
        "addresses": _addresses(payment, secret),
        "reader_url": settings.READER_URL,
        "reader_page": words.reader_page(settings.READER_URL),
        "version_min": words.READER_VERSION_MIN,
        "texts": json.dumps(_texts()),
        "pairing_texts": words.pairing_texts(),
        "devices": _devices(),
    }
    return render(request, "payments/pay.html", context)


@require_POST
@payment_page
def new_picture(request: HttpRequest, payment: Payment, secret: str) -> HttpResponse:
    """Another picture for this payment, while it can be paid."""
    at = now()
    refuse_unless_payable(payment, at)
    return JsonResponse(_picture_addresses(payment, secret, cards.issue_picture_code(subject=payment.reference, at=at)))


@require_safe
@payment_page
def picture(request: HttpRequest, payment: Payment, secret: str) -> HttpResponse:
    picture_id, answer = _open_picture(request, payment)
    seed = keyed_hash(str(picture_id), purpose="picture_code")
    return HttpResponse(picture_image(answer, seed=seed), content_type="image/png")


@require_safe
@payment_page
def recording(request: HttpRequest, payment: Payment, secret: str) -> HttpResponse:
    picture_id, answer = _open_picture(request, payment)
    seed = keyed_hash(str(picture_id), purpose="picture_code")
    return HttpResponse(picture_audio(answer, get_language() or "", seed=seed), content_type="audio/wav")


@require_POST
@payment_page
def prepare(request: HttpRequest, payment: Payment, secret: str) -> HttpResponse:
    """A right picture code → what the card has to sign."""
    form, at = checked(PrepareForm, request.body), now()
    picture_id, answer = form.cleaned_data["picture_id"], form.cleaned_data["answer"]
    check_code = operations.prepare_signing(payment=payment, picture_id=picture_id, answer=answer, at=at)
    order = payment.order_as_shown()
    return JsonResponse(
        {
            "check_code": check_code.code,
            "terminal": TERMINAL,
            "signed_at": f"{taipei(at):%Y%m%d%H%M%S}",
            "order": {name: order[name] for name in DIGEST_FIELDS},
            "order_digest": order_digest(order),
            "amount_minor": payment.final_amount_minor,
            "currency": payment.final_amount.currency,
        }
    )


@require_POST
@payment_page
def confirm(request: HttpRequest, payment: Payment, secret: str) -> HttpResponse:
    """What the card signed → the debit, or the identity page, or the refusal that says why nothing was charged."""
    signed = checked(SignedOrderForm, request.body).signed_order()
    done = operations.pay_by_card(payment=payment, signed=signed, at=now(), by=PAYER)
    match done:
        case Payment():
            address = reverse("payments:result", args=[payment.reference, secret])
        case PaymentGated(identity_token=token):
            address = reverse("verification:home", args=[token])
        case _:
            assert_never(done)
    return JsonResponse({"next": address})


def _open_picture(request: HttpRequest, payment: Payment) -> tuple[UUID, str]:
    form = valid(PictureForm(request.GET))
    picture_id: UUID = form.cleaned_data["id"]
    return picture_id, open_answer(picture_id=picture_id, subject=payment.reference, at=now())


def _picture_addresses(payment: Payment, secret: str, picture: PictureCode) -> dict[str, str]:
    arguments = [payment.reference, secret]
    return {
        "id": str(picture.id),
        "image": f"{reverse('payments:picture', args=arguments)}?id={picture.id}",
        "audio": f"{reverse('payments:recording', args=arguments)}?id={picture.id}",
    }


def _addresses(payment: Payment, secret: str) -> dict[str, str]:
    names = ("new_picture", "prepare", "confirm", "result")
    addresses = {name: reverse(f"payments:{name}", args=[payment.reference, secret]) for name in names}
    # The script puts the reason behind it.
    return addresses | {"stopped": f"{reverse('payments:pay', args=[payment.reference, secret])}stopped/"}


def _texts() -> dict[str, Any]:
    return {
        "devices": {key: [light, str(word), str(text)] for key, (light, word, text) in words.DEVICES.items()},
        "reader": {code: str(text) for code, text in words.READER_ERRORS.items()},
        "page": {key: str(text) for key, text in words.PAGE.items()},
    }


def _devices() -> list[dict[str, str]]:
    """The three lights before the script has looked."""
    first = (
        ("component", "computer", words.COMPONENT, "component-searching"),
        ("reader", "reader", words.READER, "reader-waiting"),
        ("card", "card", words.CARD, "card-waiting"),
    )
    return [
        {
            "id": f"device-{name}",
            "icon": icon,
            "name": str(label),
            "text": str(words.DEVICES[key][2]),
            "state": words.DEVICES[key][0],
            "state_text": str(words.DEVICES[key][1]),
        }
        for name, icon, label, key in first
    ]
