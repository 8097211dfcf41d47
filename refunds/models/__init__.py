"""The rows of refunds: the refunds themselves and the calendar that dates them."""

from refunds.models.calendar import BankOnlyDay, CalendarDay, CalendarOverride, CalendarVersion, MaintenanceWindow
from refunds.models.refund import ChargeReturnRule, CreditAttempt, Deferral, Refund, RefundChange, RunPace

__all__ = [
    "BankOnlyDay",
    "CalendarDay",
    "CalendarOverride",
    "CalendarVersion",
    "ChargeReturnRule",
    "CreditAttempt",
    "Deferral",
    "MaintenanceWindow",
    "Refund",
    "RefundChange",
    "RunPace",
]
