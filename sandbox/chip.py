"""The sandbox card authority: recomputes a TAC with the card's key and keeps the counters strictly rising."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction

from reader import tac
from sandbox.faults import Call
from sandbox.models import ChipAnswer, VirtualCard
from sandbox.wires import BadRequest, Body, lock_id, text, whole, wire

Answer = dict[str, Any]

_FIELDS = ("account", "issuer", "card_serial", "terminal", "check_code", "signed_at", "order_digest", "counter", "tac")


@wire("POST", "chip", "verify")
def verify(body: Body) -> Call:
    request_id = text(body, "request_id", longest=64)
    asked: dict[str, Any] = {name: text(body, name) for name in _FIELDS}
    asked |= {"currency": text(body, "currency"), "amount_minor": whole(body, "amount_minor")}
    return Call(act=lambda: verify_once(request_id=request_id, asked=asked))


def verify_once(*, request_id: str, asked: dict[str, Any]) -> Answer:
    """The second request with an id gets the first one's answer. Raises BadRequest when it asks something else."""
    with transaction.atomic():
        lock_id(f"chip {request_id}")
        known = ChipAnswer.objects.filter(request_id=request_id).first()
        if known and known.asked != asked:
            raise BadRequest("request_id was used with other contents")
        if known:
            return known.answer
        answer = _verified(asked)
        ChipAnswer.objects.create(request_id=request_id, asked=asked, answer=answer)
        return answer


def expected_tac(asked: dict[str, Any]) -> str:
    """What the card must have answered. Raises ValueError for parts that no card would sign."""
    key = tac.derive_key(settings.CHIP_MASTER_KEY, asked["card_serial"])
    signed = ("amount_minor", "currency", "account", "terminal", "check_code", "signed_at", "order_digest")
    text_signed = tac.tac_text(**{name: asked[name] for name in signed})
    return tac.compute_tac(key=key, counter=asked["counter"], text=text_signed)


def _verified(asked: dict[str, Any]) -> Answer:
    card = (
        VirtualCard.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(serial=asked["card_serial"], issuer=asked["issuer"])
        .first()
    )
    if card is None:
        return _invalid("unknown_card")
    if asked["account"] not in card.account_numbers:
        return _invalid("account_not_on_card")
    try:
        genuine = expected_tac(asked) == asked["tac"].lower()
    except ValueError:
        genuine = False
    if not genuine:
        return _invalid("tac_mismatch")
    if int(asked["counter"]) <= card.verified_counter:
        return _invalid("counter_repeated")
    card.verified_counter = int(asked["counter"])
    card.save(update_fields=["verified_counter"])
    return {
        "result": "valid",
        "customer_number": card.person.customer_number,
        "card_number_last4": card.card_number[-4:],
    }


def _invalid(reason: str) -> Answer:
    return {"result": "invalid", "reason": reason}
