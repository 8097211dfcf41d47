"""What can come of a card holder's try to pay, and the words for what only the holder's side knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

PAID, BEING_CONFIRMED, DECLINED, REFUSED = "paid", "being_confirmed", "declined", "refused"
IDENTITY_PROVED, IDENTITY_NEEDED = "identity_proved", "identity_needed"
OUTCOMES = (PAID, IDENTITY_PROVED, IDENTITY_NEEDED, DECLINED, BEING_CONFIRMED, REFUSED)

# A refusal of the confirmation that says nothing about the account: the page, the order or the chip is the matter.
NOT_OF_THE_ACCOUNT = frozenset(
    {
        "already_paid",
        "card_authority_unavailable",
        "card_counter_repeated",
        "card_signature_invalid",
        "check_code_expired",
        "check_code_unknown",
        "check_code_used",
        "maintenance",
        "order_cancelled",
        "order_changed",
        "order_expired",
        "order_failed",
        "page_link_being_paid",
        "page_link_dead",
        "page_link_gated",
        "page_link_paid",
        "page_link_replaced",
    }
)

_OWN_TITLES: dict[str, Promise] = {
    "wrong_password": gettext_lazy("The card says that the password is wrong; one try is used up"),
    "card_locked": gettext_lazy("The card is locked; POST /sandbox/cards/renew makes it usable again"),
    "identity_code_missing": gettext_lazy("No code arrived at the handset"),
}


@dataclass(frozen=True)
class Outcome:
    """`code`, `title` and `text` are the portal's own where it refused; `more` are facts of one outcome alone."""

    kind: str
    code: str = ""
    title: str = ""
    text: str = ""
    money_moved: str = "no"
    more: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "outcome": self.kind,
            "code": self.code or None,
            "title": self.title or None,
            "text": self.text or None,
            "money_moved": self.money_moved,
            "next": _next(self),
            **dict(self.more),
        }


def refused_by_holder(code: str) -> Outcome:
    """A "no" that the portal never heard of."""
    return Outcome(REFUSED, code=code, title=str(_OWN_TITLES[code]))


def of_problem(problem: dict[str, Any], *, at_confirmation: bool) -> Outcome:
    """What a problem document of the portal means for the payer."""
    code = str(problem.get("code", ""))
    kind = DECLINED if at_confirmation and code not in NOT_OF_THE_ACCOUNT else REFUSED
    return Outcome(
        BEING_CONFIRMED if code == "attempt_in_progress" else kind,
        code=code,
        title=str(problem.get("title", "")),
        text=str(problem.get("detail", "")),
        money_moved=str(problem.get("money_moved", "unknown")),
    )


def _next(outcome: Outcome) -> str:
    match outcome.kind:
        case "paid":
            return _("Read the payment or the event payment.succeeded; a refund can be asked for.")
        case "identity_proved":
            return _("Create the payment again with the same order number, then pay again.")
        case "identity_needed":
            return _("Create the payment again with the same order number, then pay without prove_identity: false.")
        case "declined":
            return _("Nothing was charged. Pay the same page again, with this account or another.")
        case "being_confirmed":
            return _("Move the clock three minutes forward, then read the payment: the bank is asked again.")
        case _:
            return _("Do what the text says.")
