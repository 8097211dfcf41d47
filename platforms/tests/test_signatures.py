"""Signed requests: what fits, and everything that must not."""

import base64
import datetime as dt

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver
from http_message_signatures.algorithms import ED25519

from platforms import signatures
from platforms.signatures import Expired, Invalid, Message

AT = dt.datetime(2026, 6, 8, 2, 0, tzinfo=dt.UTC)
PRIVATE, PUBLIC = signatures.new_key_pair()
URL = "https://portal.example/api/v1/payments?x=1"
BODY = b'{"order_number":"T1"}'


def signed(*, method="POST", url=URL, body=BODY, created=AT, nonce="nonce-0001", private=PRIVATE, key_id="key_1"):
    message = Message(method, url, {"Content-Type": "application/json"}, body)
    signatures.sign(message, key_id=key_id, private_key=private, nonce=nonce, created=created)
    return message


def verify(message, *, at=AT):
    return signatures.verify(message, public_key_of={"key_1": PUBLIC}.get, moments=[at])


def test_a_signed_request_names_its_key_and_nonce():
    verified = verify(signed())

    assert verified == signatures.Verified(key_id="key_1", nonce="nonce-0001", created=AT)


def test_a_request_without_a_body_needs_no_digest():
    message = signed(method="GET", body=b"", url="https://portal.example/api/v1/platform")

    assert "Content-Digest" not in message.headers
    assert verify(message).key_id == "key_1"


def test_the_documented_form_can_be_made_by_hand():
    digest = "sha-256=:" + base64.b64encode(__import__("hashlib").sha256(BODY).digest()).decode() + ":"
    inputs = (
        f'("@method" "@path" "@query" "content-digest");created={int(AT.timestamp())};keyid="key_1";nonce="by-hand-1"'
    )
    base = "\n".join(
        [
            '"@method": POST',
            '"@path": /api/v1/payments',
            '"@query": ?',
            f'"content-digest": {digest}',
            f'"@signature-params": {inputs}',
        ]
    )
    signature = base64.b64encode(Ed25519PrivateKey.from_private_bytes(base64.b64decode(PRIVATE)).sign(base.encode()))
    headers = {
        "content-digest": digest,
        "signature-input": f"sig1={inputs}",
        "signature": f"sig1=:{signature.decode()}:",
    }

    verified = verify(Message("POST", "https://portal.example/api/v1/payments", headers, BODY))

    assert verified.nonce == "by-hand-1"


@pytest.mark.parametrize(
    ("seconds", "is_fine"), [(0, True), (300, True), (-300, True), (301, False), (-301, False), (86_400, False)]
)
def test_a_signature_is_good_for_three_hundred_seconds_either_way(seconds, is_fine):
    message = signed(created=AT + dt.timedelta(seconds=seconds))

    if is_fine:
        assert verify(message).key_id == "key_1"
    else:
        with pytest.raises(Expired):
            verify(message)


def test_either_of_two_clocks_may_say_that_a_signature_is_fresh():
    moments = [AT + dt.timedelta(days=10), AT]

    verified = signatures.verify(signed(), public_key_of={"key_1": PUBLIC}.get, moments=moments)

    assert verified.created == AT


TAMPERINGS = {
    "another method": lambda m: setattr(m, "method", "PUT"),
    "another path": lambda m: setattr(m, "url", m.url.replace("payments", "refunds")),
    "another query": lambda m: setattr(m, "url", m.url.replace("x=1", "x=2")),
    "another body": lambda m: setattr(m, "body", b"{}"),
    "no body": lambda m: setattr(m, "body", b""),
    "another digest": lambda m: m.headers.update({"Content-Digest": "sha-256=:" + "A" * 43 + "=:"}),
    "no digest": lambda m: m.headers.pop("Content-Digest"),
    "a weak digest": lambda m: m.headers.update({"Content-Digest": "md5=:AAAA:"}),
    "another nonce": lambda m: m.headers.update(
        {"Signature-Input": m.headers["Signature-Input"].replace("0001", "0002")}
    ),
    "another algorithm": lambda m: m.headers.update(
        {"Signature-Input": m.headers["Signature-Input"].replace("ed25519", "hmac-sha256")}
    ),
    "no created": lambda m: m.headers.update(
        {"Signature-Input": m.headers["Signature-Input"].replace(f"created={int(AT.timestamp())};", "")}
    ),
    "unknown key": lambda m: m.headers.update(
        {"Signature-Input": m.headers["Signature-Input"].replace("key_1", "key_2")}
    ),
    "no signature": lambda m: m.headers.pop("Signature"),
    "garbled input": lambda m: m.headers.update({"Signature-Input": "sig1=("}),
    "garbled signature": lambda m: m.headers.update({"Signature": "sig1=nonsense"}),
    "two labels": lambda m: m.headers.update(
        {
            "Signature-Input": m.headers["Signature-Input"] + ", " + m.headers["Signature-Input"].replace("sig1", "b"),
            "Signature": m.headers["Signature"] + ", " + m.headers["Signature"].replace("sig1", "b"),
        }
    ),
    "created as text": lambda m: m.headers.update(
        {"Signature-Input": m.headers["Signature-Input"].replace(f"created={int(AT.timestamp())}", 'created="now"')}
    ),
    "a bad address": lambda m: setattr(m, "url", "https://portal.example/a b"),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_a_tampered_request_is_invalid(tampering):
    message = signed()
    TAMPERINGS[tampering](message)

    with pytest.raises(Invalid):
        verify(message)


@pytest.mark.parametrize("created", [-(10**14), 10**14])
def test_a_created_beyond_all_calendars_is_expired(created):
    message = signed()
    changed = message.headers["Signature-Input"].replace(str(int(AT.timestamp())), str(created))
    message.headers["Signature-Input"] = changed

    with pytest.raises(Expired):
        verify(message)


@pytest.mark.parametrize("nonce", ["", "short", "x" * 65])
def test_a_nonce_is_there_and_has_eight_to_sixty_four_characters(nonce):
    with pytest.raises(Invalid):
        verify(signed(nonce=nonce))


@pytest.mark.parametrize("left_out", ["@method", "@path", "@query"])
def test_what_must_be_covered_must_be_covered(left_out):
    class Key(HTTPSignatureKeyResolver):
        def resolve_private_key(self, key_id):
            return Ed25519PrivateKey.from_private_bytes(base64.b64decode(PRIVATE))

    message = Message("POST", URL, {}, BODY)
    covered = [name for name in signatures.COVERED if name != left_out]
    HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=Key()).sign(
        message, key_id="key_1", created=AT, nonce="nonce-0001", covered_component_ids=covered, body=BODY
    )

    with pytest.raises(Invalid):
        verify(message)


def test_another_platforms_key_does_not_open():
    other_private, _ = signatures.new_key_pair()

    with pytest.raises(Invalid):
        verify(signed(private=other_private))


@pytest.mark.parametrize("key", ["", "abc", "A" * 44, "not base64!", base64.b64encode(b"x" * 31).decode()])
def test_a_public_key_is_thirty_two_bytes_of_base64(key):
    assert not signatures.public_key_is_well_formed(key)
    assert signatures.public_key_is_well_formed(PUBLIC)
