"""What staff do: cases at work."""

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

__all__ = [
    "CAUSE_GONE",
    "add_note",
    "close_case",
    "close_resolved",
    "hand_over",
    "merge_case",
    "open_by_hand",
    "open_case",
    "reopen_case",
    "set_priority",
    "take_case",
    "take_next",
]
