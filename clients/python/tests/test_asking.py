"""What is sent, how often, under which key, and what comes of it: the same for both clients."""

import asyncio
import datetime as dt
import json
import re
from decimal import Decimal

import pytest

import outpost
from clients.python.tests.bodies import ORDER, payment, problem
from clients.python.tests.played import DROPPED, HANGING


def create(client):
    return client.payments.create(**ORDER)


def test_a_payment_is_asked_for_and_comes_back_typed(client, portal):
    portal.plays((201, payment(page_url="https://portal.example/pay/1")))

    made = client.ask(create)

    asked = portal.asked[0]
    assert (asked.method, asked.path, asked.query, asked.json) == ("POST", "/api/v1/payments", "", ORDER)
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["outpost-version"] == "2026-11-25"
    assert asked.headers["user-agent"] == f"outpost-python/{outpost.__version__}"
    assert (made.id, made.status, made.money_moved) == ("PAY-7K2", "succeeded", "yes")
    assert made.created_at == dt.datetime(2026, 11, 23, 5, 12, 7, 120_000, tzinfo=dt.UTC)
    assert (made.amounts.final_amount_minor, made.amounts.rate) == (961, Decimal("4.4966"))
    assert made.page_url == "https://portal.example/pay/1"
    assert made.next.holder == "nobody"


def test_moments_dates_and_decimals_are_written_as_the_api_has_them(client, portal):
    portal.plays((201, payment()))
    quoted_at = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))

    client.ask(lambda on: on.payments.create(**ORDER | {"rate": Decimal("4.4966"), "rate_quoted_at": quoted_at}))

    assert portal.asked[0].json == ORDER


def test_a_moment_without_a_zone_is_refused_before_anything_is_sent(client, portal):
    with pytest.raises(ValueError, match="no time zone"):
        client.ask(lambda on: on.payments.create(**ORDER | {"rate_quoted_at": dt.datetime(2026, 11, 23)}))

    assert portal.asked == []


def test_what_a_newer_portal_adds_stands_in_raw(client, portal):
    portal.plays((200, payment(loyalty_points=7)))

    found = client.ask(lambda on: on.payments.get("PAY-7K2"))

    assert found.raw["loyalty_points"] == 7
    assert found.refundable_minor == 951


def test_a_lost_answer_is_asked_for_again_under_the_same_key_signed_anew(client, portal, time):
    portal.plays(DROPPED, DROPPED, (201, payment()))

    made = client.ask(create)

    assert made.id == "PAY-7K2"
    assert time.slept == [0.5, 1.0]
    assert len({asked.headers["idempotency-key"] for asked in portal.asked}) == 1
    assert len({asked.headers["x-request-id"] for asked in portal.asked}) == 1
    assert len({asked.body for asked in portal.asked}) == 1
    inputs = [signed_with(asked) for asked in portal.asked]
    assert len({nonce for _, nonce in inputs}) == 3
    assert [created for created, _ in inputs] == [1_795_000_000, 1_795_000_000, 1_795_000_001]


def signed_with(asked):
    found = re.search(r';created=(\d+);keyid="key_1";nonce="([^"]+)"$', asked.headers["signature-input"])
    return int(found[1]), found[2]


def test_two_wishes_have_two_keys_and_a_given_key_stays_as_it_is(client, portal):
    portal.plays((201, payment()))

    client.ask(create)
    client.ask(create)
    client.ask(lambda on: on.payments.create(**ORDER, idempotency_key="my-own"))

    first, second, given = (asked.headers["idempotency-key"] for asked in portal.asked)
    assert first != second
    assert given == "my-own"
    assert "idempotency_key" not in portal.asked[2].json


def test_reading_has_no_key_and_is_tried_again_too(client, portal):
    portal.plays(DROPPED, (200, payment()))

    client.ask(lambda on: on.payments.get("PAY-7K2"))

    assert [("idempotency-key" in asked.headers) for asked in portal.asked] == [False, False]


@pytest.mark.parametrize(
    "passing",
    [
        (429, problem(429, "rate_limited", retryable=True)),
        (502, b"<html>Bad Gateway</html>"),
        (503, problem(503, "unavailable", retryable=True)),
        (504, b""),
        (500, problem(500, "internal_error", retryable=True, money_moved="unknown")),
        (409, problem(409, "idempotency_in_progress", retryable=True)),
    ],
    ids=lambda answer: str(answer[0]),
)
def test_what_passes_is_asked_again(client, portal, time, passing):
    portal.plays(passing, (201, payment()))

    assert client.ask(create).id == "PAY-7K2"
    assert time.slept == [0.5]


