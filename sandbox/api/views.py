"""The addresses under /sandbox/: one call each into what the sandbox's pages use too."""

from __future__ import annotations

import threading
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common import clock as real_clock
from sandbox import accounts, clock, clock_pages, fault_pages, faults, handset, people, wallet
from sandbox.api.base import Body, Field, Method, Problem, address, invalid
from sandbox.api.holders import Holder, all_names, find_holder
from sandbox.api.scenarios import catalogue
from sandbox.models import ShopSwitch
from sandbox.outcomes import ACCOUNTS, CREDIT_CENTRE, SLOW_SECONDS
from sandbox.payer import pay as payer
from sandbox.payer.browser import Silent

# Each payer waits for the portal, which asks the wires of this very process: half of its threads stay free for them.
PAYERS_MAX = 8
_payers = threading.BoundedSemaphore(PAYERS_MAX)

_MOBILE = r"\+8869[0-9]{8}"
_PASSWORD = r"[0-9]{6,12}"  # noqa: S105 - the form of one


def _scenarios(request: HttpRequest, body: Body) -> Body:
    return catalogue()


def _clock(request: HttpRequest, body: Body) -> Body:
    return clock_pages.reading()


def _move_clock(request: HttpRequest, body: Body) -> Body:
    if not settings.CLOCK_FILE:
        raise Problem(409, "clock_fixed", _("This clock can't be moved"), _("The sandbox runs without CLOCK_FILE."))
    try:
        moved = clock.move_to(target=clock_pages.target_of(body), stops=body.get("stops", True))
    except (ValueError, OverflowError) as error:
        named = next(iter(sorted({"advance_seconds", "advance_days", "to"} & set(body))), "")
        raise invalid((f"/{named}", "clock_refused", str(error))) from error
    return {**clock_pages.reading(), "stops": moved.stops, "idle": moved.idle}


def _faults(request: HttpRequest, body: Body) -> Body:
    return {"on": fault_pages.switched_on()}


def _switch_fault(request: HttpRequest, body: Body) -> Body:
    try:
        faults.switch_on(
            wire=body["wire"],
            operation=body["operation"],
            kind=body["kind"],
            times=body.get("times", 1),
            seconds=body.get("seconds", SLOW_SECONDS),
            only_for=body.get("only_for", ""),
        )
    except faults.NoSuchFault as error:
        raise invalid(("/kind", "no_such_fault", str(error))) from error
    return _faults(request, body)


def _switch_faults_off(request: HttpRequest, body: Body) -> Body:
    faults.switch_all_off()
    return _faults(request, body)


def _messages(request: HttpRequest, body: Body) -> Body:
    # A plus sign that was not escaped in the address arrives as a blank.
    return {"messages": handset.messages_of(body.get("phone", "").replace(" ", "+"))}


def _receiver(request: HttpRequest, body: Body) -> Body:
    return {"receiver": ShopSwitch.state()}


def _turn_receiver(request: HttpRequest, body: Body) -> Body:
    ShopSwitch.turn(body["receiver"])
    return _receiver(request, body)


def _people(request: HttpRequest, body: Body) -> Body:
    return accounts.world()


def _make_person(request: HttpRequest, body: Body) -> Body:
    does = body.get("does", ["pays"])
    if not 1 <= len(does) <= accounts.ACCOUNTS_MAX or not set(does) <= set(ACCOUNTS):
        text = _("One to %(most)s of: %(choices)s.") % {
            "most": accounts.ACCOUNTS_MAX,
            "choices": ", ".join(ACCOUNTS),
        }
        raise invalid(("/does", "unknown_choice", text))
    card = people.make_person(
        does=tuple(does),
        at=real_clock.now(),
        credit_centre=body.get("credit_centre", "match"),
        phone=body.get("phone", ""),
    )
    return {"card": accounts.card_shown(card), "person": accounts.person_plain(card.person)}


def _reader(request: HttpRequest, body: Body) -> Body:
    return wallet.state()


def _insert_card(request: HttpRequest, body: Body) -> Body:
    wallet.insert(_card(body))
    return wallet.state()


