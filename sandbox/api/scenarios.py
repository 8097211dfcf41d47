"""The catalogue of the test mode: every magic number and switch, and the exact request that uses it."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sandbox import clock_pages, faults
from sandbox.api.holders import IDENTITY_PREFIX, Holder, named_holders
from sandbox.outcomes import ACCOUNTS, CREDIT_CENTRE, PHONES, pay_answer

Request = dict[str, Any]

# Where a payment's own address has to be put in.
PAGE_URL = "<page_url of the payment>"
# What POST /sandbox/pay makes of a person's try to prove identity.
_IDENTITY_ANSWERS = {
    "match": ("identity_proved", ""),
    "mismatch": ("refused", "identity_mismatch"),
    "notice": ("refused", "identity_refused"),
    "notice_past": ("identity_proved", ""),
    "notice_today": ("refused", "identity_refused"),
    "notice_future": ("refused", "identity_refused"),
    "unavailable": ("refused", "identity_unavailable"),
}


def catalogue() -> dict[str, Any]:
    """Plain values, texts in the active language."""
    holders = named_holders()
    return {
        "object": "sandbox_scenarios",
        "platform": _platform(),
        "pay": _pay(),
        "accounts": [_account(name, holders[name]) for name in ACCOUNTS],
        "identities": [_identity(key, holders[f"{IDENTITY_PREFIX}{key}"]) for key in CREDIT_CENTRE],
        "phones": [_phone(phone, holders) for phone in PHONES],
        "people": _people(),
        "faults": _faults(),
        "clock": {**clock_pages.reading(), "controls": _clock_controls()},
        "messages": _use(
            _("The text messages that arrived at a phone, newest first."), "GET", "messages?phone=%2B886…"
        ),
        "notices": [_use(text, "POST", "notices", {"receiver": state}) for state, text in _receivers().items()],
        "reader": _reader(),
    }


def _platform() -> dict[str, Any]:
    """The key is for everybody who has this sandbox, on purpose: there is nothing in it to lose."""
    api = f"{settings.PORTAL_URL}/api/v1"
    headers = {"Authorization": f"Bearer {settings.DEMO_API_KEY}"}
    request = {"method": "GET", "url": f"{api}/platform", "headers": headers}
    return {
        "code": "demo",
        "name": "Demo shop",
        "api_url": api,
        "api_key": settings.DEMO_API_KEY,
        "does": _("The platform of whoever tries the API by hand, with its bearer key."),
        "request": request,
        "curl": f"curl -s -H 'Authorization: Bearer {settings.DEMO_API_KEY}' {api}/platform",
    }


def _pay() -> dict[str, Any]:
    text = _(
        "Plays the card holder: reads the picture code, has the card sign, confirms. A person's first payment leads to "
        "identity_proved; create the payment again and pay again. From then on each try answers as the table says."
    )
    use = _use(text, "POST", "pay", {"page_url": PAGE_URL, "account": "pays"})
    optional = {
        "password": _("The card's own when not given; a wrong one costs a try."),
        "prove_identity": _("false leaves the identity gate alone: the answer is identity_needed."),
    }
    return {**use, "optional": optional}


def _account(name: str, holder: Holder) -> dict[str, Any]:
    outcome, code = pay_answer(name)
    return {"name": name, **_pay_as(name, holder, ACCOUNTS[name].does, outcome, code)}


def _identity(key: str, holder: Holder) -> dict[str, Any]:
    name = f"{IDENTITY_PREFIX}{key}"
    return {"name": name, **_pay_as(name, holder, CREDIT_CENTRE[key], *_IDENTITY_ANSWERS[key])}


def _pay_as(name: str, holder: Holder, does: str | Promise, outcome: str, code: str) -> dict[str, Any]:
    return {
        **_use(does, "POST", "pay", {"page_url": PAGE_URL, "account": name}),
        "answer": {"outcome": outcome, "code": code or None},
        "account": holder.account,
        "card": {"serial": holder.card.serial, "password": holder.card.password},
        "person": _person(holder),
    }


def _person(holder: Holder) -> dict[str, str]:
    person = holder.person
    return {
        "customer_number": person.customer_number,
        "name": person.name_en if get_language() == "en" else person.name,
        "phone": person.phone,
        "credit_centre": person.credit_centre,
    }


def _phone(phone: str, holders: dict[str, Holder]) -> dict[str, Any]:
    """Whoever has the number: somebody of the seeded world, or a person to be made with it."""
    name, does = PHONES[phone].name, PHONES[phone].does
    if name in holders:
        answer = ("identity_proved", "") if name != "sms_both_reject" else ("refused", "identity_code_missing")
        return {"name": name, "phone": phone, **_pay_as(name, holders[name], does, *answer)}
    return {"name": name, "phone": phone, **_use(does, "POST", "people", {"phone": phone})}


def _people() -> dict[str, Any]:
    text = _("A new person who never paid here, with one card: pay with the account number that is answered.")
    use = _use(text, "POST", "people", {"does": ["pays"], "credit_centre": "match"})
    return {**use, "does_of": list(ACCOUNTS), "credit_centre_of": list(CREDIT_CENTRE)}


def _faults() -> dict[str, Any]:
    calls = [
        {
            "wire": wire,
            "operation": operation,
            "kinds": list(kinds),
            **_use("", "POST", "faults", {"wire": wire, "operation": operation, "kind": kinds[0], "times": 1}),
        }
        for wire, operations in faults.OPERATIONS.items()
        for operation, kinds in operations.items()
    ]
    optional = {
        "times": _("For so many calls, 1 if not given."),
        "seconds": _("How slow, for the kind slow."),
        "only_for": _("Only calls that name this account, phone or ID."),
    }
    return {
        "kinds": {kind: str(text) for kind, text in faults.KINDS.items()},
        "calls": calls,
        "optional": optional,
        "on": _use(_("What is switched on."), "GET", "faults"),
        "off": _use(_("Switch all off."), "DELETE", "faults"),
    }


def _clock_controls() -> list[dict[str, Any]]:
    return [
        _use(_("Read it."), "GET", "clock"),
        _use(_("Move it by seconds."), "POST", "clock", {"advance_seconds": 180}),
        _use(_("Move it by days."), "POST", "clock", {"advance_days": 1}),
        _use(_("To five past ten on the next working day."), "POST", "clock", {"next_working_day": True}),
        _use(_("To a time. It never goes back."), "POST", "clock", {"to": "2030-01-02T02:00:00Z"}),
        _use(
            _("In one jump, without a stop at each ten o'clock."), "POST", "clock", {"advance_days": 1, "stops": False}
        ),
    ]


def _receivers() -> dict[str, str]:
    return {
        "up": _("The Taobao demo's receiver takes its notices."),
        "down": _("It answers 500."),
        "hang": _("It answers after the portal has given up waiting."),
    }


def _reader() -> list[dict[str, Any]]:
    card = {"card": "S00000000001"}
    return [
        _use(_("Which card is in the reader of a browser, and each card's tries."), "GET", "reader"),
        _use(_("Put a card in."), "POST", "reader", card),
        _use(_("Take it out."), "DELETE", "reader"),
        _use(_("Give a locked card its tries back."), "POST", "cards/renew", card),
    ]


def _use(does: str | Promise, method: str, path: str, body: Request | None = None) -> dict[str, Any]:
    """What it does, the request that does it, and the same for a terminal."""
    url = f"{settings.SANDBOX_URL}/sandbox/{path}"
    request: Request = {"method": method, "url": url}
    if body is not None:
        request["body"] = body
    return {"does": str(does), "request": request, "curl": _curl(method, url, body)}


def _curl(method: str, url: str, body: Request | None) -> str:
    if body is not None:
        return f"curl -s --json '{json.dumps(body, ensure_ascii=False)}' {url}"
    quoted = f"'{url}'" if "?" in url else url
    return f"curl -s {quoted}" if method == "GET" else f"curl -s -X {method} {quoted}"
