"""The story of a payment for staff: every change, call, answer, notice, text, look and deed, with who, when and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import Record
from common.clock import time_text
from common.states import StateChange
from console.forms.find import REFUND_STATUSES, STATUSES
from console.queries.payment import Whole
from notifications.models import Message
from notifications.queries import ToldEvent
from payments.models import Attempt
from refunds.queries import Progress
from support.models import Case
from support.pages.cases_words import ending
from verification.models import Check
from verification.states import Status as CheckStatus

# Newest first; what is older stands in the audit trail.
SHOWN_MAX = 250


class Kind(StrEnum):
    PAYMENT = "payment"
    BANK = "bank"
    IDENTITY = "identity"
    REFUND = "refund"
    NOTICE = "notice"
    SMS = "sms"
    CASE = "case"
    VISIT = "visit"
    STAFF = "staff"


KINDS = {
    Kind.PAYMENT: gettext_lazy("Changes"),
    Kind.BANK: gettext_lazy("Card and bank"),
    Kind.IDENTITY: gettext_lazy("Identity check"),
    Kind.REFUND: gettext_lazy("Refunds"),
    Kind.NOTICE: gettext_lazy("Told to the shop"),
    Kind.SMS: gettext_lazy("Text messages"),
    Kind.CASE: gettext_lazy("Cases"),
    Kind.VISIT: gettext_lazy("Seen by the customer"),
    Kind.STAFF: gettext_lazy("Staff"),
}
OUTCOMES = {
    "approved": gettext_lazy("The bank charged the account"),
    "declined": gettext_lazy("The bank declined"),
    "refused": gettext_lazy("Refused before the bank was asked for money"),
    "gated": gettext_lazy("Stopped: identity must be proved first"),
    "abandoned": gettext_lazy("Given up before the bank was asked for money"),
    "reversed": gettext_lazy("The bank took a wrong amount and gave it back"),
}
_TRIES = {
    "delivered": gettext_lazy("Told; the shop has confirmed it"),
    "refused": gettext_lazy("Told; the shop did not accept it"),
    "unknown": gettext_lazy("The shop did not answer"),
}
_TEXTED = {
    "delivered": gettext_lazy("The SMS operator took it"),
    "refused": gettext_lazy("The SMS operator refused it"),
    "unknown": gettext_lazy("The SMS operator did not answer"),
}
_DEEDS = {
    "payment.read": gettext_lazy("Looked at this payment"),
    "payments.payment_read": gettext_lazy("Looked at this payment"),
    "payment.revealed": gettext_lazy("Revealed a masked field"),
    "payment.told_again": gettext_lazy("Had the shop told again"),
    "payment.bank_asked": gettext_lazy("Asked the bank"),
    "refund.bank_asked": gettext_lazy("Asked the bank about a refund"),
    "payment.case_file": gettext_lazy("Printed the case file"),
    "payment.reversal_asked": gettext_lazy("Had the bank asked to give a wrong debit back"),
    "payment.reversal_declined": gettext_lazy("The bank did not give the debit back"),
    "refund.settled_by_hand": gettext_lazy("Settled a refund by hand"),
    "refund.returned_to_run": gettext_lazy("Gave a refund back to the day's run"),
    "refund.deferred_by_hand": gettext_lazy("Put a refund off to another day"),
    "payment.case_file_checked": gettext_lazy("Checked a printed case file"),
    "case.read": gettext_lazy("Looked at a case about it"),
    "case.new": gettext_lazy("Began to open a case about it"),
    "look_up.opened": gettext_lazy("Opened the look-up with the code of the SMS"),
    "look_up.receipt": gettext_lazy("Took the receipt"),
    "look_up.note": gettext_lazy("Took the refund note"),
}


@dataclass(frozen=True)
class Entry:
    at: dt.datetime
    kind: Kind
    title: str
    why: str = ""
    by: str = ""
    # Of what a machine answered: its words are not in the reader's language.
    why_language: str = ""

    @property
    def is_look(self) -> bool:
        """Somebody looking changes nothing that a page has to show anew."""
        return self.kind in (Kind.STAFF, Kind.VISIT)

    def as_shown(self) -> dict[str, str]:
        shown = {"when": time_text(self.at), "stamp": self.at.isoformat(), "title": self.title}
        words = {"why": self.why, "why_language": self.why_language, "by": self.by}
        return shown | words | {"kind": self.kind.value, "label": str(KINDS[self.kind])}


def entries(whole: Whole) -> list[Entry]:
    """All of them, newest first; of one moment what followed stands before what it followed from."""
    return sorted(_all(whole), key=lambda entry: entry.at)[::-1]


def chips(found: list[Entry], wanted: str) -> list[dict[str, Any]]:
    """The kinds that occur, each a filter, with how many of it."""
    counts = {kind: sum(entry.kind is kind for entry in found) for kind in Kind}
    every = {"kind": "", "label": _("Everything"), "count": len(found), "is_on": wanted not in counts}
    return [every] + [
        {"kind": kind.value, "label": str(KINDS[kind]), "count": count, "is_on": wanted == kind}
        for kind, count in counts.items()
        if count
    ]


def _all(whole: Whole) -> Iterator[Entry]:
    yield from _moves(whole.changes, Kind.PAYMENT, STATUSES)
    for attempt in whole.attempts:
        yield from _attempt(attempt)
    for check in whole.checks:
        yield from _check(check)
    for one in whole.refunds:
        yield from _refund(one)
    for event in (event for events in whole.told.values() for event in events):
        yield from _event(event)
    for one_text in whole.texts:
        yield from _text(one_text)
    for retelling in whole.retellings:
        yield Entry(retelling.at, Kind.NOTICE, _("Told again on request"), retelling.reason, retelling.by)
    for case in whole.cases:
        yield from _case(case)
    yield from _codes(whole)
    yield from (_record(record) for record in whole.records)


def _moves(changes: Iterable[StateChange], kind: Kind, texts: dict[Any, Any], name: str = "") -> Iterator[Entry]:
    for change in changes:
        after = texts.get(change.after, change.after)
        before = texts.get(change.before, change.before)
        said = _("Status: %(before)s → %(after)s") % {"before": before, "after": after}
        if not change.before:
            said = _("Made: %(status)s") % {"status": after}
        language = "" if change.by.startswith("staff:") else "en"
        yield Entry(change.at, kind, f"{name} · {said}" if name else said, change.reason, change.by, language)


def _attempt(attempt: Attempt) -> Iterator[Entry]:
    words = {"number": attempt.number, "last4": attempt.account_last4}
    said = _("Card presented, attempt %(number)s, account ending %(last4)s") % words
    yield Entry(attempt.created_at, Kind.BANK, said, by="payer")
    if attempt.debit_sent_at:
        asked = _("The bank was asked to charge it (request %(id)s)") % {"id": attempt.request_id}
        yield Entry(attempt.debit_sent_at, Kind.BANK, asked, by="system")
    if attempt.outcome_at:
        codes = " · ".join(filter(None, (attempt.outcome_code, attempt.bank_code)))
        outcome = str(OUTCOMES.get(attempt.outcome, attempt.outcome))
        yield Entry(attempt.outcome_at, Kind.BANK, outcome, codes, "bank" if attempt.debit_sent_at else "system")


def _check(check: Check) -> Iterator[Entry]:
    yield from _moves(check.changes.all(), Kind.IDENTITY, {status.value: status.label for status in CheckStatus})
    for inquiry in check.inquiries.all():
        if inquiry.answered_at:
            answer = _("Answer: %(answer)s") % {"answer": inquiry.get_outcome_display()}
            yield Entry(inquiry.answered_at, Kind.IDENTITY, answer, by="jcic")


def _refund(one: Progress) -> Iterator[Entry]:
    refund = one.refund
    yield from _moves(refund.changes.all(), Kind.REFUND, REFUND_STATUSES, refund.reference)
    for attempt in refund.attempts.all():
        asked = _("The bank was asked to credit it (request %(id)s)") % {"id": attempt.request_id}
        yield Entry(attempt.at, Kind.BANK, f"{refund.reference} · {asked}", by="system")
    for deferral in one.deferrals:
        moved = _("Credit day %(old)s → %(new)s.") % {"old": deferral.old_date, "new": deferral.new_date}
        why = deferral.get_reason_display()
        yield Entry(deferral.at, Kind.REFUND, f"{refund.reference} · {moved}", why, deferral.by)


def _event(event: ToldEvent) -> Iterator[Entry]:
    number = f" #{event.sequence}" if event.sequence else ""
    yield Entry(event.at, Kind.NOTICE, _("Notice made: %(kind)s") % {"kind": f"{event.kind}{number}"}, by="system")
    for message in event.messages:
        for one in message.attempts:
            said = f"{_TRIES.get(one.outcome, one.outcome)} · {event.kind}"
            answer = " ".join(filter(None, (str(one.http_status or ""), one.answer)))
            why = f"{answer} ({one.duration_ms} ms) → {message.recipient}"
            yield Entry(one.at, Kind.NOTICE, said, why, "system", "en")


def _text(message: Message) -> Iterator[Entry]:
    said = _("Text message to %(phone)s") % {"phone": message.recipient}
    yield Entry(message.created_at, Kind.SMS, said, f"“{message.text}”", "system")
    for one in message.attempts.all():
        said = str(_TEXTED.get(one.outcome, one.outcome))
        yield Entry(one.at, Kind.SMS, said, one.answer, one.operator, "en")


def _case(case: Case) -> Iterator[Entry]:
    name = case.get_kind_display()
    for change in case.changes.all():
        said, why = _("Case closed: %(kind)s"), ending(case)
        if not change.before:
            said, why = _("Case opened: %(kind)s"), change.reason
        yield Entry(change.at, Kind.CASE, said % {"kind": name}, why, change.by)
    for note in case.notes.all():
        yield Entry(note.at, Kind.CASE, _("Note: %(kind)s") % {"kind": name}, note.text, note.by)


def _codes(whole: Whole) -> Iterator[Entry]:
    for code in whole.codes:
        sent = _("A look-up code was sent to %(phone)s") % {"phone": code.phone_masked}
        yield Entry(code.sent_at, Kind.VISIT, sent, by="payer")
        for one in code.tries.all():
            said = _("The right code was typed") if one.was_right else _("A wrong code was typed")
            yield Entry(one.at, Kind.VISIT, said, by="payer")


def _record(record: Record) -> Entry:
    kind = Kind.VISIT if record.action.startswith("look_up.") else Kind.STAFF
    field = record.details.get("field", "")
    why = " · ".join(filter(None, (field, record.reason)))
    by = f"{record.by} ({record.role})" if record.role else record.by
    return Entry(record.at, kind, str(_DEEDS.get(record.action, record.action)), why, by)
