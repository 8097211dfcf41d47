"""The test mode's addresses: the catalogue, each switch as JSON, and what is refused by name."""

import json

import pytest
from django.test import Client

from sandbox import faults, people
from sandbox.api import holders, views
from sandbox.models import Fault, Person, ShopSwitch, TextMessage, VirtualCard
from sandbox.outcomes import ACCOUNTS, CREDIT_CENTRE, DECLINED_AS, PHONES

ENGLISH = {"Accept-Language": "en"}


def ask(client, method, path, body=None):
    """Status and body of a request as curl --json makes it."""
    content = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
    answer = client.generic(method, f"/sandbox/{path}", headers=ENGLISH, **content)
    return answer.status_code, answer.json()


@pytest.fixture
def catalogue(world, client):
    return client.get("/sandbox/scenarios", headers=ENGLISH).json()


def test_the_catalogue_names_every_outcome_there_is(catalogue):
    assert [one["name"] for one in catalogue["accounts"]] == list(ACCOUNTS)
    assert [one["name"] for one in catalogue["identities"]] == [f"identity_{key}" for key in CREDIT_CENTRE]
    assert [one["phone"] for one in catalogue["phones"]] == list(PHONES)
    assert {(one["wire"], one["operation"]): tuple(one["kinds"]) for one in catalogue["faults"]["calls"]} == {
        (wire, operation): kinds
        for wire, operations in faults.OPERATIONS.items()
        for operation, kinds in operations.items()
    }
    assert list(catalogue["faults"]["kinds"]) == list(faults.KINDS)


def test_each_scenario_says_whose_card_and_how_to_use_it(catalogue):
    pays = catalogue["accounts"][0]

    assert pays == {
        "name": "pays",
        "does": "Pays. NT$50 million in it.",
        "request": {
            "method": "POST",
            "url": "http://testserver/sandbox/pay",
            "body": {"page_url": "<page_url of the payment>", "account": "pays"},
        },
        "curl": 'curl -s --json \'{"page_url": "<page_url of the payment>", "account": "pays"}\' http://testserver/sandbox/pay',
        "answer": {"outcome": "paid", "code": None},
        "account": "70000100000001",
        "card": {"serial": "S00000000001", "password": "123456"},
        "person": {
            "customer_number": "2000000001",
            "name": "Wang Hsiao-ming",
            "phone": "+886912345001",
            "credit_centre": "match",
        },
    }


def test_the_catalogue_speaks_chinese_unless_asked_otherwise(world, client):
    pays = client.get("/sandbox/scenarios").json()["accounts"][0]

    assert (pays["does"], pays["person"]["name"]) == ("可付款，餘額新臺幣 5,000 萬元。", "王小明")


def test_the_catalogue_hands_out_the_demo_platforms_key(catalogue):
    assert catalogue["platform"]["api_key"] == "sk_test_demo"
    assert catalogue["platform"]["api_url"] == "http://portal.test/api/v1"
    assert "Bearer sk_test_demo" in catalogue["platform"]["curl"]


def test_every_request_of_the_catalogue_is_understood(catalogue, client):
    """Each is sent as it stands; of a payment only its address has to be put in."""
    refused = {}
    for use in uses(catalogue):
        method, url, body = use["method"], use["url"].removeprefix("http://testserver/sandbox/"), use.get("body")
        if url in {"clock", "reader"} and method != "GET":
            continue  # they wait for a portal and a reader; their own tests send them
        status, answer = ask(client, method, url, body)
        if status >= 400 and [error["pointer"] for error in answer.get("errors", [])] != ["/page_url"]:
            refused[use["url"]] = answer

    assert refused == {}


def uses(found):
    """Every request, however deep."""
    if isinstance(found, dict):
        if "testserver" in found.get("url", ""):
            yield found
        for value in found.values():
            yield from uses(value)
    elif isinstance(found, list):
        for value in found:
            yield from uses(value)


def test_what_cannot_pay_is_told_of_accounts_that_there_are():
    assert set(DECLINED_AS) <= set(ACCOUNTS)
    assert {name for name in ACCOUNTS if name.startswith("declined_")} <= set(DECLINED_AS)


def test_an_account_is_found_by_name_and_by_number(world):
    assert holders.find_holder("debit_late").account == people.fixed_account_number("debit_late")
    assert holders.find_holder("70000100010001").person.customer_number == "2000000002"
    assert holders.find_holder("identity_notice").person.customer_number == "2000000005"
    assert holders.find_holder("sms_both_reject").person.customer_number == "2000000011"
    assert holders.find_holder("sms_never_arrives") is None
    assert holders.find_holder("70000100019999") is None


