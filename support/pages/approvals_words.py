"""How requests are worded: times of Taipei, ages, what is left of a day, people, and why something failed."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.errors import Refusal
from support.models import Approval
from support.states import ApprovalStatus

_KINDS = {
    ApprovalStatus.PENDING: "wait",
    ApprovalStatus.DONE: "good",
    ApprovalStatus.FAILED: "bad",
    ApprovalStatus.REJECTED: "bad",
}


# Beyond an hour hours say enough, and beyond two days days.
_MINUTES_UP_TO, _HOURS_UP_TO = 60, 48


def ago(at: dt.datetime, now: dt.datetime) -> str:
    if now - at < dt.timedelta(minutes=1):
        return _("just now")
    return _("%(time)s ago") % {"time": _span(now - at)}


def left(until: dt.datetime, now: dt.datetime) -> str:
    return _("%(time)s left") % {"time": _span(until - now)} if until > now else _("over")


def person(user: User) -> str:
    return user.get_username()


def kind_of(approval: Approval, at: dt.datetime) -> tuple[str, str]:
    """Colour and word of its status; what ran out says so before the sweep has been by."""
    status = ApprovalStatus.EXPIRED if approval.is_over(at) else ApprovalStatus(approval.status)
    return _KINDS.get(status, "off"), str(status.label)


def title_of_refusal(code: str) -> str:
    """What the code of a refusal says to a person; the code itself where nobody knows it any more."""
    found = next((one for one in _refusals(Refusal) if one.code == code), None)
    return str(found.title) if found else code


def _refusals(parent: type[Refusal]) -> list[type[Refusal]]:
    return [one for child in parent.__subclasses__() for one in (child, *_refusals(child))]


def _span(span: dt.timedelta) -> str:
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < _MINUTES_UP_TO:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours = minutes // 60
    if hours < _HOURS_UP_TO:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    return ngettext("%(count)d day", "%(count)d days", hours // 24) % {"count": hours // 24}
