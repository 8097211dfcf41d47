"""Who may call the API, over HTTP."""

import datetime as dt
from itertools import count

import pytest
from rest_framework.test import APIClient

from common import clock
from platforms import operations, signatures
from platforms.models import RequestNonce
from platforms.tests.factories import make_bearer_key, make_endpoint, make_platform, make_signing_key

pytestmark = pytest.mark.django_db
PATH = "/api/v1/platform"
_nonces = count(1)


def bearer(secret):
    return APIClient(headers={"authorization": f"Bearer {secret}"})


def signed_headers(key, private, *, created=None, nonce="", method="GET", path=PATH):
    message = signatures.Message(method, f"https://testserver{path}")
    nonce = nonce or f"nonce-{next(_nonces):08d}"
    signatures.sign(message, key_id=key.key_id, private_key=private, nonce=nonce, created=created or clock.now())
    return message.headers


def test_a_platform_reads_its_profile_with_the_keys_of_its_webhooks():
    platform = make_platform(name="Shop", contact_phone="(02)7705-4306")
    endpoint = make_endpoint(platform)
    make_endpoint(make_platform())
    key, private = make_signing_key(platform)

    answer = APIClient().get(PATH, headers=signed_headers(key, private))

    assert answer.status_code == 200
    assert answer.json() == {
        "object": "platform",
        "code": platform.code,
        "name": "Shop",
        "contact_phone": "(02)7705-4306",
        "requests_per_minute": 6000,
        "return_url_prefixes": ["https://shop.example/"],
        "webhooks": [
            {
                "url": endpoint.url,
                "enabled": True,
                "event_types": [],
                "public_keys": [f"whpk_{endpoint.public_key}"],
            }
        ],
    }


def test_during_a_rotation_both_public_keys_are_shown():
    platform = make_platform()
    old = make_endpoint(platform)
    new = operations.rotate_signing_key(endpoint=old, at=clock.now())
    _, secret = make_bearer_key(platform)

    (webhook,) = bearer(secret).get(PATH).json()["webhooks"]

    assert webhook["public_keys"] == [f"whpk_{new.public_key}", f"whpk_{old.public_key}"]


def test_a_bearer_key_opens_a_sandbox_and_nothing_else(settings):
    platform = make_platform()
    _, secret = make_bearer_key(platform)
    assert bearer(secret).get(PATH).json()["code"] == platform.code

    settings.SANDBOX = False

    assert problem(bearer(secret).get(PATH)) == (401, "unauthenticated")


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer nonsense", "Basic YTpi", "Bearer \u00e9", "Bearer x" + "x" * 5000]
)
def test_without_a_known_key_nothing_opens(header):
    make_bearer_key(make_platform())

    assert problem(APIClient().get(PATH, headers={"authorization": header})) == (401, "unauthenticated")


def test_a_signed_request_opens_once():
    key, private = make_signing_key(make_platform())
    headers = signed_headers(key, private)
    assert APIClient().get(PATH, headers=headers).status_code == 200

    assert problem(APIClient().get(PATH, headers=headers)) == (401, "request_replayed")


def test_an_expired_signature_uses_up_no_nonce():
    key, private = make_signing_key(make_platform())
    headers = signed_headers(key, private, created=clock.now() - dt.timedelta(seconds=302))

    assert problem(APIClient().get(PATH, headers=headers)) == (401, "signature_expired")
    assert not RequestNonce.objects.exists()


def test_a_forged_signature_uses_up_no_nonce():
    key, _ = make_signing_key(make_platform())
    forger, _ = signatures.new_key_pair()

    assert problem(APIClient().get(PATH, headers=signed_headers(key, forger))) == (401, "signature_invalid")
    assert not RequestNonce.objects.exists()


def test_a_bearer_key_does_not_verify_signatures():
    platform = make_platform()
    key, _ = make_bearer_key(platform)
    _, private = make_signing_key(platform)

    assert problem(APIClient().get(PATH, headers=signed_headers(key, private))) == (401, "signature_invalid")


def test_a_signature_for_another_address_does_not_open():
    key, private = make_signing_key(make_platform())

    answer = APIClient().get(PATH, headers=signed_headers(key, private, path="/api/v1/events"))

    assert problem(answer) == (401, "signature_invalid")


def test_a_clients_own_clock_is_good_enough_while_the_test_clock_is_ahead(settings, tmp_path):
    key, private = make_signing_key(make_platform())
    settings.CLOCK_FILE = str(tmp_path / "clock")
    real = clock.now()
    (tmp_path / "clock").write_text("864000")

    answers = [APIClient().get(PATH, headers=signed_headers(key, private, created=at)) for at in (real, clock.now())]

    assert [answer.status_code for answer in answers] == [200, 200]


def test_a_revoked_key_opens_nothing_more():
    platform = make_platform()
    key, private = make_signing_key(platform)
    operations.revoke_key(platform=platform, key_id=key.key_id, at=clock.now(), by="ops")

    assert problem(APIClient().get(PATH, headers=signed_headers(key, private))) == (401, "key_revoked")


def test_a_platform_that_is_switched_off_gets_nothing():
    _, secret = make_bearer_key(make_platform(enabled=False))

    assert problem(bearer(secret).get(PATH)) == (403, "platform_disabled")


def test_a_body_beyond_the_limit_is_refused_before_it_is_parsed():
    _, secret = make_bearer_key(make_platform())

    answer = bearer(secret).generic("POST", PATH, data=b"[" * 70_000, content_type="application/json")

    assert problem(answer) == (413, "body_too_large")


def test_texts_of_refusals_are_there_in_both_languages():
    chinese = APIClient().get(PATH, headers={"accept-language": "zh-hant"}).json()
    english = APIClient().get(PATH, headers={"accept-language": "en"}).json()

    assert chinese["title"] == "無法辨識呼叫者"
    assert english["title"] == "Who calls is not known"
    assert english["money_moved"] == "no"


def problem(answer):
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    return answer.status_code, answer.json()["code"]
