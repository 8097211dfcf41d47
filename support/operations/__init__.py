"""What staff do: cases at work, and what needs a second person."""

from support.operations.approvals import approve, ask_for, expire_approval, preview_of, reject, withdraw
from support.operations.cases import CAUSE_GONE, add_note, close_case, close_resolved, open_case, take_case
from support.operations.exports import take_export

__all__ = [
    "CAUSE_GONE",
    "add_note",
    "approve",
    "ask_for",
    "close_case",
    "close_resolved",
    "expire_approval",
    "open_case",
    "preview_of",
    "reject",
    "take_case",
    "take_export",
    "withdraw",
]
