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


class NoteIsEmpty(Refusal):
    code = "case_note_is_empty"
    http_status = 422
    title = _("The note says nothing")
    text = _("Nothing was changed. Please write down what the next person needs to know.")
