"""Keys over HTTP: made with what the maker has, shown once, rolled with overlap, revoked, and what each opens."""

import datetime as dt

import pytest
from rest_framework.test import APIClient

from common import clock
from platforms import operations, rules, signatures
from platforms.models import ApiKey
from platforms.tests.factories import make_bearer_key, make_platform, make_signing_key

pytestmark = pytest.mark.django_db
PATH = "/api/v1/keys"
DAY = dt.timedelta(days=1)


def caller(platform, **limits):
    """A client with a bearer key of this platform; `limits` change its row."""
    key, secret = make_bearer_key(platform)
    ApiKey.objects.filter(pk=key.pk).update(**limits)
    return APIClient(headers={"authorization": f"Bearer {secret}", "idempotency-key": f"k-{key.key_id}"})


def problem(answer):
    assert answer["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def make(client, key="k1", **fields):
    return client.post(PATH, {"scopes": ["payments:read"], **fields}, format="json", headers={"idempotency-key": key})


def test_a_bearer_key_shows_its_secret_once_and_opens_what_it_was_made_for():
    platform = make_platform()
    shop = caller(platform)

    made = make(shop, description="nightly report")

    assert made.status_code == 201
    assert made.json() | {"id": "", "secret": "", "created_at": ""} == {
        "object": "key",
        "id": "",
        "kind": "bearer",
        "public_key": None,
        "scopes": ["payments:read"],
        "allowed_addresses": [],
        "description": "nightly report",
        "usable": True,
        "created_at": "",
        "created_by": f"platform:{platform.code}",
        "expires_at": None,
        "revoked_at": None,
        "secret": "",
    }
    report = APIClient(headers={"authorization": f"Bearer {made.json()['secret']}"})
    assert problem(report.get("/api/v1/platform")) == (403, "scope_missing")
    assert "secret" not in shop.get(f"{PATH}/{made.json()['id']}").json()
    assert all("secret" not in key for key in shop.get(PATH).json()["data"])


def test_a_public_key_registered_twice_is_one_key():
    platform = make_platform()
    _, public = signatures.new_key_pair()

    first = make(caller(platform), key="one", public_key=public)
    second = make(caller(platform), key="two", public_key=public)

    assert first.json() == second.json()
    assert first.json()["kind"] == "ed25519"
    assert platform.keys.filter(public_key=public).count() == 1


def test_a_key_gives_away_no_scope_that_it_does_not_have():
    platform = make_platform()
    shop = caller(platform, scopes=["keys:write", "payments:read"])

    answer = make(shop, scopes=["payments:read", "refunds:write"])

    assert problem(answer) == (403, "scope_not_held")
    assert answer.json()["scope"] == "refunds:write"
    assert platform.keys.count() == 1


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"scopes": []}, "/scopes", "min_length"),
        ({"scopes": ["everything"]}, "/scopes/0", "invalid_choice"),
        ({"allowed_addresses": ["10.0.0.0/8", "here"]}, "/allowed_addresses", "not_a_network"),
        ({"allowed_addresses": ["10.0.0.1/8"]}, "/allowed_addresses", "not_a_network"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "/expires_at", "in_the_past"),
        ({"expires_at": "2030-01-01T00:00:00"}, "/expires_at", "invalid"),
        ({"description": "a\u0000b"}, "/description", "null_characters_not_allowed"),
        ({"secret": "sk_test_mine"}, "/secret", "unknown_field"),
        ({"platform": "another"}, "/platform", "unknown_field"),
    ],
)
def test_a_wrong_wish_makes_no_key(fields, pointer, code):
    platform = make_platform()
    shop = caller(platform)

    answer = make(shop, **fields)

    assert problem(answer) == (422, "invalid_request")
    assert [(error["pointer"].split("/0")[0], error["code"]) for error in answer.json()["errors"]] == [
        (pointer.split("/0")[0], code)
    ]
    assert platform.keys.count() == 1


def test_outside_a_sandbox_no_bearer_key_is_made(settings):
    platform = make_platform()
    key, private = make_signing_key(platform)
    settings.SANDBOX = False
    body = b'{"scopes":["payments:read"]}'
    message = signatures.Message("POST", f"https://testserver{PATH}", {"Content-Type": "application/json"}, body)
    signatures.sign(message, key_id=key.key_id, private_key=private, nonce="nonce-0000001", created=clock.now())

    answer = APIClient().post(
        PATH, body, content_type="application/json", headers={**message.headers, "idempotency-key": "k"}
    )

    assert problem(answer) == (422, "invalid_request")
    assert platform.keys.count() == 1


