"""One case: what it is about, what to tell the caller, its clocks, notes and history, and what can be done with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods

from common.clock import now, time_text
from common.console import staff_name
from common.errors import Refusal
from common.references import mask_account
from notifications import queries as notifications
from payments import queries as payments
from payments.models import Payment
from payments.pages import standing
from refunds import queries as refunds
from refunds.models import Refund
from refunds.pages import shown as refund_words
from staff.pages import record_look, staff_page
from support import errors, operations, queries
from support.forms import CloseForm, HandOverForm, MergeForm, NoteForm, PriorityForm, ReopenForm
from support.models import QUEUE, Case
from support.pages import cases_words as words
from support.pages.cases import said
from support.states import ENDS_BY_HAND, ENDS_WITH_ITS_CAUSE, ClosedAs, Priority, Queue, Status

_LANGUAGES = (("zh-hant", "zh-Hant-TW"), ("en", "en"))


@require_http_methods(["GET", "HEAD"])
@staff_page("support.see_cases")
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    return _page(request, _found(case_id))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("support.work_cases")
def act(request: HttpRequest, case_id: UUID, deed: str) -> HttpResponse:
    """One of the forms of the page, by its operation; what is refused is said above the page."""
    found = _found(case_id)
    if deed not in _DEEDS:
        raise Http404
    if request.method != "POST":
        return _page(request, found)  # a refused form's page in the other language, or reloaded
    form = _forms(request, found, posted=deed).get(deed)
    if form is None and deed != "take":
        refusal = _out_of_date(found, deed)
        return _page(request, found, posted=deed, refusal=refusal, status=refusal.http_status)
    if form is not None and not form.is_valid():
        return _page(request, found, posted=deed, status=422)
    operation, done = _DEEDS[deed]
    try:
        then = operation(
            {"case_id": case_id, "at": now(), "by": staff_name(request)}, form.cleaned_data if form else {}
        )
    except Refusal as refusal:
        return _page(request, found, posted=deed, refusal=refusal, status=refusal.http_status)
    messages.success(request, str(done()))
    return redirect("support:case", then.pk if isinstance(then, Case) else case_id)


# Deed → its operation, and what is said when it is done.
_DEEDS: dict[str, tuple[Callable[[dict[str, Any], dict[str, Any]], Case | None], Callable[[], str]]] = {
    "take": (lambda who, _given: operations.take_case(**who), lambda: _("This case is yours now.")),
    "note": (lambda who, given: operations.add_note(**who, text=given["text"]), lambda: _("The note was kept.")),
    "hand-over": (
        lambda who, given: operations.hand_over(**who, to=given["to"], note=given["text"]),
        lambda: _("The case was handed over."),
    ),
    "priority": (
        lambda who, given: operations.set_priority(**who, priority=Priority(given["priority"]), reason=given["reason"]),
        lambda: _("The priority was changed, and the due time with it."),
    ),
    "merge": (
        lambda who, given: operations.merge_case(**who, into=given["into"], reason=given["reason"]),
        lambda: _("The case was merged into this one, which shows its notes."),
    ),
    "close": (
        lambda who, given: operations.close_case(**who, closed_as=ClosedAs(given["closed_as"]), reason=given["reason"]),
        lambda: _("The case was closed."),
    ),
    "reopen": (
        lambda who, given: operations.reopen_case(**who, reason=given["reason"]),
        lambda: _("A new case goes on with it."),
    ),
}


def _out_of_date(found: Case, deed: str) -> Refusal:
    """The form stood on a page that is no longer so: somebody else was faster."""
    if found.status == Status.CLOSED:
        return errors.CaseIsClosed()
    return errors.CaseIsOpen(number=found.reference) if deed == "reopen" else errors.CaseNotMergeable()


def _forms(request: HttpRequest, found: Case, *, posted: str = "") -> dict[str, forms.Form]:
    """Those of the deeds that this case takes and this person may do; what was typed stays in the one that was sent."""

    def bound(deed: str) -> dict[str, Any]:
        return {"data": request.POST if deed == posted else None, "auto_id": f"{deed}_%s"}

    if not request.user.has_perm("support.work_cases"):
        return {}
    if found.status == Status.CLOSED:
        return {"note": NoteForm(**bound("note")), "reopen": ReopenForm(**bound("reopen"))}
    people = queries.colleagues() if request.user.has_perm("support.assign_cases") else []
    made: dict[str, forms.Form] = {
        "note": NoteForm(**bound("note")),
        "hand-over": HandOverForm(people=people, **bound("hand-over")),
        "priority": PriorityForm(initial={"priority": found.priority}, **bound("priority")),
    }
    if found.payment or found.refund:
        made["merge"] = MergeForm(**bound("merge"))
    return made | {"close": CloseForm(**bound("close"))}


def _page(
    request: HttpRequest, found: Case, *, posted: str = "", refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    at, me = now(), staff_name(request)
    record_look(request, action="case.read", subject=found.subject, case=found.reference)
    merged = queries.merged_tree(found)
    before, after = queries.neighbours(found)
    shown = _forms(request, found, posted=posted)
    context = {
        "case": words.row(found, at),
        "about": _about(found),
        "say": _say(found, at),
        "answer": words.answer(found, at),
        "question": found.question,
        "asked_at": time_text(found.question.asked_at) if found.question else "",
        "notes": [_note(note, found) for note in queries.notes_of([found, *merged])],
        "merged": merged,
        "merged_into": found.merged_into,
        "reopens": found.reopens,
        "reopened_as": getattr(found, "reopened_as", None),
        "history": words.history(found, list(found.changes.all()), list(found.handlings.all())),
        "before": before,
        "after": after,
        "is_open": found.status == Status.OPEN,
        "is_mine": found.owner == me,
        "can_be_taken": bool(shown) and found.status == Status.OPEN and found.owner == QUEUE,
        "ends": _ends(found),
        "note_form": shown.pop("note", None),
        "forms": [_titled(deed, form, opened=deed == posted) for deed, form in shown.items()],
        "refusal": said(refusal),
    }
    return render(request, "support/case.html", context, status=status)


def _found(case_id: UUID) -> Case:
    found = queries.case_with_all(case_id)
    if found is None:
        raise Http404
    return found


def _titled(deed: str, form: forms.Form, *, opened: bool) -> dict[str, Any]:
    titles = {
        "hand-over": (_("Hand over"), _("Hand it over")),
        "priority": (_("Change the priority"), _("Change it")),
        "merge": (_("Merge into another case"), _("Merge")),
        "close": (_("Close the case"), _("Close it")),
        "reopen": (_("Open it again"), _("Open a new case that goes on")),
    }
    title, button = titles[deed]
    return {"deed": deed, "form": form, "title": title, "button": button, "opened": opened}


def _note(note: Any, found: Case) -> dict[str, str]:
    elsewhere = note.case.reference if note.case_id != found.pk else ""
    return {"text": note.text, "by": words.name_of(note.by), "when": time_text(note.at), "of": elsewhere}


def _ends(found: Case) -> str:
    """How such a case ends, said before somebody tries in vain."""
    if found.status == Status.CLOSED or found.kind in ENDS_BY_HAND:
        return ""
    if found.kind in ENDS_WITH_ITS_CAUSE:
        return _("Money hangs on it: it can't be closed by hand and closes itself once that is settled.")
    return _("It closes itself once its cause is gone.")


def _about(found: Case) -> list[dict[str, Any]]:
    """Facts, masked; `link` leads on."""
    payment = found.payment or (found.refund.payment if found.refund else None)
    rows: list[dict[str, Any]] = []
    if found.refund is not None:
        rows.append(_fact(_("Refund"), found.refund.reference, reverse("desk:refund", args=[found.refund.reference])))
        rows.append(_fact(_("Amount of the refund"), str(found.refund.total)))
    if payment is not None:
        rows.append(_fact(_("Payment reference"), payment.reference, reverse("desk:payment", args=[payment.reference])))
        rows.append(_fact(_("Order number"), payment.order_number))
        rows.append(_fact(_("Shop"), payment.platform.name))
        rows.append(_fact(_("Final amount"), str(payment.final_amount)))
        if payment.account is not None:
            rows.append(_fact(_("Account"), mask_account(payment.account.last4)))
    if found.endpoint is not None:
        rows.append(_fact(_("Shop"), found.endpoint.platform.name))
        rows.append(_fact(_("Endpoint"), found.endpoint.url))
    if found.finding is not None:
        rows.append(_fact(_("Invariant"), found.finding.name))
        rows.append(_fact(_("What does not agree"), f"{found.finding.subject}: {found.finding.detail}"))
    rows.append(_fact(_("Queue"), str(Queue(found.queue).label)))
    rows.append(_fact(_("Opened"), time_text(found.opened_at)))
    return rows


def _fact(label: str, value: str, link: str = "") -> dict[str, Any]:
    return {"label": label, "value": value, "link": link}


def _say(found: Case, at: dt.datetime) -> list[dict[str, str]]:
    """The customer's page in a sentence, in both languages: the agent says what the customer can read there."""
    said_in = []
    for language, code in _LANGUAGES:
        with override(language):
            text = _of_refund(found.refund, at) if found.refund else ""
            text = _of_payment(found.payment, at) if found.payment else text
        said_in.append({"lang": code, "text": text})
    return [one for one in said_in if one["text"]]


def _of_payment(payment: Payment, at: dt.datetime) -> str:
    presented, events = payments.being_presented(payment), notifications.told(payment.reference)
    _holder, following = standing.facts(payment, presented, events, at, opened=True)[:2]
    return f"{standing.heading(payment, presented, opened=True)} — {following['value']}"


def _of_refund(refund: Refund, at: dt.datetime) -> str:
    notice = refund_words.notices(refunds.progress(refund, at))[0]
    return f"{notice['title']} — {notice['text']}"
