"""What can be refused about giving a debit back, and what a payer reads whose debit was."""

from django.utils.translation import gettext_lazy as _

from common.errors import Refusal


class DebitReversed(Refusal):
    code = "debit_reversed"
    http_status = 410
    title = _("The bank took a wrong amount and gave it back")
    text = _(
        "The bank had taken another amount than this order's. All of it is back in the account, and nothing was kept. "
        "If you still want the order, go back to the shop and pay again, or order anew."
    )


class DebitNotReversible(Refusal):
    code = "debit_not_reversible"
    http_status = 409
    title = _("This debit can't be given back")
    text = _(
        "Nothing was changed. Only a debit that is unknown because the bank says that it took another amount is given "
        "back: exactly the amount that it said last, and once."
    )
    money_moved = "unknown"
