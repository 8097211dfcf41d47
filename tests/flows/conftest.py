"""A complete private stack for the journeys, and a browser to walk through it."""

from __future__ import annotations

import os

import pytest
from django.test import TransactionTestCase
from playwright.sync_api import sync_playwright

from bootstrap.stack import Stack
from tests.flows.town import Town, Visit

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


@pytest.fixture
def visit(town, browser) -> Visit:
    """An English-speaking visitor."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    yield Visit(town, context.new_page())
    context.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory, django_db_setup, django_db_blocker):
    """The portal in this process, for a module whose tests look at pages; its rows go with it."""
    from tests.flows.house import open_house

    with django_db_blocker.unblock():
        with open_house(tmp_path_factory.mktemp("house")) as opened:
            yield opened
        TransactionTestCase._fixture_teardown(None)
