"""The registry: every deed that needs a second person. The database holds the same names and permissions; a test compares."""

from __future__ import annotations

from typing import Final

from support.operations.deeds.calendar import PublishYear, RecordClosure
from support.operations.deeds.deed import Deed, Doing, Line, Outcome, Preview, Wish
from support.operations.deeds.payments import ReverseDebit
from support.operations.deeds.people import ExportRows, ResetIdentity
from support.operations.deeds.platforms import Admit, Resume, RollKey, Suspend
from support.operations.deeds.refunds import Defer, ReturnToRun, SettleByHand
from support.operations.deeds.rules import (
    ChangeCharge,
    ChangeChargeReturn,
    ChangeGate,
    ChangeLimit,
    ChangeRunPace,
    ChangeTier,
)
from support.operations.deeds.staffing import AdmitMember, ChangeRole, EnableMember, ResetFactors

__all__ = ["DEEDS", "Deed", "Doing", "Line", "Outcome", "Preview", "Wish"]

DEEDS: Final[dict[str, Deed]] = {
    deed.name: deed
    for deed in (
        SettleByHand(),
        ReturnToRun(),
        Defer(),
        ReverseDebit(),
        PublishYear(),
        RecordClosure(),
        ChangeLimit(),
        ChangeCharge(),
        ChangeChargeReturn(),
        ChangeGate(),
        ChangeRunPace(),
        ChangeTier(),
        Suspend(),
        Resume(),
        RollKey(),
        Admit(),
        ResetIdentity(),
        ExportRows(),
        AdmitMember(),
        ChangeRole(),
        EnableMember(),
        ResetFactors(),
    )
}
