"""Whose notice is it, and is it fresh? Signed here as the portal signs."""

import base64
import hashlib
import hmac
import json
import math

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clients.python.tests.bodies import event, payment
from outpost import webhooks

NOW = 1_795_000_000
OURS, PREVIOUS, FOREIGN = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2, 3))
SECRET, OLD_SECRET, FOREIGN_SECRET = (bytes([number]) * 32 for number in (11, 12, 13))
BODY = json.dumps({name: value for name, value in event().items() if name != "sequence"}).encode()
NOTICE_ID = event()["id"]


def base64_of(data):
    return base64.b64encode(data).decode()


def whpk(key):
    return f"whpk_{base64_of(key.public_key().public_bytes_raw())}"


def whsec(secret):
    return f"whsec_{base64_of(secret)}"


def signed(body, timestamp, notice_id, key):
    """By a private key `v1a`, by a secret `v1`."""
    text = f"{notice_id}.{timestamp}.".encode() + body
    if isinstance(key, bytes):
        return f"v1,{base64_of(hmac.new(key, text, hashlib.sha256).digest())}"
    return f"v1a,{base64_of(key.sign(text))}"


def notice(*keys, body=BODY, timestamp=NOW, notice_id=NOTICE_ID):
    return {
        "webhook-id": notice_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signed(body, timestamp, notice_id, key) for key in keys),
    }


def verify(headers, body=BODY, **how):
    return webhooks.verify(body, headers, **{"public_keys": [whpk(OURS)], "now": NOW, **how})


def test_a_genuine_notice_is_its_event():
    found = verify(notice(OURS))

    assert (found.id, found.type, found.sequence) == (NOTICE_ID, "payment.succeeded", None)
    assert found.payment.amounts.final_amount_minor == 961
    assert found.raw["data"] == payment()


@pytest.mark.parametrize(
    ("signers", "public_keys", "secrets"),
    [
        ([OURS], [whpk(OURS)], []),
        ([SECRET], [], [whsec(SECRET)]),
        ([OURS, SECRET], [whpk(OURS)], []),
        ([OURS, SECRET], [], [whsec(SECRET)]),
        ([FOREIGN, OURS], [whpk(OURS)], []),
        ([OURS, PREVIOUS], [whpk(PREVIOUS)], []),
        ([OURS], [whpk(PREVIOUS), whpk(OURS)], []),
        ([SECRET, OLD_SECRET], [], [whsec(OLD_SECRET)]),
        ([OURS], [whpk(OURS).removeprefix("whpk_")], []),
        ([SECRET], [], [whsec(SECRET).removeprefix("whsec_")]),
    ],
)
def test_one_signature_that_fits_one_key_is_enough(signers, public_keys, secrets):
    found = verify(notice(*signers), public_keys=public_keys, secrets=secrets)

    assert found.id == NOTICE_ID


def without(name):
    return {key: value for key, value in notice(OURS).items() if key != name}


@pytest.mark.parametrize(
    ("headers", "body", "error"),
    [
        ({}, BODY, webhooks.MissingHeaders),
        (without("webhook-id"), BODY, webhooks.MissingHeaders),
        (without("webhook-timestamp"), BODY, webhooks.MissingHeaders),
        (without("webhook-signature"), BODY, webhooks.MissingHeaders),
        (notice(OURS) | {"webhook-timestamp": "yesterday"}, BODY, webhooks.MissingHeaders),
        (notice(OURS) | {"webhook-timestamp": "１７９５"}, BODY, webhooks.MissingHeaders),
        (notice(FOREIGN), BODY, webhooks.SignatureMismatch),
        (notice(SECRET), BODY, webhooks.SignatureMismatch),
        (notice(OURS), BODY.replace(b"961", b"962"), webhooks.SignatureMismatch),
        (notice(OURS), b"", webhooks.SignatureMismatch),
        (notice(OURS) | {"webhook-id": "evt_2"}, BODY, webhooks.SignatureMismatch),
        (notice(OURS) | {"webhook-timestamp": str(NOW + 1)}, BODY, webhooks.SignatureMismatch),
        (notice(OURS) | {"webhook-signature": "v1a,"}, BODY, webhooks.SignatureMismatch),
        (notice(OURS) | {"webhook-signature": "v1a,not base64! v2,AAAA nonsense"}, BODY, webhooks.SignatureMismatch),
        (notice(OURS) | {"webhook-signature": notice(OURS)["webhook-signature"][:2] + notice(OURS)["webhook-signature"][3:]},
            BODY, webhooks.SignatureMismatch),
        (notice(OURS, timestamp=NOW - 301), BODY, webhooks.TimestampOutsideTolerance),
        (notice(OURS, timestamp=NOW + 301), BODY, webhooks.TimestampOutsideTolerance),
        (notice(OURS, timestamp=NOW - 86_400), BODY, webhooks.TimestampOutsideTolerance),
        (notice(FOREIGN, timestamp=NOW - 301), BODY, webhooks.SignatureMismatch),
        (notice(OURS, body=b"[]"), b"[]", webhooks.MalformedBody),
        (notice(OURS, body=b"not JSON"), b"not JSON", webhooks.MalformedBody),
        (notice(OURS, body=b"\xff"), b"\xff", webhooks.MalformedBody),
        (notice(OURS, body=b'{"id": "evt_1"}'), b'{"id": "evt_1"}', webhooks.MalformedBody),
    ],
)  # fmt: skip
def test_whatever_is_not_right_is_refused_by_name(headers, body, error):
    with pytest.raises(webhooks.VerificationError) as caught:
        verify(headers, body)

    assert type(caught.value) is error


def test_a_shared_secret_of_somebody_else_does_not_fit():
    with pytest.raises(webhooks.SignatureMismatch):
        verify(notice(FOREIGN_SECRET), public_keys=[], secrets=[whsec(SECRET), whsec(OLD_SECRET)])


@pytest.mark.parametrize("timestamp", [NOW - 300, NOW, NOW + 300])
def test_five_minutes_either_way_are_tolerated(timestamp):
    assert verify(notice(OURS, timestamp=timestamp)).id == NOTICE_ID


def test_who_knows_notices_by_their_id_may_take_old_ones():
    assert verify(notice(OURS, timestamp=NOW - 86_400), tolerance_seconds=math.inf).id == NOTICE_ID


def test_headers_may_be_written_in_any_case():
    headers = {name.title(): value for name, value in notice(OURS).items()}

    assert verify(headers).id == NOTICE_ID


def test_a_later_version_may_say_more():
    body = json.dumps({**json.loads(BODY), "livemode": False}).encode()

    assert verify(notice(OURS, body=body), body).raw["livemode"] is False


@pytest.mark.parametrize(
    ("public_keys", "secrets"),
    [([], []), (["whpk_AAAA"], []), (["whpk_!"], []), ([], ["whsec_"]), ([], ["whsec_!"])],
)
def test_a_mistake_in_the_settings_is_no_forgery(public_keys, secrets):
    with pytest.raises(ValueError, match=r"\w"):
        verify(notice(OURS), public_keys=public_keys, secrets=secrets)


def test_without_a_moment_given_it_is_now():
    with pytest.raises(webhooks.TimestampOutsideTolerance):
        verify(notice(OURS, timestamp=1_000_000_000), now=None)
