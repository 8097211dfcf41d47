"""Setting up a second factor, at the first sign-in and later from one's own account: an app's square picture, or a passkey."""

from __future__ import annotations

import base64
import io
from typing import Final

import qrcode
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from qrcode.image.svg import SvgPathImage

from common.clock import now, offset
from staff.forms import CodeForm, PasskeyNameForm
from staff.operations import factors
from staff.pages import member_of, passkeys, staff_page, stepped_up
from staff.pages.login import welcome_new
from staff.pages.presence import pending
from staff.signatures import app_address, new_secret

# The secret on the screen, until its first code proves that the app has it.
_NEW_SECRET: Final = "staff_new_secret"  # noqa: S105 - the name of a session's field


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def first_factor(request: HttpRequest) -> HttpResponse:
    """For who has a password and nothing else: nobody gets further without."""
    who = pending(request)
    if who is None:
        return redirect("staff:login")
    if factors.active(who.user):
        return redirect("staff:second")
    wrong = ""
    if request.method == "POST":
        kind, wrong = _kept(request, who.user)
        if kind:
            return welcome_new(request, who, kind)
    return _page(request, who.user, wrong, "staff/set_up.html")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("console.see_own_account")
@stepped_up
def another_factor(request: HttpRequest) -> HttpResponse:
    """A new phone instead of the old one, or one more passkey."""
    user, wrong = member_of(request), ""
    if request.method == "POST":
        kind, wrong = _kept(request, user)
        if kind:
            messages.success(request, _("It signs you in from now on."))
            return redirect("staff:account")
    return _page(request, user, wrong, "staff/another_factor.html")


def _kept(request: HttpRequest, user: User) -> tuple[str, str]:
    """Which kind of factor was added, or "" and what to say."""
    if answer := request.POST.get("answer", ""):
        named = PasskeyNameForm(request.POST)
        name = named.cleaned_data["name"] if named.is_valid() else _("Passkey")
        kept = passkeys.keep(request, user, name=name, answer=answer)
        return ("passkey", "") if kept else ("", _("The passkey was not accepted. Try once more."))
    form, at = CodeForm(request.POST), now()
    secret = request.session.get(_NEW_SECRET, "")
    if form.is_valid() and secret:
        code = form.cleaned_data["code"]
        if factors.add_app(user=user, secret=secret, code=code, real_now=at - offset(), at=at):
            del request.session[_NEW_SECRET]
            return "app", ""
    return "", _("The code does not belong to this picture, or its half minute is over. Type the one shown now.")


def _page(request: HttpRequest, user: User, wrong: str, template: str) -> HttpResponse:
    secret = request.session.setdefault(_NEW_SECRET, new_secret())
    can_have_passkeys = passkeys.are_possible(request)
    form = CodeForm()
    shown = {
        "form": form,
        "name_form": PasskeyNameForm(initial={"name": _("Passkey")}),
        "errors": [{"id": "id_code", "text": wrong}] if wrong else [],
        "picture": _picture(app_address(secret=secret, name=user.get_username(), issuer="Outpost")),
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "passkey": passkeys.creation_options(request, user) if can_have_passkeys else "",
    }
    return render(request, template, shown)


def _picture(text: str) -> str:
    """A square picture for a phone's camera, as an address that holds it."""
    buffer = io.BytesIO()
    qrcode.make(text, image_factory=SvgPathImage, border=2).save(buffer)
    return f"data:image/svg+xml;base64,{base64.b64encode(buffer.getvalue()).decode()}"
