"""What staff do: cases at work, and what needs a second person."""

from support.operations.approvals import approve, ask_for, expire_approval, preview_of, reject, withdraw
from support.operations.cases import (
    CAUSE_GONE,
    add_note,
    close_case,
    close_resolved,
    open_by_hand,
    open_case,
    reopen_case,
)
from support.operations.cases_at_work import hand_over, merge_case, set_priority, take_case, take_next
from support.operations.exports import take_export

__all__ = [
    "CAUSE_GONE",
    "add_note",
    "approve",
    "ask_for",
    "close_case",
    "close_resolved",
    "expire_approval",
    "hand_over",
    "merge_case",
    "open_by_hand",
    "open_case",
    "preview_of",
    "reject",
    "reopen_case",
    "set_priority",
    "take_case",
    "take_export",
    "take_next",
    "withdraw",
]