@pytest.mark.parametrize(
    "final",
    [
        (500, problem(500, "internal_error")),
        (409, problem(409, "payment_already_paid", retryable=True)),
        (422, problem(422, "invalid_request")),
        (401, problem(401, "signature_expired")),
        (302, b""),
    ],
    ids=lambda answer: str(answer[0]),
)
def test_what_stays_is_not_asked_again(client, portal, time, final):
    portal.plays(final)

    with pytest.raises(outpost.ApiProblem):
        client.ask(create)

    assert len(portal.asked) == 1
    assert time.slept == []


@pytest.mark.parametrize(
    "busy",
    [
        (429, problem(429, "rate_limited", retryable=True), {"Retry-After": "7"}),
        (503, problem(503, "unavailable", retryable=True, retry_after=7)),
    ],
    ids=["header", "problem"],
)
def test_no_sooner_than_the_portal_says(client, portal, time, busy):
    portal.plays(busy, (201, payment()))

    client.ask(create)

    assert time.slept == [7.0]


def test_pauses_double_and_half_of_each_is_chance(make_client, portal, time):
    portal.plays(DROPPED)
    client = make_client(max_retries=6, random=lambda: 0.0)

    with pytest.raises(outpost.OutcomeUnknown):
        client.ask(create)

    assert time.slept == [0.25, 0.5, 1.0, 2.0, 4.0, 4.0]


def test_nobody_waits_past_the_deadline(client, portal, time):
    portal.plays((429, problem(429, "rate_limited", retryable=True), {"Retry-After": "90"}))

    with pytest.raises(outpost.RateLimitedProblem) as caught:
        client.ask(create)

    assert caught.value.retry_after == 90.0
    assert time.slept == []


def test_no_answer_at_all_is_neither_yes_nor_no(client, portal, time):
    portal.plays(DROPPED)

    with pytest.raises(outpost.OutcomeUnknown) as caught:
        client.ask(create)

    assert len(portal.asked) == 4
    assert time.slept == [0.5, 1.0, 2.0]
    assert caught.value.money_moved == "unknown"
    assert caught.value.idempotency_key == portal.asked[0].headers["idempotency-key"]
    assert caught.value.request_id == portal.asked[0].headers["x-request-id"]


def test_nobody_listening_is_no_answer(make_client, portal):
    portal.stop()

    with pytest.raises(outpost.OutcomeUnknown, match="ConnectError"):
        make_client().ask(create)


def test_a_portal_that_says_nothing_is_left_after_the_time_of_one_try(make_client, portal):
    portal.plays(HANGING)
    client = make_client(max_retries=0, timeout_seconds=0.05)

    with pytest.raises(outpost.OutcomeUnknown, match="ReadTimeout"):
        client.ask(create)


def test_an_answer_that_trickles_ends_with_the_try(make_client, portal, time):
    portal.plays((201, payment()))
    time.step = 40.0

    with pytest.raises(outpost.OutcomeUnknown, match="longer than it may"):
        make_client(max_retries=0).ask(create)


@pytest.mark.parametrize("answer", [b"<html>Welcome</html>", b'{"id": "PAY-7K2"}', b"[]", b'{"object": "payment'])
def test_a_yes_that_is_not_understood_is_not_taken_for_one(client, portal, answer):
    portal.plays((200, answer))

    with pytest.raises(outpost.OutcomeUnknown, match="not understood"):
        client.ask(create)

    assert len(portal.asked) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, outpost.InvalidRequestProblem),
        (401, outpost.AuthenticationProblem),
        (403, outpost.PermissionProblem),
        (404, outpost.NotFoundProblem),
        (409, outpost.ConflictProblem),
        (413, outpost.InvalidRequestProblem),
        (422, outpost.InvalidRequestProblem),
        (429, outpost.RateLimitedProblem),
        (451, outpost.ApiProblem),
        (500, outpost.ServerProblem),
        (503, outpost.ServerProblem),
    ],
)
def test_each_no_has_its_class(make_client, portal, status, kind):
    portal.plays((status, problem(status, "some_code")))

    with pytest.raises(outpost.OutpostError) as caught:
        make_client(max_retries=0).ask(create)

    assert type(caught.value) is kind


def test_a_no_says_everything(client, portal):
    said = problem(422, "invalid_request", errors=[{"pointer": "/rate", "code": "rate_not_positive", "detail": "Why."}])
    portal.plays((422, {**said, "order": "TB1"}))

    with pytest.raises(outpost.InvalidRequestProblem) as caught:
        client.ask(create)

    no = caught.value
    assert (no.status, no.code, no.title, no.detail) == (422, "invalid_request", "A title", "What happened.")
    assert (no.money_moved, no.retryable, no.retry_after) == ("no", False, None)
    assert (no.request_id, no.type) == ("request-of-the-portal", "https://portal.example/api/errors/invalid_request/")
    assert no.errors == (outpost.FieldProblem("/rate", "rate_not_positive", "Why."),)
    assert no.raw["order"] == "TB1"
    assert str(no).startswith("422 invalid_request: A title What happened.; /rate: Why.")


