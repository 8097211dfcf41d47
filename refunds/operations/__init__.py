"""Everything that changes a refund or the calendar; all front doors call these."""

from refunds.operations.by_hand import defer_by_hand, deferred_date, is_returnable, return_to_run, settle_by_hand
from refunds.operations.crediting import Worked, credit_due_refund, enquire_about_credit, settle_credit
from refunds.operations.deferring import redate_refund, tell_overdue
from refunds.operations.publishing import cancel_window, plan_window, publish_official_year, record_closure
from refunds.operations.requesting import cancel_refund, confirm_refund, request_refund
from refunds.operations.rules import add_charge_return_rule, add_run_pace

__all__ = [
    "Worked",
    "add_charge_return_rule",
    "add_run_pace",
    "cancel_refund",
    "cancel_window",
    "confirm_refund",
    "credit_due_refund",
    "defer_by_hand",
    "deferred_date",
    "enquire_about_credit",
    "is_returnable",
    "plan_window",
    "publish_official_year",
    "record_closure",
    "redate_refund",
    "request_refund",
    "return_to_run",
    "settle_by_hand",
    "settle_credit",
    "tell_overdue",
]
