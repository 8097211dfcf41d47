"""Notices that Outpost never sent, or not to this moment: each must be refused and must change nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import replace

from outpost_conformance.exchange import Sending, Want
from outpost_conformance.keys import Keys
from outpost_conformance.kit import Case, Kit, headers
from outpost_conformance.state import Effect, happened, never
from outpost_conformance.story import Notice

_HOUR = 3_600.0
_GARBLED_SIGNATURES = ("v1a", "v1a,", "v1,%%%", "v1a,AAAA v1,AAAA", ", ,", "v9,AAAA", "v1a:AAAA")
_GARBLED_TIMESTAMPS = ("soon", "", "-1", "1e9", "nan", "9" * 40)


def _wrong_key(kit: Kit) -> Iterable[Effect]:
    notice = kit.story.payment("succeeded")
    return _refused(kit, notice, kit.signed(notice, "signed by a stranger", keys=(Keys.new(),)))


def _tampered_body(kit: Kit) -> Iterable[Effect]:
    notice = kit.story.payment("succeeded")
    sending = kit.signed(notice, "")
    richer = notice.body.replace(b'"final_amount_minor":961', b'"final_amount_minor":169')
    return _refused(
        kit,
        notice,
        replace(sending, label="another amount, same signature", body=richer),
        replace(sending, label="a space more, same signature", body=notice.body + b" "),
    )


def _tampered_id(kit: Kit) -> Iterable[Effect]:
    notice, other = kit.story.payment("succeeded"), kit.story.payment("succeeded")
    sending = kit.signed(notice, "another id, same signature")
    return (
        *_refused(kit, notice, replace(sending, headers={**sending.headers, "webhook-id": other.id})),
        never(other.id),
    )


def _tampered_timestamp(kit: Kit) -> Iterable[Effect]:
    notice = kit.story.payment("succeeded")
    sending = kit.signed(notice, "captured an hour ago, timestamp made fresh", skew=-_HOUR)
    fresh = str(int(kit.clock()))
    return _refused(kit, notice, replace(sending, headers={**sending.headers, "webhook-timestamp": fresh}))


def _missing_headers(kit: Kit) -> Iterable[Effect]:
    notice = kit.story.payment("succeeded")
    sending = kit.signed(notice, "")
    ours = ("webhook-id", "webhook-timestamp", "webhook-signature")
    without = [*((name,) for name in ours), ours]
    return _refused(
        kit,
        notice,
        *(
            replace(
                sending,
                label=f"without {', '.join(names)}",
                headers={name: value for name, value in sending.headers.items() if name not in names},
            )
            for names in without
        ),
    )


def _garbled(kit: Kit) -> Iterable[Effect]:
    notice = kit.story.payment("succeeded")
    now, fine = str(int(kit.clock())), kit.signed(notice, "").headers["webhook-signature"]
    return _refused(
        kit,
        notice,
        *(Sending(f"signature {text!r}", headers(notice.id, now, text), notice.body) for text in _GARBLED_SIGNATURES),
        *(Sending(f"timestamp {text!r}", headers(notice.id, text, fine), notice.body) for text in _GARBLED_TIMESTAMPS),
    )


def _public_key_as_secret(kit: Kit) -> Iterable[Effect]:
    """Everyone knows the public key; a receiver that takes it for a secret lets everyone in."""
    notice = kit.story.payment("succeeded")
    timestamp = str(int(kit.clock()))
    signed = f"{notice.id}.{timestamp}.".encode() + notice.body
    public, text = kit.keys.public_bytes, kit.keys.public_key_text.encode()
    candidates = {"its bytes": public, "its base64": text.removeprefix(b"whpk_"), "its text": text}
    sendings = []
    for name, secret in candidates.items():
        made = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
        label = f"HMAC with the public key as secret ({name})"
        sendings.append(Sending(label, headers(notice.id, timestamp, f"v1,{made}"), notice.body))
    return _refused(kit, notice, *sendings)


def _replayed(kit: Kit) -> Iterable[Effect]:
    notice = kit.story.payment("succeeded", ago=_HOUR)
    return _refused(kit, notice, kit.signed(notice, "captured an hour ago, sent as it was", skew=-_HOUR))


def _skew_accepted(kit: Kit) -> Iterable[Effect]:
    behind, ahead = kit.story.payment("succeeded"), kit.story.payment("succeeded")
    kit.deliver(behind, "our clock 200 s behind", skew=-200)
    kit.deliver(ahead, "our clock 200 s ahead", skew=200)
    kit.publish(behind, ahead)
    return happened(behind.id), happened(ahead.id)


def _skew_refused(kit: Kit) -> Iterable[Effect]:
    behind, ahead = kit.story.payment("succeeded"), kit.story.payment("succeeded")
    return (
        *_refused(kit, behind, kit.signed(behind, "timestamp 400 s ago", skew=-400)),
        *_refused(kit, ahead, kit.signed(ahead, "timestamp 400 s ahead", skew=400)),
    )


def _refused(kit: Kit, notice: Notice, *sendings: Sending) -> tuple[Effect, ...]:
    for sending in sendings:
        kit.send(sending, Want.REFUSED)
    return (never(notice.id),)


_NOTHING = "4xx, and no effect"

CASES = (
    Case(
        "forged-key",
        "Signed by a key you don't know",
        _NOTHING,
        "Verify before anything else happens, and answer 401 when no signature fits.",
        _wrong_key,
    ),
    Case(
        "forged-body",
        "A body that was changed",
        _NOTHING,
        "The signature covers the raw body: verify over id.timestamp.body, to the last byte.",
        _tampered_body,
    ),
    Case(
        "forged-id",
        "An id that was changed",
        _NOTHING,
        "The signature covers webhook-id: put the header's value into what you verify.",
        _tampered_id,
    ),
    Case(
        "forged-timestamp",
        "A timestamp that was made fresh",
        _NOTHING,
        "The signature covers webhook-timestamp: put the header's text, unchanged, into what you verify.",
        _tampered_timestamp,
    ),
    Case(
        "forged-headers",
        "Headers that are missing",
        _NOTHING,
        "Without webhook-id, webhook-timestamp or webhook-signature answer 400.",
        _missing_headers,
    ),
    Case(
        "forged-garbled",
        "Headers that can't be read",
        _NOTHING,
        "Catch what base64 and number parsing throw: a signature that can't be read is one that doesn't fit.",
        _garbled,
    ),
    Case(
        "forged-public-key",
        "The public key used as a secret",
        _NOTHING,
        "v1 is checked with the whsec_ secret alone, v1a with the whpk_ key alone: never one with the other.",
        _public_key_as_secret,
    ),
    Case(
        "replayed",
        "A request captured an hour ago",
        _NOTHING,
        "Refuse a webhook-timestamp that is more than 300 seconds from your clock, either way.",
        _replayed,
    ),
    Case(
        "skew-accepted",
        "Clocks that are 200 seconds apart",
        "2xx, and the effect",
        "Accept 300 seconds either way; keep your servers on NTP.",
        _skew_accepted,
    ),
    Case(
        "skew-refused",
        "Clocks that are 400 seconds apart",
        _NOTHING,
        "Refuse more than 300 seconds in the past and in the future.",
        _skew_refused,
    ),
)
