"""Where is my refund? By order number and the last four digits of the account: dates, days counted, what comes next."""

from __future__ import annotations

from datetime import date
from typing import Any, assert_never

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from common import lookups
from common.clock import now, taipei
from common.references import mask_account
from payments.errors import TooManyLookUps
from refunds import queries
from refunds.forms import ProgressForm
from refunds.models import Deferral, Refund
from refunds.queries import CountedDay, Progress
from refunds.states import Status
from refunds.working_days import Day, Reason

_PAGE = "refunds.progress"
_AT_THE_BANK = (
    "info",
    gettext_lazy("Your refund is at the bank"),
    gettext_lazy("The bank was asked to credit %(total)s and we wait for its answer. It is credited once only."),
)
_TAGS = {
    Status.REQUESTED: ("wait", gettext_lazy("Waits for the seller")),
    Status.ACCEPTED: ("wait", gettext_lazy("Refund accepted")),
    Status.CREDITING: ("wait", gettext_lazy("At the bank")),
    Status.UNKNOWN: ("wait", gettext_lazy("At the bank")),
    Status.MANUAL: ("bad", gettext_lazy("With our staff")),
    Status.CREDITED: ("good", gettext_lazy("Refund credited")),
    Status.CANCELLED: ("off", gettext_lazy("Refund cancelled")),
}

