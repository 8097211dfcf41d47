"""The one table of what each account, person and phone number makes happen: it drives the wires and the page."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise

RICH_MINOR = 50_000_000
# Long enough to be felt, short of the ten seconds after which the portal gives up.
SLOW_SECONDS = 3.0


@dataclass(frozen=True)
class AccountOutcome:
    """How the bank treats one kind of account. `debit_fault` and `credit_fault` are kinds of sandbox.faults."""

    last4: str
    does: Text
    balance_minor: int = RICH_MINOR
    account_status: str = "open"
    transfer_agreement: bool = True
    card_status: str = "active"
    card_kind: str = "atm"
    card_issued: str = "domestic"
    debit_code: str = ""
    credit_code: str = ""
    debit_fault: str = ""
    credit_fault: str = ""


ACCOUNTS: dict[str, AccountOutcome] = {
    "pays": AccountOutcome("0001", _("Pays. NT$50 million in it.")),
    "pays_too": AccountOutcome("0002", _("Pays. A second account with limits of its own, NT$50 million in it.")),
    "poor": AccountOutcome("1501", _("Only NT$100 in it: dearer orders are declined (4501)."), balance_minor=100),
    "under_age": AccountOutcome("1018", _("Its holder is under age: refused before anything is debited.")),
    "foreign_card": AccountOutcome("2001", _("Its card is foreign-issued: refused."), card_issued="foreign"),
    "lost_card": AccountOutcome("2002", _("Its card was reported lost: refused."), card_status="lost"),
    "cancelled_card": AccountOutcome("2003", _("Its card was cancelled: refused."), card_status="cancelled"),
    "credit_card": AccountOutcome("2004", _("Its card is a credit card: refused."), card_kind="credit"),
    "frozen": AccountOutcome("2005", _("The account is frozen: refused."), account_status="frozen"),
    "closed": AccountOutcome("2006", _("The account is closed: refused."), account_status="closed"),
    "no_agreement": AccountOutcome(
        "2008",
        _("No transfer agreement (non-designated transfer is off): refused."),
        transfer_agreement=False,
        debit_code="4508",
    ),
    "declined_4501": AccountOutcome("4501", _("Debit declined: balance too low."), debit_code="4501"),
    "declined_4502": AccountOutcome("4502", _("Debit declined: account closed."), debit_code="4502"),
    "declined_4503": AccountOutcome("4503", _("Debit declined: account frozen."), debit_code="4503"),
    "declined_4504": AccountOutcome("4504", _("Debit declined: card reported lost."), debit_code="4504"),
    "declined_4505": AccountOutcome("4505", _("Debit declined: card cancelled."), debit_code="4505"),
    "declined_4506": AccountOutcome("4506", _("Debit declined: over the bank's own limit."), debit_code="4506"),
    "declined_4507": AccountOutcome("4507", _("Debit declined: foreign-issued card."), debit_code="4507"),
    "declined_4508": AccountOutcome("4508", _("Debit declined: no transfer agreement."), debit_code="4508"),
    "declined_4509": AccountOutcome("4509", _("Debit declined: credit card."), debit_code="4509"),
    "declined_4510": AccountOutcome("4510", _("Debit declined: bank busy."), debit_code="4510"),
    "declined_4999": AccountOutcome("4999", _("Debit declined with a code nobody has mapped."), debit_code="4999"),
    "debit_unanswered": AccountOutcome(
        "5001", _("Debited, but the bank's answer is lost: an enquiry finds it."), debit_fault="timeout_after"
    ),
    "debit_lost": AccountOutcome(
        "5002",
        _("The debit never reaches the bank: not found, and final once its time has run out."),
        debit_fault="timeout_before",
    ),
    "debit_late": AccountOutcome(
        "5003", _("The debit arrives late, after an enquiry said not found."), debit_fault="late"
    ),
    "debit_garbled": AccountOutcome("5004", _("Debited, but the answer can't be read."), debit_fault="garbled"),
    "debit_wrong_amount": AccountOutcome(
        "5005", _("Debited, but the answer names a wrong amount."), debit_fault="wrong_amount"
    ),
    "debit_slow": AccountOutcome("5006", _("Debited, but the bank takes three seconds."), debit_fault="slow"),
    "debit_reset": AccountOutcome("5007", _("The bank hangs up on the debit; it is lost."), debit_fault="reset"),
    "debit_duplicate": AccountOutcome(
        "5008", _("The debit reaches the bank twice; it is booked once."), debit_fault="duplicate"
    ),
    "credit_closed": AccountOutcome(
        "6001", _("Pays; the account is closed by the time a refund is credited."), credit_code="4502"
    ),
    "credit_unanswered": AccountOutcome(
        "6002", _("Pays; the refund is credited, but the bank's answer is lost."), credit_fault="timeout_after"
    ),
    "credit_lost": AccountOutcome(
        "6003", _("Pays; the refund's credit never reaches the bank."), credit_fault="timeout_before"
    ),
    "credit_late": AccountOutcome(
        "6004", _("Pays; the refund's credit arrives late, after an enquiry said not found."), credit_fault="late"
    ),
    "credit_declined": AccountOutcome(
        "6999", _("Pays; the refund's credit is declined with a code nobody has mapped."), credit_code="4999"
    ),
}

# The portal's code when an account can't pay; what is not here pays, or is being confirmed because its debit goes astray.
DECLINED_AS: dict[str, str] = {
    "poor": "balance_too_low",
    "under_age": "under_age",
    "foreign_card": "foreign_card",
    "lost_card": "card_lost",
    "cancelled_card": "card_cancelled",
    "credit_card": "credit_card",
    "frozen": "account_frozen",
    "closed": "account_closed",
    "no_agreement": "no_transfer_agreement",
    "declined_4501": "balance_too_low",
    "declined_4502": "account_closed",
    "declined_4503": "account_frozen",
    "declined_4504": "card_lost",
    "declined_4505": "card_cancelled",
    "declined_4506": "bank_limit",
    "declined_4507": "foreign_card",
    "declined_4508": "no_transfer_agreement",
    "declined_4509": "credit_card",
    "declined_4510": "bank_busy",
    "declined_4999": "bank_declined",
}
_GOES_ASTRAY = {"timeout_before", "timeout_after", "late", "garbled", "wrong_amount", "reset"}


def pay_answer(does: str) -> tuple[str, str]:
    """Outcome and code of a try to pay, once the holder's identity is proved: ("paid", ""), ("declined", "card_lost")."""
    if does in DECLINED_AS:
        return "declined", DECLINED_AS[does]
    if ACCOUNTS[does].debit_fault in _GOES_ASTRAY:
        return "being_confirmed", "attempt_in_progress"
    return "paid", ""


