"""Cases in plain values for templates: how urgent, since when, until when, who has it, what happened to it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.clock import taipei, time_text, today_in_taipei
from support.models import QUEUE, Case, CaseChange, CaseHandling
from support.states import ClosedAs, Deed, Kind, Priority, Queue, Status

_TAGS = {Priority.URGENT: "bad", Priority.HIGH: "wait", Priority.NORMAL: "", Priority.LOW: "off"}
_HOUR, _DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def row(case: Case, at: dt.datetime) -> dict[str, Any]:
    """A case as a line of a list."""
    return {
        "id": case.pk,
        "number": case.reference,
        "kind": kind(case),
        "priority": priority(case),
        "about": case.subject,
        "amount": amount(case),
        "owner": owner(case),
        "queue": Queue(case.queue).label,
        "opened": time_text(case.opened_at),
        "age": age(case.opened_at, at),
        "due": due(case, at),
        "closed": time_text(case.closed_at),
        "closed_as": ClosedAs(case.closed_as).label if case.closed_as else "",
        "again": case.reopens.reference if case.reopens else "",
    }


def kind(case: Case) -> str:
    text = str(Kind(case.kind).label)
    return text[:1].upper() + text[1:]


def priority(case: Case) -> dict[str, str]:
    one = Priority(case.priority)
    return {"kind": _TAGS[one], "text": str(one.label)}


def amount(case: Case) -> str:
    if case.payment is not None:
        return str(case.payment.final_amount)
    return str(case.refund.total) if case.refund is not None else ""


def owner(case: Case) -> str:
    """staff:amy → amy. Empty where nobody has it."""
    return "" if case.owner == QUEUE else case.owner.partition(":")[2] or case.owner


def holder(case: Case) -> str:
    return owner(case) or _("nobody yet")


def ending(case: Case) -> str:
    """Why it was closed: what a person wrote, or how it closed itself; empty while it is open."""
    by_itself = case.closed_as == ClosedAs.CAUSE_GONE
    return str(ClosedAs.CAUSE_GONE.label) if by_itself else case.closed_reason


def due(case: Case, at: dt.datetime) -> dict[str, str]:
    """Its second clock as a colour and as words; a closed case has none."""
    if case.status == Status.CLOSED:
        return {"kind": "off", "text": str(Status.CLOSED.label), "when": ""}
    when = time_text(case.due_at)
    if case.due_at < at:
        return {"kind": "bad", "text": _("Overdue for %(time)s") % {"time": _span(at - case.due_at)}, "when": when}
    if today_in_taipei(case.due_at) == today_in_taipei(at):
        return {"kind": "wait", "text": _("Due today, in %(time)s") % {"time": _span(case.due_at - at)}, "when": when}
    return {"kind": "", "text": _("Due in %(time)s") % {"time": _span(case.due_at - at)}, "when": when}


def answer(case: Case, at: dt.datetime) -> dict[str, str]:
    """Its first clock."""
    if case.answered_at is not None:
        late = case.answered_at > case.answer_due_at
        text = _("Answered late, %(time)s") if late else _("Answered in time, %(time)s")
        return {"kind": "bad" if late else "good", "text": text % {"time": time_text(case.answered_at)}}
    late = case.answer_due_at < at
    text = _("No answer yet, was due %(time)s") if late else _("To be answered by %(time)s")
    return {"kind": "bad" if late else "wait", "text": text % {"time": time_text(case.answer_due_at)}}


def age(opened_at: dt.datetime, at: dt.datetime) -> str:
    return _("%(time)s ago") % {"time": _span(at - opened_at)}


def history(case: Case, changes: list[CaseChange], handlings: list[CaseHandling]) -> list[dict[str, Any]]:
    """Every change with who, when and why, the newest first."""
    told = [(change.at, change.step, _change(case, change)) for change in changes]
    told += [(handling.at, handling.number, _handling(handling)) for handling in handlings]
    return [entry for _at, _number, entry in sorted(told, key=lambda one: one[:2], reverse=True)]


def name_of(who: str) -> str:
    """staff:amy → amy; a queue and a sweep by their words."""
    if who in Queue.values:
        return _("queue %(name)s") % {"name": Queue(who).label}
    if who in ("sweep", "system"):
        return _("by itself")
    return who.removeprefix("staff:")


def _change(case: Case, change: CaseChange) -> dict[str, Any]:
    title = (
        _("Case opened")
        if change.after == Status.OPEN
        else _("Closed: %(why)s") % {"why": ClosedAs(case.closed_as).label}
    )
    reason = "" if case.closed_as == ClosedAs.CAUSE_GONE else change.reason
    return _entry(title, change.at, change.by, reason)


def _handling(handling: CaseHandling) -> dict[str, Any]:
    match Deed(handling.what):
        case Deed.TAKEN:
            title = _("Taken by %(name)s") % {"name": name_of(handling.after)}
        case Deed.GIVEN | Deed.QUEUED:
            names = {"before": name_of(handling.before), "after": name_of(handling.after)}
            title = _("Handed over: %(before)s → %(after)s") % names
        case Deed.PRIORITY:
            before, after = (Priority[name.upper()].label for name in (handling.before, handling.after))
            title = _("Priority: %(before)s → %(after)s") % {"before": before, "after": after}
        case Deed.MERGED_IN:
            title = _("%(number)s was merged in") % {"number": handling.after}
    return _entry(title, handling.at, handling.by, handling.reason)


def _entry(title: str, at: dt.datetime, by: str, reason: str) -> dict[str, Any]:
    return {"title": title, "at": taipei(at), "when": time_text(at), "by": name_of(by), "reason": reason}


def _span(time: dt.timedelta) -> str:
    """The largest unit that says enough: 45 min, 7 h, 3 days."""
    if time < _HOUR:
        return _("%(minutes)d min") % {"minutes": max(1, time // dt.timedelta(minutes=1))}
    if time < 2 * _DAY:
        return _("%(hours)d h") % {"hours": time // _HOUR}
    days = time // _DAY
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
