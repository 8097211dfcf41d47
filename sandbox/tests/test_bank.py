"""The bank's wire, as docs/wires.md says, and what each account number makes of it."""

import datetime as dt
import threading
import uuid

import pytest
from django.db import connection

from common import clock
from sandbox.bank import VALIDITY_MAX
from sandbox.models import Account, BankRequest
from sandbox.outcomes import ACCOUNTS, RICH_MINOR
from sandbox.people import fixed_account_number
from sandbox.tests.conftest import broke_off

NOON = dt.datetime(2026, 11, 23, 4, 0, tzinfo=dt.UTC)


def order(does="pays", person_index=0, amount_minor=961, at=None, **other):
    valid_until = (at or clock.now()) + dt.timedelta(minutes=5)
    return {
        "request_id": str(uuid.uuid4()),
        "account": fixed_account_number(does, person_index),
        "amount_minor": amount_minor,
        "currency": "TWD",
        "reference": "PAY-TEST",
        "narrative": "order",
        "valid_until": valid_until.isoformat().replace("+00:00", "Z"),
    } | other


def balance(does="pays"):
    return Account.objects.get(number=fixed_account_number(does)).balance_minor


@pytest.mark.parametrize("does", ACCOUNTS)
def test_every_kind_of_account_is_in_the_world_once_under_its_last_four_digits(world, does):
    assert Account.objects.filter(does=does).first().number[-4:] == ACCOUNTS[does].last4


def test_last_four_digits_are_never_shared():
    assert len({outcome.last4 for outcome in ACCOUNTS.values()}) == len(ACCOUNTS)


@pytest.mark.parametrize("path", ["profile", "debits", "credits", "debits/x/reverse"])
def test_a_wrong_token_is_refused(world, call, path):
    assert call("bank", "POST", path, {}, token="guess").status_code == 401


@pytest.mark.parametrize(
    ("does", "member", "value"),
    [
        ("pays", "account_status", "open"),
        ("frozen", "account_status", "frozen"),
        ("closed", "account_status", "closed"),
        ("no_agreement", "transfer_agreement", False),
        ("foreign_card", "card", {"status": "active", "kind": "atm", "issued": "foreign"}),
        ("lost_card", "card", {"status": "lost", "kind": "atm", "issued": "domestic"}),
        ("cancelled_card", "card", {"status": "cancelled", "kind": "atm", "issued": "domestic"}),
        ("credit_card", "card", {"status": "active", "kind": "credit", "issued": "domestic"}),
    ],
)
def test_the_profile_shows_what_the_account_is(world, call, does, member, value):
    body = {"customer_number": "2000000001", "account": fixed_account_number(does)}

    answer = call("bank", "POST", "profile", body).json()

    assert answer["result"] == "ok"
    assert answer[member] == value
    assert answer["holder"] == {"national_id": "A123456789", "birth_date": "1985-03-15", "phone": "+886912345001"}


def test_the_profile_of_somebody_elses_account_is_declined(world, call):
    body = {"customer_number": "2000000002", "account": fixed_account_number("pays")}

    assert call("bank", "POST", "profile", body).json() == {"result": "declined", "code": "4502"}


def test_a_debit_moves_the_balance_and_tells_reference_amount_and_time(world, call, stand):
    stand(NOON)

    answer = call("bank", "POST", "debits", order(at=NOON)).json()

    assert answer["result"] == "approved"
    assert (answer["amount_minor"], answer["currency"]) == (961, "TWD")
    assert answer["booked_at"] == "2026-11-23T04:00:00Z"
    assert answer["bank_reference"]
    assert balance() == RICH_MINOR - 961


def test_the_same_request_gets_the_first_answer_and_moves_nothing(world, call):
    sent = order()

    first, second = (call("bank", "POST", "debits", sent).json() for _ in range(2))

    assert first == second
    assert balance() == RICH_MINOR - 961


@pytest.mark.parametrize("change", [{"amount_minor": 962}, {"account": fixed_account_number("pays_too")}])
def test_the_same_id_with_other_contents_is_declined_4590(world, call, change):
    sent = order()
    call("bank", "POST", "debits", sent)

    assert call("bank", "POST", "debits", {**sent, **change}).json() == {"result": "declined", "code": "4590"}
    assert balance() == RICH_MINOR - 961
    assert balance("pays_too") == RICH_MINOR


def test_a_declined_request_stays_declined(world, call):
    sent = order("declined_4501")

    answers = [call("bank", "POST", "debits", sent).json() for _ in range(2)]
    found = call("bank", "GET", f"debits/{sent['request_id']}").json()

    assert [*answers, found] == [{"result": "declined", "code": "4501"}] * 3


@pytest.mark.parametrize(
    ("does", "code"),
    [(does, outcome.debit_code) for does, outcome in ACCOUNTS.items() if outcome.debit_code]
    + [("poor", "4501"), ("closed", "4502"), ("frozen", "4503")],
)
def test_a_debit_is_declined_with_the_accounts_code(world, call, does, code):
    before = balance(does)

    assert call("bank", "POST", "debits", order(does)).json() == {"result": "declined", "code": code}
    assert balance(does) == before


