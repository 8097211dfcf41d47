"""The session of a member of staff: begun after the second factor, kept alive by what a person does, over when it is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import auth
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from common.clock import now
from staff.models import SignIn
from staff.operations import sessions
from staff.retry import PENDING_MAX, SEEN_EVERY, is_fresh, is_over

# What a session holds of us: when it began, when a person last did something. Seconds since 1970, by our clock.
STARTED_AT: Final = "staff_started_at"
SEEN_AT: Final = "staff_seen_at"
# After the password, before the second factor: whose it was, when, and where they wanted to go.
PENDING: Final = "staff_pending"
CONSOLE: Final = "/console/"

Handler = Callable[[HttpRequest], HttpResponse]


class Presence:
    """Middleware: in the console only a session with both factors, not idle and not too old, belongs to somebody."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(CONSOLE) and request.session.get(auth.SESSION_KEY):
            _check(request)
        return self._get_response(request)


def _check(request: HttpRequest) -> None:
    session, at = request.session, now()
    started_at, seen_at = session.get(STARTED_AT), session.get(SEEN_AT)
    if started_at is None or seen_at is None or is_over(started_at=started_at, seen_at=seen_at, at=at):
        sessions.end_by_key(session_key=session.session_key or "", because=SignIn.Ended.IDLE, at=at)
        session.flush()
        request.user = AnonymousUser()
    elif not _asks_by_itself(request) and at.timestamp() - seen_at > SEEN_EVERY.total_seconds():
        session[SEEN_AT] = at.timestamp()
        sessions.mark_seen(session_key=session.session_key or "", at=at)


def _asks_by_itself(request: HttpRequest) -> bool:
    """A page that keeps itself up to date: nobody need sit before it."""
    return "live" in request.GET


@dataclass(frozen=True)
class Pending:
    """Somebody who knew a password and has yet to show the second factor."""

    user: User
    next_page: str


def begin_pending(request: HttpRequest, user: User, next_page: str) -> None:
    request.session.flush()
    kept = {"user": user.pk, "at": now().timestamp(), "next": next_page, "password": user.get_session_auth_hash()}
    request.session[PENDING] = kept


def pending(request: HttpRequest) -> Pending | None:
    """None when there is nobody, it took too long, or the account has changed since."""
    kept: dict[str, Any] = request.session.get(PENDING) or {}
    if not is_fresh(kept.get("at"), at=now(), limit=PENDING_MAX):
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True, is_staff=True).first()
    if user is None or user.get_session_auth_hash() != kept["password"]:
        return None
    return Pending(user, kept["next"])


def sign_in(request: HttpRequest, user: User, *, factor: str) -> None:
    """From here on the browser is theirs: a new session key, a row among their sessions."""
    at = now()
    request.session.pop(PENDING, None)
    auth.login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    request.session[STARTED_AT] = request.session[SEEN_AT] = at.timestamp()
    sessions.begin(
        user=user,
        session_key=request.session.session_key or "",
        factor=factor,
        address=address_of(request),
        browser=request.headers.get("User-Agent", ""),
        at=at,
    )


def sign_out(request: HttpRequest) -> None:
    key = request.session.session_key or ""
    sessions.end_by_key(session_key=key, because=SignIn.Ended.SIGNED_OUT, at=now())
    auth.logout(request)


def address_of(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def next_page_of(request: HttpRequest) -> str:
    """Where the person wanted to go: a page of the console and nothing else, "" without one."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_ours and wanted.startswith(CONSOLE) else ""
