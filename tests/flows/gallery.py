"""The gallery: every page a customer can meet, in each of its states. What is checked of one is checked of all.

A new entry, in the file of `tests/flows/screens/` that its page belongs to:

    @screen("result-receipt")
    def receipt(guest):
        _, link = guest.house.paid(guest.language)
        guest.open(f"{link}result/")
"""

from __future__ import annotations

from playwright.sync_api import Browser, BrowserContext

from tests.flows.house import LOCALES, Guest, House
from tests.flows.https import FORWARDED
from tests.flows.screens import (
    SCREENS,
    Screen,
    charged,
    console,
    console_approvals,
    console_boards,
    console_cases,
    console_days,
    console_find,
    console_reports,
    console_staff,
    device,
    ending,
    front,
    identity,
    paying,
    refunding,
    town,
)
from tests.flows.town import Town

__all__ = [
    "LANGUAGES",
    "SCREENS",
    "Screen",
    "TownGuest",
    "charged",
    "console",
    "console_approvals",
    "console_boards",
    "console_cases",
    "console_days",
    "console_find",
    "console_reports",
    "console_staff",
    "context_of",
    "device",
    "ending",
    "front",
    "guest_in",
    "guest_of",
    "identity",
    "paying",
    "refunding",
    "town",
]

LANGUAGES = tuple(LOCALES)
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 900}


class TownGuest(Guest):
    """In front of the sandbox instead of the portal."""

    def open(self, path: str) -> None:
        self.page.goto(self.house.sandbox + path)


def guest_of(browser: Browser, world: House | Town, language: str, **how) -> Guest:
    """A browser of its own that speaks this language and has never been here."""
    return guest_in(context_of(browser, world, language, **how), world, language)


def context_of(browser: Browser, world: House | Town, language: str, **how) -> BrowserContext:
    usual = {"locale": LOCALES[language], "viewport": WIDE}
    if not isinstance(world, Town):
        usual["extra_http_headers"] = FORWARDED
    return browser.new_context(**(usual | how))


def guest_in(context: BrowserContext, world: House | Town, language: str) -> Guest:
    """A new page in a browser that has forgotten what it knew by cookies; files of before it still has."""
    context.clear_cookies()
    return (TownGuest if isinstance(world, Town) else Guest)(world, context, language)
