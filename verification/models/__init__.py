"""Rows of identity checks, and of the codes that open a look-up."""

from __future__ import annotations

from verification.models.gate import (
    MISMATCHES,
    Check,
    CheckChange,
    CheckQuerySet,
    CodeTry,
    Consent,
    GateRule,
    Inquiry,
    LastUse,
    OneTimeCode,
    Outcome,
    Reset,
    WatchListNotice,
)
from verification.models.look_ups import LookUpCode, LookUpQuestion, LookUpTry

__all__ = [
    "MISMATCHES",
    "Check",
    "CheckChange",
    "CheckQuerySet",
    "CodeTry",
    "Consent",
    "GateRule",
    "Inquiry",
    "LastUse",
    "LookUpCode",
    "LookUpQuestion",
    "LookUpTry",
    "OneTimeCode",
    "Outcome",
    "Reset",
    "WatchListNotice",
]
