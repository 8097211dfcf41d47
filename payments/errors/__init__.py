"""Everything that can be refused about a payment, each with its code, its text and its next step."""

from django.utils.translation import gettext_lazy as _

from common.errors import Refusal
from payments.errors.links import LinkBeingPaid as LinkBeingPaid
from payments.errors.links import LinkDead as LinkDead
from payments.errors.links import LinkPaid as LinkPaid
from payments.errors.links import LinkReplaced as LinkReplaced
from payments.errors.links import LinkWaitsForIdentity as LinkWaitsForIdentity
from payments.errors.reversing import DebitNotReversible as DebitNotReversible
from payments.errors.reversing import DebitReversed as DebitReversed


class PaymentNotFound(Refusal):
    code = "payment_not_found"
    http_status = 404
    title = _("No such payment")
    text = _("There is no payment under this name. Nothing was charged by this request.")


class TopUpNotSupported(Refusal):
    code = "top_up_not_supported"
    http_status = 422
    title = _("Only orders can be paid here")
    text = _("Adding value to a platform's wallet is not possible with this service. Nothing was charged.")


class OrderAmountsDiffer(Refusal):
    code = "order_amounts_differ"
    http_status = 409
    title = _("This order is already here with another amount")
    text = _(
        "The order stands at NT$%(existing_minor)s, the request says NT$%(requested_minor)s. Nothing was "
        "charged. Cancel the first payment, or send the order under another number."
    )


class NotCancellable(Refusal):
    code = "payment_not_cancellable"
    http_status = 409
    title = _("This payment can't be cancelled any more")
    text = _(
        "It is %(payment_status)s. A payment can be cancelled until the bank is asked for the money; after that, ask "
        "for a refund."
    )


class NotPaid(Refusal):
    code = "payment_not_paid"
    http_status = 409
    title = _("This payment is not paid")
    text = _("Nothing was charged for it, so there is nothing to do.")


class OrderExpired(Refusal):
    code = "order_expired"
    http_status = 410
    title = _("The time to pay this order is over")
    text = _(
        "Nothing was charged. Go back to the shop and choose to pay again: the same order can be paid anew as long as the "
        "shop offers it. If it doesn't, please order again."
    )


class OrderCancelled(Refusal):
    code = "order_cancelled"
    http_status = 410
    title = _("This order was cancelled")
    text = _("Nothing was charged. If you still want it, go back to the shop and choose to pay again, or order anew.")


class OrderFailed(Refusal):
    code = "order_failed"
    http_status = 410
    title = _("This payment has ended without a charge")
    text = _("Nothing was charged. Please go back to the shop and choose another way to pay.")


class AlreadyPaid(Refusal):
    code = "already_paid"
    http_status = 409
    title = _("This order is already paid")
    text = _("It was charged once and will not be charged again. The receipt is on the payment's page.")
    money_moved = "yes"


class AttemptInProgress(Refusal):
    code = "attempt_in_progress"
    http_status = 409
    title = _("This payment is being confirmed")
    text = _(
        "A confirmation of this order is on its way, perhaps from another window. It is charged once at most: "
        "please wait for its result and don't pay again."
    )
    money_moved = "unknown"
    retryable = True


class OrderChanged(Refusal):
    code = "order_changed"
    http_status = 409
    title = _("The card signed another order than the one here")
    text = _(
        "Nothing was charged. Please open the payment page again from the shop and compare the amount before "
        "you confirm."
    )


class CardLost(Refusal):
    code = "card_lost"
    http_status = 403
    title = _("This card is reported lost")
    text = _(
        "Nothing was charged. If you have found it again, please ask at a counter of the bank for it to be released."
    )


class CardCancelled(Refusal):
    code = "card_cancelled"
    http_status = 403
    title = _("This card is cancelled")
    text = _("Nothing was charged. Please use another ATM card, or ask at a counter of the bank for a new one.")


class ForeignCard(Refusal):
    code = "foreign_card"
    http_status = 403
    title = _("Cards issued abroad can't be used here")
    text = _("Nothing was charged. Please use a chip ATM card issued in Taiwan.")


class CreditCard(Refusal):
    code = "credit_card"
    http_status = 403
    title = _("Credit cards can't be used here")
    text = _("Nothing was charged. Please use your chip ATM card.")


class AccountClosed(Refusal):
    code = "account_closed"
    http_status = 403
    title = _("This account is closed")
    text = _("Nothing was charged. Please choose another account.")


class AccountFrozen(Refusal):
    code = "account_frozen"
    http_status = 403
    title = _("This account is frozen")
    text = _("Nothing was charged. Please ask at a counter of the bank, or choose another account.")


class NoTransferAgreement(Refusal):
    code = "no_transfer_agreement"
    http_status = 403
    title = _("Transfers are not switched on for this account (4508)")
    text = _("Nothing was charged. Please arrange non-designated transfers at a counter of the bank, then pay again.")


class UnderAge(Refusal):
    code = "under_age"
    http_status = 403
    title = _("This service is for adults")
    text = _("Nothing was charged. The holder of the account must be of age to pay abroad with it.")


class LimitExceeded(Refusal):
    """Details: limit (its code), limit_name, limit_minor, left_minor, amount_minor, next_step (a text)."""

    code = "limit_exceeded"
    http_status = 403
    title = _("This payment is above a limit of the account")
    text = _(
        "Nothing was charged. The limit “%(limit_name)s” is NT$%(limit_minor)s; NT$%(left_minor)s is left and "
        "this payment needs NT$%(amount_minor)s. %(next_step)s"
    )


class BankDeclined(Refusal):
    """The bank's no with a code we have no text of our own for. Details: bank_code."""

    code = "bank_declined"
    http_status = 402
    title = _("The bank has declined this payment")
    text = _("Nothing was charged. Please try another account, or ask the bank and name code %(bank_code)s.")


class BalanceTooLow(Refusal):
    code = "balance_too_low"
    http_status = 402
    title = _("The balance of the account is too low")
    text = _("Nothing was charged. Please choose another account, or pay again after a deposit.")


class BankLimit(Refusal):
    code = "bank_limit"
    http_status = 402
    title = _("The account has reached the bank's own limit")
    text = _("Nothing was charged. Please choose another account, or pay again tomorrow.")


class BankBusy(Refusal):
    code = "bank_busy"
    http_status = 503
    title = _("The bank can't take the payment at the moment")
    text = _("Nothing was charged. Please try again in a few minutes.")
    retryable = True


class NotDebited(Refusal):
    code = "not_debited"
    http_status = 409
    title = _("The bank did not receive the debit")
    text = _("Nothing was charged; the bank has confirmed it. You can pay again.")
    retryable = True


class TellAgainTooSoon(Refusal):
    code = "tell_again_too_soon"
    http_status = 429
    title = _("The shop was told a moment ago")
    text = _("Your payment is safe. Please wait ten minutes before you ask for another notice.")
    money_moved = "yes"
    retryable = True


class TooManyLookUps(Refusal):
    code = "too_many_look_ups"
    http_status = 429
    title = _("Too many look-ups of this order")
    text = _("Nothing was changed and nothing was charged by looking. Please wait ten minutes and try again.")
    retryable = True


class Maintenance(Refusal):
    """Details: until, a time of Taipei as text."""

    code = "maintenance"
    http_status = 503
    title = _("Payments rest for a while")
    text = _(
        "Nothing was charged. The bank's systems are being looked after until %(until)s (Taipei). The order stays "
        "open: please pay it after that."
    )
    retryable = True