def test_a_debit_of_the_whole_balance_is_booked_and_one_dollar_more_is_not(world, call):
    assert call("bank", "POST", "debits", order("poor", amount_minor=101)).json()["result"] == "declined"
    assert call("bank", "POST", "debits", order("poor", amount_minor=100)).json()["result"] == "approved"
    assert balance("poor") == 0


def test_a_request_after_its_time_is_declined_4591(world, call, stand):
    sent = order(at=NOON)
    stand(NOON + dt.timedelta(minutes=5))

    assert call("bank", "POST", "debits", sent).json() == {"result": "declined", "code": "4591"}
    assert balance() == RICH_MINOR


@pytest.mark.parametrize(
    "change",
    [
        {"amount_minor": 0},
        {"amount_minor": -1},
        {"amount_minor": 9.5},
        {"amount_minor": True},
        {"currency": "CNY"},
        {"valid_until": "soon"},
        {"valid_until": "2026-11-23T04:00:00"},
        {"request_id": ""},
        {"account": 7},
    ],
)
def test_a_body_the_bank_does_not_understand_is_no_answer(world, call, change):
    assert call("bank", "POST", "debits", order() | change).status_code == 400
    assert not BankRequest.objects.exists()


@pytest.mark.parametrize("does", ["debit_unanswered", "debit_garbled", "debit_wrong_amount", "debit_duplicate"])
def test_a_debit_whose_answer_is_spoilt_is_booked_once_and_an_enquiry_finds_it(world, call, does):
    sent = order(does)

    response = call("bank", "POST", "debits", sent)
    found = call("bank", "GET", f"debits/{sent['request_id']}").json()
    again = call("bank", "POST", "debits", sent).json()

    match does:
        case "debit_unanswered":
            assert broke_off(response)
        case "debit_garbled":
            assert response.content == b'{"result":"appro'
        case "debit_wrong_amount":
            assert response.json()["amount_minor"] == 962
        case "debit_duplicate":
            assert response.json() == found
    assert (found["result"], found["amount_minor"]) == ("approved", 961)
    assert again == found
    assert balance(does) == RICH_MINOR - 961


@pytest.mark.parametrize("does", ["debit_lost", "debit_reset"])
def test_a_lost_debit_is_not_found_and_final_once_its_time_has_run_out(world, call, stand, does):
    stand(NOON)
    sent = order(does, at=NOON)
    assert broke_off(call("bank", "POST", "debits", sent))

    stand(NOON + dt.timedelta(minutes=4, seconds=59))
    early = call("bank", "GET", f"debits/{sent['request_id']}").json()
    stand(NOON + dt.timedelta(minutes=5))
    late = call("bank", "GET", f"debits/{sent['request_id']}").json()

    assert early == {"result": "not_found", "final": False}
    assert late == {"result": "not_found", "final": True}
    assert balance(does) == RICH_MINOR


def test_what_was_called_final_is_never_booked(world, call, stand):
    stand(NOON)
    sent = order("debit_lost", at=NOON)
    call("bank", "POST", "debits", sent)
    stand(NOON + dt.timedelta(minutes=5))
    call("bank", "GET", f"debits/{sent['request_id']}")

    stand(NOON)

    assert call("bank", "POST", "debits", sent).json() == {"result": "declined", "code": "4591"}
    assert balance("debit_lost") == RICH_MINOR


def test_an_id_that_never_came_becomes_final_when_no_request_could_be_valid_any_more(world, call, stand):
    asked = f"debits/{uuid.uuid4()}"

    stand(NOON)
    assert call("bank", "GET", asked).json() == {"result": "not_found", "final": False}
    stand(NOON + VALIDITY_MAX - dt.timedelta(seconds=1))
    assert call("bank", "GET", asked).json() == {"result": "not_found", "final": False}
    stand(NOON + VALIDITY_MAX)
    assert call("bank", "GET", asked).json() == {"result": "not_found", "final": True}


def test_a_debit_that_was_asked_for_before_it_came_is_booked(world, call):
    sent = order()
    call("bank", "GET", f"debits/{sent['request_id']}")

    assert call("bank", "POST", "debits", sent).json()["result"] == "approved"


def test_a_late_debit_is_booked_after_an_enquiry_said_not_found(world, call):
    sent = order("debit_late")
    assert broke_off(call("bank", "POST", "debits", sent))
    assert balance("debit_late") == RICH_MINOR

    first, second = (call("bank", "GET", f"debits/{sent['request_id']}").json() for _ in range(2))

    assert first == {"result": "not_found", "final": False}
    assert second["result"] == "approved"
    assert balance("debit_late") == RICH_MINOR - 961


def test_a_late_debit_whose_time_has_run_out_is_never_booked(world, call, stand):
    stand(NOON)
    sent = order("debit_late", at=NOON)
    call("bank", "POST", "debits", sent)

    stand(NOON + dt.timedelta(minutes=5))
    answers = [call("bank", "GET", f"debits/{sent['request_id']}").json() for _ in range(2)]

    assert answers == [{"result": "not_found", "final": True}] * 2
    assert balance("debit_late") == RICH_MINOR


