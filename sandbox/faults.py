"""Fault switches: what can go wrong with a call, taking the next fault, and answering a call through it."""

from __future__ import annotations

import errno
import socket
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sandbox.models import Fault
from sandbox.outcomes import SLOW_SECONDS

KINDS: dict[str, Promise] = {
    "refuse": _("refuse: answers 503 and does nothing"),
    "timeout_before": _("time-out before: hangs up without doing anything"),
    "timeout_after": _("time-out after: does it, then hangs up without an answer"),
    "late": _("late: hangs up; it arrives after the next enquiry"),
    "duplicate": _("duplicate: arrives twice"),
    "garbled": _("garbled: does it; the answer can't be read"),
    "wrong_amount": _("wrong amount: does it; the answer is one dollar off"),
    "slow": _("slow: does it after some seconds"),
    "reset": _("reset: breaks the connection without doing anything"),
    "not_found_yet": _("not found yet: an enquiry finds nothing although it is there"),
}

_COMMON = ("refuse", "timeout_before", "timeout_after", "duplicate", "garbled", "slow", "reset")
_MOVES_MONEY = (*_COMMON, "late", "wrong_amount")
_ENQUIRY = (*_COMMON, "wrong_amount", "not_found_yet")

OPERATIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "bank": {
        "profile": _COMMON,
        "debit": _MOVES_MONEY,
        "debit_enquiry": _ENQUIRY,
        "reverse": (*_COMMON, "wrong_amount"),
        "credit": _MOVES_MONEY,
        "credit_enquiry": _ENQUIRY,
        "statement": _COMMON,
    },
    "chip": {"verify": _COMMON},
    "jcic": {"identity": _COMMON},
    "sms_primary": {"send": _COMMON, "enquiry": (*_COMMON, "not_found_yet")},
    "sms_secondary": {"send": _COMMON, "enquiry": (*_COMMON, "not_found_yet")},
}

TIMES_MAX = 1000
SECONDS_MAX = 60.0


class NoSuchFault(ValueError):
    """Wire, operation and kind don't go together."""


@dataclass(frozen=True)
class Call:
    """One call of a wire. `lose`: it got lost at the door; `delay`: it will arrive after the next enquiry.

    `again` is what a duplicate does; without it the same is done twice.
    """

    act: Callable[[], dict[str, Any]]
    again: Callable[[], dict[str, Any]] | None = None
    lose: Callable[[], None] = lambda: None
    delay: Callable[[], None] = lambda: None
    # The fault that the account or phone number asks for, when no switch is on.
    own_fault: str = ""


def switch_on(
    *, wire: str, operation: str, kind: str, times: int = 1, seconds: float = SLOW_SECONDS, only_for: str = ""
) -> Fault:
    """Raises NoSuchFault. Faults of one operation are used up in the order they were switched on."""
    if kind not in OPERATIONS.get(wire, {}).get(operation, ()):
        raise NoSuchFault(f"{wire} {operation} has no fault {kind}")
    if not 1 <= times <= TIMES_MAX or not 0 <= seconds <= SECONDS_MAX:
        raise NoSuchFault(f"times is 1 to {TIMES_MAX}, seconds 0 to {SECONDS_MAX:.0f}")
    return Fault.objects.create(
        wire=wire, operation=operation, kind=kind, remaining=times, seconds=seconds, only_for=only_for
    )


def switch_all_off() -> int:
    return Fault.objects.all().delete()[0]


def take(*, wire: str, operation: str, sent: str) -> Fault | None:
    """The next fault for this call, used up once. `sent` is the text in which `only_for` is looked for."""
    if not Fault.objects.filter(wire=wire, operation=operation).exists():
        return None
    with transaction.atomic():
        waiting = Fault.objects.select_for_update().filter(wire=wire, operation=operation).order_by("id")
        fault = next((one for one in waiting if one.only_for in sent), None)
        if fault is None:
            return None
        fault.remaining -= 1
        if fault.remaining:
            fault.save(update_fields=["remaining"])
        else:
            Fault.objects.filter(pk=fault.pk).delete()
        return fault


def answer_through(*, kind: str, seconds: float, call: Call, request: HttpRequest) -> HttpResponseBase:
    """Do what the call asks, or what the fault makes of it."""
    match kind:
        case "refuse":
            call.lose()
            return JsonResponse({"error": "out of service"}, status=503)
        case "timeout_before":
            call.lose()
            return _no_answer()
        case "reset":
            call.lose()
            return _broken_connection(request)
        case "late":
            call.delay()
            return _no_answer()
        case _:
            return _answer_after_doing(kind, seconds, call)


def _answer_after_doing(kind: str, seconds: float, call: Call) -> HttpResponseBase:
    if kind == "slow":
        # A sleeping call must not keep a database connection from the others.
        give_connection_back()
        time.sleep(seconds)
    answer = call.act()
    if kind == "duplicate":
        answer = (call.again or call.act)()
    if kind == "timeout_after":
        return _no_answer()
    if kind == "garbled":
        return HttpResponse('{"result":"appro', content_type="application/json")
    if kind == "not_found_yet":
        answer = {"result": "not_found", "final": False}
    if kind == "wrong_amount" and "amount_minor" in answer:
        answer = {**answer, "amount_minor": answer["amount_minor"] + 1}
    return JsonResponse(answer)


def give_connection_back() -> None:
    """Let others have this thread's database connection while it waits. A transaction (of a test) keeps its own."""
    if not connection.in_atomic_block:
        connection.close()


def _no_answer() -> HttpResponseBase:
    return StreamingHttpResponse(_hang_up())


def _hang_up() -> Iterator[bytes]:
    # The web server takes a broken pipe for a caller who left: it closes the connection and sends not one byte.
    raise BrokenPipeError(errno.EPIPE, "hung up on purpose")
    yield b""


def _broken_connection(request: HttpRequest) -> HttpResponseBase:
    held = request.META.get("gunicorn.socket")
    if isinstance(held, socket.socket):
        # Zero seconds of lingering: closing sends a reset instead of a goodbye.
        held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        held.close()
    return _no_answer()
