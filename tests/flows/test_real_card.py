"""The chip card through a real card service (pcscd) and its virtual reader, from a real browser: every wrong turn on the card.

Each ends on its own page, with nothing debited and no try lost by mistake.
"""

from __future__ import annotations

import contextlib
import dataclasses
import re

import psycopg
import pytest
from playwright.sync_api import expect

from reader.software_card import CardState
from tests.flows.hand import exchange
from tests.flows.test_promises import debits
from tests.flows.traces import forms, search

pytestmark = [pytest.mark.browser, pytest.mark.pcsc, pytest.mark.processes, pytest.mark.xdist_group("card")]

TEAPOT = "Clay teapot"
WRONG = "999999"


@pytest.fixture(scope="module")
def stack(card_stack):
    """As the other journeys' stack, but the component reads cards through pcscd."""
    return card_stack


@pytest.fixture
def town(hand_town):
    return hand_town


@pytest.fixture
def payer(town):
    return town.newcomer()


@pytest.fixture
def card(town, payer):
    return town.hand.card_of(payer)


@pytest.fixture
def ready(town, visit, payer, card):
    """On the pay page, card read, everything filled in but not confirmed. Gives the order number."""
    order_number = visit.order(TEAPOT)
    town.hand.insert(card)
    visit.to_pay_page()
    fill_in(visit, payer)
    return order_number


def fill_in(visit, payer, password=None):
    visit.page.locator(".accounts input[value='0']").check(force=True)
    if visit.page.locator("#picture-answer").is_visible():
        visit.page.get_by_label("Picture code", exact=True).fill(visit.read_picture())
    visit.page.get_by_label("Password of the card").fill(password or payer.password)


def press(visit):
    visit.page.locator("#pay-confirm").click()


def expect_light(visit, device, word):
    expect(visit.page.locator(f"#device-{device} .tag")).to_have_text(word)


def expect_stopped(visit, reason, heading):
    """The page of this ending: what happened, that nothing was charged, and a way on."""
    expect(visit.page.get_by_role("heading", level=1)).to_have_text(heading)
    assert re.search(rf"/stopped/{reason}/$", visit.page.url)
    expect(visit.page.locator("main")).to_contain_text("not charged")
    expect(visit.page.locator("main .actions a").first).to_be_visible()


def bank_debits(town, payer):
    """What the bank has ever heard of a debit of this person's accounts."""
    with contextlib.closing(psycopg.connect(town.env["SANDBOX_DATABASE_URL"])) as connection:
        statement = "SELECT state FROM sandbox_bankrequest WHERE kind = 'debit' AND account_number = ANY(%s)"
        return [state for (state,) in connection.execute(statement, [payer.accounts]).fetchall()]


def expect_nothing_moved(town, payer, order_number):
    assert debits(town, order_number) == [("created", 961, 0, 0)]
    assert bank_debits(town, payer) == []


def test_an_order_is_paid_with_the_card_in_a_real_reader(town, visit, payer, card):
    order_number = visit.pay_first_time(payer, TEAPOT)

    visit.expect_shop_says(order_number, "Paid")
    assert debits(town, order_number) == [("paid", 961, 1, 1)]
    assert bank_debits(town, payer) == ["booked"]
    assert (card.tries_left, card.counter) == (3, 2)


def test_three_wrong_passwords_lock_the_card_and_move_nothing(town, visit, payer, card, ready):
    for left in (2, 1):
        fill_in(visit, payer, WRONG)
        press(visit)
        expect(visit.page.locator("#password-error")).to_contain_text(f"Tries left: {left}")
        assert card.tries_left == left
    fill_in(visit, payer, WRONG)
    press(visit)

    expect_stopped(visit, "card_locked", "This card is locked")
    assert (card.tries_left, card.counter) == (0, 0)
    expect_nothing_moved(town, payer, ready)

    visit.page.get_by_role("link", name="Pay with another card").click()
    expect_light(visit, "card", "Locked")


def test_a_right_password_gives_back_the_tries_that_a_wrong_one_cost(visit, payer, card, ready):
    fill_in(visit, payer, WRONG)
    press(visit)
    expect(visit.page.locator("#password-error")).to_contain_text("Tries left: 2")
    fill_in(visit, payer)
    press(visit)

    expect(visit.page.get_by_role("heading", name="Before you pay: prove your identity")).to_be_visible()
    assert card.tries_left == 3


def test_a_card_pulled_while_it_signs_stops_there(town, visit, payer, card, ready):
    with card.paused_while_signing() as pause:
        press(visit)
        pause.wait_until_reached()
        town.hand.pull()

        expect_stopped(visit, "card_removed", "The card was taken out too early")

    assert card.tries_left == 3
    expect_nothing_moved(town, payer, ready)
    town.hand.rest()

    town.hand.insert(card)
    visit.page.get_by_role("link", name="Try again").click()
    fill_in(visit, payer)
    press(visit)
    visit.pass_gate(payer)
    assert bank_debits(town, payer) == []


def test_a_card_swapped_after_the_password_was_typed_is_given_no_password(town, visit, payer, card, ready):
    other = town.hand.card_of(town.newcomer())

    town.hand.remove()
    expect_light(visit, "card", "No card")
    expect(visit.page.get_by_label("Password of the card")).to_have_value("")
    town.hand.insert(other)

    expect_stopped(visit, "card_swapped", "Another card is in the reader now")
    assert not other.was_told_a_password
    assert not card.was_told_a_password
    assert (other.tries_left, card.tries_left) == (3, 3)
    expect_nothing_moved(town, payer, ready)


