"""The published test vectors of webhook verification, always the same: `python -m outpost_conformance.vectors` prints them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys
from collections.abc import Mapping
from typing import Any

from outpost_conformance.keys import SCHEMES, Keys

NOW = 1_795_410_727  # 2026-11-23T05:12:07Z
EVENT_ID = "evt_0197a2c4e8f07b1d9c3a5e6f708192a3"
BODY = (
    f'{{"id":"{EVENT_ID}","type":"payment.succeeded","created_at":"2026-11-23T05:12:06.120Z",'
    '"data":{"object":"payment","id":"PAY-05ZK3T9MQ2W7XC","status":"succeeded"}}'
)
SPELLED_OTHERWISE = (
    BODY.replace('","', '" , "').replace("payment.", "payment\\u002e").replace("}}", ',"note":"付款"}}\n')
)
ABOUT = (
    "Test vectors for notices of Outpost. expect: what a check with public_keys alone (v1a) and one with secrets alone"
    " (v1) must say at the time `now`. The private keys are published here, so they are good for nothing but this."
)


def _keys(name: str) -> Keys:
    """Keys that everyone can make again: SHA-256 of a text."""
    seed, secret = (hashlib.sha256(f"outpost webhook vectors: {name} {part}".encode()) for part in ("seed", "secret"))
    return Keys(seed.digest(), secret.digest())


KEYS, PREVIOUS, STRANGER = _keys("current"), _keys("previous"), _keys("stranger")


def _headers(
    *signers: Keys, body: str = BODY, schemes: tuple[str, ...] = SCHEMES, timestamp: object = NOW
) -> dict[str, str]:
    made = [
        signature
        for keys in signers
        for signature in keys.signatures(
            notice_id=EVENT_ID, timestamp=str(timestamp), body=body.encode(), schemes=schemes
        )
    ]
    return {"webhook-id": EVENT_ID, "webhook-timestamp": str(timestamp), "webhook-signature": " ".join(made)}


def _vector(
    name: str,
    headers: Mapping[str, str],
    *,
    fits: tuple[str, ...] = (),
    body: str = BODY,
    known: tuple[Keys, ...] = (KEYS,),
    now: int = NOW,
) -> dict[str, Any]:
    return {
        "name": name,
        "expect": {scheme: scheme in fits for scheme in SCHEMES},
        "now": now,
        "public_keys": [keys.public_key_text for keys in known],
        "secrets": [keys.secret_text for keys in known],
        "headers": dict(headers),
        "body": body,
        "body_base64": base64.b64encode(body.encode()).decode(),
    }


def _genuine() -> list[dict[str, Any]]:
    ours = _headers(KEYS)
    newer = {**ours, "webhook-signature": f"v2,AAAA {ours['webhook-signature']}"}
    return [
        _vector("as Outpost sends it", ours, fits=SCHEMES),
        _vector("v1a alone", _headers(KEYS, schemes=("v1a",)), fits=("v1a",)),
        _vector("v1 alone", _headers(KEYS, schemes=("v1",)), fits=("v1",)),
        _vector(
            "spaces, escapes, Chinese and a line break at the end",
            _headers(KEYS, body=SPELLED_OTHERWISE),
            body=SPELLED_OTHERWISE,
            fits=SCHEMES,
        ),
        _vector("rotation: the known key signs second", _headers(STRANGER, KEYS), fits=SCHEMES),
        _vector("rotation: the known key signs first", _headers(KEYS, STRANGER), fits=SCHEMES),
        _vector("rotation: two keys known, the second signs", _headers(PREVIOUS), known=(KEYS, PREVIOUS), fits=SCHEMES),
        _vector("a scheme that is new stands in front", newer, fits=SCHEMES),
        _vector("300 seconds old", ours, now=NOW + 300, fits=SCHEMES),
        _vector("300 seconds ahead", ours, now=NOW - 300, fits=SCHEMES),
    ]


def _false() -> list[dict[str, Any]]:
    ours = _headers(KEYS)
    return [
        _vector("301 seconds old", ours, now=NOW + 301),
        _vector("301 seconds ahead", ours, now=NOW - 301),
        _vector("signed by a stranger", _headers(STRANGER)),
        _vector("another body", ours, body=BODY.replace("succeeded", "cancelled")),
        _vector("a line break more", ours, body=f"{BODY}\n"),
        _vector("another id", {**ours, "webhook-id": EVENT_ID.replace("a3", "a4")}),
        _vector("another timestamp", {**ours, "webhook-timestamp": str(NOW + 1)}),
        _vector("a timestamp that is no whole number", _headers(KEYS, timestamp="soon")),
        _vector("no id", {name: text for name, text in ours.items() if name != "webhook-id"}),
        _vector("no timestamp", {name: text for name, text in ours.items() if name != "webhook-timestamp"}),
        _vector("no signature", {name: text for name, text in ours.items() if name != "webhook-signature"}),
        _vector("an empty signature", {**ours, "webhook-signature": ""}),
        _vector("signatures without base64", {**ours, "webhook-signature": "v1a v1, v1a,%%% v1,%%%"}),
        _vector("signatures that are too short", {**ours, "webhook-signature": "v1a,AAAA v1,AAAA"}),
        _vector("v1a named v1, and v1 named v1a", {**ours, "webhook-signature": _swapped(ours["webhook-signature"])}),
        _vector("the public key used as the secret", {**ours, "webhook-signature": _confused()}),
    ]


def _swapped(signatures: str) -> str:
    asymmetric, shared = (signature.partition(",")[2] for signature in signatures.split())
    return f"v1,{asymmetric} v1a,{shared}"


def _confused() -> str:
    signed = f"{EVENT_ID}.{NOW}.{BODY}".encode()
    candidates = (KEYS.public_bytes, KEYS.public_key_text.encode(), KEYS.public_key_text.removeprefix("whpk_").encode())
    macs = (hmac.new(secret, signed, hashlib.sha256).digest() for secret in candidates)
    return " ".join(f"v1,{base64.b64encode(mac).decode()}" for mac in macs)


def document() -> str:
    """The file as it is published."""
    named = {"current": KEYS, "previous": PREVIOUS, "stranger": STRANGER}
    found = {
        "about": ABOUT,
        "signed": "webhook-id + '.' + webhook-timestamp + '.' + body",
        "tolerance_seconds": 300,
        "keys": {
            name: {"private_key": keys.private_key_text, "public_key": keys.public_key_text, "secret": keys.secret_text}
            for name, keys in named.items()
        },
        "vectors": [*_genuine(), *_false()],
    }
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
