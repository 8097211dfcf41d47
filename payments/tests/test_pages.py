"""The payer's pages: every amount before the password, one debit whatever is clicked, a word on the money everywhere."""

import datetime as dt
import json
import re
from html import unescape
from pathlib import Path

import pytest
from django.test import Client
from django.utils.translation import override

from cards.bank import fake_bank
from cards.models import PictureCode
from cards.operations import PICTURE_CODE_TRIES
from common import clock, phases
from common.errors import Refusal
from common.sealing import unseal
from ledger.models import Journal
from notifications.models import Event, Retelling
from notifications.tests.factories import deliver
from payments import operations
from payments.models import Attempt, LimitUse, Payment
from payments.operations import settling
from payments.pages import shown, stopped, words
from payments.states import AttemptOutcome, DebitPhase, Status
from payments.tests.factories import ACCOUNT, make_account, make_order, make_platform, sign
from platforms.operations import add_endpoint

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]


class Payer:
    """Someone the shop has sent here: a browser, a link, and a card whose holder has passed the gate."""

    def __init__(self, client, *, passed=True, **order):
        self.client = client
        at = clock.now()
        self.created = operations.create_payment(
            platform=make_platform(), order=make_order(at, **{"language": "en", **order}), at=at, by="shop"
        )
        self.payment = self.created.payment
        self.link = f"/pay/{self.payment.reference}/{self.created.link_secret}/"
        make_account(at, passed=passed)

    def get(self, page="", **more):
        return self.client.get(self.link + page, **more)

    def post(self, page, fields=None):
        return self.client.post(
            self.link + page,
            json.dumps(fields or {}),
            content_type="application/json",
            headers={"Accept": "application/json"},
        )

    def prepare(self):
        self.get()
        return self.post("prepare", {"picture_id": str(self.picture().id), "answer": self.answer()})

    def picture(self):
        return PictureCode.objects.filter(subject=self.payment.reference).latest("id")

    def answer(self):
        return unseal(self.picture().answer_sealed)

    def signed(self):
        order = sign(self.payment, clock.now())
        return {
            "account": order.account_number,
            "issuer": order.issuer,
            "card_serial": order.card_serial,
            "check_code": order.check_code,
            "signed_at": order.signed_at,
            "order_digest": order.order_digest,
            "counter": order.counter,
            "tac": order.tac,
        }

    def confirm(self, **changes):
        return self.post("confirm", self.signed() | changes)

    def status(self):
        self.payment.refresh_from_db()
        return self.payment.status


@pytest.fixture
def payer(client):
    return Payer(client)


