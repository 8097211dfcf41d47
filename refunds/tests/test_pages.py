"""The progress page: what a customer sees in each status and language, and what strangers don't."""

import datetime as dt
from html import unescape

import pytest
from django.core import signing
from django.test import Client

from cards.bank import fake_bank
from common import lookups
from payments.tests.factories import ACCOUNT, make_paid_payment
from refunds import operations
from refunds.pages import months, shown
from refunds.states import Status
from refunds.tests.factories import again, ask, at_taipei, make_accepted_refund, make_credited_refund, run
from refunds.working_days import Calendar, Part, Reason

pytestmark = pytest.mark.django_db

DUE = dt.date(2026, 6, 17)


@pytest.fixture(autouse=True)
def _frozen(monkeypatch, at):
    monkeypatch.setattr("common.clock.now", lambda: at)


def look_up(order_number, account_last4=ACCOUNT[-4:], language="en", **more):
    client = Client(headers={"accept-language": language})
    return client.post("/refunds/", {"order_number": order_number, "account_last4": account_last4}, **more)


def text_of(refund, language="en"):
    answer = look_up(refund.payment.order_number, language=language, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(("language", "heading"), [("en", "Where is my refund?"), ("zh-hant", "我的退款在哪裡？")])
def test_the_page_asks_for_order_number_and_account(language, heading):
    answer = Client(headers={"accept-language": language}).get("/refunds/")

    assert answer.status_code == 200
    assert heading in answer.content.decode()


def test_an_accepted_refund_shows_its_promise_and_its_days(at):
    text = text_of(make_accepted_refund(at))

    assert "It will be in your account between 2026/06/17 and 2026/06/23." in text
    assert "Dragon Boat Festival" in text
    assert "Weekend" in text
    assert "(02)7705-4306" in text
    assert ACCOUNT not in text


def test_the_page_speaks_chinese(at):
    text = text_of(make_accepted_refund(at), "zh-hant")

    assert "您的退款已受理" in text
    assert "端午節" in text


def test_a_deferral_is_shown_with_its_reason_and_dates(at):
    refund = make_accepted_refund(at)
    operations.record_closure(date=dt.date(2026, 6, 10), counties=["taipei_city"], part=Part.WHOLE, at=at, by="amy")
    operations.redate_refund(refund_id=refund.id, at=at, by="sweep")

    text = text_of(refund)

    assert "Moved: Typhoon closure" in text
    assert "Credit day 2026/06/17 → 2026/06/18." in text
    assert "Latest day 2026/06/23 → 2026/06/24." in text


def test_a_deferral_beyond_the_latest_date_shows_that_day_too(at):
    refund = make_accepted_refund(at)
    type(refund).objects.filter(pk=refund.pk).update(credit_date=dt.date(2026, 6, 24))

    assert "Moved to this day" in text_of(refund)


def make_in(status, at):
    if status == Status.REQUESTED:
        return ask(make_paid_payment(at), at)
    if status == Status.CREDITED:
        return make_credited_refund(at)
    refund = make_accepted_refund(at)
    behaviour = {Status.UNKNOWN: "timeout_before", Status.MANUAL: "4502"}.get(status)
    if behaviour:
        fake_bank().behave(ACCOUNT, behaviour)
        run(refund, at_taipei(DUE))
    return again(refund)


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (Status.REQUESTED, "The seller has not confirmed this refund yet"),
        (Status.ACCEPTED, "Your refund is accepted"),
        (Status.UNKNOWN, "It is credited once only."),
        (Status.MANUAL, "The money is kept for you"),
        (Status.CREDITED, "It was credited to your account on 2026/06/17."),
    ],
)
def test_each_status_says_what_happened_to_the_money(at, status, text):
    assert text in text_of(make_in(status, at))


@pytest.mark.parametrize("status", list(Status))
def test_each_status_has_its_words(status):
    assert status in shown._TAGS
    assert status in shown._NOTICES


def test_a_late_refund_says_so(at, monkeypatch):
    refund = make_in(Status.MANUAL, at)
    monkeypatch.setattr("common.clock.now", lambda: at_taipei(dt.date(2026, 6, 24)))

    text = text_of(refund)
    assert "The latest promised day, 2026/06/23, has passed." in text
    assert "The money is kept for you" in text


