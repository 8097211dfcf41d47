"""The page of the test mode: the catalogue for people, with a line for the terminal beside each thing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sandbox.api.scenarios import catalogue
from sandbox.payer.outcome import DECLINED, REFUSED


@never_cache
@require_safe
def test_mode_page(request: HttpRequest) -> HttpResponse:
    found = catalogue()
    context = {
        "platform": found["platform"],
        "pay": found["pay"],
        "groups": [
            {
                "id": "accounts",
                "title": _("Accounts: what a debit and a refund run into"),
                "rows": _marked(found["accounts"]),
            },
            {
                "id": "identities",
                "title": _("Persons: what the identity check finds"),
                "rows": _marked(found["identities"]),
            },
            {"id": "phones", "title": _("Phones: what becomes of a text message"), "rows": _marked(found["phones"])},
        ],
        "switches": [
            {"id": "people", "title": _("A person of your own"), "rows": [found["people"]]},
            {"id": "clock", "title": _("The clock"), "rows": found["clock"]["controls"]},
            {"id": "messages", "title": _("Text messages"), "rows": [found["messages"]]},
            {"id": "notices", "title": _("The receiver of the Taobao demo's notices"), "rows": found["notices"]},
            {"id": "reader", "title": _("The card reader of a browser"), "rows": found["reader"]},
        ],
        "fault_calls": found["faults"]["calls"],
        "fault_kinds": list(found["faults"]["kinds"].items()),
        "fault_rows": [found["faults"]["on"], found["faults"]["off"]],
        "errors": _errors(),
    }
    return render(request, "sandbox/test_mode.html", context)


def _marked(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Red is where nothing gets paid."""
    return [{**row, "is_bad": row.get("answer", {}).get("outcome") in {DECLINED, REFUSED}} for row in rows]


def _errors() -> list[dict[str, Any]]:
    """The codes of the test mode's own problem documents."""
    return [
        {"code": "invalid_request", "status": 422, "text": _("A field is missing, unknown or wrong; errors names it.")},
        {"code": "malformed_json", "status": 400, "text": _("The body is not one JSON object.")},
        {"code": "unsupported_media_type", "status": 415, "text": _("The body is not sent as JSON.")},
        {"code": "method_not_allowed", "status": 405, "text": _("Allow names the methods that there are.")},
        {"code": "clock_fixed", "status": 409, "text": _("The sandbox runs without a test clock.")},
        {"code": "busy", "status": 503, "text": _("Too many card holders at once; ask again in a second.")},
        {
            "code": "portal_silent",
            "status": 502,
            "text": _("The portal didn't answer; read the payment before you go on."),
        },
    ]
