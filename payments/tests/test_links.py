"""A link that was right once: it opens nothing any more, and says what became of the order since."""

import datetime as dt

import pytest

from cards.bank import fake_bank
from common import clock, phases
from payments import operations
from payments.operations.orders import FORMER_LINKS_KEPT, link_hash
from payments.states import DebitPhase, Status
from payments.tests.factories import ACCOUNT, make_account, make_order, make_platform
from payments.tests.test_pages import Payer, text_of

pytestmark = pytest.mark.django_db


def send_again(payer):
    """The shop creates the payment again; whoever has the newer link goes on with it."""
    order = make_order(clock.now(), order_number=payer.payment.order_number, language="en")
    created = operations.create_payment(platform=make_platform(), order=order, at=clock.now(), by="shop")
    payer.payment.refresh_from_db()
    return created


def replaced(payer):
    send_again(payer)


def paid_through_the_newer_one(payer):
    send_again(payer)
    assert payer.confirm_elsewhere() == Status.PAID


def being_confirmed_through_the_newer_one(payer):
    send_again(payer)
    fake_bank().behave(ACCOUNT, "timeout_after")
    assert payer.confirm_elsewhere() == Status.UNKNOWN


def gated(payer):
    assert payer.confirm().status_code == 200


def gated_and_paid_again(payer):
    gated(payer)
    paid_through_the_newer_one(payer)


def gated_and_sent_again(payer):
    gated(payer)
    send_again(payer)


def cancelled(payer):
    send_again(payer)
    operations.cancel_payment(payment=payer.payment, at=clock.now(), by="shop")


def expired(payer):
    send_again(payer)
    operations.expire_payment(payment=payer.payment, at=clock.now() + dt.timedelta(hours=12), by="sweep")


class Elsewhere(Payer):
    """The same order, confirmed through a link that this browser has not."""

    def confirm_elsewhere(self):
        make_account(clock.now())
        from payments.tests.factories import sign

        done = operations.pay_by_card(
            payment=self.payment, signed=sign(self.payment, clock.now()), at=clock.now(), by="p"
        )
        return done.status


SINCE = [
    (replaced, True, "The shop has sent you here again since", "page_link_replaced", "no"),
    (gated, False, "Prove your identity first, then pay again", "page_link_gated", "no"),
    (gated_and_sent_again, False, "The shop has sent you here again since", "page_link_replaced", "no"),
    (gated_and_paid_again, False, "This order was paid in another window", "page_link_paid", "yes"),
    (paid_through_the_newer_one, True, "This order was paid in another window", "page_link_paid", "yes"),
    (
        being_confirmed_through_the_newer_one,
        True,
        "This order is being paid in another window",
        "page_link_being_paid",
        "unknown",
    ),
    (cancelled, True, "This order was cancelled", "order_cancelled", "no"),
    (expired, True, "The time to pay this order is over", "order_expired", "no"),
]
MONEY = {
    "no": "Your account was not charged.",
    "yes": "Your account was charged once.",
    "unknown": "We are asking the bank whether your account was charged.",
}


@pytest.mark.parametrize(("walk", "passed", "title", "code", "money"), SINCE, ids=[row[0].__name__ for row in SINCE])
def test_a_former_link_says_what_became_of_the_order(client, walk, passed, title, code, money):
    payer = Elsewhere(client, passed=passed)
    walk(payer)

    for page in ("", "result/", "stopped/card_removed/"):
        answer = payer.get(page)
        said = text_of(answer)
        assert answer.status_code == 410
        assert title in said
        assert MONEY[money] in said
        assert code in said
        assert "https://shop.example/orders/1" in answer.text
        assert "NT$961" not in said  # what was ordered is for the link that is good
    for script in ("prepare", "confirm", "new-picture", "check"):
        refused = payer.post(script)
        assert (refused.status_code, refused.json()["code"], refused.json()["money_moved"]) == (410, code, money)


def test_a_former_link_speaks_chinese_too(client):
    payer = Payer(client, language="zh-hant")
    send_again(payer)

    assert "購物平台已為您開啟新的付款頁" in text_of(payer.get())


def test_while_a_card_is_presented_through_the_newer_link_the_former_one_says_so(client):
    payer = Elsewhere(client)
    send_again(payer)
    said = []
    phases.listen(lambda phase: said.append(text_of(payer.get())) if phase == DebitPhase.VERIFIED else None)

    payer.confirm_elsewhere()

    assert "This order is being paid in another window" in said[0]


def test_of_a_thousand_links_the_newest_are_remembered(client):
    payer = Payer(client)
    links = [payer.created.link_secret] + [send_again(payer).link_secret for _ in range(FORMER_LINKS_KEPT + 1)]

    payer.payment.refresh_from_db()
    assert payer.payment.former_links == [link_hash(secret) for secret in links[1:-1]]
    assert payer.payment.link_hash == link_hash(links[-1])
    assert "page_link_dead" in payer.get().text
