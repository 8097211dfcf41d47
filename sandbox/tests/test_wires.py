"""Card authority, credit centre, SMS operators, and the fault switches on all of them."""

import datetime as dt
import uuid

import pytest
from django.conf import settings

from common import clock
from reader import tac
from sandbox import faults
from sandbox.models import ChipAnswer, Fault, Person, TextMessage, VirtualCard
from sandbox.people import PEOPLE, complete_national_id, fixed_account_number, make_person
from sandbox.tests.conftest import broke_off

NOON = dt.datetime(2026, 11, 23, 4, 0, tzinfo=dt.UTC)


def signed(card, counter="00000001", **change):
    parts = {
        "amount_minor": 961,
        "currency": "TWD",
        "account": card.account_numbers[0],
        "terminal": "W0000001",
        "check_code": "12345678",
        "signed_at": "20261123120000",
        "order_digest": "ab" * 32,
    }
    key = tac.derive_key(settings.CHIP_MASTER_KEY, card.serial)
    body = {
        **parts,
        "request_id": str(uuid.uuid4()),
        "issuer": card.issuer,
        "card_serial": card.serial,
        "counter": counter,
        "tac": tac.compute_tac(key=key, counter=counter, text=tac.tac_text(**parts)),
    }
    return body | change


@pytest.fixture
def card(world):
    return VirtualCard.objects.get(serial="S00000000001")


def test_a_genuine_tac_is_valid_and_names_the_customer(card, call):
    assert call("chip", "POST", "verify", signed(card)).json() == {
        "result": "valid",
        "customer_number": "2000000001",
        "card_number_last4": "0001",
    }


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"amount_minor": 962}, "tac_mismatch"),
        ({"currency": "USD"}, "tac_mismatch"),
        ({"account": fixed_account_number("pays_too")}, "tac_mismatch"),
        ({"terminal": "W0000002"}, "tac_mismatch"),
        ({"check_code": "12345679"}, "tac_mismatch"),
        ({"signed_at": "20261123120001"}, "tac_mismatch"),
        ({"order_digest": "ac" * 32}, "tac_mismatch"),
        ({"counter": "00000002"}, "tac_mismatch"),
        ({"counter": "two"}, "tac_mismatch"),
        ({"tac": "00" * 8}, "tac_mismatch"),
        ({"account": fixed_account_number("declined_4501")}, "account_not_on_card"),
        ({"card_serial": "S99999999999"}, "unknown_card"),
        ({"issuer": "701"}, "unknown_card"),
    ],
)
def test_one_changed_part_is_invalid_and_uses_up_no_counter(card, call, change, reason):
    answer = call("chip", "POST", "verify", signed(card) | change).json()

    assert answer == {"result": "invalid", "reason": reason}
    card.refresh_from_db()
    assert card.verified_counter == 0


@pytest.mark.parametrize(
    ("counter", "result"), [("00000004", "invalid"), ("00000005", "invalid"), ("00000006", "valid")]
)
def test_counters_rise_strictly(card, call, counter, result):
    call("chip", "POST", "verify", signed(card, counter="00000005"))

    assert call("chip", "POST", "verify", signed(card, counter=counter)).json()["result"] == result


def test_the_same_request_of_the_authority_gets_the_first_answer(card, call):
    body = signed(card)

    first, second = (call("chip", "POST", "verify", body).json() for _ in range(2))

    assert first == second
    assert first["result"] == "valid"
    assert ChipAnswer.objects.count() == 1


def test_the_same_request_id_with_other_contents_gets_no_answer(card, call):
    body = signed(card)
    call("chip", "POST", "verify", body)

    assert call("chip", "POST", "verify", {**body, "amount_minor": 1}).status_code == 400


def typed(customer_number, **change):
    person = Person.objects.get(customer_number=customer_number)
    return {
        "request_id": str(uuid.uuid4()),
        "national_id": person.national_id,
        "birth_date": person.birth_date.isoformat(),
        "issue_date": person.issue_date.isoformat(),
        "issue_type": person.issue_type,
        "issue_place": person.issue_place,
    } | change


@pytest.mark.parametrize("seed", PEOPLE, ids=lambda seed: seed.customer_number)
def test_the_credit_centre_answers_as_the_person_was_made(world, call, stand, seed):
    body = typed(seed.customer_number)
    today = clock.today_in_taipei(clock.now())

    response = call("jcic", "POST", "identity", body)

    if seed.credit_centre == "unavailable":
        assert response.status_code == 503
        return
    answer = response.json()
    assert answer["result"] == ("mismatch" if seed.credit_centre == "mismatch" else "match")
    released = {
        "notice": [None],
        "notice_past": [(today - dt.timedelta(days=1)).isoformat()],
        "notice_today": [today.isoformat()],
        "notice_future": [(today + dt.timedelta(days=30)).isoformat()],
    }
    assert [notice["release_date"] for notice in answer["notices"]] == released.get(seed.credit_centre, [])
    assert [notice["release_code"] is None for notice in answer["notices"]] == [
        date is None for date in released.get(seed.credit_centre, [])
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"national_id": "A234567897"},
        {"birth_date": "1985-03-16"},
        {"issue_date": "2015-05-02"},
        {"issue_type": "first"},
        {"issue_place": "64000"},
    ],
)
def test_one_wrong_detail_is_a_mismatch(world, call, change):
    assert call("jcic", "POST", "identity", typed("2000000001", **change)).json()["result"] == "mismatch"


