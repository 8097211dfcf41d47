"""Every customer page is opened in every state, over HTTP; what it does and says of the money stands in a table."""

import copy
import datetime as dt
import re
from html import unescape

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import resolve
from django.utils.translation import override

from cards import operations as cards
from cards.bank import fake_bank
from cards.models import MaintenanceWindow
from common import clock, lookups, phases
from common.sealing import keyed_hash, unseal
from notifications.models import Message
from notifications.tests.factories import deliver
from payments import operations
from payments import urls as payment_urls
from payments.models import Attempt, Payment
from payments.operations import settling
from payments.states import AttemptOutcome, DebitPhase
from payments.states import Status as PaymentStatus
from payments.tests.factories import ACCOUNT, make_account, make_order, make_paid_payment, make_platform, sign
from payments.tests.test_pages import Payer
from platforms.operations import add_endpoint
from refunds import operations as refunding
from refunds import urls as refund_urls
from refunds.states import RefundPhase
from refunds.states import Status as RefundStatus
from refunds.tests.factories import again, ask, at_taipei, make_accepted_refund, run
from tests.page_tables import (
    ASKING,
    BEING_PAID,
    CANCELLED,
    CHECK_EXPIRED,
    CHECK_TABLE,
    CODE_SENT,
    CONSENTED,
    CREATED,
    DEBITING,
    DECLINED,
    EVERY_PAYMENT,
    EXPIRED,
    FAILED,
    GATED,
    GATED_TIME_OVER,
    LEFT_OPEN,
    MAINTENANCE,
    MISMATCH,
    MONEY,
    NO_TRIES,
    PAID,
    PAID_ELSEWHERE,
    PAID_MAINTENANCE,
    PASSED,
    PAYMENT_TABLE,
    PRESENTED,
    PRESENTED_TIME_OVER,
    REFUND_TABLE,
    REFUSED,
    REPLACED,
    STARTED,
    SUBMITTED,
    TAKEN,
    TIME_OVER,
    UNAVAILABLE,
    UNKNOWN,
    UNKNOWN_LINK,
    WRONG,
)
from verification import operations as verification
from verification import urls as identity_urls
from verification.jcic import fake_credit_centre
from verification.jcic.port import Notice
from verification.models import Check
from verification.rules.consent import CONSENT_VERSION, consent_text_hash
from verification.states import Phase
from verification.states import Status as CheckStatus
from verification.tests.factories import PERSON
from verification.tests.test_pages import TYPED, Person, last_code

pytestmark = pytest.mark.django_db
SCRIPT = {"Accept": "application/json"}
PICTURE = {"Accept": "image/*"}


# They know of no payment: look-up forms, and the page about the customer's own computer.
NO_PAYMENT_YET = {
    "200 Was I charged?",
    "404 Was I charged?",
    "404 Where is my refund?",
    "200 Reader doctor",
}
# They speak of themselves, not of the payment: "this step charges nothing". So does any page under a wrong link.
STEPS_OF_THEIR_OWN = {"charged_code", "charged_send", "charged_ask"}


class Stopped(BaseException):
    """The process ended here."""


def die_at(moment):
    def handler(phase):
        if phase == moment:
            raise Stopped

    phases.listen(handler)


# ---------- reading an answer ----------


def seen(response) -> str:
    """The cell that this answer is."""
    kind = response.get("Content-Type", "")
    if 300 <= response.status_code < 400:
        return f"→ {resolve(response['Location'].split('?')[0]).view_name}"
    if kind.startswith(("image/", "audio/", "application/pdf")):
        return f"{response.status_code} {kind}"
    if "json" in kind:
        return f"{response.status_code} {_said(response.json())}"
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", response.text, re.DOTALL)
    return f"{response.status_code} {unescape(heading[1]) if heading else ''}".strip()


