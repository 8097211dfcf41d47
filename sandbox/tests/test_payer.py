"""The card holder without a browser, before a portal that answers what each test tells it to."""

import json

import pytest

from reader.tac import compute_tac, derive_key, order_digest, tac_text
from sandbox.models import VirtualCard
from sandbox.payer import chip
from sandbox.payer.identity import code_in

PAGE = "/pay/PAY-1/secret/"
ORDER = {
    "payment": "PAY-1",
    "order_number": "A-1",
    "platform": "demo",
    "product_minor": "21150",
    "shipping_minor": "0",
    "discount_minor": "0",
    "currency": "CNY",
    "rate": "4.4966",
    "order_amount_minor": "951",
    "charge_minor": "10",
    "final_amount_minor": "961",
}
PREPARED = {
    "check_code": "1234567890123456",
    "terminal": "OUTPOST1",
    "signed_at": "20261123101112",
    "order": ORDER,
    "amount_minor": 961,
    "currency": "TWD",
}
PAY_PAGE = (
    '<input type="hidden" name="csrfmiddlewaretoken" value="t0">'
    f'<div id="pay" data-csrf="t1" data-picture="p1" data-prepare="{PAGE}prepare" data-confirm="{PAGE}confirm">'
)


def problem(code, money_moved="no"):
    return {"code": code, "title": f"title of {code}", "detail": f"text of {code}", "money_moved": money_moved}


@pytest.fixture
def portal(world, portal):
    """A portal whose payment is paid by the first confirmation."""
    portal.answers |= {
        ("GET", PAGE): (200, PAY_PAGE),
        ("GET", "/sandbox/picture-code?id=p1"): (200, {"answer": "112233"}),
        ("POST", f"{PAGE}prepare"): (200, PREPARED),
        ("POST", f"{PAGE}confirm"): (200, {"next": f"{PAGE}result/"}),
        ("POST", f"{PAGE}new-picture"): (409, problem("already_paid", "yes")),
    }
    return portal


@pytest.fixture
def pay(client, portal):
    def ask(account="pays", **more):
        body = {"page_url": f"{portal.url}{PAGE}", "account": account, **more}
        answer = client.post("/sandbox/pay", body, content_type="application/json", headers={"Accept-Language": "en"})
        return answer.status_code, answer.json()

    return ask


def card(serial="S00000000001"):
    return VirtualCard.objects.get(serial=serial)


def test_the_payer_reads_the_picture_and_confirms_what_the_card_signed(pay, portal, settings):
    status, answer = pay()

    (asked,) = portal.bodies("POST", f"{PAGE}prepare")
    (signed,) = portal.bodies("POST", f"{PAGE}confirm")
    text = tac_text(
        amount_minor=961,
        currency="TWD",
        account="70000100000001",
        terminal="OUTPOST1",
        check_code=PREPARED["check_code"],
        signed_at=PREPARED["signed_at"],
        order_digest=order_digest(ORDER),
    )
    key = derive_key(settings.CHIP_MASTER_KEY, "S00000000001")
    assert (status, answer["outcome"], answer["money_moved"]) == (200, "paid", "yes")
    assert (answer["payment"], answer["account"], answer["card"]) == ("PAY-1", "70000100000001", "S00000000001")
    assert asked == {"picture_id": "p1", "answer": "112233"}
    assert signed == {
        "account": "70000100000001",
        "issuer": "700",
        "card_serial": "S00000000001",
        "check_code": PREPARED["check_code"],
        "signed_at": PREPARED["signed_at"],
        "order_digest": order_digest(ORDER),
        "counter": "00000001",
        "tac": compute_tac(key=key, counter="00000001", text=text),
    }


def test_each_signature_counts_on_where_the_wallet_keeps_the_counter(pay, portal):
    for _ in range(3):
        pay()

    assert [one["counter"] for one in portal.bodies("POST", f"{PAGE}confirm")] == ["00000001", "00000002", "00000003"]
    assert card().counter == 3


def test_a_card_is_in_one_hand_at_a_time(world):
    with chip.hand(card("S00000000001")):
        assert not chip.hand(card("S00000000001")).acquire(blocking=False)
        assert not chip.hand(card("S00000000002")).locked()


