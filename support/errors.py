"""What can be refused about a case. No case moves money."""

from django.utils.translation import gettext_lazy as _

from common.errors import Refusal


class CaseStillNeeded(Refusal):
    """Someone would be left without anybody who answers for their money."""

    code = "case_still_needed"
    http_status = 409
    title = _("This case can't be closed yet")
    text = _(
        "The money is still on its way or waits for someone to settle it. The case closes itself once that is done; "
        "write a note if you have news."
    )
    money_moved = "unknown"
    retryable = True


class CaseIsClosed(Refusal):
    code = "case_is_closed"
    http_status = 409
    title = _("This case is closed")
    text = _("Nothing was changed. What was noted stays; should the cause come back, a new case is opened.")


class CaseIsOpen(Refusal):
    """Details: number, of the case that is open for the same matter."""

    code = "case_is_open"
    http_status = 409
    title = _("There is an open case for this already")
    text = _("Nothing was opened. Write what is new as a note to %(number)s.")


class CaseIsTaken(Refusal):
    """Details: owner."""

    code = "case_is_taken"
    http_status = 409
    title = _("Somebody else has this case")
    text = _("Nothing was changed. It belongs to %(owner)s, who can hand it over; a supervisor can give it to you.")


class CaseWasReopened(Refusal):
    """Details: number, of the case that goes on with it."""

    code = "case_was_reopened"
    http_status = 409
    title = _("This case was opened again already")
    text = _("Nothing was opened. It goes on as %(number)s.")


class CaseNotMergeable(Refusal):
    code = "case_not_mergeable"
    http_status = 422
    title = _("These two can't be merged")
    text = _("Nothing was changed. Name the number of another open case about the same payment.")


class NothingToOpenFor(Refusal):
    code = "case_about_nothing"
    http_status = 422
    title = _("No payment and no refund has this reference")
    text = _(
        "Nothing was opened. Compare it letter by letter: PAY- and RF- references have fourteen characters behind."
    )


class NotAColleague(Refusal):
    code = "case_not_a_colleague"
    http_status = 422
    title = _("Nobody of that name works on cases")
    text = _("Nothing was changed. Choose one of the names, or a queue.")


class NoteIsEmpty(Refusal):
    code = "case_note_is_empty"
    http_status = 422
    title = _("The note says nothing")
    text = _("Nothing was changed. Please write down what the next person needs to know.")


class NoteIsPersonal(Refusal):
    """The text seems to hold an account or card number, a national ID, a telephone number or a secret."""

    code = "case_note_is_personal"
    http_status = 422
    title = _("Notes hold nothing personal")
    text = _(
        "Nothing was kept. The text seems to hold an account, card, ID or telephone number, a password or a code. Name the"
        " last four digits at most: the case leads to the payment, where the rest is."
    )