# ── What is refused ──


@pytest.mark.parametrize(
    ("path", "body", "errors"),
    [
        ("pay", {}, [("/account", "required"), ("/page_url", "required")]),
        ("pay", {"page_url": "x", "account": "pays", "acount": 1}, [("/acount", "unknown_field")]),
        ("pay", {"page_url": "x", "account": 1}, [("/account", "not_text")]),
        ("pay", {"page_url": "x", "account": "pays", "password": "12345"}, [("/password", "malformed")]),
        ("pay", {"page_url": "x", "account": "pays", "prove_identity": "no"}, [("/prove_identity", "not_yes_no")]),
        ("pay", {"page_url": "http://portal.test/", "account": "pays"}, [("/page_url", "no_pay_page")]),
        ("pay", {"page_url": "http://evil.test/pay/PAY-1/x/", "account": "pays"}, [("/page_url", "no_pay_page")]),
        ("pay", {"page_url": "http://portal.test/pay/PAY-1/x/", "account": "pay"}, [("/account", "account_not_found")]),
        ("faults", {"wire": "bank"}, [("/kind", "required"), ("/operation", "required")]),
        ("faults", {"wire": "b", "operation": "debit", "kind": "slow"}, [("/wire", "unknown_choice")]),
        ("faults", {"wire": "chip", "operation": "verify", "kind": "late"}, [("/kind", "no_such_fault")]),
        ("faults", {"wire": "chip", "operation": "verify", "kind": "slow", "times": 1.5}, [("/times", "not_whole")]),
        ("faults", {"wire": "chip", "operation": "verify", "kind": "slow", "times": True}, [("/times", "not_whole")]),
        ("faults", {"wire": "chip", "operation": "verify", "kind": "slow", "times": 0}, [("/kind", "no_such_fault")]),
        ("notices", {"receiver": "away"}, [("/receiver", "unknown_choice")]),
        ("people", {"does": "pays"}, [("/does", "not_texts")]),
        ("people", {"does": []}, [("/does", "unknown_choice")]),
        ("people", {"does": ["fly"]}, [("/does", "unknown_choice")]),
        ("people", {"phone": "0912345678"}, [("/phone", "malformed")]),
        ("cards/renew", {"card": "none"}, [("/card", "card_not_found")]),
        ("reader", {"card": "none"}, [("/card", "card_not_found")]),
    ],
)
def test_a_wrong_field_is_named_and_nothing_changes(world, client, path, body, errors):
    before = (Fault.objects.count(), Person.objects.count(), ShopSwitch.state())

    status, answer = ask(client, "POST", path, body)

    assert status == 422
    assert (answer["code"], answer["money_moved"], answer["retryable"]) == ("invalid_request", "no", False)
    assert [(error["pointer"], error["code"]) for error in answer["errors"]] == errors
    assert all(error["detail"] for error in answer["errors"])
    assert (Fault.objects.count(), Person.objects.count(), ShopSwitch.state()) == before


def test_an_unknown_question_is_refused_by_name(world, client):
    status, answer = ask(client, "GET", "messages?fone=1")

    assert (status, answer["errors"][0]["pointer"]) == (422, "/fone")


def test_a_problem_is_a_problem_document(world, client):
    answer = client.put("/sandbox/clock", headers=ENGLISH)

    assert answer.status_code == 405
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Allow"] == "GET, POST"
    assert answer.json()["type"] == "http://testserver/sandbox/#method_not_allowed"


