"""One try to pay: open the page, read the picture, have the card sign, confirm, and go through the gate if it opens."""

from __future__ import annotations

import re
from typing import Any

from reader.tac import order_digest, tac_text
from sandbox.faults import give_connection_back
from sandbox.models import VirtualCard
from sandbox.payer import chip, identity
from sandbox.payer.browser import Browser, Silent, attribute, found_object
from sandbox.payer.outcome import IDENTITY_NEEDED, PAID, Outcome, of_problem, refused_by_holder

PAGE_PATH = re.compile(r"/pay/(PAY-[A-Z0-9-]+)/[A-Za-z0-9_-]+/", re.ASCII)
_IDENTITY_PATH = "/identity/"


def pay(*, path: str, card: VirtualCard, account: str, password: str, prove_identity: bool, language: str) -> Outcome:
    """What came of it. Raises Silent when the portal doesn't answer as it does, and whether money moved is not known."""
    give_connection_back()
    with Browser(language=language) as browser:
        try:
            done = _confirmed(browser, path, card, account, password)
        except chip.ChipRefused as refused:
            return refused_by_holder(refused.code)
        if isinstance(done, Outcome):
            return done
        address = str(done.get("next", ""))
        if not address.startswith(_IDENTITY_PATH):
            return _standing(browser, path, is_confirmed=True)
        if not prove_identity:
            return Outcome(IDENTITY_NEEDED, more=(("identity_url", browser.full(address)),))
        return identity.prove(browser, address=address, person=card.person, language=language)


def _confirmed(browser: Browser, path: str, card: VirtualCard, account: str, password: str) -> Outcome | dict[str, Any]:
    """What the portal answered to the confirmation, or the "no" before it or in its place."""
    page = browser.open(path)
    picture = attribute(page.text, "data-picture")
    if not picture:
        return _standing(browser, path, is_confirmed=False)
    answer = found_object(browser.ask(f"/sandbox/picture-code?id={picture}")).get("answer", "")
    asked = {"picture_id": picture, "answer": answer}
    prepared = browser.send_json(attribute(page.text, "data-prepare"), asked)
    if not prepared.is_success:
        return of_problem(found_object(prepared), at_confirmation=False)
    with chip.hand(card):
        signed = _signed(card, account, password, found_object(prepared))
        give_connection_back()
        answered = browser.send_json(attribute(page.text, "data-confirm"), signed)
    found = found_object(answered)
    return found if answered.is_success else of_problem(found, at_confirmation=True)


def _signed(card: VirtualCard, account: str, password: str, prepared: dict[str, Any]) -> dict[str, str]:
    """What the component answers to "sign", from what `prepare` answered. Raises ChipRefused."""
    digest = order_digest(prepared["order"])
    shared = {"account": account, "check_code": prepared["check_code"], "signed_at": prepared["signed_at"]}
    text = tac_text(
        amount_minor=prepared["amount_minor"],
        currency=prepared["currency"],
        terminal=prepared["terminal"],
        order_digest=digest,
        **shared,
    )
    signature = chip.sign(card, password=password, text=text)
    return {
        **shared,
        "issuer": card.issuer,
        "card_serial": card.serial,
        "order_digest": digest,
        "counter": signature.counter,
        "tac": signature.tac,
    }


def _standing(browser: Browser, path: str, *, is_confirmed: bool) -> Outcome:
    """How the payment stands, from what the page answers to somebody who asks for another picture."""
    answer = browser.send_json(f"{path}new-picture", {})
    if answer.is_success:
        raise Silent("the payment can still be paid, but its page did not say so")
    problem = found_object(answer)
    if is_confirmed and problem.get("code") == "already_paid":
        return Outcome(PAID, money_moved="yes")
    return of_problem(problem, at_confirmation=False)