def _said(body) -> str:
    if "code" in body:
        return body["code"]
    if "next" in body:
        return f"go on to {resolve(body['next']).view_name}"
    if "settled" in body:
        return "settled" if body["settled"] else "not settled"
    return "check code" if "check_code" in body else "more time" if "extensions_left" in body else "picture"


def column(table, state):
    """Each route's cell of one state."""
    return {route: next(cell for cell, states in row.items() if state in states) for route, row in table.items()}


def is_page(cell) -> bool:
    """A page for people: its heading is words, not a code or a kind of file."""
    return bool(re.match(r"\d+ [A-Z]", cell))


def is_wrong_state_page(cell) -> bool:
    return is_page(cell) and cell not in NO_PAYMENT_YET


def money_said(response) -> str:
    """What a page or a problem says of the money; "" where there is nothing to say it on: a redirect, a picture, news.

    "nothing" is what a step says that charges nothing, whatever was charged before.
    """
    kind = response.get("Content-Type", "")
    if "problem+json" in kind:
        return response.json()["money_moved"]
    if not kind.startswith("text/html"):
        return ""
    if 'class="money-quiet"' in response.text:
        return "nothing"
    found = re.search(r'<p class="money (\w+)', response.text)
    return found[1] if found else "no" if "Nothing is charged." in response.text else ""


# ---------- a payment's states ----------


def as_made(payer):
    pass


def declined(payer):
    fake_bank().behave(ACCOUNT, "4501")
    payer.confirm()


def being_presented(payer):
    Attempt.objects.create(
        payment=payer.payment,
        number=1,
        account_hash=keyed_hash(ACCOUNT, purpose="account"),
        account_last4="8901",
        check_code="1" * 16,
        counter=0,
        tac="0" * 16,
        signed_at="20260608100000",
        order_digest="0" * 64,
        amount_minor=961,
        created_at=clock.now(),
    )


def time_over(payer):
    Payment.objects.filter(pk=payer.payment.pk).update(expires_at=clock.now())


def presented_time_over(payer):
    being_presented(payer)
    time_over(payer)


def confirmed(payer):
    assert payer.confirm().status_code == 200


def gated_time_over(payer):
    confirmed(payer)
    time_over(payer)


def taken_by_the_shop(payer):
    confirmed(payer)
    deliver(clock.now())
    assert Message.objects.get(subject=payer.payment.reference).acknowledged_at


def debiting(payer):
    die_at(DebitPhase.RESERVED)
    with pytest.raises(Stopped):
        payer.confirm()
    phases.listen(None)


def unknown(payer):
    fake_bank().behave(ACCOUNT, "timeout_after")
    confirmed(payer)


def failed(payer):
    for _ in range(settling.DECLINES_MAX):
        declined(payer)


def cancelled(payer):
    operations.cancel_payment(payment=payer.payment, at=clock.now(), by="shop")


def expired(payer):
    later = clock.now() + dt.timedelta(hours=12)
    assert operations.expire_payment(payment=payer.payment, at=later, by="sweep")


def link_replaced(payer):
    order = make_order(clock.now(), order_number=payer.payment.order_number)
    operations.create_payment(platform=make_platform(), order=order, at=clock.now(), by="shop")


def paid_elsewhere(payer):
    link_replaced(payer)
    pay_elsewhere(payer)


def being_paid_elsewhere(payer):
    link_replaced(payer)
    fake_bank().behave(ACCOUNT, "timeout_after")
    pay_elsewhere(payer)


def pay_elsewhere(payer):
    payment = Payment.objects.get(pk=payer.payment.pk)
    make_account(clock.now())
    operations.pay_by_card(payment=payment, signed=sign(payment, clock.now()), at=clock.now(), by="payer")


def wrong_link(payer):
    payer.link = f"/pay/{payer.payment.reference}/wrong/"


def maintenance(payer):
    at = clock.now()
    MaintenanceWindow.objects.create(
        kind="maintenance", starts_at=at, ends_at=at + dt.timedelta(hours=1), planned_at=at, planned_by="amy"
    )


