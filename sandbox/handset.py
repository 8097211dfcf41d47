"""The handset: the text messages that arrived at each phone number."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from common import clock
from sandbox.models import TextMessage

# A screenful is what a person reads; programs page no further either.
MESSAGES_MAX = 200


@never_cache
def handset_page(request: HttpRequest) -> HttpResponse:
    phone = _phone(request)
    found = TextMessage.objects.order_by("-id")
    context = {
        "phone": phone,
        "phones": sorted(TextMessage.objects.values_list("phone", flat=True).distinct()),
        "messages": [
            {**_shown(message), "language": _language_of(message.text)}
            for message in (found.filter(phone=phone) if phone else found)[:MESSAGES_MAX]
        ],
    }
    # The page's script asks for the list alone, over and over.
    return render(request, "sandbox/_messages.html" if "list" in request.GET else "sandbox/handset.html", context)


@never_cache
def handset_messages(request: HttpRequest) -> JsonResponse:
    """Newest first. Without `phone`, of all phones."""
    return JsonResponse({"messages": messages_of(_phone(request))})


def messages_of(phone: str) -> list[dict[str, Any]]:
    """What arrived, newest first."""
    found = TextMessage.objects.filter(state=TextMessage.State.DELIVERED).order_by("-id")
    if phone:
        found = found.filter(phone=phone)
    return [_shown(message) for message in found[:MESSAGES_MAX]]


def _phone(request: HttpRequest) -> str:
    # A plus sign that was not escaped in the address arrives as a blank.
    return request.GET.get("phone", "").replace(" ", "+")


def _language_of(text: str) -> str:
    """For the voice that reads it: a message keeps the language of whoever it was written for."""
    return "zh-Hant" if re.search("[\u3400-\u9fff]", text) else "en"


def _shown(message: TextMessage) -> dict[str, Any]:
    return {
        "operator": message.operator,
        "message_id": message.message_id,
        "to": message.phone,
        "text": message.text,
        "state": message.state,
        "copies": message.copies,
        "received_at": message.received_at.isoformat().replace("+00:00", "Z"),
        "received_taipei": clock.taipei(message.received_at).strftime("%Y-%m-%d %H:%M:%S"),
    }