def test_a_rolled_key_opens_until_the_overlap_is_over_and_its_heir_at_once():
    platform = make_platform()
    shop = caller(platform, allowed_addresses=["127.0.0.0/8"])
    (old,) = platform.keys.all()

    rolled = shop.post(f"{PATH}/{old.key_id}/roll", {"overlap_seconds": 3600}, format="json")

    assert rolled.status_code == 201
    old.refresh_from_db()
    assert old.expires_at - clock.now() <= dt.timedelta(hours=1)
    heir = APIClient(headers={"authorization": f"Bearer {rolled.json()['secret']}"})
    assert (rolled.json()["scopes"], rolled.json()["allowed_addresses"]) == (list(rules.SCOPES), ["127.0.0.0/8"])
    assert heir.get(PATH).status_code == 200
    assert shop.get(PATH).status_code == 200
    ApiKey.objects.filter(pk=old.pk).update(expires_at=clock.now())
    assert problem(shop.get(PATH)) == (401, "key_expired")


def test_a_signing_key_is_rolled_to_another_public_key_only(at):
    platform = make_platform()
    key, _ = make_signing_key(platform)
    _, public = signatures.new_key_pair()
    shop = caller(platform)

    same = shop.post(f"{PATH}/{key.key_id}/roll", {"public_key": key.public_key}, format="json")
    other = shop.post(
        f"{PATH}/{key.key_id}/roll", {"public_key": public}, format="json", headers={"idempotency-key": "k2"}
    )

    assert problem(same) == (422, "key_invalid")
    assert other.json()["public_key"] == public


def test_a_revoked_key_opens_nothing_and_is_not_rolled():
    platform = make_platform()
    shop = caller(platform)
    key, secret = make_bearer_key(platform)

    first = shop.post(f"{PATH}/{key.key_id}/revoke", headers={"idempotency-key": "r1"})
    second = shop.post(f"{PATH}/{key.key_id}/revoke", headers={"idempotency-key": "r2"})

    assert first.status_code == 200
    assert first.json() == second.json()
    assert problem(APIClient(headers={"authorization": f"Bearer {secret}"}).get(PATH)) == (401, "key_revoked")
    assert problem(shop.post(f"{PATH}/{key.key_id}/roll", {}, format="json")) == (409, "key_not_rollable")


def test_the_last_key_that_makes_keys_is_not_revoked_by_its_platform_but_by_staff(at):
    platform = make_platform()
    shop = caller(platform)
    (key,) = platform.keys.all()

    assert problem(shop.post(f"{PATH}/{key.key_id}/revoke")) == (409, "last_key")
    assert shop.get(PATH).status_code == 200

    operations.revoke_key(platform=platform, key_id=key.key_id, at=at, by="staff:sam")

    assert problem(shop.get(PATH)) == (401, "key_revoked")


@pytest.mark.parametrize("address", ["203.0.113.7", "::ffff:203.0.113.7"])
def test_a_key_bound_to_addresses_opens_from_there_alone(address):
    platform = make_platform()
    shop = caller(platform, allowed_addresses=["203.0.113.0/24", "2001:db8::/32"])

    assert shop.get(PATH, REMOTE_ADDR=address).status_code == 200
    elsewhere = shop.get(PATH, REMOTE_ADDR="198.51.100.1", headers={"x-forwarded-for": address})
    assert problem(elsewhere) == (403, "address_not_allowed")
    assert elsewhere.json()["address"] == "198.51.100.1"


def test_another_platforms_key_does_not_exist():
    mine, other = make_platform(), make_platform()
    theirs, _ = make_bearer_key(other)
    shop = caller(mine)

    answers = [
        shop.get(f"{PATH}/{theirs.key_id}"),
        shop.post(f"{PATH}/{theirs.key_id}/revoke"),
        shop.post(f"{PATH}/{theirs.key_id}/roll", {}, format="json", headers={"idempotency-key": "k2"}),
        shop.get(f"{PATH}/key_nobody"),
    ]

    assert [problem(answer) for answer in answers] == [(404, "key_not_found")] * 4
    theirs.refresh_from_db()
    assert theirs.revoked_at is None


def test_the_allowance_is_said_and_beyond_it_the_wait_is_named():
    platform = make_platform(requests_per_minute=2)
    shop = caller(platform)

    answers = [shop.get(PATH) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer["RateLimit"].split(";")[1] for answer in answers] == ["r=1", "r=0", "r=0"]
    assert answers[0]["RateLimit-Policy"] == '"platform";q=2;w=60'
    assert problem(answers[2]) == (429, "rate_limited")
    assert answers[2]["Retry-After"] == str(answers[2].json()["retry_after"])
    assert 0 < answers[2].json()["retry_after"] <= 60
    assert caller(make_platform()).get(PATH).status_code == 200


def test_an_unknown_version_is_refused_with_those_that_there_are():
    shop = caller(make_platform())

    answer = shop.get(PATH, headers={"outpost-version": "2019-01-01"})

    assert problem(answer) == (400, "version_unknown")
    assert answer.json()["versions"] == "2026-11-25"
    assert shop.get(PATH, headers={"outpost-version": "2026-11-25"})["Outpost-Version"] == "2026-11-25"


def test_a_packed_body_is_refused():
    answer = caller(make_platform()).post(
        PATH, b"\x1f\x8b", content_type="application/json", headers={"content-encoding": "gzip"}
    )

    assert problem(answer) == (415, "content_encoding_refused")
