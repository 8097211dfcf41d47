"""One payment with everything about it on one page, what to say about it first, and what staff may do with it."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.clock import now
from common.console import staff_name
from console.forms.payment import ReasonForm, RevealForm
from console.pages import find_shown, payment_deeds, payment_say, payment_shown, payment_story
from console.pages.payment_story import Entry
from console.queries import find as finding
from console.queries.deeds import asking
from console.queries.payment import Whole, whole_payment
from payments import operations as payments
from payments.pages import shown as customers
from payments.states import IN_FLIGHT
from refunds import operations as refunds
from refunds.errors import RefundNotFound
from refunds.models import Refund
from staff.pages import member_of, record_look, staff_page
from staff.pages.presence import STARTED_AT

PERMISSION, ACT, REVEAL = "console.see_payments", "payments.act_on_payment", "console.reveal_personal"
_SALT = "console.payment.live"


@require_safe
@staff_page(PERMISSION)
def payment(request: HttpRequest, reference: str) -> HttpResponse:
    """Each look is recorded once; a page that stays open and looks again by itself (`?live=`) is the same look."""
    live = _live(request, reference)
    whole = whole_payment(reference, at=now())
    if live is None:
        record_look(request, action="payment.read", subject=reference)
        return _page(request, whole)
    if live == _fingerprint(whole, payment_story.entries(whole)):
        return HttpResponse(status=204)
    return render(request, "console/_payment_live.html", _context(request, whole) | {"is_live": True})


@require_safe
@staff_page(PERMISSION)
def refund(request: HttpRequest, reference: str) -> HttpResponse:
    """A refund is shown with its payment, and said first."""
    found = finding.payment_of_refund(reference)
    if found is None:
        raise RefundNotFound
    return redirect(f"{reverse('desk:payment', args=[found])}?refund={reference}")


@require_POST
@staff_page(ACT)
def tell_again(request: HttpRequest, reference: str) -> HttpResponse:
    form, whole = ReasonForm(request.POST), whole_payment(reference, at=now())
    if not form.is_valid():
        return without_reason(request, reference)
    untold = any(message.acknowledged_at is None for event in whole.events for message in event.messages)
    if not untold:
        messages.warning(request, _("Nothing was sent: the shop has taken every notice, or fetches them by itself."))
        return redirect("desk:payment", reference)
    reason = form.cleaned_data["reason"]
    payments.tell_platform_again(payment=whole.payment, at=now(), by=staff_name(request), reason=reason)
    record_look(request, action="payment.told_again", subject=reference, reason=reason)
    messages.success(request, _("The shop is being told again. Its answer appears in the story below."))
    return redirect("desk:payment", reference)


@require_POST
@staff_page(ACT)
def ask_bank(request: HttpRequest, reference: str) -> HttpResponse:
    form, whole = ReasonForm(request.POST), whole_payment(reference, at=now())
    if not form.is_valid():
        return without_reason(request, reference)
    if whole.payment.status not in IN_FLIGHT:
        messages.warning(request, _("The bank was not asked: nothing of this payment is unknown."))
        return redirect("desk:payment", reference)
    record_look(request, action="payment.bank_asked", subject=reference, reason=form.cleaned_data["reason"])
    asked = payments.enquire_about(payment=whole.payment, at=now(), by=staff_name(request))
    status = find_shown.status_tag(asked.status)["text"]
    messages.success(request, _("The bank was asked. The payment now: %(status)s.") % {"status": status})
    return redirect("desk:payment", reference)


@require_POST
@staff_page(ACT)
def ask_refund(request: HttpRequest, reference: str) -> HttpResponse:
    form = ReasonForm(request.POST)
    row = Refund.objects.filter(reference=reference).select_related("payment").first()
    if row is None:
        raise RefundNotFound
    if not form.is_valid():
        return without_reason(request, row.payment.reference)
    record_look(request, action="refund.bank_asked", subject=reference, reason=form.cleaned_data["reason"])
    if refunds.enquire_about_credit(refund_id=row.pk, at=now(), by=staff_name(request)):
        row.refresh_from_db()
        status = find_shown.refund_tag(row)["text"]
        messages.success(request, _("The bank was asked. The refund now: %(status)s.") % {"status": status})
    else:
        messages.warning(request, _("The bank was not asked: nothing of this refund may be asked for now."))
    return redirect("desk:refund", reference)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(REVEAL)
def reveal(request: HttpRequest, reference: str) -> HttpResponse:
    """One masked field, on this answer alone: the next look shows it masked again."""
    if request.method != "POST":  # the language was switched on the page that showed it
        return payment(request, reference)
    whole = whole_payment(reference, at=now())
    form = RevealForm(payment_shown.revealable(whole), request.POST)
    if not form.is_valid():
        return without_reason(request, reference)
    field, reason = form.cleaned_data["field"], form.cleaned_data["reason"]
    record_look(request, action="payment.revealed", subject=reference, reason=reason, field=field)
    return _page(request, whole, revealed={field: payment_shown.reveal(whole, field)})


def without_reason(request: HttpRequest, reference: str) -> HttpResponse:
    messages.error(request, _("Nothing was done: give a reason first."))
    return redirect("desk:payment", reference)


def _page(request: HttpRequest, whole: Whole, revealed: dict[str, str] | None = None) -> HttpResponse:
    return render(request, "console/payment.html", _context(request, whole, revealed))


def _context(request: HttpRequest, whole: Whole, revealed: dict[str, str] | None = None) -> dict[str, Any]:
    at, story = now(), payment_story.entries(whole)
    wanted = request.GET.get("show", "")
    shown = [entry for entry in story if wanted in ("", entry.kind)] if wanted in set(payment_story.Kind) else story
    row, reference = whole.payment, whole.payment.reference
    focus = request.GET.get("refund", "")
    live = signing.dumps([*_sign_in_of(request), reference, _fingerprint(whole, story)], salt=_SALT)
    with_notices = request.user.has_perm("verification.see_watch_list_reason")
    revealable = payment_shown.revealable(whole)
    may_ask = asking(member_of(request), whole.subjects, at)
    return {
        "head": payment_say.head(whole, at),
        "sayings": payment_say.sayings(whole, at, refund=focus),
        "facts": payment_shown.facts(whole, revealed or {}),
        "is_revealed": bool(revealed),
        "lines": customers.amount_lines(row),
        "total": customers.amount_total(row, paid=row.paid_at is not None),
        "entries": [entry.as_shown() for entry in shown[: payment_story.SHOWN_MAX]],
        "left_out": max(0, len(shown) - payment_story.SHOWN_MAX),
        "chips": payment_story.chips(story, wanted),
        "refunds": payment_shown.refunds(whole, at, payment_deeds.of_refunds(whole, may_ask, at)),
        "payment_deeds": payment_deeds.of_payment(whole, may_ask),
        "identity_deeds": payment_deeds.of_customer(row.account, reference, may_ask, at),
        "attempts": payment_shown.attempts(whole),
        "checks": payment_shown.checks(whole, with_notices=with_notices),
        "limits": payment_shown.limits(whole),
        "journals": payment_shown.journals(whole),
        "told": payment_shown.told(whole),
        "cases": payment_shown.cases(whole),
        "can_tell": any(message.acknowledged_at is None for event in whole.events for message in event.messages),
        "can_ask_bank": row.status in IN_FLIGHT,
        "reveal_form": RevealForm(revealable, auto_id="reveal_%s") if revealable else None,
        "tell_form": ReasonForm(auto_id="tell_%s"),
        "ask_form": ReasonForm(auto_id="ask_%s"),
        "file_form": ReasonForm(auto_id="file_%s"),
        "focus": focus,
        "live": live if whole.is_open and not revealed else "",
        "address": reverse("desk:payment", args=[reference]),
        "show": wanted,
    }


def _live(request: HttpRequest, reference: str) -> str | None:
    """The state that the open page shows; None unless this person, signed in as now, was led to it by a look that was recorded."""
    try:
        *known, fingerprint = signing.loads(request.GET.get("live", ""), salt=_SALT)
    except (signing.BadSignature, ValueError):
        return None
    return str(fingerprint) if known == [*_sign_in_of(request), reference] else None


def _sign_in_of(request: HttpRequest) -> list[Any]:
    """Who it is and since when: the key of the session is another one after each confirmation."""
    return [request.user.pk, request.session.get(STARTED_AT)]


def _fingerprint(whole: Whole, story: list[Entry]) -> str:
    """Changes with whatever has happened, except for somebody's looking."""
    happened = [f"{entry.at.isoformat()} {entry.title}" for entry in story if not entry.is_look]
    return hashlib.sha256("\n".join(happened).encode()).hexdigest()[:16]