def test_a_card_swapped_while_the_picture_code_is_checked_is_given_no_password(town, stack, visit, payer, card, ready):
    """The window between the button and the card: the page has asked us, and the card changes before it asks the card."""
    other = town.hand.card_of(town.newcomer())

    def swap(route):
        exchange(stack, town.hand, other)
        route.continue_()

    visit.page.route("**/prepare", swap)
    press(visit)

    expect_stopped(visit, "card_swapped", "Another card is in the reader now")
    assert not other.was_told_a_password
    assert not card.was_told_a_password
    assert (other.tries_left, card.tries_left) == (3, 3)
    expect_nothing_moved(town, payer, ready)


@pytest.mark.parametrize("shown", ["final_amount_minor", "order_number"])
def test_an_order_changed_in_the_page_is_given_no_password(town, visit, payer, card, ready, shown):
    visit.page.evaluate(
        """(shown) => { const place = document.querySelector(`[data-shown=${shown}]`);
                        place.textContent = place.textContent.replace(/[1-9](?=[^1-9]*$)/, (digit) => (digit % 9) + 1); }""",
        shown,
    )

    press(visit)

    expect_stopped(visit, "order_changed", "What was shown is not the order that we have")
    assert not card.was_told_a_password
    assert (card.tries_left, card.counter) == (3, 0)
    expect_nothing_moved(town, payer, ready)


def test_lights_follow_the_card_into_the_reader_and_out_of_it(town, visit, payer, card):
    visit.order(TEAPOT)
    visit.to_pay_page()
    expect_light(visit, "component", "Ready")
    expect_light(visit, "reader", "Ready")
    expect_light(visit, "card", "No card")

    town.hand.insert(card)
    expect_light(visit, "card", "Ready")
    town.hand.remove()
    expect_light(visit, "card", "No card")

    card.memory.save(CardState(tries_left=0))
    town.hand.insert(card)
    expect_light(visit, "card", "Locked")


def test_a_card_service_killed_and_back_is_said_and_the_order_is_paid_after_all(town, stack, visit, payer, card, ready):
    stack.process("pcscd").kill()
    expect_light(visit, "reader", "No driver")

    stack.restart("pcscd")

    expect_light(visit, "card", "Ready")
    fill_in(visit, payer)
    press(visit)
    expect(visit.page.get_by_role("heading", name="Before you pay: prove your identity")).to_be_visible()
    assert card.tries_left == 3


def test_a_card_service_killed_while_the_card_signs_stops_there(town, stack, visit, payer, card, ready):
    with card.paused_while_signing() as pause:
        press(visit)
        pause.wait_until_reached()
        stack.process("pcscd").kill()

        expect_stopped(visit, "reader_lost", "The card reader is gone")

    stack.restart("pcscd")
    assert card.tries_left == 3
    expect_nothing_moved(town, payer, ready)


def test_a_reader_that_comes_while_the_page_is_open_is_found(town, stack, visit, payer, card):
    visit.order(TEAPOT)
    with reader_unplugged(stack):
        visit.to_pay_page()
        expect_light(visit, "reader", "No reader")
    expect_light(visit, "reader", "Ready")

    town.hand.insert(card)
    expect_light(visit, "card", "Ready")


def test_the_doctor_names_the_first_thing_that_is_wrong_with_a_real_card_service(town, stack, visit, payer, card):
    page = visit.page
    page.goto(f"{town.portal}/reader/")
    expect_diagnosis(page, service="ok", reader="ok", card="problem", key="card-none")

    with reader_unplugged(stack):
        expect_diagnosis(page, service="ok", reader="problem", card="off", key="reader-none")
        stack.process("pcscd").kill()
        expect_diagnosis(page, service="problem", reader="off", card="off", key="service-missing")
        stack.restart("pcscd")
        expect_diagnosis(page, service="ok", reader="problem", card="off", key="reader-none")

    town.hand.insert(card)
    expect_diagnosis(page, service="ok", reader="ok", card="ok", key="card-ready")


def test_no_log_of_component_or_card_service_has_a_password(town, stack, visit):
    # Long enough not to be a time in a log by chance.
    payer = dataclasses.replace(town.newcomer(), password="408271936517")
    visit.order(TEAPOT)
    town.insert(payer)
    visit.to_pay_page()
    fill_in(visit, payer)
    press(visit)
    expect(visit.page.get_by_role("heading", name="Before you pay: prove your identity")).to_be_visible()

    found, looked = search(
        [stack.data / "logs" / "reader.log", stack.data / "logs" / "pcscd.log"], forms(payer.password)
    )

    assert found == {}
    assert looked > 0


@contextlib.contextmanager
def reader_unplugged(stack):
    """A card service without a reader, and with it again.

    vsmartcard's reader can be neither pulled out of a running pcscd nor pushed into one: the service is started anew.
    """
    plugged = stack.data / "pcsc" / "readers" / "virtual"
    unplugged = stack.data / "pcsc" / "virtual"
    plugged.replace(unplugged)
    stack.restart("pcscd")
    yield
    unplugged.replace(plugged)
    stack.restart("pcscd")


def expect_diagnosis(page, *, key, **lights):
    """These lights, and the remedy of the first that is a problem and of no other."""
    for name, state in lights.items():
        expect(page.locator(f"#light-{name}")).to_have_class(re.compile(rf"(^| ){state}( |$)"))
    expect(page.locator(f"[data-key={key}]")).to_be_visible()
    shown = page.locator(".remedy:visible")
    if "problem" in lights.values():
        expect(shown).to_have_count(1)
        expect(shown).to_have_attribute("id", f"remedy-{key}")
    else:
        expect(shown).to_have_count(0)
