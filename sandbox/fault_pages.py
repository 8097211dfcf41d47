"""The fault switches' page and JSON address."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from sandbox import faults
from sandbox.models import Fault
from sandbox.outcomes import SLOW_SECONDS
from sandbox.pages import bad_request, json_body, page_or_json


def _page(request: HttpRequest) -> HttpResponse:
    error = ""
    if request.method == "POST":
        try:
            _turn(request.POST.dict())
            return redirect("faults")
        except ValueError as refused:
            error = str(refused)
    choices = [
        {"value": f"{wire} {operation}", "wire": wire, "operation": operation}
        for wire, operations in faults.OPERATIONS.items()
        for operation in operations
    ]
    context = {"on": switched_on(), "choices": choices, "kinds": list(faults.KINDS.items()), "error": error}
    return render(request, "sandbox/faults.html", context, status=400 if error else 200)


def _answer(request: HttpRequest) -> JsonResponse:
    if request.method == "POST":
        try:
            _turn(json_body(request))
        except (ValueError, TypeError) as error:
            return bad_request(error)
    return JsonResponse({"on": switched_on()})


faults_page = page_or_json(page=_page, answer=_answer)


def _turn(body: dict[str, Any]) -> None:
    """`clear` switches all off; else wire, operation, kind and times switch one on. Raises ValueError."""
    if body.get("clear"):
        faults.switch_all_off()
        return
    wire, operation = str(body.get("wire", "")), str(body.get("operation", ""))
    if "place" in body:  # the form's one choice of both
        wire, _, operation = str(body["place"]).partition(" ")
    faults.switch_on(
        wire=wire,
        operation=operation,
        kind=str(body.get("kind", "")),
        times=int(body.get("times") or 1),
        seconds=float(body.get("seconds", SLOW_SECONDS)),
        only_for=str(body.get("only_for", ""))[:64],
    )


def switched_on() -> list[dict[str, Any]]:
    """In the order in which they are used up."""
    shown = ("wire", "operation", "kind", "remaining", "seconds", "only_for")
    return [{name: getattr(fault, name) for name in shown} for fault in Fault.objects.order_by("id")]