def _remove_card(request: HttpRequest, body: Body) -> Body:
    wallet.remove()
    return wallet.state()


def _renew_card(request: HttpRequest, body: Body) -> Body:
    wallet.renew(_card(body))
    return wallet.state()


def _pay(request: HttpRequest, body: Body) -> Body:
    path, holder = _page_path(body["page_url"]), _holder(body["account"])
    if not _payers.acquire(blocking=False):
        text = _("%(most)s card holders are paying at this moment. Ask again in a second.") % {"most": PAYERS_MAX}
        raise Problem(503, "busy", _("All card holders are busy"), text, retry_after=1)
    try:
        outcome = payer.pay(
            path=path,
            card=holder.card,
            account=holder.account,
            password=body.get("password", holder.card.password),
            prove_identity=body.get("prove_identity", True),
            language=get_language() or "zh-hant",
        )
    except Silent as silent:
        raise Problem(
            502, "portal_silent", _("The portal didn't answer"), str(silent), money_moved="unknown"
        ) from silent
    finally:
        _payers.release()
    return {
        "object": "sandbox_payment_try",
        "payment": path.split("/")[2],
        "account": holder.account,
        "card": holder.card.serial,
        **outcome.as_json(),
    }


def _page_path(page_url: str) -> str:
    """The path of a pay page of our own portal, and of no other address in the world."""
    parts = urlsplit(page_url)
    if f"{parts.scheme}://{parts.netloc}" != settings.PORTAL_URL or not payer.PAGE_PATH.fullmatch(parts.path):
        text = _("This is the page_url of a payment, as %(portal)s gave it.") % {"portal": settings.PORTAL_URL}
        raise invalid(("/page_url", "no_pay_page", text))
    return parts.path


def _holder(name: str) -> Holder:
    holder = find_holder(name)
    if holder is None:
        text = _("An account number of the sandbox, or one of: %(choices)s.") % {"choices": ", ".join(all_names())}
        raise invalid(("/account", "account_not_found", text))
    return holder


def _card(body: dict[str, Any]) -> Any:
    try:
        return wallet.find_card(body["card"])
    except wallet.NoSuchCard as error:
        raise invalid(("/card", "card_not_found", _("No card has this serial or name."))) from error


_CARD = {"card": Field(required=True)}
_MOVE = {
    "advance_seconds": Field("number"),
    "advance_days": Field("number"),
    "to": Field(),
    "next_working_day": Field("yes_no"),
    "stops": Field("yes_no"),
}
_FAULT = {
    "wire": Field(required=True, choices=list(faults.OPERATIONS)),
    "operation": Field(required=True, choices=sorted({one for calls in faults.OPERATIONS.values() for one in calls})),
    "kind": Field(required=True, choices=list(faults.KINDS)),
    "times": Field("whole"),
    "seconds": Field("number"),
    "only_for": Field(pattern=".{0,64}"),
}
_PERSON = {
    "does": Field("texts"),
    "credit_centre": Field(choices=list(CREDIT_CENTRE)),
    "phone": Field(pattern=_MOBILE),
}
_PAYMENT = {
    "page_url": Field(required=True),
    "account": Field(required=True),
    "password": Field(pattern=_PASSWORD),
    "prove_identity": Field("yes_no"),
}

scenarios_view = address(GET=Method(_scenarios))
clock_view = address(GET=Method(_clock), POST=Method(_move_clock, _MOVE))
faults_view = address(GET=Method(_faults), POST=Method(_switch_fault, _FAULT, 201), DELETE=Method(_switch_faults_off))
messages_view = address(GET=Method(_messages, {"phone": Field()}))
notices_view = address(
    GET=Method(_receiver),
    POST=Method(_turn_receiver, {"receiver": Field(required=True, choices=ShopSwitch.Receiver.values)}),
)
people_view = address(GET=Method(_people), POST=Method(_make_person, _PERSON, 201))
reader_view = address(GET=Method(_reader), POST=Method(_insert_card, _CARD), DELETE=Method(_remove_card))
renew_view = address(POST=Method(_renew_card, _CARD))
pay_view = address(POST=Method(_pay, _PAYMENT))
