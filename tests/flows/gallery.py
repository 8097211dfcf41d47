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
from tests.flows.screens import SCREENS, Screen, front, identity, looking_up, paying, town

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


def guest_of(browser: Browser, house: House, language: str, **how) -> Guest:
    """A browser of its own that speaks this language and has never been here."""
    context: BrowserContext = browser.new_context(locale=LOCALES[language], **({"viewport": WIDE} | how))
    return Guest(house, context, language)