def test_a_cancelled_refund_is_not_listed(at):
    refund = ask(make_paid_payment(at), at)
    operations.cancel_refund(platform=refund.platform, reference=refund.reference, at=at, by="test")

    answer = look_up(refund.payment.order_number)

    assert answer.status_code == 404
    assert "We found no refund" in answer.content.decode()


def test_another_account_finds_nothing(at):
    refund = make_accepted_refund(at)

    answer = look_up(refund.payment.order_number, "0000")

    assert answer.status_code == 404
    assert "We found no refund" in answer.content.decode()
    assert refund.reference not in answer.content.decode()


@pytest.mark.parametrize(
    ("order_number", "account"), [("", ""), ("TB/1", "5566"), ("TB1", "556"), ("TB1", "55a6"), ("TB1", "５５６６x")]
)
def test_a_mistyped_answer_is_named(order_number, account):
    answer = look_up(order_number, account)

    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()


def test_reading_changes_nothing(at):
    refund = make_accepted_refund(at)
    answer = look_up(refund.payment.order_number)

    assert again(refund).step == refund.step
    assert Client().post(answer["Location"]).status_code == 405


def test_the_answers_address_has_nothing_of_what_was_typed(at):
    refund = make_accepted_refund(at)

    answer = look_up(refund.payment.order_number)

    assert answer.status_code == 302
    signed = signing.loads(answer["Location"].split("/")[2], salt="refunds.progress")
    assert signed == [[refund.payment.reference], int(at.timestamp()), 0]


def test_the_answer_shows_what_became_of_the_refund_since(at):
    refund = make_accepted_refund(at)
    address = look_up(refund.payment.order_number)["Location"]
    run(refund, at_taipei(DUE))

    page = Client(headers={"accept-language": "en"}).get(address)

    assert "It was credited to your account" in page.content.decode()
    assert "no-store" in page["Cache-Control"]


def test_the_answer_is_open_for_half_an_hour(at, monkeypatch):
    refund = make_accepted_refund(at)
    address = look_up(refund.payment.order_number)["Location"]
    monkeypatch.setattr("common.clock.now", lambda: at + dt.timedelta(minutes=30))

    page = Client(headers={"accept-language": "en"}).get(address)

    assert page.status_code == 410
    assert "This look-up has ended" in page.content.decode()
    assert refund.reference not in page.content.decode()


def test_a_forged_or_borrowed_address_opens_nothing(at):
    refund = make_accepted_refund(at)
    of_another_page = lookups.token_of([refund.payment.reference], page="payments.was-i-charged", at=at)

    for token in ("nonsense", "WyJQQVktMSIsMF0:1:x", of_another_page):
        assert Client().get(f"/refunds/{token}/").status_code == 410


def test_guessing_is_stopped_after_ten_tries(at):
    refund = make_accepted_refund(at)
    answers = [look_up(refund.payment.order_number, f"{digits:04d}") for digits in range(11)]

    assert [answer.status_code for answer in answers] == [404] * 10 + [429]
    assert "too_many_look_ups" in answers[-1].content.decode()
    assert look_up(refund.payment.order_number).status_code == 429


@pytest.mark.parametrize("reason", list(Reason))
def test_each_reason_of_a_day_has_words(reason):
    day = Calendar().day(DUE)

    text = months.why_of(type(day)(day.date, day.counted, reason, "名", "name", False))

    assert bool(text) == (reason is not Reason.WORKING)


@pytest.mark.parametrize(
    ("language", "words", "whose"),
    [
        ("en", "call the bank's number below", "The bank's customer service"),
        ("zh-hant", "下方的本行客服電話", "本行客戶服務"),
    ],
)
def test_a_credited_refund_names_the_banks_number_for_money_that_is_missing(at, language, words, whose):
    page = text_of(make_credited_refund(at), language)

    assert words in unescape(page)
    assert whose in unescape(page).split('<footer class="colophon">')[0]
    assert page.split('<footer class="colophon">')[0].index("(02)5550-0199") < page.index("(02)7705-4306")


def test_where_the_bank_names_no_number_the_shops_stands_alone(at, settings):
    settings.BANK_PHONE = ""

    page = text_of(make_credited_refund(at))

    assert "The bank's customer service" not in page
    assert "(02)7705-4306" in page
    assert "the bank's number below" not in page


def test_the_form_asks_for_the_account_that_paid_alone(at):
    page = Client(headers={"accept-language": "en"}).get("/refunds/").content.decode()

    assert "Of the account you paid with." in page
    assert "or tried to pay with" not in page
