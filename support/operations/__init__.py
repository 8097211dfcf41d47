"""What staff do: cases at work."""

from support.operations.cases import CAUSE_GONE, add_note, close_case, close_resolved, open_case, take_case

__all__ = ["CAUSE_GONE", "add_note", "close_case", "close_resolved", "open_case", "take_case"]
