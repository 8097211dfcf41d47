"""What can be refused about a case, and about what waits for a second person. No case moves money."""

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


# ── What waits for a second person. Nothing of it moves money until others have agreed. ──


class ReasonMissing(Refusal):
    code = "approval_reason_missing"
    http_status = 422
    title = _("Say why")
    text = _("Nothing was asked for. The second person decides by your reason: please write it down.")


class NotAllowedToAsk(Refusal):
    code = "approval_not_yours_to_ask"
    http_status = 403
    title = _("You can't ask for this")
    text = _("Nothing was asked for. Your role doesn't hold what this needs.")


class AskedAlready(Refusal):
    code = "approval_asked_already"
    title = _("This waits for a second person already")
    text = _(
        "Nothing was asked for. About %(subject)s the same waits already; it has to be decided or withdrawn first."
    )


class OwnRequest(Refusal):
    code = "approval_is_your_own"
    http_status = 403
    title = _("This is your own request")
    text = _("Nothing was changed. Another person has to agree; you can withdraw it.")


class NotAllowedToDecide(Refusal):
    code = "approval_not_yours_to_decide"
    http_status = 403
    title = _("You can't decide this")
    text = _("Nothing was changed. Your role doesn't hold what this deed asks of a second person.")


class DecidedAlready(Refusal):
    code = "approval_decided"
    title = _("This is decided already")
    text = _("Nothing was changed by you. It is %(status)s.")


class DecidedByYou(Refusal):
    code = "approval_decided_by_you"
    title = _("You have decided already")
    text = _("Nothing was changed. Your word counts once; another person has to give theirs.")


class ApprovalExpired(Refusal):
    code = "approval_expired"
    title = _("The time for this is over")
    text = _("Nothing was changed. Who wants it still has to ask anew, so that nobody agrees to yesterday's facts.")


class ApprovalAltered(Refusal):
    """The row is not what was asked for, or a decision was not made here: someone was at the database."""

    code = "approval_altered"
    title = _("This request can't be trusted")
    text = _(
        "Nothing was changed. The request or a decision about it was altered outside the console. Tell the operators."
    )


class NotYourRequest(Refusal):
    code = "approval_of_another"
    http_status = 403
    title = _("This is another person's request")
    text = _("Nothing was changed. Only who asked for it can withdraw or change it.")


class RuleTooSoon(Refusal):
    code = "rule_too_soon"
    http_status = 422
    title = _("This day is too near")
    text = _(
        "Nothing was changed. A rule begins tomorrow at the earliest: what was paid today keeps the rules of today."
    )


class ChargeNoticeTooShort(Refusal):
    code = "charge_notice_too_short"
    http_status = 422
    title = _("Customers have to know 60 days before")
    text = _(
        "Nothing was changed. The bank announces another charge at least 60 days ahead: the first day that is possible is"
        " %(earliest)s."
    )


class RuleDateTaken(Refusal):
    code = "rule_date_taken"
    title = _("A rule begins on this day already")
    text = _("Nothing was changed. Rules are only added: choose another day.")


class SubjectUnknown(Refusal):
    code = "approval_subject_unknown"
    http_status = 422
    title = _("This is not known")
    text = _("Nothing was asked for. No such thing is known here: %(subject)s.")


class NothingToChange(Refusal):
    code = "approval_changes_nothing"
    http_status = 422
    title = _("It is so already")
    text = _("Nothing was asked for: %(subject)s would stay as it is.")


class NothingPlaced(Refusal):
    """Details: days."""

    code = "export_has_no_rows"
    http_status = 422
    title = _("There is nothing to take out")
    text = _("Nothing was asked for: no payment was placed on these days (%(days)s).")


class ExportTooLarge(Refusal):
    """Details: most."""

    code = "export_too_large"
    http_status = 422
    title = _("These are too many rows")
    text = _("Nothing was asked for: a file holds %(most)s payments, and more were placed then. Ask for fewer days.")


class ExportNotOpen(Refusal):
    code = "export_not_open"
    http_status = 403
    title = _("These rows can't be taken out")
    text = _("Nothing was taken out. An approved export is taken once, by who asked for it, within 24 hours.")
