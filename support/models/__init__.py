"""Cases of customer service, and what waits for a second person."""

from support.models.cases import QUEUE, Case, CaseChange, CaseNote

__all__ = ["QUEUE", "Case", "CaseChange", "CaseNote"]
