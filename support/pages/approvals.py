"""What waits for a second person: the queue, one request with what it would change, and the yes or no to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common.clock import now, time_text
from common.errors import Refusal
from staff.pages import member_of, record_look, staff_page, stepped_up
from support import operations
from support.models import Approval
from support.operations.approvals import as_texts
from support.operations.deeds import DEEDS
from support.pages.approvals_words import ago, kind_of, left, person, title_of_refusal
from support.queries import approvals as queries
from support.states import ApprovalStatus

_WORDS_MAX = 300


@require_safe
@staff_page("support.see_approvals")
def approvals(request: HttpRequest) -> HttpResponse:
    """What I may decide first; then what I asked for, what waits for others, and what is decided."""
    at = now()
    show = "decided" if request.GET.get("show") == "decided" else "waiting"
    context: dict[str, Any] = {"show": show, "may_ask": bool(queries.deeds_to_ask(member_of(request)))}
    if show == "decided":
        try:
            page = queries.ended(cursor=request.GET.get("cursor", ""))
        except Refusal as refusal:
            raise Http404 from refusal
        context |= {"rows": _rows(page.rows, at), "next_cursor": page.next_cursor}
    else:
        waiting = queries.waiting(member_of(request), at)
        context |= {
            "queues": [
                {"id": "mine-to-check", "title": _("For you to decide"), "rows": _rows(waiting.to_decide, at)},
                {"id": "mine", "title": _("You asked for"), "rows": _rows(waiting.asked, at)},
                {"id": "others", "title": _("Waits for others"), "rows": _rows(waiting.others, at)},
            ]
        }
    return render(request, "support/approvals.html", context)


@require_safe
@staff_page("support.see_approvals")
def badge(request: HttpRequest) -> HttpResponse:
    """The number beside “Approvals” in the navigation, asked for after the page stands."""
    count = queries.to_decide_capped(member_of(request), now())
    text = f"{queries.BADGE_MAX}+" if count > queries.BADGE_MAX else str(count)
    return render(request, "support/_badge.html", {"count": count, "text": text, "url": request.path})


@require_safe
@staff_page("support.see_approvals")
def approval(request: HttpRequest, approval_id: UUID) -> HttpResponse:
    found = _found(approval_id)
    record_look(request, action="approval.read", subject=str(found.pk), about=found.subject)
    return _page(request, found)


@require_POST
@staff_page("support.approve")
@stepped_up
def approve(request: HttpRequest, approval_id: UUID) -> HttpResponse:
    """A yes. What is told once (a first password) stands on this answer alone."""
    words = request.POST.get("words", "")[:_WORDS_MAX]
    found = _found(approval_id)
    try:
        decided = operations.approve(approval_id=found.pk, checker=member_of(request), words=words, at=now())
    except Refusal as refusal:
        return _refused(request, approval_id, refusal)
    if decided.secret:
        return _page(request, _found(approval_id), secret=decided.secret)
    _say_what_came_of_it(request, decided.approval)
    return redirect("support:approval", approval_id)


@require_POST
@staff_page("support.approve")
@stepped_up
def reject(request: HttpRequest, approval_id: UUID) -> HttpResponse:
    words = request.POST.get("words", "")[:_WORDS_MAX]
    return _done(
        request,
        approval_id,
        lambda at: operations.reject(approval_id=approval_id, checker=member_of(request), words=words, at=at),
        _("Rejected. Nothing was changed; the request is kept."),
    )


@require_POST
@staff_page("support.propose")
def withdraw(request: HttpRequest, approval_id: UUID) -> HttpResponse:
    words = request.POST.get("words", "")[:_WORDS_MAX]
    return _done(
        request,
        approval_id,
        lambda at: operations.withdraw(approval_id=approval_id, maker=member_of(request), reason=words, at=at),
        _("Withdrawn. Nothing was changed."),
    )


def _done(request: HttpRequest, approval_id: UUID, act: Callable[[dt.datetime], Approval], said: str) -> HttpResponse:
    _found(approval_id)
    try:
        act(now())
    except Refusal as refusal:
        return _refused(request, approval_id, refusal)
    messages.success(request, said)
    return redirect("support:approval", approval_id)


def _refused(request: HttpRequest, approval_id: UUID, refusal: Refusal) -> HttpResponse:
    """Back on the request's own page, whose address can be kept and read in either language."""
    messages.warning(request, f"{refusal.title}: {refusal.detail()}")
    return redirect("support:approval", approval_id)


def _say_what_came_of_it(request: HttpRequest, found: Approval) -> None:
    if found.status == ApprovalStatus.DONE:
        messages.success(request, _("Done. What you agreed to is in force."))
    elif found.status == ApprovalStatus.FAILED:
        messages.error(request, _("Agreed, but it could not be done: nothing was changed."))
    else:
        missing = found.checkers_needed - found.decisions.count()
        text = ngettext("Agreed. %(count)d more person has to.", "Agreed. %(count)d more people have to.", missing)
        messages.success(request, text % {"count": missing})


def _found(approval_id: UUID) -> Approval:
    found = Approval.objects.select_related("maker", "replaces", "replaced_by").filter(pk=approval_id).first()
    if found is None:
        raise Http404
    return found