@pytest.mark.parametrize(
    ("code", "money_moved", "outcome"),
    [
        ("balance_too_low", "no", "declined"),
        ("limit_exceeded", "no", "declined"),
        ("bank_busy", "no", "declined"),
        ("attempt_in_progress", "unknown", "being_confirmed"),
        ("card_signature_invalid", "no", "refused"),
        ("order_expired", "no", "refused"),
    ],
)
def test_a_refused_confirmation_comes_with_its_code_and_text(pay, portal, code, money_moved, outcome):
    portal.answers["POST", f"{PAGE}confirm"] = (409, problem(code, money_moved))

    status, answer = pay()

    assert status == 200
    assert (answer["outcome"], answer["code"], answer["money_moved"]) == (outcome, code, money_moved)
    assert (answer["title"], answer["text"]) == (f"title of {code}", f"text of {code}")


def test_a_debit_without_a_word_of_the_bank_is_being_confirmed(pay, portal):
    portal.answers["POST", f"{PAGE}new-picture"] = (409, problem("attempt_in_progress", "unknown"))

    assert pay()[1]["outcome"] == "being_confirmed"


@pytest.mark.parametrize(("code", "money_moved"), [("already_paid", "yes"), ("page_link_dead", "no")])
def test_a_page_that_cannot_be_paid_is_refused_and_no_card_signs(pay, portal, code, money_moved):
    portal.answers["GET", PAGE] = (410, '<input type="hidden" name="csrfmiddlewaretoken" value="t0"><h1>No</h1>')
    portal.answers["POST", f"{PAGE}new-picture"] = (410, problem(code, money_moved))

    _, answer = pay()

    assert (answer["outcome"], answer["code"], answer["money_moved"]) == ("refused", code, money_moved)
    assert card().counter == 0


def test_a_refused_picture_costs_no_password_try_and_no_counter(pay, portal):
    portal.answers["POST", f"{PAGE}prepare"] = (429, problem("picture_code_tries"))

    assert pay(password="999999")[1]["code"] == "picture_code_tries"
    assert (card().counter, card().tries_left) == (0, 3)


def test_a_wrong_password_costs_a_try_and_three_lock_the_card(pay, portal):
    codes = [pay(password="999999")[1]["code"] for _ in range(3)]
    after = pay()[1]

    assert codes == ["wrong_password", "wrong_password", "card_locked"]
    assert (after["outcome"], after["code"]) == ("refused", "card_locked")
    assert "POST /sandbox/cards/renew" in after["title"]
    assert (card().counter, card().tries_left) == (0, 0)
    assert portal.bodies("POST", f"{PAGE}confirm") == []


def test_the_identity_gate_can_be_left_alone(pay, portal):
    portal.answers["POST", f"{PAGE}confirm"] = (200, {"next": "/identity/token/"})

    _, answer = pay(prove_identity=False)

    assert (answer["outcome"], answer["identity_url"]) == ("identity_needed", f"{portal.url}/identity/token/")
    assert not [asked for asked in portal.asked if asked[1].startswith("/identity/")]


@pytest.mark.parametrize(
    ("where", "answer"),
    [
        (("POST", f"{PAGE}confirm"), (500, "<h1>Something went wrong</h1>")),
        (("POST", f"{PAGE}confirm"), (200, {"next": "/identity/token/"})),
        (("GET", "/sandbox/picture-code?id=p1"), (404, "<h1>Not found</h1>")),
    ],
)
def test_a_portal_that_is_not_understood_leaves_the_money_unknown(pay, portal, where, answer):
    portal.answers[where] = answer

    status, found = pay()

    assert (status, found["code"], found["money_moved"]) == (502, "portal_silent", "unknown")


def test_a_portal_that_is_not_there_leaves_the_money_unknown(client, world, settings):
    settings.PORTAL_URL = "http://127.0.0.1:9"

    answer = client.post(
        "/sandbox/pay", {"page_url": f"http://127.0.0.1:9{PAGE}", "account": "pays"}, content_type="application/json"
    )

    assert (answer.status_code, answer.json()["code"]) == (502, "portal_silent")


def test_the_portal_is_asked_in_the_callers_language(pay, portal, client):
    pay()
    client.post(
        "/sandbox/pay",
        json.dumps({"page_url": f"{portal.url}{PAGE}", "account": "pays"}),
        content_type="application/json",
    )

    cookies = [headers["Cookie"] for method, path, headers, _ in portal.asked if (method, path) == ("GET", PAGE)]
    assert cookies == ["django_language=en", "django_language=zh-hant"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Your code is 123456, good for 5 minutes.", "123456"),
        ("驗證碼 654321", "654321"),
        ("NT$123456 was charged.", None),
        ("Your code is on its way.", None),
        ("code 1234567", None),
    ],
)
def test_a_code_is_told_from_other_numbers(text, code):
    assert code_in(text) == code
