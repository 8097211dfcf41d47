"""What the pay page says about reader, card and signature; its script takes these texts by their key."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

# The oldest component that may be asked for a signature; an older one is told to go by its own greeting.
READER_VERSION_MIN = "2.0.0"

COMPONENT, READER, CARD = _("Component"), _("Card reader"), _("ATM card")

# device-state → (class of the light, short word, sentence with the remedy)
DEVICES = {
    "component-searching": ("wait", _("Looking"), _("We look for the card reader component on this computer.")),
    "component-ready": ("ok", _("Ready"), _("Version %(version)s is running.")),
    "component-missing": (
        "problem",
        _("Missing"),
        _("Install the component, or start it if you have it already. This page finds it by itself."),
    ),
    "component-foreign": (
        "problem",
        _("Another program"),
        _("Another program answers in the component's place. The reader doctor says what to do."),
    ),
    "component-unpaired": ("wait", _("Not connected"), _("It is running. Connect this browser with it below, once.")),
    "component-unproved": (
        "problem",
        _("Not proved"),
        _("It couldn't prove to be your component. Nothing was sent to it. Read below how to go on."),
    ),
    "component-too_old": (
        "problem",
        _("Too old"),
        _("This version is no longer good enough. Install the present one; this page finds it by itself."),
    ),
    "component-blocked": (
        "problem",
        _("Blocked"),
        _("Your browser keeps this page from the component. Allow “local network access” for this page and reload it."),
    ),
    "reader-waiting": ("off", _("Waiting"), _("First the component must run.")),
    "reader-no_driver": (
        "problem",
        _("No driver"),
        _("The computer has no driver for card readers, or its smart card service is off. Install it or switch it on."),
    ),
    "reader-none": ("problem", _("No reader"), _("Plug your card reader into this computer.")),
    "reader-ready": ("ok", _("Ready"), _("The card reader is connected.")),
    "card-waiting": ("off", _("Waiting"), _("First the card reader must be connected.")),
    "card-none": ("wait", _("No card"), _("Put your ATM card into the reader, chip first.")),
    "card-unpaired": ("off", _("Waiting"), _("First this browser must be connected with the component.")),
    "card-reading": ("wait", _("Reading"), _("Leave the card in the reader.")),
    "card-ready": ("ok", _("Ready"), _("Leave the card in the reader until you see the result.")),
    "card-locked": (
        "problem",
        _("Locked"),
        _(
            "Three wrong passwords have locked this card. A counter of the bank can unlock it. Use another card to pay now."
        ),
    ),
    "card-unreadable": (
        "problem",
        _("Not readable"),
        _("Take the card out, turn it so that the chip goes in first, and put it in again. Only ATM cards work here."),
    ),
}

# What goes wrong between page and card and leaves the try as it is; all else ends it on a page of its own.
# Code of reader/protocol.md → sentence.
READER_ERRORS = {
    "wrong_password": _(
        "Wrong password. Tries left: %(tries)s. Nothing was charged. The third wrong one in a row locks the card."
    ),
    "wrong_password_uncounted": _("Wrong password. Nothing was charged. The third wrong one in a row locks the card."),
    "password_format": _("The password has 6 to 12 digits. No try was used up."),
    "busy": _("The card is in use in another window. Finish or close that one, then confirm again."),
    "card_error": _(
        "The card gave an answer we don't know. Nothing was charged. Take it out, put it in and try again."
    ),
}

# What the step says that connects browser and component.
PAIRING = {
    "shown": _("The number is on the component's own page now. Type it here."),
    "empty": _("Type the four digits that the component shows."),
    "wrong": _("This is not the number that the component shows. Tries left: %(tries)s."),
    "ended": _("This number is no longer valid. Press “Show the number” and type the new one."),
    "busy": _("Another page is being connected at this moment. Finish or close it, then press “Show the number”."),
    "failed": _("The component didn't answer. Nothing was charged. Press “Show the number” once more."),
}

# What the payer still has to do, and what is going on.
PAGE = {
    "light": _("%(name)s: %(word)s. %(text)s"),
    "accounts_wait": _("Your accounts appear here as soon as the card is in the reader."),
    "need_another": _("This card is locked. Put in another card, or have this one unlocked at a counter of the bank."),
    "need_card": _("Put a card into the reader first."),
    "need_account": _("Choose the account to pay from."),
    "need_picture": _("Type the six digits of the picture."),
    "need_password": _("Type the password of the card: 6 to 12 digits."),
    "preparing": _("Checking the picture code…"),
    "signing": _("The card is confirming. Leave it in the reader."),
    "confirming": _("The bank is being asked. Please don't close this page."),
    "card_out": _("The card was taken out. Nothing was charged. Put it in again and type its password again."),
    "card_back": _("The card is back. Please type the password again."),
    "reader_out": _("The card can't be reached. Nothing was charged. When it is ready again, type its password again."),
    "picture_new": _("Here is a new picture."),
    "offline": _("The page could not reach us. Nothing was charged. Please try again."),
    "lost": _("The connection broke while we asked. We look up what became of your payment…"),
    "account_unnamed": _("Account"),
}


def pairing_texts() -> str:
    """PAIRING as the JSON that templates/portal/_pairing.html hands to its script."""
    return json.dumps({key: str(text) for key, text in PAIRING.items()})


def reader_page(address: str) -> str:
    """The component's own page, beside its WebSocket: "ws://127.0.0.1:8002/v2" → "http://127.0.0.1:8002/"."""
    return f"http://{urlsplit(address).netloc}/"