def paid_then_maintenance(payer):
    confirmed(payer)
    maintenance(payer)


# state → (how it comes about, whether the holder has passed the gate, status)
PAYMENT_STATES = {
    CREATED: (as_made, True, PaymentStatus.CREATED),
    DECLINED: (declined, True, PaymentStatus.CREATED),
    PRESENTED: (being_presented, True, PaymentStatus.CREATED),
    PRESENTED_TIME_OVER: (presented_time_over, True, PaymentStatus.CREATED),
    TIME_OVER: (time_over, True, PaymentStatus.CREATED),
    GATED: (confirmed, False, PaymentStatus.GATED),
    GATED_TIME_OVER: (gated_time_over, False, PaymentStatus.GATED),
    DEBITING: (debiting, True, PaymentStatus.DEBITING),
    UNKNOWN: (unknown, True, PaymentStatus.UNKNOWN),
    PAID: (confirmed, True, PaymentStatus.PAID),
    TAKEN: (taken_by_the_shop, True, PaymentStatus.PAID),
    FAILED: (failed, True, PaymentStatus.FAILED),
    CANCELLED: (cancelled, True, PaymentStatus.CANCELLED),
    EXPIRED: (expired, True, PaymentStatus.EXPIRED),
    REPLACED: (link_replaced, True, PaymentStatus.CREATED),
    PAID_ELSEWHERE: (paid_elsewhere, True, PaymentStatus.PAID),
    BEING_PAID: (being_paid_elsewhere, True, PaymentStatus.UNKNOWN),
    WRONG: (wrong_link, True, PaymentStatus.CREATED),
    MAINTENANCE: (maintenance, True, PaymentStatus.CREATED),
    PAID_MAINTENANCE: (paid_then_maintenance, True, PaymentStatus.PAID),
}


class Walker(Payer):
    """Who opens every address of one payment, as a browser and as the page's script."""

    def arrive(self, state):
        make, _, status = PAYMENT_STATES[state]
        add_endpoint(platform=self.payment.platform, url="https://shop.example/notices", at=clock.now(), by="test")
        self.signature = self.signed()
        make(self)
        assert self.status() == status
        picture = cards.issue_picture_code(subject=self.payment.reference, at=clock.now())
        self.asked = {"picture_id": str(picture.id), "answer": unseal(picture.answer_sealed)}

    def confirm_anew(self):
        return self.post("confirm", self.signed())

    def answer_page(self, page="", *, made_at=None):
        """The address of this payment's answer, as whoever presented a card for it gets it."""
        token = lookups.token_of(str(self.attempt().id), page="payments.was-i-charged", at=made_at or clock.now())
        return f"/was-i-charged/{token}/{page}"

    def attempt(self):
        """The newest. A payment in a state without one may well have been tried before, so here it was."""
        newest = self.payment.attempts.order_by("-number").first()
        if newest is None:
            being_presented(self)
            newest = self.payment.attempts.get()
            newest.outcome, newest.outcome_code, newest.outcome_at = AttemptOutcome.REFUSED, "under_age", clock.now()
            newest.save()
        return newest

    def look_up(self):
        return {"order_number": self.payment.order_number, "account_last4": "8901"}


def send(client, address):
    """Have a code sent to the bank's phone, and read it there."""
    assert resolve(client.post(f"{address}send/")["Location"]).view_name.endswith("_code")
    return re.search(r"\d{6}", unseal(Message.objects.filter(purpose="look_up_code").latest("id").text_sealed))[0]


def open_by_code(client, address):
    code = send(client, address)
    assert "_code" not in resolve(client.post(f"{address}code/", {"code": code})["Location"]).view_name


def opened(client, address, page=""):
    open_by_code(client, address)
    return client.get(address + page)


def code_page(client, address):
    send(client, address)
    return client.get(f"{address}code/")


def right_code(client, address):
    return client.post(f"{address}code/", {"code": send(client, address)})


