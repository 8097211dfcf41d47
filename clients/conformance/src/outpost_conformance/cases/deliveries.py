"""Genuine notices in every shape and order that the world makes of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from outpost_conformance.exchange import Want
from outpost_conformance.keys import Keys
from outpost_conformance.kit import Case, Kit
from outpost_conformance.state import Effect, happened, once, payment_is, refund_is, unheard_of
from outpost_conformance.story import Notice

BODY_BYTES_MAX = 65_536
_DAY = 86_400.0


def _redirects(kit: Kit) -> Iterable[Effect]:
    kit.deliver(kit.story.test_notice(), "webhook.test", want=Want.NO_REDIRECT)
    return ()


def _test_notice(kit: Kit) -> Iterable[Effect]:
    kit.deliver(kit.story.test_notice(), "webhook.test, which tells of no payment and no refund")
    return ()


def _plain(kit: Kit) -> Iterable[Effect]:
    return _paid(kit, "v1a and v1", ("v1a", "v1"))


def _plain_v1a(kit: Kit) -> Iterable[Effect]:
    return _paid(kit, "v1a alone", ("v1a",))


def _plain_v1(kit: Kit) -> Iterable[Effect]:
    return _paid(kit, "v1 alone", ("v1",))


def _paid(kit: Kit, label: str, schemes: tuple[str, ...]) -> Iterable[Effect]:
    notice = kit.story.payment("succeeded")
    kit.send(kit.signed(notice, label, schemes=schemes), Want.TAKEN)
    kit.publish(notice)
    return happened(notice.id), payment_is(notice.subject, "succeeded")


def _rotation(kit: Kit) -> Iterable[Effect]:
    first, second = kit.story.payment("succeeded"), kit.story.payment("succeeded")
    kit.send(kit.signed(first, "another key's signatures first", keys=(Keys.new(), kit.keys)), Want.TAKEN)
    kit.send(kit.signed(second, "another key's signatures last", keys=(kit.keys, Keys.new())), Want.TAKEN)
    kit.publish(first, second)
    return happened(first.id), happened(second.id)


def _exact_bytes(kit: Kit) -> Iterable[Effect]:
    """Spaces, key order, a raw and an escaped Chinese character, and an escaped slash: lost by parsing and writing."""
    told = kit.story.refund("accepted", reason="尺寸不合／退貨")
    facts = json.loads(told.body)
    text = json.dumps(dict(reversed(facts.items())), ensure_ascii=False, indent=1)
    notice = replace(told, body=text.replace("退", "\\u9000").replace("refund.", "refund\\u002e").encode())
    kit.deliver(notice, "JSON with spaces, escapes and Chinese")
    kit.publish(notice)
    return happened(notice.id), refund_is(notice.subject, "accepted")


def _unknown_fields(kit: Kit) -> Iterable[Effect]:
    told = kit.story.payment("succeeded", loyalty={"points": 9, "tier": None})
    facts = {"trace": ["a", 1], **json.loads(told.body)}
    notice = replace(told, body=json.dumps(facts, separators=(",", ":")).encode())
    sending = kit.signed(notice, "new fields and a new header")
    kit.send(replace(sending, headers={**sending.headers, "webhook-attempt": "3"}), Want.TAKEN)
    kit.publish(notice)
    return happened(notice.id), payment_is(notice.subject, "succeeded")


def _big_body(kit: Kit) -> Iterable[Effect]:
    notice = _big_notice(kit)
    kit.deliver(notice, f"{len(notice.body)} bytes")
    kit.publish(notice)
    return happened(notice.id), refund_is(notice.subject, "accepted")


def _big_notice(kit: Kit) -> Notice:
    """A refund that was deferred again and again; its reason fills the body to the last byte."""
    deferral = {
        "reason": "maintenance",
        "old_date": "2026-12-02",
        "new_date": "2026-12-03",
        "old_latest_date": "2026-12-07",
        "new_latest_date": "2026-12-08",
        "at": "2026-12-02T01:00:00.000Z",
    }
    bare = kit.story.refund("deferred", status="accepted")
    room = BODY_BYTES_MAX - len(bare.body)
    count = room // (len(json.dumps(deferral, separators=(",", ":"))) + 1)
    told = kit.story.refund("deferred", status="accepted", of=bare, deferrals=[deferral] * count)
    reason = "x" * (BODY_BYTES_MAX - len(told.body))
    return kit.story.refund("deferred", status="accepted", of=told, reason=reason)


def _late(kit: Kit) -> Iterable[Effect]:
    notice = kit.story.payment("succeeded", ago=3 * _DAY)
    kit.deliver(notice, "happened three days ago, sent now")
    kit.publish(notice)
    return happened(notice.id), payment_is(notice.subject, "succeeded")


def _unknown_type(kit: Kit) -> Iterable[Effect]:
    notice = kit.story.of_unknown_type()
    kit.deliver(notice, "dispute.opened")
    return (unheard_of(notice.subject),)


def _duplicate(kit: Kit) -> Iterable[Effect]:
    notice = kit.story.payment("succeeded")
    kit.deliver(notice, "first")
    kit.deliver(notice, "again, signed anew", skew=1)
    kit.publish(notice)
    return once(notice.id), payment_is(notice.subject, "succeeded")


def _duplicate_at_once(kit: Kit) -> Iterable[Effect]:
    notice = kit.story.payment("succeeded")
    kit.send_at_once(kit.signed(notice, "at the same moment"), Want.TAKEN_OR_BUSY, times=3)
    kit.deliver(notice, "once more")
    kit.publish(notice)
    return once(notice.id), payment_is(notice.subject, "succeeded")


def _reordered_refund(kit: Kit) -> Iterable[Effect]:
    accepted = kit.story.refund("accepted", ago=30)
    deferred = kit.story.refund("deferred", status="accepted", of=accepted, ago=20)
    credited = kit.story.refund("credited", of=deferred, ago=10)
    kit.deliver(credited, "refund.credited")
    kit.deliver(accepted, "then refund.accepted")
    kit.deliver(deferred, "then refund.deferred")
    kit.publish(accepted, deferred, credited)
    return happened(credited.id), refund_is(credited.subject, "credited")


def _reordered_payment(kit: Kit) -> Iterable[Effect]:
    expired = kit.story.payment("expired", ago=30)
    paid = kit.story.payment("succeeded", ago=10, order_number=expired.data["order_number"])
    kit.deliver(paid, "payment.succeeded of the second try")
    kit.deliver(expired, "then payment.expired of the first try of that order")
    kit.publish(expired, paid)
    return payment_is(paid.subject, "succeeded"), payment_is(expired.subject, "expired")


# The first one decides whether the others can say anything.
REDIRECTS = Case(
    "redirects",
    "The address answers by itself",
    "an answer that is not 3xx: Outpost follows no redirect",
    "Register the address as it answers in the end: scheme, host and trailing slash. No login page before it.",
    _redirects,
)
CASES = (
    Case(
        "test-notice",
        "The test notice is taken",
        "2xx",
        "Answer 2xx to webhook.test once its signature fits; its data has no id and no status.",
        _test_notice,
    ),
    Case(
        "plain",
        "A notice as Outpost sends it",
        "2xx, and the payment succeeded",
        "Check v1a or v1 over id.timestamp.body; pass over signatures of schemes and keys you don't know.",
        _plain,
    ),
    Case(
        "plain-v1a",
        "Ed25519 alone",
        "2xx, and the payment succeeded",
        'Verify "v1a," with the public key (32 bytes behind whpk_), over the raw body.',
        _plain_v1a,
        schemes=frozenset({"v1a"}),
    ),
    Case(
        "plain-v1",
        "HMAC alone",
        "2xx, and the payment succeeded",
        'Verify "v1," with HMAC-SHA256; its key is the 32 bytes behind whsec_, decoded from base64.',
        _plain_v1,
        schemes=frozenset({"v1"}),
    ),
    Case(
        "rotation",
        "Two keys sign, one of them is known",
        "2xx for both orders of the signatures",
        "Split webhook-signature at spaces and try each; one that fits is enough.",
        _rotation,
    ),
    Case(
        "exact-bytes",
        "The bytes are verified, not what they mean",
        "2xx, and the refund accepted",
        "Verify the body as it came, before a framework parses it; never write JSON anew to verify it.",
        _exact_bytes,
    ),
    Case(
        "unknown-fields",
        "Fields that are new",
        "2xx, and the payment succeeded",
        "Read the fields you know and leave the others alone: fields are added without notice.",
        _unknown_fields,
    ),
    Case(
        "big-body",
        "64 kB of body",
        "2xx, and the refund accepted",
        "Raise the body limit of your server and framework to at least 65536 bytes.",
        _big_body,
    ),
    Case(
        "late",
        "An event of three days ago",
        "2xx, and the payment succeeded",
        "Compare webhook-timestamp with your clock, never created_at: notices are sent for 72 hours.",
        _late,
    ),
    Case(
        "unknown-type",
        "A kind of event that is new",
        "2xx, and nothing else",
        "Answer 2xx to kinds you don't know and forget them; anything else is sent again for 72 hours.",
        _unknown_type,
    ),
    Case(
        "duplicate",
        "The same event twice",
        "2xx twice, one effect",
        "Keep the event id under a unique constraint, in the transaction of its effect; a second time answer 2xx.",
        _duplicate,
        needs_state=True,
    ),
    Case(
        "duplicate-at-once",
        "The same event three times at the same moment",
        "2xx, or 409, 429 or 503; one effect",
        "Let the database refuse the second id. Looking first and inserting later lets twins through.",
        _duplicate_at_once,
        needs_state=True,
    ),
    Case(
        "reordered-refund",
        "A refund's last event first",
        "2xx, and the refund stays credited",
        "Take a status only from an event created later than the one it came from; final statuses stay.",
        _reordered_refund,
        needs_state=True,
    ),
    Case(
        "reordered-payment",
        "A new payment succeeds, then an old one of the order expires",
        "2xx; the new one succeeded, the old one expired",
        "Keep statuses by payment id, not by order number: an order may have several payments, one of them paid.",
        _reordered_payment,
        needs_state=True,
    ),
)