@pytest.mark.parametrize(
    ("content_type", "body", "status", "code"),
    [
        ("application/x-www-form-urlencoded", '{"receiver": "down"}', 415, "unsupported_media_type"),
        ("application/json", "{", 400, "malformed_json"),
        ("application/json", "[]", 400, "malformed_json"),
        ("application/json", "\udcff", 400, "malformed_json"),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(world, client, content_type, body, status, code):
    content = body.encode(errors="surrogateescape")

    answer = client.generic("POST", "/sandbox/notices", content, content_type=content_type)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert ShopSwitch.state() == "up"


def test_no_token_of_a_form_is_asked_for(world):
    client = Client(enforce_csrf_checks=True)

    assert ask(client, "POST", "notices", {"receiver": "down"}) == (200, {"receiver": "down"})
    assert ShopSwitch.state() == "down"


def test_every_code_of_the_test_mode_stands_on_its_page(world, client):
    html = client.get("/sandbox/", headers=ENGLISH).content.decode()

    for code in (
        "invalid_request",
        "malformed_json",
        "unsupported_media_type",
        "method_not_allowed",
        "clock_fixed",
        "busy",
    ):
        assert f'id="{code}"' in html


# ── The switches ──


def test_faults_are_switched_on_listed_and_switched_off(world, client):
    late = {"wire": "bank", "operation": "debit", "kind": "late", "only_for": "70000100000001"}

    switched = ask(client, "POST", "faults", {**late, "times": 2})

    assert switched == (201, {"on": [{**late, "remaining": 2, "seconds": 3.0}]})
    assert ask(client, "GET", "faults")[1] == switched[1]
    assert ask(client, "DELETE", "faults") == (200, {"on": []})
    assert not Fault.objects.exists()


def test_the_clock_is_read_and_moved(world, client, portal, settings, tmp_path):
    settings.CLOCK_FILE = str(tmp_path / "clock")
    portal.answers["GET", "/sandbox/idle"] = (200, {"idle": True})

    before = ask(client, "GET", "clock")[1]
    status, after = ask(client, "POST", "clock", {"advance_seconds": 90, "stops": False})

    assert before["offset_seconds"] == 0
    assert status == 200
    assert after["offset_seconds"] == pytest.approx(90, abs=1)
    assert (after["stops"], after["idle"]) == (1, True)


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"advance_seconds": -1}, "/advance_seconds", "clock_refused"),
        ({"advance_days": 10_000}, "/advance_days", "clock_refused"),
        ({"to": "2020-01-01T00:00:00Z"}, "/to", "clock_refused"),
        ({"to": "2030-01-01T00:00:00"}, "/to", "clock_refused"),
        ({"advance_days": 1, "advance_seconds": 1}, "/advance_days", "clock_refused"),
        ({}, "/", "clock_refused"),
        ({"days": 1}, "/days", "unknown_field"),
    ],
)
def test_a_clock_that_cannot_move_so_stays(world, client, settings, tmp_path, body, pointer, code):
    settings.CLOCK_FILE = str(tmp_path / "clock")

    status, answer = ask(client, "POST", "clock", body)

    assert status == 422
    assert (answer["errors"][0]["pointer"], answer["errors"][0]["code"]) == (pointer, code)
    assert list(tmp_path.iterdir()) == []


def test_a_clock_without_its_file_says_so(world, client):
    status, answer = ask(client, "POST", "clock", {"advance_days": 1})

    assert (status, answer["code"]) == (409, "clock_fixed")


def test_messages_are_found_by_phone(world, client):
    for number, phone in enumerate(["+886912345001", "+886912345002", "+886912345001"]):
        TextMessage.objects.create(
            operator="primary",
            message_id=str(number),
            phone=phone,
            text=f"text {number}",
            state="delivered",
            copies=1,
            received_at="2026-11-23T02:00:00Z",
        )

    _, found = ask(client, "GET", "messages?phone=%2B886912345001")

    assert [message["text"] for message in found["messages"]] == ["text 2", "text 0"]
    assert ask(client, "GET", "messages?phone=+886912345001")[1] == found
    assert len(ask(client, "GET", "messages")[1]["messages"]) == 3


def test_a_person_is_made_to_measure(world, client):
    status, made = ask(
        client, "POST", "people", {"does": ["pays", "debit_late"], "credit_centre": "notice", "phone": "+886900000102"}
    )

    assert status == 201
    assert [account["outcome"] for account in made["card"]["accounts"]] == ["pays", "debit_late"]
    assert (made["person"]["credit_centre"], made["person"]["phone"]) == ("notice", "+886900000102")
    assert holders.find_holder(made["card"]["accounts"][1]["number"]).card.serial == made["card"]["serial"]


def test_a_locked_card_gets_its_tries_back(world, client):
    VirtualCard.objects.filter(serial="S00000000001").update(tries_left=0)

    assert ask(client, "POST", "cards/renew", {"card": "S00000000001"})[0] == 200
    assert VirtualCard.objects.get(serial="S00000000001").tries_left == 3


def test_more_payers_than_the_process_can_serve_are_sent_away_at_once(world, client):
    for _ in range(views.PAYERS_MAX):
        views._payers.acquire()
    try:
        answer = client.post(
            "/sandbox/pay",
            {"page_url": "http://portal.test/pay/PAY-1/x/", "account": "pays"},
            content_type="application/json",
        )
    finally:
        views._payers.release(views.PAYERS_MAX)

    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert (answer.json()["code"], answer.json()["retryable"]) == ("busy", True)