def wrong_code(client, address):
    return client.post(f"{address}code/", {"code": f"{(int(send(client, address)) + 1) % 1_000_000:06d}"})


def send_twice(client, address):
    send(client, address)
    return client.post(f"{address}send/")


def hidden(client, address):
    open_by_code(client, address)
    assert client.post(f"{address}hide/").status_code == 302
    return client.get(address)


def ask_customer_service(client, address, text=""):
    open_by_code(client, address)
    return client.post(f"{address}ask/", {"text": text})


# What both look-ups have beside their answer: row → how it is asked for.
LOOK_UP_ROUTES = {
    "GET {}_code": lambda client, address: client.get(f"{address}code/"),
    "GET {}_code, sent": code_page,
    "POST {}_code": right_code,
    "POST {}_code, wrong": wrong_code,
    "POST {}_code, empty": lambda client, address: client.post(f"{address}code/", {"code": ""}),
    "POST {}_send": lambda client, address: client.post(f"{address}send/"),
    "POST {}_send, twice": send_twice,
    "POST {}_longer": lambda client, address: client.post(f"{address}longer/"),
    "POST {}_longer, at the code": lambda client, address: client.post(f"{address}longer/", {"back": "code"}),
    "GET {}_ask": lambda client, address: client.get(f"{address}ask/"),
    "GET {}_ask, opened": lambda client, address: opened(client, address, "ask/"),
    "POST {}_ask, empty": ask_customer_service,
    "POST {}_ask": lambda client, address: ask_customer_service(client, address, "Nothing came."),
    "POST {}_hide": lambda client, address: client.post(f"{address}hide/"),
    "POST {}_hide, opened": hidden,
}


def look_up_routes(name):
    """Theirs under the name of one look-up, for whoever has its answer's address."""
    return {
        row.format(name): lambda one, go=go: go(one.client, one.answer_page()) for row, go in LOOK_UP_ROUTES.items()
    }


PAYMENT_ROUTES = {
    "GET pay": lambda one: one.get(),
    "GET picture": lambda one: one.get(f"picture.png?id={one.asked['picture_id']}", headers=PICTURE),
    "GET recording": lambda one: one.get(f"picture.wav?id={one.asked['picture_id']}", headers=PICTURE),
    "POST new_picture": lambda one: one.post("new-picture"),
    "POST prepare": lambda one: one.post("prepare", one.asked),
    "POST confirm": lambda one: one.confirm_anew(),
    "GET result": lambda one: one.get("result/"),
    "POST check": lambda one: one.post("check"),
    "POST check, no script": lambda one: one.client.post(f"{one.link}check"),
    "GET stopped": lambda one: one.get("stopped/card_removed/"),
    "GET was_i_charged": lambda one: one.client.get("/was-i-charged/"),
    "POST was_i_charged": lambda one: one.client.post("/was-i-charged/", one.look_up()),
    "GET receipt_file": lambda one: one.get("receipt.pdf"),
    "GET charged": lambda one: one.client.get(one.answer_page()),
    "GET charged, opened": lambda one: opened(one.client, one.answer_page()),
    "GET charged_receipt": lambda one: one.client.get(one.answer_page("receipt.pdf")),
    "GET charged_receipt, opened": lambda one: opened(one.client, one.answer_page(), "receipt.pdf"),
    "POST tell": lambda one: one.client.post(one.answer_page("tell/")),
    **look_up_routes("charged"),
    "GET of_payment": lambda one: one.client.get(one.answer_page().replace("/was-i-charged/", "/refunds/of/")),
    "GET reader-doctor": lambda one: one.client.get("/reader/"),
}


