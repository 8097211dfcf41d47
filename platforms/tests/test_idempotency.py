"""Idempotency-Key over HTTP: one effect, one answer to the byte, for twins, for the late, and after a death."""

import datetime as dt
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from rest_framework.test import APIClient

from common import clock
from platforms import operations
from platforms.models import IdempotencyRecord
from platforms.operations import idempotency
from platforms.tests.factories import make_bearer_key, make_platform

PATH = "/api/v1/keys"
BODY = {"scopes": ["payments:read"]}


def shop_of(platform):
    _, secret = make_bearer_key(platform)
    return APIClient(headers={"authorization": f"Bearer {secret}"})


def post(shop, body=BODY, key="one", path=PATH):
    return shop.post(path, body, format="json", headers={"idempotency-key": key} if key is not None else {})


def problem(answer):
    return answer.status_code, answer.json()["code"]


@pytest.mark.django_db
def test_the_second_arrival_gets_the_first_ones_answer_to_the_byte():
    platform = make_platform()
    shop = shop_of(platform)

    first, second = post(shop), post(shop)

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert (first.get("Idempotency-Replayed"), second["Idempotency-Replayed"]) == (None, "true")
    assert second["X-Request-Id"] != first["X-Request-Id"]
    assert platform.keys.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "other", [{"body": {"scopes": ["refunds:read"]}}, {"path": f"{PATH}/key_x/revoke"}, {"path": f"{PATH}?x=1"}]
)
def test_another_request_under_the_same_key_is_refused(other):
    platform = make_platform()
    shop = shop_of(platform)
    post(shop)

    assert problem(post(shop, **other)) == (422, "idempotency_key_reused")
    assert platform.keys.count() == 2


@pytest.mark.django_db
def test_a_key_belongs_to_its_platform():
    one, other = make_platform(), make_platform()

    assert [post(shop_of(platform)).status_code for platform in (one, other)] == [201, 201]


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", " ", "a b", "ключ", "x" * 256, "a\tb"])
def test_what_is_no_key_is_refused(key):
    platform = make_platform()

    assert problem(post(shop_of(platform), key=key)) == (400, "idempotency_key_malformed")
    assert platform.keys.count() == 1


@pytest.mark.django_db
def test_where_nothing_else_tells_a_second_arrival_from_a_new_wish_the_key_is_required():
    platform = make_platform()

    assert problem(post(shop_of(platform), key=None)) == (400, "idempotency_key_missing")
    assert platform.keys.count() == 1


@pytest.mark.django_db
def test_a_refusal_is_an_answer_too():
    shop = shop_of(make_platform())

    first, second = post(shop, {"scopes": []}), post(shop, {"scopes": []})

    assert problem(first) == (422, "invalid_request")
    assert second.content == first.content


@pytest.mark.django_db
def test_what_was_refused_for_its_key_or_pace_is_not_kept():
    platform = make_platform(requests_per_minute=1)
    shop = shop_of(platform)
    shop.get(PATH)

    assert problem(post(shop)) == (429, "rate_limited")
    platform.requests_per_minute = 100
    platform.save()

    assert post(shop).status_code == 201


@pytest.mark.django_db
def test_an_answer_is_kept_sealed():
    platform = make_platform()

    secret = post(shop_of(platform)).json()["secret"]

    (row,) = IdempotencyRecord.objects.filter(platform=platform).values()
    assert secret not in json.dumps(row, default=str)
    assert secret.removeprefix("sk_test_") not in json.dumps(row, default=str)


@pytest.mark.django_db(transaction=True)
def test_fifty_twins_have_one_effect_and_one_answer():
    platform = make_platform()
    _, secret = make_bearer_key(platform)
    ready = threading.Barrier(50)

    def twin(_number):
        shop = APIClient(headers={"authorization": f"Bearer {secret}"})
        ready.wait()
        try:
            return post(shop)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(twin, range(50)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert platform.keys.count() == 2
    assert problem(post(shop_of(platform), {"scopes": ["refunds:read"]})) == (422, "idempotency_key_reused")


@pytest.mark.django_db(transaction=True)
def test_a_twin_that_waits_too_long_is_told_to_ask_again(monkeypatch):
    """Somebody holds the key and lives: the wait is cut short, so that no test sits it out."""
    platform, at = make_platform(), clock.now()
    held = operations.begin_request(platform=platform, key="one", fingerprint="f", at=at)
    monkeypatch.setattr(idempotency, "WAIT_SECONDS", 0.0)

    with pytest.raises(operations.idempotency.errors.IdempotencyInProgress) as refusal:
        operations.begin_request(platform=platform, key="one", fingerprint="f", at=at)

    assert refusal.value.retry_after_seconds == 2
    operations.finish_request(claim=held, answer=operations.Answered(201, "text/plain", b"done"), at=at)
    again = operations.begin_request(platform=platform, key="one", fingerprint="f", at=at)
    assert again == operations.Answered(201, "text/plain", b"done")


@pytest.mark.django_db(transaction=True)
def test_after_a_death_the_next_arrival_does_it_and_the_dead_ones_answer_is_not_kept(at):
    platform = make_platform()
    dead = operations.begin_request(platform=platform, key="one", fingerprint="f", at=at)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE platforms_idempotencyrecord SET lease_until = now() - interval '1 second'")

    heir = operations.begin_request(platform=platform, key="one", fingerprint="f", at=at + dt.timedelta(minutes=2))
    operations.finish_request(claim=heir, answer=operations.Answered(200, "text/plain", b"heir"), at=at)
    operations.finish_request(claim=dead, answer=operations.Answered(200, "text/plain", b"ghost"), at=at)

    assert isinstance(heir, operations.Claim)
    assert operations.begin_request(platform=platform, key="one", fingerprint="f", at=at).body == b"heir"


@pytest.mark.django_db(transaction=True)
def test_a_key_given_back_is_free_for_the_same_request_only(at):
    platform = make_platform()
    claim = operations.begin_request(platform=platform, key="one", fingerprint="f", at=at)

    operations.release_request(claim=claim)

    with pytest.raises(operations.idempotency.errors.IdempotencyKeyReused):
        operations.begin_request(platform=platform, key="one", fingerprint="other", at=at)
    assert isinstance(operations.begin_request(platform=platform, key="one", fingerprint="f", at=at), operations.Claim)
