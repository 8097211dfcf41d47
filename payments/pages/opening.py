"""Everything of a look-up: behind the code of an SMS, for half an hour, and longer for whoever asks for more time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from audit.operations import record
from cards.models import Account
from common import clock, lookups
from common.errors import Refusal
from common.lookups import LookUp
from payments.errors import TooManyLookUps
from payments.models import Payment
from payments.pages import asking, shown
from payments.pages.doorway import PAYER
from verification import operations as verification
from verification import queries as codes
from verification.errors import LookUpWithoutPhone
from verification.forms import CodeForm

# So long before its end the page says that it will end; reading two lines and pressing a button takes seconds.
WARNED_SECONDS = 300

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Found:
    """What a look-up is about: the payment whose code opens it, and the account whose holder gets the code."""

    payment: Payment
    account: Account | None

    @property
    def subject(self) -> str:
        return self.payment.reference


@dataclass(frozen=True)
class LookUpPage:
    """One kind of look-up: what its addresses are signed for, what it is called, and how its answer is found again."""

    name: str
    answer_url: str
    find: Callable[[LookUp], Found | None]
    stale: Callable[[HttpRequest], HttpResponse]

    def addresses(self, prefix: str) -> list[URLPattern]:
        """The pages beside the answer's own: code, another code, more time, and everything hidden again."""
        called = self.answer_url.rpartition(":")[2]
        return [
            path(f"{prefix}code/", self._view(self._code, require_http_methods(["GET", "HEAD", "POST"])), name=f"{called}_code"),
            path(f"{prefix}send/", self._view(self._send, require_http_methods(["GET", "HEAD", "POST"])), name=f"{called}_send"),
            path(f"{prefix}longer/", self._view(self._longer, require_POST), name=f"{called}_longer"),
            path(f"{prefix}hide/", self._view(self._hide, require_POST), name=f"{called}_hide"),
            path(f"{prefix}ask/", self._view(self._ask, require_http_methods(["GET", "HEAD", "POST"])), name=f"{called}_ask"),
        ]  # fmt: skip

    def look_up(self, token: str) -> LookUp | None:
        return lookups.look_up_of(token, page=self.name, at=clock.now())

    def is_opened(self, request: HttpRequest, found: Found) -> bool:
        return lookups.is_opened(request, found.subject, at=clock.now())

    def context(self, request: HttpRequest, look_up: LookUp, found: Found) -> dict[str, Any]:
        """How long the page is open, and what its reader can do about that and about what is hidden."""
        token = look_up.token(page=self.name)
        seconds = max(0, int((look_up.ends_at - clock.now()).total_seconds()))
        names = ("code", "send", "longer", "hide", "ask")
        urls = {f"{name}_url": reverse(f"{self.answer_url}_{name}", args=[token]) for name in names}
        return urls | {
            "token": token,
            "answer_url": reverse(self.answer_url, args=[token]),
            "opened": self.is_opened(request, found),
            "open_until": shown.time_text(look_up.ends_at)[-5:],
            "open_minutes": -(-seconds // 60),
            # For the script: a template would write 1,800.
            "open_seconds": str(seconds),
            "warn_seconds": str(WARNED_SECONDS),
            "warn_minutes": max(1, min(WARNED_SECONDS, seconds) // 60),
            "can_be_extended": look_up.can_be_extended,
            "extended": "longer" in request.GET,
            "asked": asking.latest(found.payment),
        }

    def record_view(self, found: Found, what: str) -> None:
        """Who sees everything of a payment leaves a row, as staff do."""
        record(by=PAYER, action=f"look_up.{what}", subject=found.subject, details={"page": self.name}, at=clock.now())

    def _view(self, page: View, methods: Callable[[View], View]) -> View:
        @never_cache
        @methods
        def view(request: HttpRequest, token: str) -> HttpResponse:
            look_up = self.look_up(token)
            found = self.find(look_up) if look_up else None
            return self.stale(request) if look_up is None or found is None else page(request, look_up, found)

        return view

    def _code(self, request: HttpRequest, look_up: LookUp, found: Found) -> HttpResponse:
        form = CodeForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            at = clock.now()
            try:
                verification.use_look_up_code(subject=found.subject, text=form.cleaned_data["code"], at=at)
            except Refusal as refusal:
                form.add_error("code", refusal.detail())
            else:
                response = self._answer(look_up)
                lookups.remember_opened(request, response, found.subject, at=at)
                return response
        return self._code_page(request, look_up, found, form, status=422 if form.errors else 200)

    def _send(self, request: HttpRequest, look_up: LookUp, found: Found) -> HttpResponse:
        if request.method != "POST":  # the language was switched on the page that said why none was sent
            return redirect(f"{self.answer_url}_code", look_up.token(page=self.name))
        if lookups.is_too_often(address=request.META.get("REMOTE_ADDR", ""), order_number=f"code:{found.subject}"):
            raise TooManyLookUps
        phone = found.payment.platform.contact_phone
        try:
            if found.account is None:
                raise LookUpWithoutPhone(phone=phone)
            verification.send_look_up_code(
                subject=found.subject,
                account=found.account,
                language=found.payment.language,
                call_instead=phone,
                at=clock.now(),
            )
        except Refusal as refusal:
            return self._code_page(request, look_up, found, CodeForm(), status=refusal.http_status, refusal=refusal)
        return redirect(f"{self.answer_url}_code", look_up.token(page=self.name))

    def _longer(self, request: HttpRequest, look_up: LookUp, found: Found) -> HttpResponse:
        """More time, as often as anybody needs it: the same answer under a fresh address."""
        at = clock.now()
        came_from = request.POST.get("back", "")
        back = f"_{came_from}" if came_from in ("code", "ask") else ""
        token = look_up.extended(at).token(page=self.name)
        response = redirect(reverse(f"{self.answer_url}{back}", args=[token]) + "?longer=1#time")
        if self.is_opened(request, found):
            lookups.remember_opened(request, response, found.subject, at=at)
        return response

    def _hide(self, request: HttpRequest, look_up: LookUp, found: Found) -> HttpResponse:
        response = self._answer(look_up)
        lookups.forget_opened(response)
        return response

    def _ask(self, request: HttpRequest, look_up: LookUp, found: Found) -> HttpResponse:
        """Ask customer service to look at it: for whoever has typed the code."""
        if not self.is_opened(request, found):
            return self._answer(look_up)
        context = {**self.context(request, look_up, found), "back": "ask"}
        answer = asking.answer(request, found.payment, page=self.name, context=context)
        return answer or redirect(reverse(self.answer_url, args=[look_up.token(page=self.name)]) + "?asked=1#asked")

    def _answer(self, look_up: LookUp) -> HttpResponse:
        return redirect(self.answer_url, look_up.token(page=self.name))

    def _code_page(
        self,
        request: HttpRequest,
        look_up: LookUp,
        found: Found,
        form: CodeForm,
        *,
        status: int,
        refusal: Refusal | None = None,
    ) -> HttpResponse:
        at = clock.now()
        code = codes.open_look_up_code(found.subject, at=at)
        context = {
            **self.context(request, look_up, found),
            "form": form,
            "code": code,
            "sent_at": shown.time_text(code.sent_at)[-5:] if code else "",
            "good_until": shown.time_text(code.expires_at)[-5:] if code else "",
            "good_minutes": _minutes(code.expires_at - at) if code else 0,
            "resend_seconds": codes.seconds_until_look_up_resend(found.subject, at=at),
            "problem": {"title": str(refusal.title), "text": refusal.detail()} if refusal else None,
            "no_phone": isinstance(refusal, LookUpWithoutPhone),
            "phone": found.payment.platform.contact_phone,
            "title": _("Show everything"),
            "back": "code",
        }
        return render(request, "payments/look_up_code.html", context, status=status)


def _minutes(time: dt.timedelta) -> int:
    return -(-int(time.total_seconds()) // 60)