def test_national_ids_of_the_world_have_a_fitting_check_digit():
    assert complete_national_id("A12345678") == "A123456789"
    assert len({seed.national_id for seed in PEOPLE}) == len(PEOPLE)


def message(phone="+886912345001", **change):
    return {"message_id": str(uuid.uuid4()), "to": phone, "text": "驗證碼 123456"} | change


def test_a_message_arrives_on_the_handset_once_however_often_it_is_sent(world, call, client):
    body = message()

    answers = [call("sms_primary", "POST", "messages", body).json() for _ in range(2)]

    assert answers[0] == answers[1]
    assert answers[0]["result"] == "accepted"
    found = client.get("/handset/messages", {"phone": "+886912345001"}).json()["messages"]
    assert [(one["text"], one["copies"], one["operator"]) for one in found] == [("驗證碼 123456", 1, "primary")]
    assert call("sms_primary", "GET", f"messages/{body['message_id']}").json() == {"result": "delivered"}
    assert call("sms_secondary", "GET", f"messages/{body['message_id']}").json() == {"result": "not_found"}


@pytest.mark.parametrize(
    ("phone", "primary", "secondary", "arrives"),
    [
        ("+886912345999", "accepted", "accepted", 2),
        ("+886900000101", "rejected", "accepted", 1),
        ("+886900000102", None, "accepted", 2),
        ("+886900000103", None, "accepted", 1),
        ("+886900000104", "rejected", "rejected", 0),
        ("+886900000105", "accepted", "accepted", 0),
    ],
)
def test_phone_numbers_pick_what_happens(world, call, client, phone, primary, secondary, arrives):
    for operator, result in (("sms_primary", primary), ("sms_secondary", secondary)):
        response = call(operator, "POST", "messages", message(phone))
        assert broke_off(response) if result is None else response.json()["result"] == result

    assert len(client.get("/handset/messages", {"phone": phone}).json()["messages"]) == arrives


def test_a_plus_sign_that_nobody_escaped_still_finds_the_phone(world, call, client):
    call("sms_primary", "POST", "messages", message("+886912345001"))

    assert len(client.get("/handset/messages?phone=+886912345001").json()["messages"]) == 1


def test_a_duplicate_rings_the_handset_twice(world, call, client):
    faults.switch_on(wire="sms_primary", operation="send", kind="duplicate")

    call("sms_primary", "POST", "messages", message())

    assert TextMessage.objects.get().copies == 2


@pytest.mark.parametrize("kind", faults._COMMON)
@pytest.mark.parametrize(
    ("wire", "operation", "path", "method"),
    [
        ("bank", "profile", "profile", "POST"),
        ("bank", "statement", "statement", "GET"),
        ("jcic", "identity", "identity", "POST"),
        ("sms_primary", "send", "messages", "POST"),
        ("sms_secondary", "send", "messages", "POST"),
    ],
)
def test_each_common_fault_spoils_each_call_once(world, call, kind, wire, operation, path, method):
    bodies = {
        "profile": {"customer_number": "2000000001", "account": fixed_account_number("pays")},
        "statement": {},
        "identity": typed("2000000001"),
        "messages": message(),
    }
    faults.switch_on(wire=wire, operation=operation, kind=kind, seconds=0)

    first = call(wire, method, path, bodies[path])
    second = call(wire, method, path, bodies[path])

    match kind:
        case "refuse":
            assert first.status_code == 503
        case "timeout_before" | "timeout_after" | "reset":
            assert broke_off(first)
        case "garbled":
            with pytest.raises(ValueError, match="Unterminated"):
                first.json()
        case _:
            assert first.json() == second.json()
    assert second.status_code == 200
    assert second.json()["result"] in {"ok", "match", "accepted"}
    assert not Fault.objects.exists()


def test_a_fault_can_wait_for_one_phone(world, call):
    faults.switch_on(wire="sms_primary", operation="send", kind="refuse", only_for="+886912345002")

    assert call("sms_primary", "POST", "messages", message("+886912345001")).status_code == 200
    assert call("sms_primary", "POST", "messages", message("+886912345002")).status_code == 503


def test_an_enquiry_can_be_told_not_found_yet(world, call):
    body = message()
    call("sms_primary", "POST", "messages", body)
    faults.switch_on(wire="sms_primary", operation="enquiry", kind="not_found_yet")

    found = [call("sms_primary", "GET", f"messages/{body['message_id']}").json()["result"] for _ in range(2)]

    assert found == ["not_found", "delivered"]


@pytest.mark.parametrize(
    "body",
    [
        {"wire": "bank", "operation": "debit", "kind": "not_found_yet"},
        {"wire": "bank", "operation": "nonsense", "kind": "refuse"},
        {"wire": "moon", "operation": "send", "kind": "refuse"},
        {"wire": "bank", "operation": "debit", "kind": "refuse", "times": -1},
        {"wire": "bank", "operation": "debit", "kind": "slow", "seconds": 900},
        {"wire": "bank", "operation": "debit", "kind": "slow", "seconds": "nan"},
    ],
)
def test_faults_that_make_no_sense_are_refused(db, client, body):
    assert client.post("/faults/", body, content_type="application/json").status_code == 400
    assert not Fault.objects.exists()


def test_a_new_person_has_a_card_of_their_own(db):
    card = make_person(does=("pays", "poor"), at=NOON)

    assert len(set(card.account_numbers)) == 2
    assert not card.person.seeded
    assert card.person.customer_number.startswith("29")