def test_a_no_of_somebody_in_between_leaves_open_what_moved(make_client, portal):
    portal.plays((502, b"<html>Bad Gateway</html>"))

    with pytest.raises(outpost.ServerProblem) as caught:
        make_client(max_retries=0).ask(create)

    assert (caught.value.code, caught.value.money_moved, caught.value.raw) == ("http_502", "unknown", {})


def test_texts_come_in_the_language_asked_for(make_client, portal):
    portal.plays((200, payment()))

    make_client(language="en").ask(lambda on: on.in_language("zh-Hant").payments.get("PAY-7K2"))
    make_client(language="en").ask(lambda on: on.payments.get("PAY-7K2"))

    assert [asked.headers["accept-language"] for asked in portal.asked] == ["zh-Hant", "en"]


def test_a_bearer_key_signs_nothing(make_client, portal):
    portal.plays((200, payment()))

    make_client(key_id=None, private_key=None, bearer="sk_test_1").ask(lambda on: on.payments.get("PAY-7K2"))

    assert portal.asked[0].headers["authorization"] == "Bearer sk_test_1"
    assert "signature" not in portal.asked[0].headers


@pytest.mark.parametrize("suffix", ["", "/", "/api/v1", "/api/v1/"])
def test_the_address_may_be_the_portals_or_the_apis(portal, suffix):
    portal.plays((200, payment()))

    with outpost.Outpost(portal.url + suffix, bearer="sk_test_1") as client:
        client.payments.get("PAY-7K2")

    assert portal.asked[0].path == "/api/v1/payments/PAY-7K2"


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"key_id": "key_1"},
        {"private_key": "x"},
        {"bearer": "a", "key_id": "key_1"},
        {"key_id": "key_1", "private_key": "not base64"},
        {"key_id": "key_1", "private_key": "c2hvcnQ="},
        {"key_id": 'k"1', "private_key": "Y2xpZW50LXRlc3RzLXNpZ25pbmcta2V5LTMyLWJ5dCE="},
        {"bearer": "a", "max_retries": -1},
        {"bearer": "a", "timeout_seconds": 0},
        {"base_url": "portal.example", "bearer": "a"},
    ],
)
def test_a_client_that_could_not_ask_is_not_made(wrong):
    with pytest.raises(ValueError, match=r"\w"):
        outpost.Outpost(**{"base_url": "https://portal.example", **wrong})


@pytest.mark.parametrize("missing", ["", ".", ".."])
def test_an_id_that_is_missing_asks_nothing(client, portal, missing):
    with pytest.raises(ValueError, match="an id is missing"):
        client.ask(lambda on: on.payments.cancel(missing))

    assert portal.asked == []


@pytest.mark.parametrize("key", ["", "two words", "鑰匙", "k" * 256])
def test_a_key_that_the_portal_would_refuse_is_not_sent(client, portal, key):
    with pytest.raises(ValueError, match="idempotency key"):
        client.ask(lambda on: on.payments.cancel("PAY-7K2", idempotency_key=key))

    assert portal.asked == []


def test_no_secret_is_printed(portal):
    client = outpost.Outpost(portal.url, key_id="key_1", private_key="Y2xpZW50LXRlc3RzLXNpZ25pbmcta2V5LTMyLWJ5dCE=")
    bearer = outpost.Outpost(portal.url, bearer="sk_test_secret")

    assert "Y2xpZW50" not in repr(client.wire)
    assert "sk_test_secret" not in repr(bearer.wire)
    client.close()
    bearer.close()


def test_a_problem_survives_a_queue():
    import pickle

    no = pickle.loads(pickle.dumps(outpost.ConflictProblem(409, {"code": "already_paid"}, 3.0, "r-1")))  # noqa: S301 - our own bytes
    unknown = pickle.loads(pickle.dumps(outpost.OutcomeUnknown("lost", "key", "r-1")))  # noqa: S301 - our own bytes

    assert (no.status, no.code, no.retry_after, no.request_id) == (409, "already_paid", 3.0, "r-1")
    assert (unknown.why, unknown.idempotency_key, unknown.request_id) == ("lost", "key", "r-1")


def test_a_body_is_utf8(client, portal):
    portal.plays((201, payment()))

    client.ask(lambda on: on.payments.create(**ORDER, description="茶壺"))

    assert json.loads(portal.asked[0].body.decode("utf-8"))["description"] == "茶壺"


def test_a_client_closes_what_it_opened_and_leaves_what_it_was_given(portal):
    async def asynchronously():
        async with outpost.AsyncOutpost(portal.url, bearer="sk_test_1") as client:
            assert not client.wire.http.is_closed
        return client.wire.http.is_closed

    with outpost.Outpost(portal.url, bearer="sk_test_1") as own:
        http = own.wire.http
        with outpost.Outpost(portal.url, bearer="sk_test_1", http=http):
            pass
        assert not http.is_closed

    assert http.is_closed
    assert asyncio.run(asynchronously())
