"""A complete private stack for the journeys, and a browser to walk through it."""

from __future__ import annotations

import json
import os

import pytest
from django.test import TransactionTestCase
from playwright.sync_api import BrowserContext, sync_playwright

from bootstrap.pcsc import is_there
from bootstrap.ports import Ports
from bootstrap.stack import Stack
from tests.flows.cards import master_key_of
from tests.flows.hand import Hand, HandTown
from tests.flows.town import Town, Visit
from tests.flows.wiretap import Wiretap

# Pictures are for a person, who asks for them by ./screens.
collect_ignore = [] if os.environ.get("OUTPOST_SCREENS") else ["test_screens.py"]

# Without the last five Chromium talks to the outside by itself, which a closed network answers slowly.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def stack(tmp_path_factory):
    """Web, worker, beat, sandbox, reader, PostgreSQL and Valkey, on ports of their own, for all journeys."""
    stack = Stack(data=tmp_path_factory.mktemp("stack"))
    stack.start()
    yield stack
    stack.remove()


@pytest.fixture(scope="session")
def card_stack(tmp_path_factory):
    """A stack whose reader is a real one where the machine has a card service; what the portal asks of others is recorded."""
    data, ports = tmp_path_factory.mktemp("card"), Ports.free()
    with Wiretap(to=ports.sandbox, file=tmp_path_factory.mktemp("traffic") / "wires") as tap:
        stack = Stack(data=data, ports=ports, chosen=tap.wires, reader_transport="pcsc" if is_there() else "direct")
        stack.traffic = tap.file.parent
        stack.start()
        yield stack
        stack.remove()


@pytest.fixture
def hand_town(card_stack) -> HandTown:
    """The town of that stack, with a card in the test's own hand."""
    town = HandTown(card_stack.url("web"), card_stack.url("sandbox"), card_stack.env)
    town.hand = Hand(port=card_stack.ports.card, master_key=master_key_of(card_stack))
    yield town
    town.hand.open()


@pytest.fixture
def town(stack) -> Town:
    town = Town(stack.url("web"), stack.url("sandbox"), stack.env)
    yield town
    town.receiver("up")
    town.take_out()


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=ARGUMENTS)
        yield browser
        browser.close()


def keep_pairing(context: BrowserContext, stack: Stack) -> BrowserContext:
    """This browser was paired with the card reader component before, as the pay page would have kept it."""
    kept = json.dumps(json.dumps(stack.pairing))
    context.add_init_script(
        f"if (location.origin === {json.dumps(stack.env['PORTAL_URL'])} && !localStorage.getItem('outpost-reader'))"
        f" localStorage.setItem('outpost-reader', {kept});"
    )
    return context


@pytest.fixture
def new_context(stack, browser):
    """Makes browser contexts that are paired; options as of `browser.new_context`. Each is closed at the end."""
    made = []

    def make(**options) -> BrowserContext:
        made.append(keep_pairing(browser.new_context(**options), stack))
        return made[-1]

    yield make
    for context in made:
        context.close()


@pytest.fixture
def fresh_context(browser) -> BrowserContext:
    """A browser that was never paired."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    yield context
    context.close()


@pytest.fixture
def visit(town, new_context) -> Visit:
    """An English-speaking visitor whose browser is paired."""
    return Visit(town, new_context(locale="en-GB", viewport={"width": 1280, "height": 900}).new_page())


@pytest.fixture(scope="module")
def house(tmp_path_factory, django_db_setup, django_db_blocker):
    """The portal in this process, for a module whose tests look at pages; its rows go with it."""
    from tests.flows.house import open_house

    with django_db_blocker.unblock():
        with open_house(tmp_path_factory.mktemp("house")) as opened:
            yield opened
        TransactionTestCase._fixture_teardown(None)