@pytest.mark.parametrize("state", PAYMENT_STATES)
def test_each_address_of_a_payment_does_what_its_cell_says(client, state):
    client.cookies["django_language"] = "en"
    walker = Walker(client, passed=PAYMENT_STATES[state][1])
    walker.arrive(state)

    found, money = walk(walker, PAYMENT_ROUTES)

    assert found == column(PAYMENT_TABLE, state)
    assert {route: said for route, said in money.items() if said not in {"", "nothing", MONEY[state]}} == {}
    of_themselves = {_name(route) for route, said in money.items() if said == "nothing"}
    assert state == WRONG or of_themselves == STEPS_OF_THEIR_OWN
    assert [route for route, cell in found.items() if is_wrong_state_page(cell) and not money[route]] == []


def walk(walker, routes):
    """Every address once, each as if it were the only one."""
    found, money, cookies = {}, {}, copy.deepcopy(walker.client.cookies)
    for route, go in routes.items():
        before = transaction.savepoint()
        cache.clear()
        walker.client.cookies = copy.deepcopy(cookies)
        answer = go(walker)
        found[route], money[route] = seen(answer), money_said(answer)
        transaction.savepoint_rollback(before)
    return found, money


def _name(route) -> str:
    """The name of its address: "charged" of "GET charged, opened"."""
    return re.split(r"[ ,]", route)[1]


@pytest.mark.parametrize("page", ["", "receipt.pdf", "tell/", "code/", "send/", "longer/", "hide/"])
@pytest.mark.parametrize("state", [DECLINED, UNKNOWN, PAID])
def test_after_half_an_hour_an_answers_addresses_ask_for_the_numbers_again(client, state, page):
    client.cookies["django_language"] = "en"
    walker = Walker(client)
    walker.arrive(state)
    address = walker.answer_page(page, made_at=clock.now() - dt.timedelta(seconds=lookups.TOKEN_SECONDS))

    answer = client.post(address) if page.endswith("/") and page != "code/" else client.get(address)

    assert seen(answer) == "410 Was I charged?"
    assert "This look-up has ended" in answer.text
    assert walker.payment.reference not in answer.text


# ---------- an identity check's states ----------


def as_opened(one):
    pass


def consented(one):
    one.agree()


def data_given(one):
    one.agree()
    one.give()


def bank_being_asked(one):
    one.agree()
    die_at(Phase.DATA_KEPT)
    with pytest.raises(Stopped):
        verification.submit_data(check_id=one.check.id, data=PERSON, at=clock.now(), by="payer")
    phases.listen(None)


def centre_being_asked(one):
    data_given(one)
    code = last_code()
    die_at(Phase.QUESTION_KEPT)
    with pytest.raises(Stopped):
        verification.answer_code(check_id=one.check.id, text=code, at=clock.now(), by="payer")
    phases.listen(None)


def passed(one):
    one.walk()


def mismatched(one):
    one.walk(issue_place="64000")


def mismatched_twice(one):
    mismatched(one)
    one.give(issue_place="64000")
    one.answer()


def refused(one):
    fake_credit_centre().knows(PERSON, notices=(Notice("Z21", dt.date(2024, 5, 20), None, None),))
    one.walk()


def without_an_answer(one):
    fake_credit_centre().is_down = True
    one.walk()


def left_open(one):
    past = clock.now() - dt.timedelta(hours=1)
    Check.objects.update(opened_at=past, expires_at=past + dt.timedelta(minutes=30))


def swept(one):
    left_open(one)
    verification.expire_left_checks(at=clock.now(), limit=9, by="sweep")


def unknown_check(one):
    one.address = "/identity/nobody/"


CHECK_STATES = {
    STARTED: (as_opened, CheckStatus.STARTED),
    CONSENTED: (consented, CheckStatus.CONSENTED),
    SUBMITTED: (bank_being_asked, CheckStatus.SUBMITTED),
    CODE_SENT: (data_given, CheckStatus.CODE_SENT),
    ASKING: (centre_being_asked, CheckStatus.ASKING),
    PASSED: (passed, CheckStatus.PASSED),
    MISMATCH: (mismatched, CheckStatus.MISMATCH),
    NO_TRIES: (mismatched_twice, CheckStatus.MISMATCH),
    REFUSED: (refused, CheckStatus.REFUSED),
    UNAVAILABLE: (without_an_answer, CheckStatus.UNAVAILABLE),
    CHECK_EXPIRED: (swept, CheckStatus.EXPIRED),
    LEFT_OPEN: (left_open, CheckStatus.STARTED),
    UNKNOWN_LINK: (unknown_check, CheckStatus.STARTED),
}


