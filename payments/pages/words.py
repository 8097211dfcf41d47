"""What the pay page says about reader, card and signature; its script takes these texts by their key."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

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

# What can go wrong between page and card: code of reader/protocol.md → sentence.
READER_ERRORS = {
    "wrong_password": _("Wrong password. Tries left: %(tries)s. The third wrong one in a row locks the card."),
    "wrong_password_uncounted": _("Wrong password. The third wrong one in a row locks the card."),
    "card_locked": _("The card is locked. Nothing was charged. A counter of the bank can unlock it."),
    "password_format": _("The password has 6 to 12 digits. No try was used up."),
    "no_card": _("There is no card in the reader. Put it in and confirm again."),
    "no_reader": _("The card reader is gone. Plug it in and confirm again."),
    "no_driver": _("The driver of the card reader doesn't answer. Nothing was charged."),
    "card_swapped": _("Another card is in the reader now. Look at the accounts again, choose one and confirm again."),
    "card_removed": _("The card was taken out too early. Nothing was charged. Put it in and confirm again."),
    "cancelled": _("You have cancelled. Nothing was charged."),
    "timed_out": _("The card was silent for too long. Nothing was charged. Take it out, put it in and confirm again."),
    "busy": _("The card is in use in another window. Finish or close that one, then confirm again."),
    "amount_mismatch": _("The amounts don't agree. Nothing was charged. Please open this page again from the shop."),
    "disconnected": _("The connection to the component broke. Nothing was charged. Please confirm again."),
    "card_error": _(
        "The card gave an answer we don't know. Nothing was charged. Take it out, put it in and try again."
    ),
}

# What the payer still has to do, and what is going on.
PAGE = {
    "accounts_wait": _("Your accounts appear here as soon as the card is in the reader."),
    "need_another": _("This card is locked. Put in another card, or have this one unlocked at a counter of the bank."),
    "need_card": _("Put a card into the reader first."),
    "need_account": _("Choose the account to pay from."),
    "need_picture": _("Type the digits of the picture."),
    "need_password": _("Type the password of the card: 6 to 12 digits."),
    "preparing": _("Checking the picture code…"),
    "signing": _("The card is confirming. Leave it in the reader."),
    "confirming": _("The bank is being asked. Please don't close this page."),
    "picture_right": _("The picture code was right."),
    "picture_new": _("Here is a new picture."),
    "offline": _("The page could not reach us. Nothing was charged. Please try again."),
    "lost": _("The connection broke while we asked. We look up what became of your payment…"),
    "account_unnamed": _("Account"),
}
