"""The list of bad input: each item has a code of its own, its text in both languages, and a test that nothing moved."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.utils.translation import override

from common.errors import Refusal
from payments.pages import stopped, words
from payments.tests.test_api import REFUSED as REFUSED_FIELDS
from payments.tests.test_api import Shop, order
from payments.tests.test_pages import endings_by_code
from verification.states import Status as CheckStatus

ROOT = Path(__file__).parent.parent
CHINESE = re.compile("[\u3400-\u9fff]")
# How the named tests look whether something moved: debits, books, limits, refunds, orders, calendar days.
PROOF = re.compile(
    r"assert_nothing_moved|debits_of|Journal|LimitUse|bank\.book|inquir|Inquiry|Payment\.objects|payments\.count"
    r"|Refund\.objects|reserved\(|CalendarDay"
)

CODES = "cards/tests/test_operations.py"
PAGES = "payments/tests/test_pages.py"
DEBITS = "payments/tests/test_debits.py"
API = "payments/tests/test_api.py"
READER = "reader/tests/test_component.py"
IDENTITY = "verification/tests/test_pages.py"
REFUND = "refunds/tests/test_requesting.py"
REFUND_API = "refunds/tests/test_api.py"
CALENDAR = "refunds/tests/test_publishing.py"

# What was done → the code that is answered → the test that it moves nothing.
REFUSED = [
    ("picture code wrong", "picture_code_wrong", PAGES, "test_a_wrong_picture_code_is_refused_as_a_problem_and_gives_no_check_code"),
    ("picture code used", "picture_code_used", PAGES, "test_a_picture_code_that_is_no_longer_good_gives_no_check_code"),
    ("picture code expired", "picture_code_expired", PAGES, "test_a_picture_code_that_is_no_longer_good_gives_no_check_code"),
    ("picture code guessed at", "picture_code_tries", PAGES, "test_a_picture_code_that_is_no_longer_good_gives_no_check_code"),
    ("forged TAC", "card_signature_invalid", DEBITS, "test_one_changed_thing_in_what_the_card_signed_is_refused"),
    ("repeated counter", "card_counter_repeated", DEBITS, "test_a_counter_that_does_not_rise_is_refused"),
    ("unknown check code", "check_code_unknown", DEBITS, "test_one_changed_thing_in_what_the_card_signed_is_refused"),
    ("used check code", "check_code_used", DEBITS, "test_a_check_code_is_good_once_and_for_five_minutes"),
    ("expired check code", "check_code_expired", DEBITS, "test_a_check_code_is_good_once_and_for_five_minutes"),
    ("changed amount", "order_changed", DEBITS, "test_one_changed_thing_in_what_the_card_signed_is_refused"),
    ("authority silent", "card_authority_unavailable", DEBITS, "test_a_card_authority_that_does_not_answer_stops_before_any_debit"),
    ("expired order", "order_expired", PAGES, "test_the_right_link_of_an_ended_payment_says_how_it_ended"),
    ("cancelled order", "order_cancelled", PAGES, "test_the_right_link_of_an_ended_payment_says_how_it_ended"),
    ("order declined too often", "order_failed", PAGES, "test_the_right_link_of_an_ended_payment_says_how_it_ended"),
    ("already paid order", "already_paid", PAGES, "test_a_paid_order_confirmed_anew_is_refused_and_charged_no_second_time"),
    ("second tab while it is confirmed", "attempt_in_progress", DEBITS, "test_an_outcome_that_is_not_known_is_a_status"),
    ("dead link", "page_link_dead", PAGES, "test_a_first_use_leads_to_the_identity_page_and_this_link_dies"),
    ("second tab at the gate", "check_elsewhere", IDENTITY, "TestWay.test_a_form_sent_from_a_second_tab_does_nothing_twice"),
    ("card lost", "card_lost", DEBITS, "test_whoever_may_not_pay_is_refused_before_any_debit"),
    ("card cancelled", "card_cancelled", DEBITS, "test_whoever_may_not_pay_is_refused_before_any_debit"),
    ("foreign card", "foreign_card", DEBITS, "test_whoever_may_not_pay_is_refused_before_any_debit"),
    ("credit card", "credit_card", DEBITS, "test_whoever_may_not_pay_is_refused_before_any_debit"),
    ("account closed", "account_closed", DEBITS, "test_whoever_may_not_pay_is_refused_before_any_debit"),
    ("account frozen", "account_frozen", DEBITS, "test_whoever_may_not_pay_is_refused_before_any_debit"),
    ("no transfer agreement", "no_transfer_agreement", DEBITS, "test_whoever_may_not_pay_is_refused_before_any_debit"),
    ("holder under age", "under_age", DEBITS, "test_whoever_may_not_pay_is_refused_before_any_debit"),
    ("above a limit", "limit_exceeded", DEBITS, "test_a_dollar_above_any_limit_is_refused_before_any_debit"),
    ("bank: balance", "balance_too_low", DEBITS, "test_each_code_of_the_bank_is_a_refusal_and_the_payer_may_try_again"),
    ("bank: its own limit", "bank_limit", DEBITS, "test_each_code_of_the_bank_is_a_refusal_and_the_payer_may_try_again"),
    ("bank: busy", "bank_busy", DEBITS, "test_each_code_of_the_bank_is_a_refusal_and_the_payer_may_try_again"),
    ("bank: too late", "not_debited", DEBITS, "test_each_code_of_the_bank_is_a_refusal_and_the_payer_may_try_again"),
    ("bank: a code nobody knows", "bank_declined", DEBITS, "test_each_code_of_the_bank_is_a_refusal_and_the_payer_may_try_again"),
    ("third identity try of the day", "identity_tries_used_up", IDENTITY, "test_no_other_end_of_the_gate_moves_money_either"),
    ("wallet top-up", "top_up_not_supported", API, "test_a_wallet_top_up_is_refused_whatever_else_is_wrong"),
    ("same order, other amount", "order_amounts_differ", API, "test_the_same_order_with_another_amount_is_refused_with_both_amounts"),
    ("refund above the rest", "refund_above_rest", REFUND, "test_one_dollar_above_the_rest_is_refused_with_the_rest"),
    ("refund on day 361", "refund_too_late", REFUND, "test_a_refund_is_possible_on_the_360th_day_and_not_on_the_361st"),
    ("refund of an unpaid order", "order_not_paid", REFUND, "test_an_unpaid_order_is_not_refunded"),
    ("refund twice, another body", "refund_number_reused", REFUND, "test_a_refund_number_with_another_body_is_refused"),
    ("refund of shipped goods", "goods_shipped", REFUND, "test_shipped_goods_are_refused_with_the_platforms_contact"),
    ("calendar file partial", "calendar_partial_year", CALENDAR, "test_a_refused_file_publishes_nothing"),
    ("calendar file duplicated", "calendar_duplicate_date", CALENDAR, "test_a_refused_file_publishes_nothing"),
    ("calendar file with a wrong weekday", "calendar_weekday_wrong", CALENDAR, "test_a_refused_file_publishes_nothing"),
    ("calendar file with a day off unexplained", "calendar_day_off_unexplained", CALENDAR, "test_a_refused_file_publishes_nothing"),
    ("calendar file with a weekend worked", "calendar_weekend_worked", CALENDAR, "test_a_refused_file_publishes_nothing"),
    ("calendar file unreadable", "calendar_unreadable", CALENDAR, "test_a_refused_file_publishes_nothing"),
]  # fmt: skip

# What the page itself says of reader and card: a sentence of the pay page, or the page on which a try ends.
# The words stand in `reader/`: nothing of it ever leaves the payer's computer.
AT_THE_CARD = [
    ("wrong password", "wrong_password", "test_the_third_wrong_password_locks_the_card_for_every_later_reader"),
    ("third wrong password, locked card", "card_locked", "test_the_third_wrong_password_locks_the_card_for_every_later_reader"),
    ("no reader", "no_reader", "test_without_a_card_nothing_is_read_or_signed"),
    ("no card", "no_card", "test_without_a_card_nothing_is_read_or_signed"),
    ("swapped card", "card_swapped", "test_a_card_swapped_between_accounts_and_signature_is_not_signed_with"),
    ("card pulled", "card_removed", "test_a_card_pulled_while_it_signs_is_card_removed"),
    ("cancelled", "cancelled", "test_a_waiting_signature_can_be_cancelled_and_the_card_is_free_again"),
    ("silent card", "timed_out", "test_a_card_that_is_silent_for_too_long_has_timed_out"),
    ("second window", "busy", "test_a_second_page_is_told_busy_while_the_first_one_signs"),
    ("amount that differs", "amount_mismatch", "test_a_signature_asked_for_wrongly_is_refused_and_the_card_is_untouched"),
]  # fmt: skip
LIGHTS = ["component-missing", "component-too_old", "component-blocked", "reader-none", "reader-no_driver", "card-none"]
LIGHTS += ["card-locked", "card-unreadable"]

# How a question to the credit centre ends, as the check's own status and page.
AT_THE_GATE = [
    ("mismatch", CheckStatus.MISMATCH, "mismatch.html"),
    ("watch list", CheckStatus.REFUSED, "refused.html"),
    ("unavailable", CheckStatus.UNAVAILABLE, "unavailable.html"),
]

# Numbers of an order: field, value, code. The API's own test holds each of them and that no row is made.
ORDERS = [
    ("negative amount", "product_minor", -1, "min_value"),
    ("no amount", "product_minor", 0, "min_value"),
    ("huge amount", "product_minor", 10**30, "max_value"),
    ("fractional amount", "product_minor", 9.5, "not_whole"),
    ("discount above goods", "discount_minor", 22051, "discount_too_high"),
    ("unknown currency", "currency", "XYZ", "invalid_choice"),
    ("rate of nothing", "rate", "0", "rate_not_positive"),
]


@cache
def refusals():
    found, waiting = {}, [Refusal]
    while waiting:
        parent = waiting.pop()
        waiting += parent.__subclasses__()
        found[parent.code] = parent
    return found


@cache
def functions_of(path):
    """The source of each test of a file, by its name."""
    source = (ROOT / path).read_text()
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    return {node.name: ast.get_source_segment(source, node) for node in nodes}


def in_both_languages(*texts):
    said = []
    for language in ("zh-hant", "en"):
        with override(language):
            said.append("".join(str(text) for text in texts))
    return said


def assert_said_in_both(*texts):
    chinese, english = in_both_languages(*texts)
    assert CHINESE.search(chinese)
    assert english
    assert not CHINESE.search(re.sub("西元日期,星期,是否放假,備註|補行上班", "", english))


@pytest.mark.parametrize(("item", "code", "path", "test"), REFUSED, ids=[row[0] for row in REFUSED])
def test_each_item_has_its_code_its_texts_and_its_test(item, code, path, test):
    refusal = refusals()[code]

    assert_said_in_both(refusal.title, refusal.text)
    held = functions_of(path)[test.rpartition(".")[2]]
    assert PROOF.search(held), f"{test} doesn't look whether anything moved"


def test_no_two_items_share_a_code():
    codes = [code for _, code, _, _ in REFUSED]

    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(("item", "code", "test"), AT_THE_CARD, ids=[row[0] for row in AT_THE_CARD])
def test_each_trouble_with_the_card_has_its_sentence_and_its_test(item, code, test):
    ending = stopped.ENDINGS.get(endings_by_code().get(code, ""))
    said = (ending.title, ending.why, *ending.steps) if ending else (words.READER_ERRORS[code],)
    assert_said_in_both(*said)
    assert test in functions_of(READER)


@pytest.mark.parametrize("light", LIGHTS)
def test_each_missing_device_has_its_light_and_its_remedy(light):
    state, word, remedy = words.DEVICES[light]

    assert state in {"problem", "wait"}
    assert_said_in_both(word, remedy)


@pytest.mark.parametrize(("item", "status", "page"), AT_THE_GATE, ids=[row[0] for row in AT_THE_GATE])
def test_each_answer_of_the_credit_centre_has_its_status_and_page(item, status, page):
    assert_said_in_both(status.label)
    template = (ROOT / "templates/verification" / page).read_text()
    assert 'money_moved="no"' in template or "portal/_money.html" in template
    assert f"Status.{status.name}" in (ROOT / IDENTITY).read_text()


@pytest.mark.django_db
@pytest.mark.parametrize(("item", "field", "value", "code"), ORDERS, ids=[row[0] for row in ORDERS])
def test_each_impossible_order_is_refused_in_both_languages(item, field, value, code):
    shop = Shop()
    said = {}
    for language in ("zh-hant", "en"):
        answer = shop.client.post(
            "/api/v1/payments",
            order(**{field: value}),
            content_type="application/json",
            headers={"accept-language": language},
        )
        (error,) = (error for error in answer.json()["errors"] if error["pointer"] == f"/{field}")
        assert error["code"] == code
        said[language] = error["detail"]

    assert CHINESE.search(said["zh-hant"])
    assert not CHINESE.search(said["en"])
    assert (field, value, field, code) in REFUSED_FIELDS


def test_a_missing_rate_is_held_by_the_apis_own_table():
    assert ("rate", "required") in [(field, code) for field, _, _, code in REFUSED_FIELDS]