# What the credit centre answers about a person.
CREDIT_CENTRE: dict[str, Text] = {
    "match": _("Passes when the data below are typed as they stand."),
    "mismatch": _("The data never match the register."),
    "notice": _("On the watch list, no release code: refused."),
    "notice_past": _("Was on the watch list, released yesterday: passes."),
    "notice_today": _("On the watch list, release date always today: refused."),
    "notice_future": _("On the watch list, to be released 30 days after the sandbox was set up: refused until then."),
    "unavailable": _("The credit centre gives no answer."),
}


@dataclass(frozen=True)
class PhoneOutcome:
    """`primary` and `secondary`: deliver | fail | reject | unknown_sent | unknown_lost."""

    name: str
    does: Text
    primary: str
    secondary: str = "deliver"


# Any other number is delivered by either operator.
PHONES: dict[str, PhoneOutcome] = {
    "+886900000101": PhoneOutcome("sms_first_rejects", _("The first operator rejects, the second delivers."), "reject"),
    "+886900000102": PhoneOutcome(
        "sms_first_unanswered", _("The first operator delivers but its answer is lost."), "unknown_sent"
    ),
    "+886900000103": PhoneOutcome(
        "sms_first_loses", _("The first operator loses it without an answer."), "unknown_lost"
    ),
    "+886900000104": PhoneOutcome("sms_both_reject", _("Both operators reject."), "reject", "reject"),
    "+886900000105": PhoneOutcome(
        "sms_never_arrives", _("Accepted, but it never arrives at the handset."), "fail", "fail"
    ),
}


def phone_outcome(phone: str, operator: str) -> str:
    found = PHONES.get(phone)
    if found is None:
        return "deliver"
    return found.primary if operator == "primary" else found.secondary
