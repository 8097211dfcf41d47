"""Cases of customer service, and what waits for a second person."""

from support.models.approvals import Approval, ApprovalChange, ApprovalDecision, ApprovalTier, ExportTaken
from support.models.cases import QUEUE, Case, CaseChange, CaseHandling, CaseNote

__all__ = [
    "QUEUE",
    "Approval",
    "ApprovalChange",
    "ApprovalDecision",
    "ApprovalTier",
    "Case",
    "CaseChange",
    "CaseHandling",
    "CaseNote",
    "ExportTaken",
]
