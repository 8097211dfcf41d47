"""What the gate refuses, each with its code and text. Nothing is ever charged at the gate."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.errors import Refusal


class CheckEnded(Refusal):
    code = "check_ended"
    http_status = 410
    title = _("This identity check has ended")
    text = _("Nothing was charged. Go back to the shop and pay again.")


class ExtensionsUsedUp(Refusal):
    code = "check_extensions_used_up"
    http_status = 429
    title = _("This check can't be kept open any longer")
    text = _(
        "It was kept open as often as it can be. Nothing was charged. If it ends before you are done, go back to the "
        "shop and pay again: you get a new check."
    )


class CheckElsewhere(Refusal):
    """The step was already done or isn't due, as with a second tab or the back button."""

    code = "check_elsewhere"
    title = _("This step is already done")
    text = _("Nothing was charged. Please go on from the page that is open now.")


class ConsentTextChanged(Refusal):
    code = "consent_text_changed"
    title = _("The text has changed")
    text = _("Nothing was charged. Please read the text again and agree to it.")
    retryable = True


class TriesUsedUp(Refusal):
    code = "identity_tries_used_up"
    http_status = 429
    title = _("No more tries today")
    text = _(
        "The data did not match on %(tries)s tries today. Nothing was charged. "
        "Please try again tomorrow or ask at a counter of the bank."
    )


class AnotherCheckRunning(Refusal):
    code = "another_check_running"
    title = _("Another check is running")
    text = _("Another check of the same person is being answered. Nothing was charged. Please try again in a minute.")
    retryable = True


class CodeMalformed(Refusal):
    code = "code_malformed"
    http_status = 422
    title = _("The code has six digits")
    text = _("Enter the six digits of the SMS. This was not counted as a try.")
    retryable = True


class CodeWrong(Refusal):
    code = "code_wrong"
    http_status = 422
    title = _("This is not the code we sent")
    text = _("This is not the code of the latest SMS. Tries left: %(tries_left)s.")
    retryable = True


class CodeExpired(Refusal):
    code = "code_expired"
    http_status = 422
    title = _("The code has expired")
    text = _("This code is no longer good. Ask for a new one.")
    retryable = True


class CodeTriesUsedUp(Refusal):
    code = "code_tries_used_up"
    http_status = 422
    title = _("Too many wrong codes")
    text = _("This code was entered wrongly too often and is no longer good. Ask for a new one.")
    retryable = True


class ResendTooEarly(Refusal):
    code = "resend_too_early"
    http_status = 429
    title = _("Please wait a moment")
    text = _("A new code can be sent in %(seconds)s seconds.")
    retryable = True


class ResendsUsedUp(Refusal):
    code = "resends_used_up"
    http_status = 429
    title = _("No more codes for this check")
    text = _("No more codes can be sent for this check. Nothing was charged. Go back to the shop and pay again.")


class LookUpWithoutPhone(Refusal):
    """The bank has no telephone number for this account, or none that it tells."""

    code = "look_up_without_phone"
    title = _("The bank has no mobile number of yours")
    text = _(
        "So we can't send you a code, and what is behind it stays closed. Nothing changes for your payment or refund. "
        "A counter of the bank can enter your number, with your ID card; for the order, call the shop: %(phone)s."
    )


class LookUpBankSilent(Refusal):
    code = "look_up_bank_silent"
    http_status = 503
    title = _("The bank does not answer just now")
    text = _(
        "We ask it where to send your code, and it did not answer. Nothing changes for your payment or refund. "
        "Please try again in a minute."
    )
    retryable = True


class LookUpCodesUsedUp(Refusal):
    code = "look_up_codes_used_up"
    http_status = 429
    title = _("No more codes for the moment")
    text = _(
        "Three codes an hour are sent for a payment at most. Nothing changes for your payment or refund. "
        "Please come back at %(time)s."
    )
    retryable = True


class QuestionEmpty(Refusal):
    code = "question_empty"
    http_status = 422
    title = _("Please say what we should look at")
    text = _("Nothing was sent, and nothing changes for your payment or refund. One sentence is enough.")


class QuestionPersonal(Refusal):
    """The text seems to hold an account number, an ID, a telephone number or a code."""

    code = "question_personal"
    http_status = 422
    title = _("Please leave out numbers that nobody else may know")
    text = _(
        "Nothing was sent, and nothing changes for your payment or refund. Your text seems to hold an account, ID or"
        " telephone number, a password or a code. We never need them: we see your payment already."
    )


class QuestionOpen(Refusal):
    """Details: number, of the question that is being looked at."""

    code = "question_open"
    title = _("We are looking at it already")
    text = _("Nothing changes for your payment or refund. If you call, name the number %(number)s.")


class QuestionsUsedUp(Refusal):
    code = "questions_used_up"
    http_status = 429
    title = _("This was asked three times today")
    text = _(
        "Nothing was sent, and nothing changes for your payment or refund. Please call customer service, or ask again"
        " tomorrow."
    )
    retryable = True