def text_of(response):
    """What a reader sees, without tags and doubled blanks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def assert_nothing_moved(payment):
    assert fake_bank().debits_of(payment.reference) == 0
    assert not Journal.objects.filter(reference=payment.reference).exists()
    assert not Event.objects.filter(subject=payment.reference).exists()
    assert sum(LimitUse.objects.values_list("used_minor", flat=True)) == 0


# ---------- the pay page ----------


def test_every_line_of_the_amount_stands_before_the_password(payer):
    page = payer.get().content.decode()

    above = unescape(page[: page.index('id="password"')])
    lines = [
        "CNY 951.00",
        "CNY 0.00",
        "1 CNY = NT$1",
        "Test Bank",
        "NT$951",
        "1 % of the order amount",
        "NT$10",
        "NT$961",
    ]
    assert [line for line in lines if line not in above] == []


def test_the_password_field_is_in_no_form_and_has_no_name(payer):
    page = payer.get().content.decode()

    field = re.search(r'<input[^>]*id="password"[^>]*>', page)[0]
    forms = re.findall(r"<form.*?</form>", page, re.DOTALL)
    assert "name=" not in field
    assert 'autocomplete="off"' in field
    assert not [form for form in forms if 'id="password"' in form]


def test_without_a_script_the_page_says_so_and_whom_to_call(payer):
    noscript = " ".join(re.findall(r"<noscript>(.*?)</noscript>", payer.get().content.decode(), re.DOTALL))

    assert "JavaScript" in noscript
    assert "(02)7705-4306" in noscript


@pytest.mark.parametrize("page", ["", "result/"])
def test_nothing_of_a_payment_is_kept_by_the_browser(payer, page):
    assert "no-store" in payer.get(page, follow=True)["Cache-Control"]


@pytest.mark.parametrize(
    "link", ["/pay/{reference}/wrong/", "/pay/PAY-00000000000000/{secret}/", "/pay/{reference}/{secret}x/result/"]
)
def test_a_wrong_link_is_dead_whatever_is_wrong_about_it(payer, link):
    address = link.format(reference=payer.payment.reference, secret=payer.created.link_secret)

    page = payer.client.get(address)

    assert page.status_code == 410
    assert "page_link_dead" in page.content.decode()


def test_a_fresh_link_kills_the_one_before(payer):
    order = make_order(clock.now(), order_number=payer.payment.order_number)
    operations.create_payment(platform=make_platform(), order=order, at=clock.now(), by="shop")

    assert payer.get().status_code == 410


@pytest.mark.parametrize(("language", "title"), [("en", "Check your order and pay"), ("zh-hant", "確認訂單並付款")])
def test_the_page_speaks_the_language_that_the_shop_named(client, language, title):
    assert title in text_of(Payer(client, language=language).get())


def test_the_language_chosen_here_counts_more_than_the_shops(client):
    payer = Payer(client, language="zh-hant")
    client.cookies["django_language"] = "en"

    assert "Check your order and pay" in text_of(payer.get())


def test_an_order_whose_time_is_over_says_that_nothing_was_charged(payer, later):
    later(hours=12)

    page = payer.get(follow=True)

    assert "The time to pay this order is over" in text_of(page)
    assert "Nothing was charged" in text_of(page)


def fail_by_declines(payer):
    for _ in range(settling.DECLINES_MAX):
        fake_bank().behave(ACCOUNT, "4501")
        payer.confirm()


ENDS = {
    Status.CANCELLED: (
        lambda payer: operations.cancel_payment(payment=payer.payment, at=clock.now(), by="shop"),
        "This order was cancelled",
        "order_cancelled",
    ),
    Status.EXPIRED: (
        lambda payer: operations.expire_payment(
            payment=payer.payment, at=clock.now() + dt.timedelta(hours=12), by="sweep"
        ),
        "The time to pay this order is over",
        "order_expired",
    ),
    Status.FAILED: (fail_by_declines, "This payment has ended without a charge", "order_failed"),
}


@pytest.mark.parametrize("status", ENDS)
def test_the_right_link_of_an_ended_payment_says_how_it_ended(payer, status):
    end, title, code = ENDS[status]
    end(payer)
    assert payer.status() == status

    for page in ("", "result/"):
        shown_page = payer.get(page, follow=True)
        assert shown_page.status_code == 200
        assert title in text_of(shown_page)
        assert "Nothing was charged" in text_of(shown_page)
        assert 'id="password"' not in shown_page.content.decode()
    assert payer.client.get(f"/pay/{payer.payment.reference}/wrong/").status_code == 410
    refused = payer.confirm()
    assert (refused.status_code, refused.json()["code"]) == (410, code)
    assert payer.post("new-picture").json()["code"] == code
    assert payer.post("check").json()["settled"] is True
    assert fake_bank().debits_of(payer.payment.reference) == 0
    assert not Journal.objects.filter(reference=payer.payment.reference).exists()


def test_the_link_of_a_payment_that_waits_for_the_gate_stays_dead_after_its_time(client, later):
    payer = Payer(client, passed=False)
    payer.confirm()
    later(hours=12)
    operations.expire_payment(payment=payer.payment, at=clock.now(), by="sweep")

    assert payer.get().status_code == 410


# ---------- picture code ----------


@pytest.mark.parametrize(("page", "kind"), [("picture.png", "image/png"), ("picture.wav", "audio/wav")])
def test_the_picture_can_be_seen_and_heard(payer, page, kind):
    payer.get()

    picture = payer.get(f"{page}?id={payer.picture().id}")

    assert (picture.status_code, picture["Content-Type"]) == (200, kind)
    assert "no-store" in picture["Cache-Control"]


def test_a_picture_of_another_payment_is_not_shown(client, payer):
    other = Payer(client)
    other.get()

    assert payer.get(f"picture.png?id={other.picture().id}").status_code == 409
    assert payer.get("picture.png?id=nonsense").status_code == 422


def test_a_new_picture_has_another_answer(payer):
    payer.get()
    first = payer.picture().id

    fresh = payer.post("new-picture").json()

    assert fresh["id"] != str(first)
    assert payer.client.get(fresh["image"]).status_code == 200
    assert payer.client.get(fresh["audio"]).status_code == 200


def test_a_right_picture_code_buys_what_the_card_signs(payer):
    answer = payer.prepare()

    body = answer.json()
    assert answer.status_code == 200
    assert (body["amount_minor"], body["currency"], body["terminal"]) == (961, "TWD", "OUTPOST1")
    assert re.fullmatch(r"[0-9]{16}", body["check_code"])
    assert body["signed_at"] == f"{clock.taipei(clock.now()):%Y%m%d}" + body["signed_at"][8:]
    assert body["order"] == payer.payment.order_as_shown()


def test_a_wrong_picture_code_is_refused_as_a_problem_and_gives_no_check_code(payer):
    payer.get()

    answer = payer.post("prepare", {"picture_id": str(payer.picture().id), "answer": "x"})

    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert {"code": "picture_code_wrong", "money_moved": "no"}.items() <= answer.json().items()
    assert "check_code" not in answer.json()
    assert not Attempt.objects.exists()
    assert_nothing_moved(payer.payment)


def used(payer):
    return payer.prepare() and payer.post("prepare", {"picture_id": str(payer.picture().id), "answer": payer.answer()})


def too_late(payer, later):
    payer.get()
    later(minutes=5)
    return payer.post("prepare", {"picture_id": str(payer.picture().id), "answer": payer.answer()})


def too_many(payer):
    for _ in range(PICTURE_CODE_TRIES):
        payer.get()
        payer.post("prepare", {"picture_id": str(payer.picture().id), "answer": "x"})
    return payer.prepare()


@pytest.mark.parametrize(
    ("send", "code"),
    [
        (lambda payer, later: used(payer), "picture_code_used"),
        (too_late, "picture_code_expired"),
        (lambda payer, later: too_many(payer), "picture_code_tries"),
    ],
    ids=["used", "expired", "too many"],
)
def test_a_picture_code_that_is_no_longer_good_gives_no_check_code(payer, later, send, code):
    answer = send(payer, later)

    assert {"code": code, "money_moved": "no"}.items() <= answer.json().items()
    assert "check_code" not in answer.json()
    assert not Attempt.objects.exists()
    assert_nothing_moved(payer.payment)


# ---------- confirm ----------


def test_a_confirmed_order_is_charged_once_and_its_receipt_shown(payer):
    answer = payer.confirm()

    assert answer.json() == {"next": f"{payer.link}result/"}
    receipt = text_of(payer.client.get(answer.json()["next"]))
    digest = Attempt.objects.get().order_digest
    signed = (f"{digest[:4]} {digest[4:8]}", digest)
    for fact in (payer.payment.reference, payer.payment.order_number, "••••8901", "NT$961", "B00000001", *signed):
        assert fact in receipt
    assert "00012345678901" not in receipt
    assert fake_bank().debits_of(payer.payment.reference) == 1


def test_the_same_confirmation_twice_charges_once(payer):
    signed = payer.signed()

    first, second = payer.post("confirm", signed), payer.post("confirm", signed)

    assert first.status_code == 200
    assert second.json() == first.json()
    assert fake_bank().debits_of(payer.payment.reference) == 1


def test_a_paid_order_confirmed_anew_is_refused_and_charged_no_second_time(payer):
    payer.confirm()

    again = payer.confirm()

    assert {"code": "already_paid", "money_moved": "yes", "status": 409}.items() <= again.json().items()
    assert fake_bank().debits_of(payer.payment.reference) == 1


def test_a_paid_order_shows_its_receipt_instead_of_the_pay_page(payer):
    payer.confirm()

    page = payer.get(follow=True)

    assert "Your order is paid" in text_of(page)
    assert 'id="password"' not in page.content.decode()


def test_the_receipt_mentions_the_text_message_from_five_thousand_on(client):
    payer = Payer(client, twd=5000)
    payer.confirm()

    assert "text message" in text_of(payer.get("result/"))


def test_a_first_use_leads_to_the_identity_page_and_this_link_dies(client):
    payer = Payer(client, passed=False)

    address = payer.confirm().json()["next"]

    assert address.startswith("/identity/")
    assert client.get(address, follow=True).status_code == 200
    assert payer.get().status_code == 410
    assert_nothing_moved(payer.payment)


def test_a_decline_says_why_and_the_order_can_be_paid_again(payer):
    fake_bank().behave(ACCOUNT, "4501")

    answer = payer.confirm()

    assert {"code": "balance_too_low", "money_moved": "no", "status": 402}.items() <= answer.json().items()
    page = payer.get("result/")
    assert "The balance of the account is too low" in text_of(page)
    assert f'href="{payer.link}"' in page.content.decode()
    assert payer.get().status_code == 200
    assert payer.confirm().status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("account", "0001234567890"),
        ("account", "0001234567890a"),
        ("issuer", "70"),
        ("card_serial", "<script>"),
        ("check_code", "1" * 15),
        ("signed_at", "2026"),
        ("order_digest", "A" * 64),
        ("counter", "-0000001"),
        ("tac", "z" * 16),
        ("tac", ""),
        ("tac", 5),
        ("tac", None),
    ],
)
def test_a_confirmation_of_another_form_is_refused_before_anything_happens(payer, field, value):
    answer = payer.confirm(**{field: value})

    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_request"
    assert answer.json()["errors"]
    assert not Attempt.objects.exists()
    assert_nothing_moved(payer.payment)


@pytest.mark.parametrize("body", ["", "null", "[]", "{", '"text"'])
def test_what_is_no_object_is_refused(payer, body):
    answer = payer.client.post(
        f"{payer.link}confirm", body, content_type="application/json", headers={"Accept": "application/json"}
    )

    assert answer.status_code == 422
    assert_nothing_moved(payer.payment)


@pytest.mark.parametrize("page", ["prepare", "confirm", "new-picture", "check"])
def test_another_site_cannot_act_for_the_payer(page):
    payer = Payer(Client(enforce_csrf_checks=True))

    assert payer.post(page).status_code == 403
    assert_nothing_moved(payer.payment)


@pytest.mark.parametrize("page", ["prepare", "confirm", "new-picture", "check"])
def test_reading_does_not_act(payer, page):
    assert payer.get(page).status_code == 405


# ---------- being confirmed ----------


@pytest.fixture
def unknown(payer):
    fake_bank().behave(ACCOUNT, "timeout_after")
    payer.confirm()
    assert payer.status() == Status.UNKNOWN
    return payer


def test_an_unknown_outcome_says_not_to_pay_again(unknown):
    page = text_of(unknown.get(follow=True))

    assert "Please don't pay again" in page
    assert "We are asking the bank" in page


def test_looking_at_it_changes_nothing(unknown, later):
    later(minutes=3)
    before = Payment.objects.values().get(pk=unknown.payment.pk)

    unknown.get("result/")
    unknown.get(follow=True)

    assert Payment.objects.values().get(pk=unknown.payment.pk) == before


def test_the_bank_is_not_asked_before_its_time(unknown):
    assert unknown.post("check").json()["settled"] is False
    assert unknown.status() == Status.UNKNOWN


def test_the_bank_is_asked_when_it_is_time_and_the_receipt_appears(unknown, later):
    later(minutes=2)

    assert unknown.post("check").json() == {"settled": True, "news": "The result is here: this page shows it now."}
    assert "Your order is paid" in text_of(unknown.get("result/"))
    assert fake_bank().debits_of(unknown.payment.reference) == 1


def test_the_words_change_with_what_is_waited_for_and_only_then(payer, later):
    fake_bank().behave(ACCOUNT, "late")
    payer.confirm()

    first, again = payer.post("check").json(), payer.post("check").json()
    del first["looked"], again["looked"]
    assert first == again
    assert first["title"] == "Your payment is being confirmed"
    assert re.fullmatch(r"The bank is asked again at \d\d:\d\d:\d\d\.", first["news"])

    later(minutes=2)
    asked = payer.post("check").json()
    assert asked["settled"] is False
    assert asked["news"] != first["news"]


def test_a_card_that_has_confirmed_but_the_bank_was_not_asked_has_words_of_its_own(payer):
    said = []
    phases.listen(lambda phase: said.append(text_of(payer.get("result/"))) if phase == DebitPhase.VERIFIED else None)

    payer.confirm()

    assert "This order is being paid right now" in said[0]
    assert "Please don't pay again" in said[0]


def test_while_the_bank_is_asked_the_page_says_that_it_is(payer):
    said = []
    phases.listen(lambda phase: said.append(text_of(payer.get("result/"))) if phase == DebitPhase.RESERVED else None)

    payer.confirm()

    assert "The bank is being asked for the money" in said[0]
    assert "Please don't pay again" in said[0]


def test_without_a_script_the_button_leads_back_to_the_result(unknown):
    answer = unknown.client.post(f"{unknown.link}check")

    assert (answer.status_code, answer["Location"]) == (302, f"{unknown.link}result/")


def test_what_the_bank_never_got_is_explained_and_can_be_paid_again(payer, later):
    fake_bank().behave(ACCOUNT, "timeout_before")
    payer.confirm()
    later(minutes=2)

    payer.post("check")

    page = text_of(payer.get("result/"))
    assert "The bank did not receive the debit" in page
    assert "Pay this order again" in page
    assert "Nothing was charged" in page


# ---------- was I charged? ----------


def look_up(client, order_number, last4="8901", **more):
    return client.post(
        "/was-i-charged/",
        {"order_number": order_number, "account_last4": last4},
        headers={"Accept-Language": "en"},
        **more,
    )


@pytest.fixture
def told(client):
    """A payer whose shop has an address to be told at."""
    payer = Payer(client)
    add_endpoint(platform=payer.payment.platform, url="https://shop.example/notices", at=clock.now(), by="test")
    payer.confirm()
    return payer


def answer_page(payer):
    return look_up(payer.client, payer.payment.order_number, follow=True)


def test_the_answers_address_has_no_digits_of_the_account(told):
    answer = look_up(told.client, told.payment.order_number)

    assert answer.status_code == 302
    assert "8901" not in answer["Location"]
    assert told.payment.order_number not in answer["Location"]


def test_a_paid_order_the_shop_has_not_taken_says_to_wait(told):
    page = text_of(answer_page(told))

    assert "Yes, you were charged once" in page
    assert "NT$961" not in page
    assert "Wait one to two hours" in page
    assert "Notice “paid” made ready for the shop" in page
    assert "Next try" in page


def test_after_two_hours_the_shops_customer_service_is_named(told, later):
    later(hours=2)

    page = text_of(answer_page(told))

    assert "More than two hours have passed" in page
    assert "(02)7705-4306" in page


def test_the_shop_can_be_told_again_but_not_every_minute(told):
    address = look_up(told.client, told.payment.order_number)["Location"]

    first = told.client.post(f"{address}tell/", headers={"Accept-Language": "en"}, follow=True)
    second = told.client.post(f"{address}tell/", headers={"Accept-Language": "en"})

    assert "being told once more" in text_of(first)
    assert second.status_code == 429
    assert "wait ten minutes" in text_of(second)


def press_tell(payer):
    """The button of a page that was open for a while, when nothing is left to be told."""
    address = look_up(payer.client, payer.payment.order_number)["Location"]
    return payer.client.post(f"{address}tell/", headers={"Accept-Language": "en"})


def test_a_shop_that_has_confirmed_is_not_told_again_and_the_page_says_so(told):
    deliver(clock.now())

    page = press_tell(told)

    assert page.status_code == 409
    assert "not told again: it has confirmed our notice already" in text_of(page)
    assert not Retelling.objects.exists()


def test_a_shop_that_fetches_its_notices_is_not_told_by_us(payer):
    payer.confirm()

    page = press_tell(payer)

    assert page.status_code == 409
    assert "it fetches our notices by itself" in text_of(page)


def test_nothing_is_told_of_what_was_not_paid(payer):
    fake_bank().behave(ACCOUNT, "4501")
    payer.confirm()

    page = press_tell(payer)

    assert page.status_code == 409
    assert "nothing was charged, so there is no payment to tell it of" in text_of(page)


def test_before_the_bank_has_said_it_the_shop_is_told_nothing(unknown):
    page = press_tell(unknown)

    assert page.status_code == 409
    assert "It is told by itself once it is" in text_of(page)
    address = look_up(unknown.client, unknown.payment.order_number)["Location"]
    assert "being told once more" not in text_of(unknown.client.get(f"{address}?told=1"))


def test_while_a_card_is_presented_the_answer_is_that_a_payment_is_under_way(payer):
    pages = []
    phases.listen(lambda phase: pages.append(answer_page(payer)) if phase == DebitPhase.PRESENTED else None)
    payer.confirm()
    phases.listen(None)

    page = text_of(pages[0])
    assert "This order is being paid right now" in page
    assert "It is charged once at most" in page
    assert "A card has confirmed the order" in page
    assert "not charged" not in page
    assert "Yes, you were charged once" in text_of(answer_page(payer))


def test_a_card_presented_in_time_is_not_called_too_late_while_it_may_still_be_charged(payer):
    pages = []

    def listen(phase):
        if phase == DebitPhase.PRESENTED:
            Payment.objects.filter(pk=payer.payment.pk).update(expires_at=clock.now())
            pages.append(payer.get("result/"))

    phases.listen(listen)
    payer.confirm()
    phases.listen(None)

    assert payer.status() == Status.PAID
    assert "This order is being paid right now" in text_of(pages[0])


def test_typed_digits_are_understood_wide_and_with_blanks(told):
    answer = look_up(told.client, f" {told.payment.order_number} ", "８９ ０１")

    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("order_number", "last4", "status"), [("", "8901", 422), ("TB1", "890", 422), ("TB1", "8902", 404)]
)
def test_what_cannot_be_found_is_said_on_the_form(client, order_number, last4, status):
    page = look_up(client, order_number, last4)

    assert page.status_code == status
    assert "error-summary" in page.content.decode()


def test_digits_of_another_account_find_nothing(told):
    page = look_up(told.client, told.payment.order_number, "1111")

    assert page.status_code == 404
    assert "NT$961" not in text_of(page)


def test_guessing_is_stopped_after_ten_tries(told):
    pages = [look_up(told.client, told.payment.order_number, f"{digits:04d}") for digits in range(11)]

    assert [page.status_code for page in pages] == [404] * 10 + [429]
    assert look_up(told.client, told.payment.order_number).status_code == 429


def test_the_answer_is_open_for_half_an_hour(told, later):
    address = look_up(told.client, told.payment.order_number)["Location"]
    later(minutes=30)

    page = told.client.get(address, headers={"Accept-Language": "en"})

    assert page.status_code == 410
    assert "This look-up has ended" in text_of(page)
    assert "NT$961" not in text_of(page)


def test_a_forged_address_opens_nothing(client):
    assert client.get("/was-i-charged/WyJQQVktMSIsMF0:1:x/").status_code == 410


def test_an_order_in_flight_says_not_to_pay_again(unknown):
    page = text_of(answer_page(unknown))

    assert "The bank has not said yet" in page
    assert "Don't pay again" in page


def test_a_declined_order_says_that_nothing_was_charged(payer):
    fake_bank().behave(ACCOUNT, "4508")
    payer.confirm()

    page = text_of(answer_page(payer))

    assert "No, you were not charged" in page
    # Why is between the bank and its customer: it stands behind the code (test_look_ups.py).
    assert "(4508)" not in page


# ---------- texts ----------


def all_refusals(parent=Refusal):
    for child in parent.__subclasses__():
        if child.__module__.split(".")[0] in {"payments", "cards"}:
            yield child
        yield from all_refusals(child)


@pytest.mark.parametrize("refusal", sorted(all_refusals(), key=lambda refusal: refusal.code), ids=lambda one: one.code)
def test_every_refusal_is_said_in_both_languages(refusal):
    with override("zh-hant"):
        chinese = f"{refusal.title}{refusal.text}"
    with override("en"):
        english = f"{refusal.title}{refusal.text}"

    assert re.search("[\u4e00-\u9fff]", chinese)
    assert not re.search("[\u4e00-\u9fff]", english)


@pytest.mark.parametrize("refusal", sorted(all_refusals(), key=lambda refusal: refusal.code), ids=lambda one: one.code)
def test_every_reason_of_an_attempt_can_be_explained_later(refusal):
    attempt = Attempt(outcome=AttemptOutcome.REFUSED, outcome_code=refusal.code, bank_code="4599")

    with override("en"):
        said = shown.explain(attempt)
        title = str(refusal.title)

    assert said["title"] == title
    if refusal.code not in {
        "order_amounts_differ",
        "payment_not_cancellable",
        "maintenance",
    }:  # before or beside an attempt
        assert "%(" not in said["text"]


def test_the_script_finds_every_text_it_asks_for():
    script = (ROOT / "portal/static/portal/pay.js").read_text()
    asked = set(re.findall(r'texts\.page\.([a-z_]+)|status\("([a-z_]+)"\)|\["(need_[a-z]+)"', script))
    lights = {f"{device}-{state}" for device, state in re.findall(r'light\("([a-z]+)", "([a-z_]+)"', script)}

    assert {next(filter(None, names)) for names in asked} <= set(words.PAGE)
    assert lights <= set(words.DEVICES)


def endings_by_code():
    """Which page of its own a code of the reader leads to, as the script has it."""
    script = (ROOT / "portal/static/portal/pay.js").read_text()
    start = script.index("const ENDS")
    return dict(re.findall(r'(\w+): "(\w+)"', script[start : script.index("};", start)]))


def test_every_error_of_the_reader_has_a_sentence_or_a_page_of_its_own():
    protocol = (ROOT / "reader/protocol.md").read_text()
    table = protocol[protocol.index("### Error codes") : protocol.index("### An example")]
    codes = set(re.findall(r"^\| `([a-z_]+)`", table, re.MULTILINE))
    programming = {"malformed", "protocol_unsupported", "origin_refused", "person_refused"}
    ends = endings_by_code()
    pairing = set(re.findall(r"(pairing_\w+): ", (ROOT / "portal/static/portal/pairing.js").read_text()))

    assert codes - programming - {"too_old"} <= {*words.READER_ERRORS, *ends, *pairing}
    assert set(ends.values()) == set(stopped.ENDINGS)


def test_every_state_of_reader_and_card_has_a_light():
    component = ("searching", "missing", "foreign", "too_old", "blocked", "unpaired", "unproved", "ready")
    card = ("waiting", "unpaired", "reading", "ready", "none", "locked", "unreadable")
    states = {"component": component, "reader": ("waiting", "ready", "none", "no_driver"), "card": card}

    assert {f"{device}-{state}" for device, all_ in states.items() for state in all_} <= set(words.DEVICES)


def test_the_page_knows_when_its_time_is_over(payer):
    page = payer.get().content.decode()

    seconds = int(re.search(r'data-payable-seconds="(\d+)"', page)[1])
    assert 0 < seconds - (payer.payment.expires_at - clock.now()).total_seconds() <= 2


def test_the_receipt_says_that_the_card_may_be_taken_out(payer):
    payer.confirm()

    assert "You may take your card out now." in text_of(payer.get("result/"))
