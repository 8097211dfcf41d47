"""Signing in: name and password, a password of one's own if it was somebody else's, then the second factor."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from common.clock import now, offset
from staff.forms import CodeForm, NewPasswordForm, PasswordForm, RecoveryForm
from staff.models import Factor, Member
from staff.operations import factors, tries
from staff.pages import passkeys
from staff.pages.presence import Pending, address_of, begin_pending, next_page_of, pending, sign_in, sign_out

TOO_MANY_TRIES = 429


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    next_page = next_page_of(request)
    if request.user.is_authenticated:
        return redirect(next_page or "desk:home")
    form = PasswordForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        name, password = form.cleaned_data["username"], form.cleaned_data["password"]
        user = _who_knows(request, name, password)
        if isinstance(user, User):
            begin_pending(request, user, next_page)
            return redirect("staff:second")
        form.add_error(None, locked_words() if user else _("Name or password is wrong."))
        status = TOO_MANY_TRIES if user else 200
    people = f"{settings.SANDBOX_URL}/staff/" if settings.SANDBOX else ""
    return render(request, "staff/login.html", {"form": form, "next": next_page, "people": people}, status=status)


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    sign_out(request)
    return redirect("staff:login")


@never_cache
@sensitive_post_parameters("code", "answer")
@require_http_methods(["GET", "HEAD", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    """The second factor: a code of the app, a passkey, or a recovery code. Who has none is led to set one up."""
    who = pending(request)
    if who is None:
        return redirect("staff:login")
    if (elsewhere := _to_do_first(who.user)) is not None:
        return elsewhere
    with_recovery = "recovery" in request.GET
    form_class = RecoveryForm if with_recovery else CodeForm
    form, status = form_class(request.POST or None), 200
    if request.method == "POST":
        factor, wrong = factor_shown(request, who.user, form=form, with_recovery=with_recovery)
        if factor:
            return _welcome(request, who, factor)
        status = TOO_MANY_TRIES if wrong == locked_words() else 200
        form.add_error(None, wrong) if wrong else None
    shown = {
        "form": form,
        "with_recovery": with_recovery,
        "has_app": bool(factors.active(who.user, Factor.Kind.APP)),
        "passkey": "" if with_recovery else passkeys.request_options(request, who.user),
    }
    return render(request, "staff/second.html", shown, status=status)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def own_password(request: HttpRequest) -> HttpResponse:
    """The first sign-in after being admitted: what somebody else has made is replaced before anything else."""
    who = pending(request)
    if who is None:
        return redirect("staff:login")
    if not _is_first_password(who.user):
        return redirect("staff:second")
    form = NewPasswordForm(request.POST or None, user=who.user)
    if request.method == "POST" and form.is_valid():
        factors.change_password(user=who.user, password=form.cleaned_data["new"], at=now())
        begin_pending(request, who.user, who.next_page)
        return redirect("staff:second")
    return render(request, "staff/own_password.html", {"form": form, "name": who.user.get_username()})


def factor_shown(
    request: HttpRequest, user: User, *, form: CodeForm | RecoveryForm, with_recovery: bool = False
) -> tuple[str, str]:
    """How the second factor was shown, or "" and what to say. Wrong ones count as wrong passwords do."""
    name, address, at = user.get_username(), address_of(request), now()
    if tries.is_locked_out(name=name, address=address, at=at):
        return "", locked_words()
    if answer := request.POST.get("answer", ""):
        factor = "passkey" if passkeys.show(request, user, answer=answer) else ""
    elif not form.is_valid():
        return "", ""
    elif with_recovery:
        right = factors.use_recovery_code(user=user, code=form.cleaned_data["code"], at=at)
        factor = "recovery_code" if right else ""
    else:
        right = factors.use_app_code(user=user, code=form.cleaned_data["code"], real_now=at - offset(), at=at)
        factor = "app" if right else ""
    if factor:
        tries.forget_tries(name=name, address=address, at=at)
        return factor, ""
    if tries.count_wrong_try(name=name, address=address, at=at):
        return "", locked_words()
    return "", _("This was not accepted. A code is good once and for half a minute: take the next one.")


def locked_words() -> str:
    return _("There were too many wrong tries. Wait 15 minutes, then try again.")


def _who_knows(request: HttpRequest, name: str, password: str) -> User | bool:
    """The member whose password it is; else whether the door is closed. Of unknown names it tells the same."""
    address, at = address_of(request), now()
    if tries.is_locked_out(name=name, address=address, at=at):
        return True
    user = authenticate(request, username=name, password=password)
    if isinstance(user, User) and user.is_staff and _password_counts(user):
        return user
    return tries.count_wrong_try(name=name, address=address, at=at)


def _password_counts(user: User) -> bool:
    member = Member.objects.filter(user=user).first()
    return member is None or member.first_password_until is None or now() < member.first_password_until


def _is_first_password(user: User) -> bool:
    return Member.objects.filter(user=user, first_password_until__isnull=False).exists()


def _to_do_first(user: User) -> HttpResponse | None:
    if _is_first_password(user):
        return redirect("staff:own-password")
    return None if factors.active(user) else redirect("staff:set-up")


def _welcome(request: HttpRequest, who: Pending, factor: str) -> HttpResponse:
    sign_in(request, who.user, factor=factor)
    return redirect(who.next_page or "desk:home")


def welcome_new(request: HttpRequest, who: Pending, factor: str) -> HttpResponse:
    """After a first factor was set up: signed in, and on to the codes for the day it is lost."""
    sign_in(request, who.user, factor=factor)
    return redirect("staff:recovery-codes")
