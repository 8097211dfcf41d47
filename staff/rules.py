"""The roles of staff and what each may do, no role holding everything; and the words that make no password."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    OPERATOR = "operator"
    AUDITOR = "auditor"
    # Admits and disables staff; sees no customer.
    ADMINISTRATOR = "administrator"


ROLE_NAMES: Final[dict[Role, Promise]] = {
    Role.AGENT: gettext_lazy("Agent"),
    Role.SUPERVISOR: gettext_lazy("Supervisor"),
    Role.OPERATOR: gettext_lazy("Operator"),
    Role.AUDITOR: gettext_lazy("Auditor"),
    Role.ADMINISTRATOR: gettext_lazy("Administrator"),
}


def role_name(role: str) -> str:
    """As people say it; nothing of nobody's role, and what is no role any more as it was written down."""
    return str(ROLE_NAMES[Role(role)]) if role in set(Role) else role


_EVERYONE: Final = frozenset({"console.see_own_account"})
# Rules, calendars, platforms: what "see_reference_data" opens in the admin. Customers' rows are not among it; they are
# seen on the console's own pages, which record each look.
_REFERENCE: Final = frozenset(
    {
        "console.see_reference_data",
        *("payments.view_limitrule", "payments.view_chargerule", "verification.view_gaterule"),
        *("refunds.view_calendarversion", "refunds.view_calendaroverride", "refunds.view_bankonlyday"),
        *("refunds.view_maintenancewindow", "refunds.view_chargereturnrule", "refunds.view_runpace"),
        *("platforms.view_platform", "platforms.view_webhookendpoint"),
    }
)
# Books, the bank's statement, and what left us or did not.
_BOOKS: Final = frozenset(
    {
        *("ledger.view_journal", "notifications.view_event", "notifications.view_message"),
        *("notifications.view_retelling", "platforms.view_apikey"),
        *("reconciliation.view_run", "reconciliation.view_finding", "reconciliation.view_bankline"),
    }
)
# What a conversation with a caller needs.
_DESK: Final = _REFERENCE | frozenset(
    {
        *("console.see_payments", "console.see_dashboard", "console.see_calendar"),
        *("support.see_cases", "support.work_cases", "payments.act_on_payment"),
    }
)
_MAKERS_AND_CHECKERS: Final = frozenset({"support.see_approvals", "support.propose", "support.approve"})

# What migrating writes into the groups' rows; the application itself may only read those.
PERMISSIONS: Final[dict[Role, frozenset[str]]] = {
    Role.AGENT: _EVERYONE | _DESK,
    Role.SUPERVISOR: _EVERYONE
    | _DESK
    | _BOOKS
    | _MAKERS_AND_CHECKERS
    | {
        *("refunds.settle_manually", "support.assign_cases", "verification.see_watch_list_reason"),
        *("support.change_rules", "support.confirm_refunds", "support.reset_identity", "support.confirm_staff"),
        *("console.reveal_personal", "console.run_reports", "console.export_rows"),
    },
    Role.OPERATOR: _EVERYONE
    | _DESK
    | _BOOKS
    | _MAKERS_AND_CHECKERS
    | {
        *("notifications.act_on_message", "platforms.act_on_endpoint", "platforms.manage_keys", "console.run_reports"),
        *("refunds.add_calendarversion", "refunds.add_calendaroverride"),
        *("support.change_rules", "support.confirm_refunds"),
        *("refunds.add_maintenancewindow", "refunds.change_maintenancewindow"),
    },
    Role.AUDITOR: _EVERYONE
    | _REFERENCE
    | _BOOKS
    | {
        *("console.see_payments", "console.see_dashboard", "console.see_calendar"),
        *("console.run_reports", "console.export_rows", "support.see_cases", "support.see_approvals"),
        *("audit.audit_trail", "staff.see_members"),
    },
    Role.ADMINISTRATOR: _EVERYONE
    | _MAKERS_AND_CHECKERS
    | {"staff.see_members", "staff.manage_members", "support.manage_staff", "support.confirm_staff"},
}

# Whoever guesses begins with these.
_HOUSE_WORDS: Final = ("outpost", "console", "payment", "postal", "refund", "taobao", "alipay")


class NoWordOfTheHouse:
    """A validator of passwords: the service's own words and the person's name, once taken out, must leave enough of it."""

    LENGTH_LEFT_MIN = 10

    def validate(self, password: str, user: object = None) -> None:
        left = password.lower()
        for word in (*_HOUSE_WORDS, getattr(user, "username", "")):
            left = left.replace(word.lower(), "")
        if len(left) < self.LENGTH_LEFT_MIN:
            raise ValidationError(
                _("The password is made of your name or of this service's own words."), code="password_house_word"
            )

    def get_help_text(self) -> str:
        return _("Neither your name nor this service's own words make a password.")
