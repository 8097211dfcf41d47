"""Questions after paying: deducted but not completed, refunds, safety, data."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.faq.question import Group, Question

_CHARGED = ("payments:was_i_charged", _("Was I charged?"))
_REFUNDS = ("refunds:progress", _("Look up your refund"))

_COMPLETED = (
    Question(
        "not-completed",
        _("I was charged, but the shop says “Payment Not Completed”. What now?"),
        (
            _(
                "Please don't pay again. Our notice to the shop was lost on its way. Your money is safe: an order is"
                " charged once at most, and we keep telling the shop."
            ),
        ),
        steps=(
            _("Wait %(notice_hours_min)s to %(notice_hours_max)s hours, then refresh the shop's page."),
            _(
                "In the meantime, look at “Was I charged?”: it shows what happened to the money and what the shop was"
                " told."
            ),
            _(
                "After %(notice_hours_max)s hours we open a case of our own. Please call the shop's customer service"
                " then."
            ),
        ),
        links=(_CHARGED,),
        phone=True,
    ),
    Question(
        "charged-twice",
        _("Can an order be charged twice?"),
        (
            _(
                "No. Whatever is clicked, refreshed or sent again, the bank books an order once at most. If two orders"
                " were placed at the shop, each has a payment of its own."
            ),
        ),
    ),
    Question(
        "bank-unsure",
        _("The page says that the bank is still being asked. What does that mean?"),
        (
            _(
                "The bank's answer got lost. We ask it until it says; the page then changes by itself, and you find the"
                " answer at “Was I charged?” too. Don't pay again meanwhile."
            ),
        ),
        links=(_CHARGED,),
    ),
    Question(
        "look-up",
        _("What do the look-ups show, and to whom?"),
        (
            _(
                "Order number and the last four digits of the account show whether and when you were charged, what the"
                " shop was told, and the days of a refund. Amounts, goods, the account and the papers open only with a"
                " code that we send by SMS to the phone that the bank has."
            ),
            _(
                "The code is good for %(look_up_code_minutes)s minutes; %(look_up_codes_max)s an hour can be sent. The"
                " page closes after %(look_up_minutes)s minutes, and a button gives you more time."
            ),
        ),
        links=(_CHARGED, _REFUNDS),
    ),
    Question(
        "receipt",
        _("Where do I get my receipt later?"),
        (
            _(
                "At “Was I charged?”: after the code of the SMS you can save the receipt as a PDF, in the language of the"
                " page. A refund has its own note, at the refund's progress."
            ),
        ),
        links=(_CHARGED,),
    ),
)

_REFUND = (
    Question(
        "refund",
        _("When does my refund arrive?"),
        (
            _(
                "Once the seller confirms, the money goes back to the account that paid within %(first_day)s to"
                " %(last_day)s working days. Saturdays, Sundays and holidays are not counted; make-up working days are."
            ),
            _("We send you an SMS when the refund is accepted, when it is moved, and when it is credited."),
        ),
        links=(_REFUNDS,),
    ),
    Question(
        "refund-moved",
        _("Why was my refund moved to another day?"),
        (
            _(
                "A holiday or typhoon closure, a system upgrade, maintenance, or several refunds of one payment can move"
                " it to the next working day. The progress page shows each move with its reason, the old and the new day."
            ),
        ),
        links=(_REFUNDS,),
    ),
    Question(
        "refund-charge",
        _("Do I get the handling charge back?"),
        (_("%(charge_returned)s The progress page shows both amounts after the SMS code."),),
    ),
    Question(
        "refund-window",
        _("Until when can an order be refunded?"),
        (
            _(
                "A seller can refund an order until %(refund_window_days)s days after it was paid. Please agree with the"
                " seller in the shop; we can't start a refund ourselves."
            ),
        ),
    ),
    Question(
        "shipped",
        _("My goods were already sent. Can I have a refund here?"),
        (
            _(
                "No. Once an order is shipped, return and refund are settled with the shop. Please call its customer"
                " service."
            ),
        ),
        phone=True,
    ),
    Question(
        "refund-closed",
        _("I have closed the account that paid. Is my refund lost?"),
        (
            _(
                "No. A refund goes to the account that paid and nowhere else by itself; when the bank can't credit it, the"
                " money is kept for you and our staff settle it with you."
            ),
        ),
        bank=True,
    ),
)

_SAFETY = (
    Question(
        "phishing",
        _("How do I tell a real message from a false one?"),
        (
            _(
                "Our text messages begin with “Outpost” and never have a link in them. We never ask for your card"
                " password, for a code or for a transfer, neither by phone nor by message nor by e-mail."
            ),
            _("Our pages are found only under %(portal)s. Type the address yourself or come from the shop."),
        ),
    ),
    Question(
        "asked-for-code",
        _("Somebody asks me for a code or wants me to pay so that I get a refund."),
        (
            _(
                "That is fraud. A refund needs nothing from you: no code, no card, no transfer. Hang up, and call the"
                " anti-fraud line 165."
            ),
        ),
    ),
    Question(
        "not-me",
        _("I got an SMS about a payment that I did not make."),
        (
            _(
                "Payments of %(sms_from)s or more are always told by SMS. Call the bank at once and have the card"
                " locked. An order that is not shipped yet can be refunded by the shop."
            ),
        ),
        phone=True,
        bank=True,
    ),
)

_DATA = (
    Question(
        "data-kept",
        _("Which of my data are kept, and how long?"),
        (
            _(
                "Account, ID number and phone number are kept encrypted; pages and staff see them shortened. Payments,"
                " refunds and identity checks are kept for five years after they ended. The card's"
                " password is never kept, because we never have it."
            ),
        ),
    ),
    Question(
        "who-looks",
        _("Who looks at my data?"),
        (
            _(
                "Staff who need to, by role and with a reason; each look leaves a record that nobody can change. What you"
                " open with an SMS code is recorded too. The shop is told the result of a payment, not your account."
            ),
        ),
    ),
)

GROUPS = (
    Group("completed", _("Charged, but not completed"), _COMPLETED),
    Group("refunds", _("Refunds"), _REFUND),
    Group("safety", _("Safety"), _SAFETY),
    Group("data", _("Your data"), _DATA),
)
