"""What a platform's engineer does with curl alone: pay, be told, refund, move time, and every scenario there is."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("stack")]

# Orders of NT$951, and of an amount that leaves room for many a day.
TEAPOT_MINOR, SMALL_MINOR = 21_150, 4_450
numbers = itertools.count(1)


class Engineer:
    """Somebody who knows one address: the sandbox's catalogue. The API key is in it."""

    def __init__(self, sandbox):
        self.sandbox = httpx.Client(base_url=f"{sandbox}/sandbox", headers={"Accept-Language": "en"}, timeout=90)
        self.catalogue = self.sandbox.get("/scenarios").raise_for_status().json()
        platform = self.catalogue["platform"]
        headers = {"Authorization": f"Bearer {platform['api_key']}", "Accept-Language": "en"}
        self.api = httpx.Client(base_url=platform["api_url"], headers=headers, timeout=60)

    def create(self, order_number="", product_minor=TEAPOT_MINOR):
        order = {
            "order_number": order_number or f"DEV-{next(numbers)}",
            "currency": "CNY",
            "product_minor": product_minor,
            "rate": "4.4966",
            "rate_source": "Test",
            "rate_quoted_at": "2026-01-02T01:00:00Z",
            "return_url": "http://localhost:3000/done",
        }
        return self.api.post("/payments", json=order).raise_for_status().json()

    def try_to_pay(self, payment, account="pays", **more):
        body = {"page_url": payment["page_url"], "account": account, **more}
        return self.sandbox.post("/pay", json=body).raise_for_status().json()

    def pay(self, account, product_minor=SMALL_MINOR):
        """The payment and what came of it once the gate is behind the person."""
        payment = self.create(product_minor=product_minor)
        answer = self.try_to_pay(payment, account)
        if answer["outcome"] == "identity_proved":
            payment = self.create(payment["order_number"], product_minor)
            answer = self.try_to_pay(payment, account)
        return payment, answer

    def newcomer(self, **facts):
        """The account number of somebody nobody has seen before."""
        made = self.sandbox.post("/people", json=facts).raise_for_status().json()
        return made["card"]["accounts"][0]["number"]

    def payment(self, payment):
        return self.api.get(f"/payments/{payment['id']}").raise_for_status().json()

    def events_about(self, subject):
        found, after, more = [], 0, True
        while more:
            page = self.api.get("/events", params={"after": after}).raise_for_status().json()
            found += [event["type"] for event in page["data"] if event["data"]["id"] == subject]
            after, more = page["next_after"], page["has_more"]
        return found

    def move_clock(self, **how):
        return self.sandbox.post("/clock", json=how).raise_for_status().json()


@pytest.fixture
def engineer(stack):
    engineer = Engineer(stack.url("sandbox"))
    yield engineer
    engineer.sandbox.delete("/faults")
    engineer.sandbox.post("/notices", json={"receiver": "up"})


def test_the_whole_way_from_order_to_refund_without_a_browser(engineer):
    account = engineer.newcomer()
    first = engineer.create()
    gated = engineer.try_to_pay(first, account)
    again = engineer.create(first["order_number"])
    paid = engineer.try_to_pay(again, account)

    assert (gated["outcome"], gated["money_moved"], gated["payment"]) == ("identity_proved", "no", first["id"])
    assert gated["next"] == "Create the payment again with the same order number, then pay again."
    assert (again["id"], again["page_url"] == first["page_url"]) == (first["id"], False)
    assert (paid["outcome"], paid["money_moved"]) == ("paid", "yes")
    assert engineer.payment(first)["status"] == "succeeded"
    engineer.move_clock(advance_seconds=1)
    assert engineer.events_about(first["id"]) == ["payment.succeeded"]

    asked = {"payment": first["id"], "refund_number": f"R-{first['id']}", "amount_minor": 951, "currency": "TWD"}
    refund = engineer.api.post("/refunds", json=asked).raise_for_status().json()
    confirmed = engineer.api.post(f"/refunds/{refund['id']}/confirm").raise_for_status().json()
    assert (refund["status"], confirmed["status"], confirmed["total_minor"]) == ("requested", "accepted", 961)

    engineer.move_clock(to=f"{confirmed['expected_credit_date']}T03:00:00Z")

    assert engineer.api.get(f"/refunds/{refund['id']}").json()["status"] == "credited"
    assert engineer.events_about(refund["id"])[-1] == "refund.credited"


def test_a_person_who_proved_identity_pays_at_once(engineer):
    engineer.pay("pays")

    payment = engineer.create(product_minor=SMALL_MINOR)

    assert engineer.try_to_pay(payment, "pays")["outcome"] == "paid"
    assert engineer.try_to_pay(payment, "pays")["code"] == "already_paid"


def test_one_card_pays_many_orders_at_once(engineer):
    account = engineer.newcomer()
    engineer.pay(account)
    payments = [engineer.create(product_minor=SMALL_MINOR) for _ in range(6)]

    with ThreadPoolExecutor(max_workers=6) as hands:
        answers = list(hands.map(lambda payment: engineer.try_to_pay(payment, account), payments))

    assert [answer["outcome"] for answer in answers] == ["paid"] * 6


def test_the_gate_can_be_left_to_somebody_else(engineer):
    payment = engineer.create()

    answer = engineer.try_to_pay(payment, engineer.newcomer(), prove_identity=False)

    assert answer["outcome"] == "identity_needed"
    assert "/identity/" in answer["identity_url"]
    assert engineer.payment(payment)["money_moved"] == "no"


def test_every_account_answers_as_the_catalogue_says(engineer):
    told = {one["name"]: one["answer"] for one in engineer.catalogue["accounts"]}

    found = {}
    for name in told:
        _, answer = engineer.pay(name)
        found[name] = {"outcome": answer["outcome"], "code": answer["code"]}

    assert found == told


def test_every_person_and_phone_answers_as_the_catalogue_says(engineer):
    scenarios = [
        one
        for one in [*engineer.catalogue["identities"], *engineer.catalogue["phones"]]
        if "answer" in one and one["name"] != "identity_match"
    ]

    found = {}
    for one in scenarios:
        answer = engineer.try_to_pay(engineer.create(product_minor=SMALL_MINOR), one["name"])
        found[one["name"]] = {"outcome": answer["outcome"], "code": answer["code"]}

    assert found == {one["name"]: one["answer"] for one in scenarios}


def test_a_lost_answer_is_found_by_moving_the_clock(engineer):
    payment, answer = engineer.pay("debit_unanswered")
    assert (answer["outcome"], engineer.payment(payment)["status"]) == ("being_confirmed", "pending")

    engineer.move_clock(advance_seconds=180)

    assert engineer.payment(payment)["status"] == "succeeded"


def test_a_fault_lets_an_outside_party_fail_for_one_account(engineer):
    account = engineer.newcomer()
    _, proved = engineer.pay(account)
    fault = {"wire": "bank", "operation": "debit", "kind": "timeout_before", "only_for": account}
    engineer.sandbox.post("/faults", json=fault).raise_for_status()

    payment, answer = engineer.pay(account)

    assert (proved["outcome"], answer["outcome"]) == ("paid", "being_confirmed")
    assert engineer.payment(payment)["money_moved"] == "unknown"
    assert engineer.sandbox.get("/faults").json() == {"on": []}


def test_a_code_of_the_identity_check_is_in_the_messages(engineer):
    phone = "+886979000001"
    engineer.try_to_pay(engineer.create(), engineer.newcomer(phone=phone))

    texts = [one["text"] for one in engineer.sandbox.get("/messages", params={"phone": phone}).json()["messages"]]

    assert len(texts) == 1
