"""Every method: which address it asks, with what, and what it reads; pages and the feed walked."""

import datetime as dt

import pytest

from clients.python.tests.bodies import (
    delivery,
    endpoint,
    event,
    explanation,
    fed,
    key,
    listed,
    payment,
    refund,
    settlement_day,
    settlement_line,
    working_days,
)
from clients.python.tests.played import DROPPED

DAY = dt.date(2026, 11, 23)
NOON = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
REFUND = {"payment": "PAY-7K2", "refund_number": "R-1", "amount_minor": 500}
URL = "https://shop.example/notices"
CHANGES, AT_ONCE, SINCE = (
    {"event_types": ["refund.credited"]},
    {"overlap_seconds": 0},
    {"since": "2026-11-23T12:00:00.000Z"},
)
WORKING_DAYS = "GET /calendar/working-days"
RECOVERY = {"object": "recovery", **SINCE, "count": 3}

QUESTIONS = [
    (lambda on: on.payments.get("PAY-7K2", expand=["refunds"]), "GET /payments/PAY-7K2?expand=refunds", None, payment()),
    (lambda on: on.payments.cancel("PAY-7K2"), "POST /payments/PAY-7K2/cancel", None, payment()),
    (lambda on: on.payments.mark_shipped("PAY-7K2"), "POST /payments/PAY-7K2/shipped", None, payment()),
    (lambda on: on.refunds.create(**REFUND), "POST /refunds", REFUND, refund()),
    (lambda on: on.refunds.get("RF-3M9"), "GET /refunds/RF-3M9", None, refund()),
    (lambda on: on.refunds.confirm("RF-3M9"), "POST /refunds/RF-3M9/confirm", None, refund()),
    (lambda on: on.refunds.cancel("RF-3M9"), "POST /refunds/RF-3M9/cancel", None, refund()),
    (lambda on: on.events.get("evt_1", expand=["deliveries"]), "GET /events/evt_1?expand=deliveries", None, event()),
    (lambda on: on.webhook_endpoints.create(url=URL), "POST /webhook-endpoints", {"url": URL}, endpoint(secret="whsec_AA==")),
    (lambda on: on.webhook_endpoints.get("we_1"), "GET /webhook-endpoints/we_1", None, endpoint()),
    (lambda on: on.webhook_endpoints.update("we_1", **CHANGES), "PATCH /webhook-endpoints/we_1", CHANGES, endpoint()),
    (lambda on: on.webhook_endpoints.enable("we_1"), "POST /webhook-endpoints/we_1/enable", None, endpoint()),
    (lambda on: on.webhook_endpoints.disable("we_1"), "POST /webhook-endpoints/we_1/disable", None, endpoint(enabled=False)),
    (lambda on: on.webhook_endpoints.rotate("we_1", **AT_ONCE), "POST /webhook-endpoints/we_1/rotate", AT_ONCE, endpoint()),
    (lambda on: on.webhook_endpoints.rotate("we_1"), "POST /webhook-endpoints/we_1/rotate", {}, endpoint()),
    (lambda on: on.webhook_endpoints.test("we_1"), "POST /webhook-endpoints/we_1/test", None, delivery()),
    (lambda on: on.webhook_endpoints.recover("we_1", since=NOON), "POST /webhook-endpoints/we_1/recover", SINCE, RECOVERY),
    (lambda on: on.deliveries.get("dl_1"), "GET /webhook-deliveries/dl_1", None, delivery()),
    (lambda on: on.deliveries.resend("dl_1"), "POST /webhook-deliveries/dl_1/resend", None, delivery()),
    (lambda on: on.calendar.working_days(DAY, "2026-11-30"), f"{WORKING_DAYS}?from=2026-11-23&to=2026-11-30", None, working_days()),
    (lambda on: on.calendar.explain(DAY, 7), "GET /calendar/explain?start=2026-11-23&days=7", None, explanation()),
    (lambda on: on.settlement_days.get(DAY), "GET /settlement-days/2026-11-23", None, settlement_day()),
    (lambda on: on.platform.get(), "GET /platform", None, {"object": "platform", "code": "taobao", "name": "Taobao"}),
    (lambda on: on.keys.create(scopes=["payments:read"]), "POST /keys", {"scopes": ["payments:read"]}, key()),
    (lambda on: on.keys.get("key_2"), "GET /keys/key_2", None, key()),
    (lambda on: on.keys.roll("key_2", overlap_seconds=60), "POST /keys/key_2/roll", {"overlap_seconds": 60}, key()),
    (lambda on: on.keys.revoke("key_2"), "POST /keys/key_2/revoke", None, key()),
]  # fmt: skip

