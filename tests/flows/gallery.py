"""The gallery: every page a customer can meet, in each of its states. What is checked of one is checked of all.

A new entry, in the file of `tests/flows/screens/` that its page belongs to:

    @screen("result-receipt")
    def receipt(guest):
        _, link = guest.house.paid(guest.language)
        guest.open(f"{link}result/")
"""

from __future__ import annotations

from playwright.sync_api import Browser

from tests.flows.house import LOCALES, Guest, House
from tests.flows.https import FORWARDED
from tests.flows.screens import SCREENS, Screen, front, identity, looking_up, paying, town
from tests.flows.town import Town

__all__ = [
    "LANGUAGES",
    "SCREENS",
    "Screen",
    "TownGuest",
    "front",
    "guest_of",
    "identity",
    "looking_up",
    "paying",
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
    usual = {"locale": LOCALES[language], "viewport": WIDE}
    if isinstance(world, Town):
        return TownGuest(world, browser.new_context(**(usual | how)), language)
    return Guest(world, browser.new_context(**(usual | {"extra_http_headers": FORWARDED} | how)), language)
