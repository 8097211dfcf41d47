"""The accounts page: persons, cards with passwords, what each number does; and new persons on demand."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common import clock
from sandbox import people
from sandbox.models import Account, Person, VirtualCard
from sandbox.outcomes import ACCOUNTS, CREDIT_CENTRE, PHONES
from sandbox.pages import bad_request, json_body, page_or_json

ACCOUNTS_MAX = 8
_MOBILE = re.compile(r"\+8869\d{8}", re.ASCII)


def _page(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        try:
            card = _make(
                {**request.POST.dict(), "does": [does for does in request.POST.getlist("does") if does] or ["pays"]}
            )
        except ValueError as error:
            return bad_request(error)
        return redirect(f"/accounts/#{card.person.customer_number}")
    persons = Person.objects.order_by("-seeded", "-pk").prefetch_related("cards")[:200]
    fixed = [person for person in persons if person.seeded][::-1]
    made = [person for person in persons if not person.seeded]
    context = {
        "persons": [_person_shown(person) for person in made + fixed],
        "outcomes": [{"key": key, "does": outcome.does, "last4": outcome.last4} for key, outcome in ACCOUNTS.items()],
        "credit_centre": list(CREDIT_CENTRE.items()),
        "phones": [{"phone": phone, "does": outcome.does} for phone, outcome in PHONES.items()],
    }
    return render(request, "sandbox/accounts.html", context)


def _answer(request: HttpRequest) -> JsonResponse:
    if request.method != "POST":
        return JsonResponse(world())
    try:
        card = _make(json_body(request))
    except (ValueError, TypeError) as error:
        return bad_request(error)
    return JsonResponse({"card": card_shown(card), "person": person_plain(card.person)}, status=201)


accounts_page = page_or_json(page=_page, answer=_answer)


def world() -> dict[str, Any]:
    """The fixed world as plain values: cards with their accounts, and persons."""
    cards = VirtualCard.objects.filter(person__seeded=True).select_related("person").order_by("serial")
    persons = Person.objects.filter(seeded=True).order_by("customer_number")
    return {
        "cards": [card_shown(card) for card in cards],
        "persons": [person_plain(person) for person in persons],
    }


def card_shown(card: VirtualCard) -> dict[str, Any]:
    accounts = {account.number: account for account in Account.objects.filter(number__in=card.account_numbers)}
    return {
        "serial": card.serial,
        "name": _named(card.name, card.name_en),
        "person": card.person.customer_number,
        "password": card.password,
        "accounts": [
            {
                "number": number,
                "outcome": accounts[number].does,
                "does": str(ACCOUNTS[accounts[number].does].does),
                "balance_minor": accounts[number].balance_minor,
            }
            for number in card.account_numbers
        ],
    }


def person_plain(person: Person) -> dict[str, Any]:
    """Dates as ISO texts; `issue_place` is the code that the identity page's list has."""
    return {
        "customer_number": person.customer_number,
        "name": _named(person.name, person.name_en),
        "national_id": person.national_id,
        "birth_date": person.birth_date.isoformat(),
        "issue_date": person.issue_date.isoformat(),
        "issue_type": person.issue_type,
        "issue_place": person.issue_place,
        "phone": person.phone,
        "credit_centre": person.credit_centre,
        "does": str(CREDIT_CENTRE[person.credit_centre]),
    }


def roc(day: dt.date) -> str:
    """As an identity card prints it: 2015-05-01 is 104 05 01."""
    return f"{day.year - 1911} / {day.month:02d} / {day.day:02d}"


def _person_shown(person: Person) -> dict[str, Any]:
    types = {"first": _("first issue"), "replacement": _("replacement"), "renewal": _("renewal")}
    places = {"63000": _("Taipei City")}
    phone = PHONES.get(person.phone)
    return {
        **person_plain(person),
        "seeded": person.seeded,
        "birth_date_roc": roc(person.birth_date),
        "issue_date_roc": roc(person.issue_date),
        "issue_type_text": types.get(person.issue_type, person.issue_type),
        "issue_place_text": places.get(person.issue_place, person.issue_place),
        "phone_does": phone.does if phone else "",
        "cards": [card_shown(card) for card in sorted(person.cards.all(), key=lambda card: card.serial)],
    }


def _named(name: str, name_en: str) -> str:
    return name_en if get_language() == "en" else name


def _make(body: dict[str, Any]) -> VirtualCard:
    does = body.get("does", ["pays"])
    does = [does] if isinstance(does, str) else does
    if not isinstance(does, list) or not 1 <= len(does) <= ACCOUNTS_MAX or not set(does) <= set(ACCOUNTS):
        raise ValueError(f"does: one to {ACCOUNTS_MAX} of {', '.join(ACCOUNTS)}")
    credit_centre = str(body.get("credit_centre") or "match")
    if credit_centre not in CREDIT_CENTRE:
        raise ValueError(f"credit_centre: one of {', '.join(CREDIT_CENTRE)}")
    phone = str(body.get("phone") or "")
    if phone and not _MOBILE.fullmatch(phone):
        raise ValueError("phone: +8869 and eight digits")
    return people.make_person(does=tuple(does), at=clock.now(), credit_centre=credit_centre, phone=phone)
