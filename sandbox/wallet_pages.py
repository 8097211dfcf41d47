"""The wallet's page and its JSON addresses: insert, remove, new card, state."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from sandbox import wallet
from sandbox.models import VirtualCard
from sandbox.pages import bad_request, json_body, wants_json


@never_cache
def wallet_page(request: HttpRequest) -> HttpResponse:
    state = wallet.state()
    english = get_language() == "en"
    cards = [
        {
            "serial": card.serial,
            "name": card.name_en if english else card.name,
            "person": card.person.name_en if english else card.person.name,
            "password": card.password,
            "tries_left": card.tries_left,
            "locked": card.locked,
            "inserted": card.serial == state["inserted"],
            "account_numbers": card.account_numbers,
        }
        for card in VirtualCard.objects.select_related("person").order_by("-person__seeded", "serial")[:200]
    ]
    held = next((card for card in cards if card["inserted"]), None)
    return render(request, "sandbox/wallet.html", {"cards": cards, "held": held, "connected": state["connected"]})


@never_cache
def wallet_state(request: HttpRequest) -> JsonResponse:
    return JsonResponse(wallet.state())


@require_POST
@csrf_exempt
def wallet_act(request: HttpRequest, action: str) -> HttpResponse:
    """`action` is insert, remove or new-card. JSON in, JSON out; a form comes back to the page."""
    if not wants_json(request):
        return _act_by_form(request, action)
    try:
        _act(action, str(json_body(request).get("card", "")))
    except ValueError as error:
        return bad_request(error)
    except wallet.NoSuchCard:
        return JsonResponse({"error": "no such card"}, status=404)
    return JsonResponse(wallet.state())


@csrf_protect
def _act_by_form(request: HttpRequest, action: str) -> HttpResponse:
    try:
        _act(action, request.POST.get("card", ""))
    except wallet.NoSuchCard:
        return bad_request("no such card")
    return redirect("wallet")


def _act(action: str, card: str) -> None:
    if action == "remove":
        wallet.remove()
    elif action == "insert":
        wallet.insert(wallet.find_card(card))
    else:
        wallet.renew(wallet.find_card(card))