LISTS = [
    (lambda on: on.payments.list(status=["created", "pending"], limit=2), "/payments?status=created%2Cpending&limit=2", payment()),
    (lambda on: on.payments.list(paid_from=NOON), "/payments?paid_from=2026-11-23T12%3A00%3A00.000Z", payment()),
    (lambda on: on.refunds.list(payment="PAY-7K2"), "/refunds?payment=PAY-7K2", refund()),
    (lambda on: on.webhook_endpoints.list(), "/webhook-endpoints", endpoint()),
    (lambda on: on.deliveries.list(status="given_up"), "/webhook-deliveries?status=given_up", delivery()),
    (lambda on: on.settlement_days.list(DAY, DAY), "/settlement-days?from=2026-11-23&to=2026-11-23", settlement_day()),
    (lambda on: on.settlement_days.lines(DAY), "/settlement-days/2026-11-23/lines", settlement_line()),
    (lambda on: on.keys.list(), "/keys", key()),
]  # fmt: skip


def address(asked):
    path = asked.path.removeprefix("/api/v1") + (f"?{asked.query}" if asked.query else "")
    return f"{asked.method} {path}"


@pytest.mark.parametrize(("question", "asked", "body", "answer"), QUESTIONS, ids=[case[1] for case in QUESTIONS])
def test_each_question_goes_to_its_address(client, portal, question, asked, body, answer):
    portal.plays((200, answer))

    found = client.ask(question)

    assert address(portal.asked[0]) == asked
    assert (portal.asked[0].json if portal.asked[0].body else None) == body
    assert ("idempotency-key" in portal.asked[0].headers) == (not asked.startswith("GET"))
    assert found.raw == answer


@pytest.mark.parametrize(("question", "asked", "item"), LISTS, ids=[case[1] for case in LISTS])
def test_each_list_goes_to_its_address(client, portal, question, asked, item):
    portal.plays((200, listed(item)))

    page = client.ask(question)

    assert address(portal.asked[0]) == f"GET {asked}"
    assert [found.raw for found in page.data] == [item]
    assert (page.has_more, page.next_cursor) == (False, None)


def test_a_page_goes_on_to_those_after_it_with_the_same_filters(client, portal):
    portal.plays(
        (200, listed(payment(id="PAY-1"), payment(id="PAY-2"), cursor="c1")),
        (200, listed(payment(id="PAY-3"), cursor="c2")),
        (200, listed(payment(id="PAY-4"))),
    )

    found = client.walk(lambda on: on.payments.list(order_number="TB1"))

    assert [one.id for one in found] == ["PAY-1", "PAY-2", "PAY-3", "PAY-4"]
    assert [asked.query for asked in portal.asked] == [
        "order_number=TB1",
        "order_number=TB1&cursor=c1",
        "order_number=TB1&cursor=c2",
    ]


def test_a_page_that_is_not_walked_asks_for_no_other(client, portal):
    portal.plays((200, listed(payment(), cursor="c1")))

    page = client.ask(lambda on: on.payments.list())

    assert (len(page.data), page.has_more, page.next_cursor) == (1, True, "c1")
    assert len(portal.asked) == 1


def test_the_feed_is_read_after_a_number_to_its_end(client, portal):
    portal.plays(
        (200, fed(event(8), event(9), next_after=9, has_more=True)),
        (200, fed(event(10), next_after=10)),
    )

    found = client.walk(lambda on: on.events.list(after=7, limit=2, types=["payment.succeeded"]))

    assert [one.sequence for one in found] == [8, 9, 10]
    assert [asked.query for asked in portal.asked] == [
        "after=7&limit=2&types=payment.succeeded",
        "after=9&limit=2&types=payment.succeeded",
    ]