def paid(call, does="pays", amount_minor=961):
    sent = order(does, amount_minor=amount_minor)
    assert call("bank", "POST", "debits", sent).json()["result"] == "approved"
    return sent["request_id"]


def test_a_credit_gives_back_up_to_its_debit_and_no_dollar_more(world, call):
    debit = paid(call)

    first = call("bank", "POST", "credits", order(amount_minor=900, debit_request_id=debit)).json()
    more = call("bank", "POST", "credits", order(amount_minor=62, debit_request_id=debit)).json()
    rest = call("bank", "POST", "credits", order(amount_minor=61, debit_request_id=debit)).json()

    assert (first["result"], rest["result"]) == ("approved", "approved")
    assert more == {"result": "declined", "code": "4592"}
    assert balance() == RICH_MINOR


@pytest.mark.parametrize(
    ("does", "enquiries"),
    [
        ("credit_unanswered", ["approved"]),
        ("credit_late", ["not_found", "approved"]),
        ("credit_lost", ["not_found", "not_found"]),
    ],
)
def test_a_credit_without_an_answer_is_what_the_enquiries_say(world, call, does, enquiries):
    sent = order(does, debit_request_id=paid(call, does))

    assert broke_off(call("bank", "POST", "credits", sent))

    found = [call("bank", "GET", f"credits/{sent['request_id']}").json()["result"] for _ in enquiries]
    assert found == enquiries
    assert balance(does) == (RICH_MINOR if "approved" in enquiries else RICH_MINOR - 961)


@pytest.mark.parametrize(("does", "code"), [("credit_closed", "4502"), ("credit_declined", "4999")])
def test_a_credit_is_declined_with_the_accounts_code(world, call, does, code):
    sent = order(does, debit_request_id=paid(call, does))

    assert call("bank", "POST", "credits", sent).json() == {"result": "declined", "code": code}
    assert balance(does) == RICH_MINOR - 961


def test_a_reversal_takes_a_debit_back_once(world, call):
    debit = paid(call)
    body = {"request_id": str(uuid.uuid4()), "reason": "wrong amount"}

    first, second = (call("bank", "POST", f"debits/{debit}/reverse", body).json() for _ in range(2))
    other = call("bank", "POST", f"debits/{debit}/reverse", {**body, "request_id": str(uuid.uuid4())}).json()

    assert first == second
    assert (first["result"], first["amount_minor"]) == ("approved", 961)
    assert other == {"result": "declined", "code": "4592"}
    assert balance() == RICH_MINOR


def test_a_reversal_of_nothing_is_declined(world, call):
    body = {"request_id": str(uuid.uuid4()), "reason": "mistake"}

    assert call("bank", "POST", f"debits/{uuid.uuid4()}/reverse", body).json()["code"] == "4592"


def test_the_statement_lists_booked_lines_in_order_and_pages(world, call, stand):
    stand(NOON)
    debit = paid(call)
    call("bank", "POST", "debits", order("declined_4501"))
    call("bank", "POST", "credits", order(amount_minor=61, debit_request_id=debit))
    reversal = str(uuid.uuid4())
    other = paid(call)
    call("bank", "POST", f"debits/{other}/reverse", {"request_id": reversal, "reason": "test"})
    window = {"since": "2026-11-23T00:00:00Z", "until": "2026-11-24T00:00:00Z"}

    page = call("bank", "GET", "statement", {**window, "limit": 3}).json()
    rest = call("bank", "GET", "statement", {**window, "after": page["next"]}).json()
    before = call("bank", "GET", "statement", {"until": "2026-11-23T04:00:00Z"}).json()

    assert [line["kind"] for line in page["lines"]] == ["debit", "credit", "debit"]
    assert [line["line"] for line in page["lines"] + rest["lines"]] == [1, 2, 3, 4]
    assert rest["next"] is None
    assert rest["lines"][0]["request_id"] == reversal
    assert rest["lines"][0]["reverses"] == other
    assert page["lines"][0]["account_last4"] == "0001"
    assert before["lines"] == []


@pytest.mark.django_db(transaction=True)
def test_fifty_equal_requests_at_once_are_one_debit_and_fifty_equal_answers(call):
    from sandbox import people

    people.seed_people(at=clock.now())
    sent, answers = order(), []

    def ask():
        answers.append(call("bank", "POST", "debits", sent).content)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(50)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert len(answers) == 50
    assert len(set(answers)) == 1
    assert balance() == RICH_MINOR - 961


@pytest.mark.django_db(transaction=True)
def test_forty_debits_of_one_account_at_once_never_overdraw_it(call):
    from sandbox import people

    people.seed_people(at=clock.now())
    results = []

    def ask():
        results.append(call("bank", "POST", "debits", order("poor", amount_minor=30)).json()["result"])
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(40)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert results.count("approved") == 3
    assert balance("poor") == 10
