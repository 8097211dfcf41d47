"""One's own account: password, factors, recovery codes, sessions; and the page that asks once more who is there."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.clock import now, time_text
from common.console import staff_name
from staff.forms import ChangePasswordForm, CodeForm
from staff.models import Factor, SignIn
from staff.operations import factors, role_of, sessions
from staff.pages import STEPPED_UP_AT, member_of, passkeys, staff_page, stepped_up
from staff.pages.login import TOO_MANY_TRIES, factor_shown, locked_words
from staff.pages.presence import next_page_of, sign_out
from staff.pages.words import browser_words
from staff.rules import role_name

_OWN = "console.see_own_account"


@require_safe
@staff_page(_OWN)
def account(request: HttpRequest) -> HttpResponse:
    user, at = member_of(request), now()
    here = request.session.session_key
    shown = {
        "name": user.get_username(),
        "role": role_name(role_of(user)),
        "factors": [
            {
                "id": one.pk,
                "name": one.name or one.get_kind_display(),
                "kind": one.get_kind_display(),
                "added": time_text(one.added_at),
                "used": time_text(one.used_at),
                "is_passkey": one.kind == Factor.Kind.PASSKEY,
            }
            for one in factors.active(user)
        ],
        "codes_left": factors.recovery_codes_left(user),
        "sessions": [
            {
                "id": one.pk,
                "browser": browser_words(one.browser),
                "address": one.address or "",
                "started": time_text(one.started_at),
                "seen": time_text(one.seen_at),
                "is_this": one.session_key == here,
            }
            for one in sessions.open_sessions(user=user, at=at)
        ],
    }
    return render(request, "staff/account.html", shown)


@sensitive_post_parameters("code", "answer")
@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(_OWN)
def confirm(request: HttpRequest) -> HttpResponse:
    """Step-up: the second factor once more, good for five minutes. After too many wrong ones the session ends."""
    user, next_page = member_of(request), next_page_of(request)
    form, status = CodeForm(request.POST or None), 200
    if request.method == "POST":
        factor, wrong = factor_shown(request, user, form=form)
        if factor:
            before = request.session.session_key or ""
            request.session.cycle_key()
            request.session[STEPPED_UP_AT] = now().timestamp()
            sessions.rekey(before=before, after=request.session.session_key or "")
            return redirect(next_page or "staff:account")
        if wrong == locked_words():
            sign_out(request)
            return render(request, "staff/locked.html", {"words": wrong}, status=TOO_MANY_TRIES)
        form.add_error(None, wrong) if wrong else None
    shown = {
        "form": form,
        "next": next_page,
        "has_app": bool(factors.active(user, Factor.Kind.APP)),
        "passkey": passkeys.request_options(request, user),
    }
    return render(request, "staff/confirm.html", shown, status=status)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(_OWN)
def password(request: HttpRequest) -> HttpResponse:
    """Another password ends every other session, and gives this one a new key."""
    user, at = member_of(request), now()
    form = ChangePasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        factors.change_password(user=user, password=form.cleaned_data["new"], at=at)
        before = request.session.session_key or ""
        update_session_auth_hash(request, user)
        sessions.rekey(before=before, after=request.session.session_key or "")
        sessions.end_all(
            user=user,
            because=SignIn.Ended.PASSWORD,
            at=at,
            by=staff_name(request),
            but=request.session.session_key or "",
        )
        messages.success(request, _("The password was changed. Every other session of yours was ended."))
        return redirect("staff:account")
    return render(request, "staff/password.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(_OWN)
@stepped_up
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Asked for by a press, shown once: the answer to that press is the only place where they ever stand."""
    user = member_of(request)
    codes = factors.make_recovery_codes(user=user, at=now()) if request.method == "POST" else []
    left = factors.recovery_codes_left(user)
    return render(request, "staff/recovery_codes.html", {"codes": codes, "left": left})


@require_POST
@staff_page(_OWN)
@stepped_up
def remove_passkey(request: HttpRequest, factor: UUID) -> HttpResponse:
    if factors.remove_passkey(user=member_of(request), factor_id=factor, at=now()):
        messages.success(request, _("The passkey was removed."))
    else:
        messages.error(request, _("Nothing was removed: it is gone already, or it is all you have to sign in with."))
    return redirect("staff:account")


@require_POST
@staff_page(_OWN)
@stepped_up
def end_session(request: HttpRequest, sign_in: UUID) -> HttpResponse:
    if sessions.end_one(user=member_of(request), sign_in_id=sign_in, at=now(), by=staff_name(request)):
        messages.success(request, _("The session was ended."))
    return redirect("staff:account")


@require_POST
@staff_page(_OWN)
@stepped_up
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    ended = sessions.end_all(
        user=member_of(request),
        because=SignIn.Ended.BY_MEMBER,
        at=now(),
        by=staff_name(request),
        but=request.session.session_key or "",
    )
    words = ngettext("%(count)s other session was ended.", "%(count)s other sessions were ended.", ended)
    messages.success(request, words % {"count": ended})
    return redirect("staff:account")
