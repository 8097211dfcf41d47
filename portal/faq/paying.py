"""Questions before and while paying: cards, amounts, the reader, the password, the identity check."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.faq.question import Group, Question

_BEFORE = (
    Question(
        "how-to-pay",
        _("How do I pay with my ATM card?"),
        steps=(
            _("Confirm your order at the shop and choose ATM Card Payment."),
            _(
                "Connect your card reader to this computer and insert your chip ATM card. The first time, the page helps"
                " you install the card reader component."
            ),
            _("Choose your account and check every line of the amount."),
            _(
                "Type your card's password and the picture code, then confirm. The picture code can also be listened to."
            ),
            _("See the result. Keep or print the receipt."),
        ),
    ),
    Question(
        "which-card",
        _("Which cards and accounts can I use?"),
        (
            _("A chip ATM card of this bank, with the savings account that it belongs to, held by an adult."),
            _(
                "Transfers to accounts that were not agreed on beforehand have to be switched on; a counter of the bank"
                " does that with your ID card. Credit cards, cards issued abroad, lost or cancelled cards, and closed or"
                " frozen accounts are refused, and nothing is charged."
            ),
        ),
    ),
    Question(
        "amount",
        _("What will I pay in the end?"),
        (
            _(
                "Goods plus shipping minus discount, at the shop's exchange rate, in New Taiwan dollars: that is the"
                " order amount."
            ),
            _("ATM Card Payment adds a handling charge of %(charge_percent)s %% of the order amount."),
            _("The sum is final. You see every line before the password is asked for."),
        ),
        part="portal/_help_example.html",
    ),
    Question(
        "limits",
        _("How much can I pay a day and a month?"),
        (
            _("All of these limits hold; the tightest one counts. A refund does not give a limit back."),
            _("They count the final amount, charge included. Day and month begin at midnight in Taipei."),
        ),
        part="portal/_help_limits.html",
    ),
    Question(
        "time-to-pay",
        _("How long can I pay an order?"),
        (
            _(
                "Until the time that the payment page shows. When it is over, nothing was charged; go back to the shop"
                " and choose the payment anew."
            ),
        ),
    ),
    Question(
        "orders-only",
        _("Can I top up the shop's wallet?"),
        (
            _(
                "No. This service pays orders only. Adding value to a wallet or an account of the shop is refused,"
                " and nothing is charged."
            ),
        ),
    ),
)

_READER = (
    Question(
        "which-reader",
        _("Which reader and which computer do I need?"),
        (
            _(
                "Any USB reader for chip cards that follows PC/SC, as sold for tax returns and web banking, and a computer"
                " with Windows, macOS or Linux. A phone or tablet can't read the card."
            ),
            _("The card reader component is a small program between page and card. It works on this computer alone."),
        ),
        links=(("reader-install", _("Install the component")),),
    ),
    Question(
        "reader-not-found",
        _("The page doesn't find my reader or card. What can I do?"),
        steps=(
            _("Look which of the lights on the payment page is not green; the sentence beside it says what to do."),
            _("Unplug the reader and plug it in again, directly at the computer and not at a hub."),
            _("Take the card out, wipe the chip, and insert it again, chip first."),
            _("Start the card reader component again, then refresh the page."),
        ),
        closing=(_("Trying costs nothing: without your password nothing can be charged."),),
        links=(("reader-doctor", _("Reader or card doesn't work? The reader doctor finds out why")),),
    ),
    Question(
        "browser-asks",
        _("Why does my browser ask about devices on this computer or the local network?"),
        (
            _(
                "The page speaks with the card reader component on your own computer, and newer browsers ask before they"
                " let a page do that. Allow it for this page only. If you refused once, change it at the sign before the"
                " address."
            ),
        ),
    ),
    Question(
        "shared-computer",
        _("Can I pay on a computer that others use too?"),
        (
            _(
                "Yes. The first time, the component shows a number on this computer that you type on the page, so that no"
                " other program can pose as it. Take your card with you afterwards; nothing of it stays behind."
            ),
        ),
    ),
    Question(
        "card-pulled",
        _("The card came out while I was paying. Was I charged?"),
        (
            _(
                "The page says so at once. As long as the card has not signed, nothing can be charged. If you closed the"
                " page, look it up before you pay again."
            ),
        ),
        links=(("payments:was_i_charged", _("Was I charged?")),),
    ),
)

_PASSWORD = (
    Question(
        "wrong-password",
        _("I typed a wrong password. What now?"),
        (
            _(
                "The card itself checks the password and says how many tries are left; nothing was charged. Three wrong"
                " passwords lock the card; a counter of the bank unlocks it."
            ),
            _("A right password sets the count back. Check whether Caps Lock and the number pad are as you think."),
        ),
    ),
    Question(
        "locked",
        _("My card is locked. How do I unlock it?"),
        (
            _(
                "Only a counter of the bank can, with your ID card. Your account and your money are not touched; orders"
                " that you have paid stay paid."
            ),
        ),
        bank=True,
    ),
    Question(
        "password-stays",
        _("Who gets to see my password?"),
        (
            _(
                "The password is checked on the card itself and never leaves your computer. It is neither sent nor kept,"
                " not even by us."
            ),
        ),
    ),
    Question(
        "picture-code",
        _("What is the picture code for, and what if I can't see it?"),
        (
            _(
                "It shows that a person is there, before the card is asked for anything. A wrong one costs no password"
                " try; you get a new one. The button with the loudspeaker reads it out."
            ),
        ),
    ),
)

_IDENTITY = (
    Question(
        "identity",
        _("Why must I prove my identity first?"),
        (
            _(
                "We ask on your first payment, and again when you have not used this service for more than %(years)s."
                " The credit centre (JCIC) compares what you enter with what it has."
            ),
            _(
                "Nothing is charged while you do this. Afterwards go back to the shop, wait %(minutes)s, and pay again:"
                " the first try is not continued."
            ),
        ),
    ),
    Question(
        "identity-data",
        _("What do I need at hand?"),
        (
            _(
                "Your ID card or resident certificate, for its number, issue date, place and type, and the phone whose"
                " number the bank has. Dates are entered as on the card, by the ROC calendar; a Western year works too."
            ),
        ),
    ),
    Question(
        "identity-code",
        _("The SMS with the code doesn't arrive."),
        (
            _(
                "It usually takes less than a minute. You can have it sent again from the page; only the latest code counts."
            ),
            _("Wrong or old number? Only a counter of the bank can change it, with your ID card."),
        ),
    ),
    Question(
        "identity-mismatch",
        _("My data did not match. How often can I try?"),
        (
            _(
                "You can correct them. After %(mismatches)s on one day you can try again the next day. When the credit"
                " centre does not answer, that is no try. Nothing is charged in any of these cases."
            ),
        ),
    ),
)

GROUPS = (
    Group("before-paying", _("Before you pay"), _BEFORE),
    Group("reader", _("Reader and card"), _READER),
    Group("password", _("Password and locks"), _PASSWORD),
    Group("identity-check", _("Identity check"), _IDENTITY),
)
