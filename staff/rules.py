"""The roles of staff and what each may do: permission names, least privilege, no role holds everything."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    OPERATOR = "operator"
    AUDITOR = "auditor"
    # Admits and disables staff; sees no customer.
    ADMINISTRATOR = "administrator"


_EVERYONE: Final = frozenset({"console.see_own_account"})
# What a conversation with a caller needs.
_DESK: Final = frozenset(
    {
        *("console.see_payments", "console.see_dashboard", "console.see_calendar", "console.see_reference_data"),
        *("support.see_cases", "support.work_cases", "payments.act_on_payment"),
    }
)
_MAKERS_AND_CHECKERS: Final = frozenset({"support.see_approvals", "support.propose", "support.approve"})

# The seed of the groups. Afterwards they are rows; a change of what a role may do is an approval of its own.
PERMISSIONS: Final[dict[Role, frozenset[str]]] = {
    Role.AGENT: _EVERYONE | _DESK,
    Role.SUPERVISOR: _EVERYONE
    | _DESK
    | _MAKERS_AND_CHECKERS
    | {
        *("refunds.settle_manually", "support.assign_cases", "verification.see_watch_list_reason"),
        *("support.change_rules", "support.confirm_refunds", "support.reset_identity", "support.confirm_staff"),
        *("console.reveal_personal", "console.run_reports", "console.export_rows"),
    },
    Role.OPERATOR: _EVERYONE
    | _DESK
    | _MAKERS_AND_CHECKERS
    | {
        *("notifications.act_on_message", "platforms.act_on_endpoint", "platforms.manage_keys", "console.run_reports"),
        *("refunds.add_calendarversion", "refunds.add_calendaroverride"),
        *("support.change_rules", "support.confirm_refunds"),
        *("refunds.add_maintenancewindow", "refunds.change_maintenancewindow"),
    },
    Role.AUDITOR: _EVERYONE
    | {
        *("console.see_payments", "console.see_dashboard", "console.see_calendar", "console.see_reference_data"),
        *("console.run_reports", "console.export_rows", "support.see_cases", "support.see_approvals"),
        "audit.audit_trail",
    },
    Role.ADMINISTRATOR: _EVERYONE | _MAKERS_AND_CHECKERS | {"support.manage_staff", "support.confirm_staff"},
}