def test_a_page_of_the_feed_says_where_to_go_on(client, portal):
    portal.plays((200, fed(next_after=41)))

    page = client.ask(lambda on: on.events.list(after=41))

    assert (page.data, page.next_after, page.has_more) == ((), 41, False)


def test_the_stream_waits_for_what_comes_and_survives_a_lost_answer(client, portal, time):
    portal.plays(
        (200, fed(event(1), next_after=1)),
        DROPPED,
        (200, fed(next_after=1)),
        (200, fed(event(2), event(3), next_after=3)),
    )

    found = client.walk(lambda on: on.events.stream(after=0), at_most=3)

    assert [one.sequence for one in found] == [1, 2, 3]
    assert [asked.query for asked in portal.asked] == [f"after={after}&wait=20" for after in (0, 1, 1, 1)]
    # Half a second after the lost answer; a portal that doesn't wait isn't asked without a pause.
    assert time.slept == [0.5, 1.0]


def test_an_event_gives_what_it_is_about(client, portal):
    portal.plays((200, event(data=refund())))

    found = client.ask(lambda on: on.events.get("evt_1"))

    assert found.refund.id == "RF-3M9"
    assert found.refund.expected_credit_date == dt.date(2026, 12, 2)
    assert found.payment is None


def test_what_was_expanded_is_read_too(client, portal):
    portal.plays(
        (200, payment(refunds=[refund()], events=[event()])),
        (200, refund(payment=payment())),
        (200, refund()),
    )

    of_payment = client.ask(lambda on: on.payments.get("PAY-7K2", expand=["refunds", "events"]))
    expanded = client.ask(lambda on: on.refunds.get("RF-3M9", expand=["payment"]))
    plain = client.ask(lambda on: on.refunds.get("RF-3M9"))

    assert [one.id for one in of_payment.refunds] == ["RF-3M9"]
    assert [one.type for one in of_payment.events] == ["payment.succeeded"]
    assert (expanded.payment.status, expanded.payment_id) == ("succeeded", "PAY-7K2")
    assert (plain.payment, plain.payment_id) == ("PAY-7K2", "PAY-7K2")


def test_secrets_shown_once_are_there_and_not_printed(client, portal):
    portal.plays((201, endpoint(secret="whsec_c2VjcmV0")))

    made = client.ask(lambda on: on.webhook_endpoints.create(url=URL))

    assert made.secret == "whsec_c2VjcmV0"
    assert "whsec_" not in repr(made)


def test_a_word_of_pythons_own_has_another_name(client, portal):
    portal.plays((200, working_days()))

    found = client.ask(lambda on: on.calendar.working_days(DAY, DAY))

    assert (found.from_, found.to) == (DAY, DAY)
    assert [(day.date, day.working) for day in found.days] == [(DAY, True)]


def test_a_settlement_day_adds_up_from_its_lines(client, portal):
    portal.plays((200, settlement_day()), (200, listed(settlement_line())))

    day = client.ask(lambda on: on.settlement_days.get(DAY))
    (line,) = client.walk(lambda on: on.settlement_days.lines(DAY))

    assert (day.payments.final_amount_minor, day.refunds.total_minor, day.net_minor) == (961, 505, 456)
    assert (line.kind, line.amounts.net_minor) == ("refund", -505)


def test_an_empty_page_of_chosen_types_that_has_more_is_followed_at_once(client, portal, time):
    portal.plays((200, fed(next_after=500, has_more=True)), (200, fed(event(501), next_after=501)))

    (found,) = client.walk(lambda on: on.events.stream(types="refund.credited"), at_most=1)

    assert found.sequence == 501
    assert time.slept == []


def test_an_attempt_of_a_delivery_is_read(client, portal):
    portal.plays((200, delivery()))

    (attempt,) = client.ask(lambda on: on.deliveries.get("dl_1")).attempts

    assert (attempt.number, attempt.outcome, attempt.http_status, attempt.duration_ms) == (1, "refused", 500, 12)