def consent_form():
    with override("en"):
        return {"agree": "on", "version": CONSENT_VERSION, "text_hash": consent_text_hash()}


def code_form():
    return {"code": last_code()} if Message.objects.filter(purpose="identity_code").exists() else {"code": "123456"}


CHECK_ROUTES = {
    "GET home": lambda one: one.client.get(one.address),
    "GET consent": lambda one: one.client.get(f"{one.address}consent/"),
    "POST consent": lambda one: one.client.post(f"{one.address}consent/", consent_form()),
    "GET data": lambda one: one.client.get(f"{one.address}data/"),
    "POST data": lambda one: one.client.post(f"{one.address}data/", TYPED),
    "GET code": lambda one: one.client.get(f"{one.address}code/"),
    "POST code": lambda one: one.client.post(f"{one.address}code/", code_form()),
    "POST resend": lambda one: one.client.post(f"{one.address}code/resend/"),
    "GET result": lambda one: one.client.get(f"{one.address}result/"),
    "POST again": lambda one: one.client.post(f"{one.address}again/"),
    "POST extend": lambda one: one.client.post(f"{one.address}extend/", TYPED),
    "POST extend, script": lambda one: one.client.post(f"{one.address}extend/", headers=SCRIPT),
}


@pytest.mark.parametrize("state", CHECK_STATES)
def test_each_address_of_an_identity_check_does_what_its_cell_says(client, state):
    fake_credit_centre().knows(PERSON)
    client.cookies["django_language"] = "en"
    one = Person(client)
    make, status = CHECK_STATES[state]
    make(one)
    assert one.status() == status

    found, money = walk(one, CHECK_ROUTES)

    assert found == column(CHECK_TABLE, state)
    assert set(money.values()) <= {"", "no", "nothing"}
    assert [route for route, cell in found.items() if is_page(cell) and not money[route]] == []


# ---------- a refund's states ----------


def requested():
    return ask(paid_yesterday(), clock.now())


def accepted():
    return make_accepted_refund(clock.now(), payment=paid_yesterday())


def crediting(*behaviours):
    refund = accepted()
    fake_bank().behave(ACCOUNT, *behaviours)
    run(refund, at_taipei(refund.credit_date))
    return again(refund)


def refund_crediting():
    refund = accepted()
    die_at(RefundPhase.INTENT_COMMITTED)
    with pytest.raises(Stopped):
        run(refund, at_taipei(refund.credit_date))
    phases.listen(None)
    return again(refund)


def refund_cancelled():
    refund = requested()
    refunding.cancel_refund(platform=refund.platform, reference=refund.reference, at=clock.now(), by="test")
    return again(refund)


def paid_yesterday():
    return make_paid_payment(clock.now() - dt.timedelta(days=1))


REFUND_STATES = {
    RefundStatus.REQUESTED: requested,
    RefundStatus.ACCEPTED: accepted,
    RefundStatus.CREDITING: refund_crediting,
    RefundStatus.UNKNOWN: lambda: crediting("timeout_after"),
    RefundStatus.CREDITED: crediting,
    RefundStatus.MANUAL: lambda: crediting("4502"),
    RefundStatus.CANCELLED: refund_cancelled,
}


