"""Cases of customer service, and what waits for a second person."""

from support.models.cases import QUEUE, Case, CaseChange, CaseHandling, CaseNote

__all__ = ["QUEUE", "Case", "CaseChange", "CaseHandling", "CaseNote"]