_NOTICES = {
    Status.REQUESTED: (
        "info",
        gettext_lazy("The seller has not confirmed this refund yet"),
        gettext_lazy("The platform asked for it; the seller still has to confirm. Nothing is on its way yet."),
    ),
    Status.ACCEPTED: (
        "info",
        gettext_lazy("Your refund is accepted"),
        gettext_lazy("%(total)s will be in your account between %(first)s and %(latest)s."),
    ),
    Status.CREDITING: _AT_THE_BANK,
    Status.UNKNOWN: _AT_THE_BANK,
    Status.MANUAL: (
        "warning",
        gettext_lazy("Our staff settle this refund"),
        gettext_lazy(
            "The bank could not credit the account that paid, perhaps because it is closed. %(total)s are kept for you"
            " and our staff settle it by hand. Please call the number below if we have not reached you."
        ),
    ),
    Status.CREDITED: (
        "success",
        gettext_lazy("Your refund is in your account"),
        gettext_lazy("%(total)s were credited to your account on %(on)s. There is nothing left to do."),
    ),
    Status.CANCELLED: (
        "info",
        gettext_lazy("This refund was cancelled"),
        gettext_lazy("Nothing was refunded by it."),
    ),
}
_LATE = (
    "warning",
    gettext_lazy("This refund is late"),
    gettext_lazy(
        "The latest promised day, %(latest)s, has passed. The money is safe with us and the case is with our staff; you"
        " need not do anything. If you want to ask, call the number below."
    ),
)
# Every other reason is said by the name of the day itself.
_WHY = {
    Reason.MAKE_UP: gettext_lazy("Make-up working day"),
    Reason.CLOSED_ELSEWHERE: gettext_lazy("Typhoon closure only in %(name)s"),
    Reason.WEEKEND: gettext_lazy("Weekend"),
    Reason.BANK_ONLY: gettext_lazy("Bank holiday: %(name)s"),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def look_up(request: HttpRequest) -> HttpResponse:
    """Both answers that a customer has at hand → the page of their refunds, under an address that holds neither."""
    form = ProgressForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _form(request, form, status=422 if form.errors else 200)
    order_number = form.cleaned_data["order_number"]
    if lookups.is_too_often(address=request.META.get("REMOTE_ADDR", ""), order_number=order_number):
        raise TooManyLookUps
    found = queries.refunded_payments(order_number=order_number, account_last4=form.cleaned_data["account_last4"])
    if not found:
        return _form(request, form, status=404, nothing_found=True)
    return redirect("refunds:found", lookups.token_of(found, page=_PAGE, at=now()))


@never_cache
@require_safe
def progress(request: HttpRequest, token: str) -> HttpResponse:
    """Each refund of the order, as it stands now."""
    at = now()
    references = lookups.answer_of(token, page=_PAGE, at=at)
    if references is None:
        return _form(request, ProgressForm(), status=410, stale=True)
    found = queries.progress_of_payments(references, at=at)
    return render(request, "refunds/progress.html", {"refunds": [_shown(one) for one in found]})


def _form(request: HttpRequest, form: ProgressForm, *, status: int, **said: bool) -> HttpResponse:
    return render(request, "refunds/look_up.html", {"form": form, **said}, status=status)


def _shown(progress: Progress) -> dict[str, Any]:
    """One refund as plain texts for the template."""
    refund = progress.refund
    kind, text = _TAGS[Status(refund.status)]
    account = refund.payment.account
    assert account is not None
    return {
        "reference": refund.reference,
        "tag": {"kind": kind, "text": text},
        "notices": _notices(progress),
        "lines": [
            {"label": _("Refund of the order amount"), "value": str(refund.amount)},
            {"label": _("Handling charge given back"), "value": str(refund.charge)},
        ],
        "total": {
            "label": _("You get back"),
            "value": str(refund.total),
            "note": _("To the account ending %(last4)s") % {"last4": account.last4},
        },
        "facts": _facts(progress, mask_account(account.last4)),
        "days": [_day(counted, progress) for counted in progress.days],
        "story": _story(progress),
        "is_estimated": progress.is_estimated,
        "phone": refund.payment.platform.contact_phone,
    }


def _notices(progress: Progress) -> list[dict[str, str]]:
    """What happened to the money. A late refund says so first; what was promised is then no longer worth saying."""
    refund = progress.refund
    told = [_NOTICES[Status(refund.status)]]
    if progress.is_overdue:
        told = [_LATE] if refund.status == Status.ACCEPTED else [_LATE, *told]
    credited_on = taipei(refund.credited_at).date() if refund.credited_at else None
    words = {
        "total": str(refund.total),
        "first": _date(refund.expected_credit_date),
        "latest": _date(refund.latest_credit_date),
        "on": _date(credited_on),
    }
    return [{"kind": kind, "title": str(title), "text": str(text) % words} for kind, title, text in told]


def _facts(progress: Progress, account: str) -> list[dict[str, str]]:
    refund = progress.refund
    rows = [
        {"label": _("Refund number"), "value": refund.platform_refund_number, "hint": refund.reference},
        {"label": _("Account"), "value": account},
    ]
    if refund.accepted_date is not None:
        promise = {"first": _date(refund.expected_credit_date), "latest": _date(refund.latest_credit_date)}
        rows += [
            {"label": _("Accepted on"), "value": _date(refund.accepted_date)},
            {"label": _("Promised credit"), "value": _("%(first)s to %(latest)s") % promise},
        ]
    holder, following = _holder_and_next(refund, progress.today)
    return [*rows, {"label": _("Who has it now"), "value": holder}, {"label": _("What comes next"), "value": following}]


def _holder_and_next(refund: Refund, today: date) -> tuple[str, str]:
    match Status(refund.status):
        case Status.REQUESTED:
            return _("The seller"), _("When the seller confirms, we promise you a date by SMS.")
        case Status.ACCEPTED:
            turn = max(today, refund.credit_date or today)
            text = _("On %(turn)s the day's run credits your account, and you get an SMS.")
            return _("The bank's refund desk"), text % {"turn": _date(turn)}
        case Status.CREDITING | Status.UNKNOWN:
            return _("The bank"), _("We ask the bank until its answer is known, then you get an SMS.")
        case Status.MANUAL:
            return _("Our staff"), _("Our staff call you, or you call the number below.")
        case Status.CREDITED | Status.CANCELLED:
            return _("Nobody, it is finished"), _("Nothing more")
        case other:
            assert_never(other)


def _story(progress: Progress) -> list[dict[str, Any]]:
    """What happened so far and what is still to come, oldest first."""
    refund = progress.refund
    entries = [{"title": _("The platform asked for the refund"), "at": taipei(refund.requested_at), "state": "done"}]
    accepted = refund.changes.filter(before=Status.REQUESTED, after=Status.ACCEPTED).order_by("step", "id").first()
    if accepted is not None:
        entries.append({"title": _("The seller confirmed"), "at": taipei(accepted.at), "state": "done"})
    entries += [_deferral(deferral) for deferral in progress.deferrals]
    return [*entries, *_story_from_now(progress)]


def _story_from_now(progress: Progress) -> list[dict[str, Any]]:
    refund = progress.refund
    credited: dict[str, Any] = {"title": _("Credited to your account"), "state": "todo"}
    match Status(refund.status):
        case Status.CREDITED:
            assert refund.credited_at is not None
            return [credited | {"at": taipei(refund.credited_at), "state": "done"}]
        case Status.REQUESTED:
            return [{"title": _("The seller confirms"), "state": "current"}, credited]
        case Status.MANUAL:
            return [
                {"title": _("The bank could not credit the account: our staff settle it"), "state": "problem"},
                credited,
            ]
        case Status.CREDITING | Status.UNKNOWN:
            return [{"title": _("The bank was asked to credit it"), "state": "current"}, credited]
        case _:
            state = "problem" if progress.is_overdue else "current"
            turn = max(progress.today, refund.credit_date or progress.today)
            return [credited | {"text": _date(turn), "state": state}]


def _deferral(deferral: Deferral) -> dict[str, Any]:
    dates = {
        "old": _date(deferral.old_date),
        "new": _date(deferral.new_date),
        "old_latest": _date(deferral.old_latest_date),
        "new_latest": _date(deferral.new_latest_date),
    }
    text = _("Credit day %(old)s → %(new)s.") % dates
    if deferral.old_latest_date != deferral.new_latest_date:
        text += " " + _("Latest day %(old_latest)s → %(new_latest)s.") % dates
    title = _("Moved: %(reason)s") % {"reason": deferral.get_reason_display()}
    return {"title": title, "text": text, "at": taipei(deferral.at), "state": "done"}


def _day(counted: CountedDay, progress: Progress) -> dict[str, Any]:
    day = counted.day
    marks = [
        (counted.is_turn and not counted.is_expected, "deferred", _("Moved to this day")),
        (counted.is_expected, "expected", _("Expected day")),
        (counted.is_latest, "latest", _("Latest day")),
    ]
    state = next((name for applies, name, _text in marks if applies), "counted" if day.counted else "skipped")
    texts = [text for applies, _name, text in marks if applies] + [why_of(day)]
    return {
        "date": day.date,
        "number": counted.number,
        "state": state,
        "why": " · ".join(filter(None, texts)),
        "today": day.date == progress.today,
    }


def why_of(day: Day) -> str:
    """The reason of a day in the active language; empty for an ordinary working day."""
    name = day.name_en if get_language() == "en" else day.name
    if day.reason is Reason.WORKING:
        return ""
    text = _WHY.get(day.reason)
    return str(text) % {"name": name} if text else name or _("Holiday")


def _date(day: Any) -> str:
    return date_format(day, "Y/m/d") if day else ""