class Asker:
    """Who opens every address of one refund."""

    def __init__(self, client, refund):
        self.client, self.refund = client, refund

    def look_up(self):
        return {"order_number": self.refund.payment.order_number, "account_last4": "8901"}

    def answer_page(self, page=""):
        token = lookups.token_of([self.refund.payment.reference], page="refunds.progress", at=clock.now())
        return f"/refunds/{token}/{page}"

    def charged(self):
        """The address of “Was I charged?” for the payment."""
        attempt = self.refund.payment.attempts.get()
        token = lookups.token_of(str(attempt.id), page="payments.was-i-charged", at=clock.now())
        return f"/was-i-charged/{token}/"


REFUND_ROUTES = {
    "GET progress": lambda one: one.client.get("/refunds/"),
    "POST progress": lambda one: one.client.post("/refunds/", one.look_up()),
    "GET found": lambda one: one.client.get(one.answer_page()),
    "GET found, opened": lambda one: opened(one.client, one.answer_page()),
    "GET note": lambda one: one.client.get(one.answer_page(f"{one.refund.reference}.pdf")),
    "GET note, opened": lambda one: opened(one.client, one.answer_page(), f"{one.refund.reference}.pdf"),
    "GET note, another's": lambda one: opened(one.client, one.answer_page(), "RF-NOBODY.pdf"),
    **look_up_routes("found"),
    "GET of_payment": lambda one: one.client.get(one.charged().replace("/was-i-charged/", "/refunds/of/")),
    "GET charged": lambda one: one.client.get(one.charged()),
}


# What the refund's own page says of the money, whether or not it is opened.
REFUND_SAYS = {
    RefundStatus.REQUESTED: "Nothing is on its way yet.",
    RefundStatus.ACCEPTED: "will be in your account between",
    RefundStatus.CREDITING: "It is credited once only.",
    RefundStatus.UNKNOWN: "It is credited once only.",
    RefundStatus.CREDITED: "It was credited to your account on",
    RefundStatus.MANUAL: "The money is kept for you",
    RefundStatus.CANCELLED: "Nothing was refunded by it.",
}


@pytest.mark.parametrize("state", REFUND_STATES)
def test_each_address_of_a_refund_does_what_its_cell_says(client, state):
    client.cookies["django_language"] = "en"
    refund = REFUND_STATES[state]()
    assert refund.status == state
    asker = Asker(client, refund)

    found, _ = walk(asker, REFUND_ROUTES)

    assert found == column(REFUND_TABLE, state)
    assert REFUND_SAYS[state] in client.get(asker.answer_page()).text
    assert REFUND_SAYS[state] in opened(client, asker.answer_page()).text


# ---------- no empty cell ----------

# The pages of each app, and those of others that a payment or a refund leads to.
TABLES = {
    "payments": (PAYMENT_TABLE, PAYMENT_ROUTES, PAYMENT_STATES, payment_urls, {"of_payment", "reader-doctor"}),
    "identity": (CHECK_TABLE, CHECK_ROUTES, CHECK_STATES, identity_urls, set()),
    "refunds": (REFUND_TABLE, REFUND_ROUTES, REFUND_STATES, refund_urls, {"charged"}),
}


@pytest.mark.parametrize("name", TABLES)
def test_every_address_has_a_row_and_every_row_each_state_once(name):
    table, routes, states, urls, others = TABLES[name]

    assert list(table) == list(routes)
    assert {_name(route) for route in routes} == {pattern.name for pattern in urls.urlpatterns} | others
    for route, row in table.items():
        assert sorted(state for some in row.values() for state in some) == sorted(states), route


@pytest.mark.parametrize(
    ("states", "statuses"),
    [
        ([status for _, _, status in PAYMENT_STATES.values()], PaymentStatus),
        ([status for _, status in CHECK_STATES.values()], CheckStatus),
        (list(REFUND_STATES), RefundStatus),
    ],
)
def test_every_status_is_among_the_states(states, statuses):
    assert set(states) == set(statuses)


def test_every_state_of_a_payment_has_a_word_on_the_money():
    assert set(MONEY) == set(PAYMENT_STATES) == set(EVERY_PAYMENT)