def _page(request: HttpRequest, found: Approval, *, secret: str = "") -> HttpResponse:
    at, user = now(), member_of(request)
    waits = found.status == ApprovalStatus.PENDING and not found.is_over(at)
    decisions = list(found.decisions.select_related("checker").order_by("at", "id"))
    own, decided = found.maker_id == user.pk, any(one.checker_id == user.pk for one in decisions)
    may = waits and not own and not decided and queries.may_decide(user, found.deed)
    context = {
        **_head(found, at),
        "shown": _shown(found, at),
        "facts": _facts(found, at, yes=sum(one.verdict == "approve" for one in decisions)),
        "history": _history(found, decisions),
        "may_decide": may,
        "own": own and waits,
        "why_not": "" if may or own or not waits else _why_not(decided=decided),
        "secret": secret,
        "to_take": queries.exports_open(user, at).filter(pk=found.pk).exists(),
    }
    return render(request, "support/approval.html", context)


def _head(found: Approval, at: dt.datetime) -> dict[str, Any]:
    deed = DEEDS[found.deed]
    kind, text = kind_of(found, at)
    return {
        "approval": found,
        "title": str(deed.title),
        "about": str(deed.about),
        "state": {"kind": kind, "text": text},
        "failed_because": title_of_refusal(found.outcome) if found.status == ApprovalStatus.FAILED else "",
    }


def _shown(found: Approval, at: dt.datetime) -> Any:
    """What would happen now while it waits; later what was shown when it was decided."""
    if found.status != ApprovalStatus.PENDING:
        return found.shown.get("en" if get_language() == "en" else "zh-hant")
    try:
        return as_texts(operations.preview_of(found, at))
    except Refusal as refusal:
        return {"lines": [], "refused": refusal.detail()}


def _facts(found: Approval, at: dt.datetime, *, yes: int) -> list[dict[str, str]]:
    facts = [
        (_("About"), DEEDS[found.deed].subject_shown(found.subject)),
        (_("Asked by"), person(found.maker)),
        (_("Asked at"), time_text(found.made_at)),
        (_("Agreed so far"), _("%(yes)d of %(needed)d") % {"yes": yes, "needed": found.checkers_needed}),
    ]
    if found.amount_minor:
        facts.insert(1, (_("Amount"), f"NT${found.amount_minor:,}"))
    if found.status == ApprovalStatus.PENDING:
        facts += [(_("Runs out"), time_text(found.expires_at)), (_("Time left"), left(found.expires_at, at))]
    elif found.ended_at:
        facts.append((_("Decided at"), time_text(found.ended_at)))
    # Long enough to compare by eye or phone, and the whole of it in the title of the audit trail.
    facts.append((_("Mark of the request"), " ".join(found.payload_hash[i : i + 4] for i in (0, 4, 8, 12))))
    return [{"label": label, "value": value} for label, value in facts]


# A decision says these itself, with its words.
_SAID_BY_DECISIONS: Final = (ApprovalStatus.APPROVED, ApprovalStatus.REJECTED)


def _history(found: Approval, decisions: Iterable[Any]) -> list[dict[str, Any]]:
    """The newest first; what happened in one moment stands in the order of its causes."""
    asked, *moves = found.changes.order_by("step")
    entries = [_entry(asked.at, _("asked for"), asked.by, found.reason)]
    entries += [_entry(one.at, one.get_verdict_display(), person(one.checker), one.words) for one in decisions]
    for move in moves:
        if move.after not in _SAID_BY_DECISIONS:
            why = title_of_refusal(move.reason) if move.after == ApprovalStatus.FAILED else move.reason
            entries.append(_entry(move.at, str(ApprovalStatus(move.after).label), move.by, why))
    return sorted(entries, key=lambda entry: entry["at"])[::-1]


def _entry(at: dt.datetime, title: str, by: str, why: str) -> dict[str, Any]:
    return {"at": at, "when": time_text(at), "title": title, "by": by.removeprefix("staff:"), "why": why}


def _why_not(*, decided: bool) -> str:
    if decided:
        return _("You have given your word. Another person has to give theirs.")
    return _("Your role doesn't hold what this asks of a second person.")


def _rows(found: Iterable[Approval], at: dt.datetime) -> list[dict[str, Any]]:
    rows = []
    for one in found:
        yes: int = getattr(one, "yes")  # noqa: B009 - the query adds it, no field of the model
        kind, text = kind_of(one, at)
        rows.append(
            {
                "url": reverse("support:approval", args=[one.pk]),
                "title": str(DEEDS[one.deed].title),
                "subject": DEEDS[one.deed].subject_shown(one.subject),
                "amount": f"NT${one.amount_minor:,}" if one.amount_minor else "",
                "by": person(one.maker),
                "when": time_text(one.made_at),
                "ago": ago(one.made_at, at),
                "left": left(one.expires_at, at),
                "is_short": one.expires_at - at < dt.timedelta(hours=4),
                "yes": yes,
                "people": [place < yes for place in range(one.checkers_needed)],
                "needed": one.checkers_needed,
                "state": {"kind": kind, "text": text},
            }
        )
    return rows
