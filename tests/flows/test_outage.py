"""Redis wiped and the worker killed in the middle of a hundred payments and a hundred refunds: all complete, none twice."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.flows.cards import CardInCode, master_key_of, pass_gate_only, pay_over_http

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.xdist_group("stack")]

HUNDRED = 100
# NT$900 and a charge of 9: a hundred of them stay within an account's NT$100,000 a day.
GOODS_MINOR, RATE = 20_000, "4.5"


def test_a_hundred_payments_and_refunds_survive_the_loss_of_redis_and_worker(stack, town, visit):
    payer = town.newcomer()
    pass_gate_only(visit, payer)
    card = CardInCode(payer, counter=1, master_key=master_key_of(stack))
    platform = httpx.Client(
        base_url=f"{town.portal}/api/v1", headers={"Authorization": f"Bearer {stack.env['SHOP_API_KEY']}"}, timeout=60
    )

    with ThreadPoolExecutor(max_workers=4) as counter:
        paying = [counter.submit(pay_one, town, platform, card, number) for number in range(HUNDRED)]
        paying[HUNDRED // 2].result()
        stack.process("worker").kill()
        stack.wipe_redis()
        references = [one.result() for one in paying]
    stack.restart("worker")

    visit.until(lambda: acknowledged(town, "payment.succeeded", references) == HUNDRED)
    assert bank_book(town, references) == {1: HUNDRED}

    refunds = [refund_one(platform, reference) for reference in references]
    due = dt.date.fromisoformat(refunds[0]["expected_credit_date"])
    town.advance(to=dt.datetime.combine(due, dt.time(3), dt.UTC).isoformat(), stops=False)
    visit.until(lambda: credited(town, refunds) >= HUNDRED // 10)
    stack.process("worker").kill()
    stack.wipe_redis()
    stack.restart("worker")
    # What was at the bank when the worker died is asked for two minutes later.
    visit.until(lambda: credited(town, refunds) >= HUNDRED - 8)
    town.advance(advance_seconds=150)

    visit.until(lambda: credited(town, refunds) == HUNDRED)
    visit.until(lambda: acknowledged(town, "refund.credited", [refund["id"] for refund in refunds]) == HUNDRED)
    journals = town.query(
        "SELECT count(*), count(DISTINCT reference) FROM ledger_journal WHERE kind = 'refund' AND reference = ANY(%s)",
        [refund["id"] for refund in refunds],
    )
    assert journals == [(HUNDRED, HUNDRED)]


def pay_one(town, platform, card, number):
    order = {
        "order_number": f"OUTAGE-{card.payer.serial}-{number}",
        "currency": "CNY",
        "product_minor": GOODS_MINOR,
        "rate": RATE,
        "rate_source": "Test",
        "rate_quoted_at": town.now().isoformat(),
        "return_url": f"{town.sandbox}/shop/",
    }
    made = platform.post("/payments", json=order).raise_for_status().json()
    answer = pay_over_http(town, made["page_url"], card)
    assert answer.is_success, answer.text
    return made["id"]


def refund_one(platform, reference):
    asked = {"payment": reference, "refund_number": f"R-{reference}", "amount_minor": 900, "currency": "TWD"}
    made = platform.post("/refunds", json=asked).raise_for_status().json()
    return platform.post(f"/refunds/{made['id']}/confirm").raise_for_status().json()


def acknowledged(town, kind, subjects):
    statement = """SELECT count(DISTINCT e.subject) FROM notifications_message m JOIN notifications_event e ON e.id = m.event_id
                   WHERE e.kind = %s AND e.subject = ANY(%s) AND m.acknowledged_at IS NOT NULL"""
    return town.query(statement, kind, subjects)[0][0]


def credited(town, refunds):
    statement = "SELECT count(*) FROM refunds_refund WHERE reference = ANY(%s) AND status = 'credited'"
    return town.query(statement, [refund["id"] for refund in refunds])[0][0]


def bank_book(town, references):
    """How many payments have how many journals."""
    statement = """SELECT n, count(*) FROM (SELECT count(*) AS n FROM ledger_journal
                   WHERE kind = 'payment' AND reference = ANY(%s) GROUP BY reference) AS each GROUP BY n"""
    return dict(town.query(statement, references))
