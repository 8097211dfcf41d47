"""Cards in code: pays over HTTP as the page's script does, for journeys with more payers than browsers."""

from __future__ import annotations

import functools
import re
import threading
from dataclasses import dataclass, field

import httpx

from bootstrap.stack import Stack
from reader.tac import compute_tac, derive_key, order_digest, tac_text
from tests.flows.town import Payer, Town, Visit

_MASTER_KEY = "from django.conf import settings; print(settings.CHIP_MASTER_KEY.hex())"


@dataclass
class CardInCode:
    """The chip of a sandbox payer, with the counter where the real one would have it."""

    payer: Payer
    counter: int
    master_key: bytes
    # A card is in one reader at a time: its counter reaches the authority in rising order.
    reader: threading.Lock = field(default_factory=threading.Lock)

    def sign(self, prepared: dict, account: str) -> dict:
        """What the component answers to "sign", from what `prepare` answered."""
        self.counter += 1
        counter = f"{self.counter:08d}"
        digest = order_digest(prepared["order"])
        text = tac_text(
            amount_minor=prepared["amount_minor"],
            currency=prepared["currency"],
            account=account,
            terminal=prepared["terminal"],
            check_code=prepared["check_code"],
            signed_at=prepared["signed_at"],
            order_digest=digest,
        )
        return {
            "account": account,
            "issuer": "700",
            "card_serial": self.payer.serial,
            "check_code": prepared["check_code"],
            "signed_at": prepared["signed_at"],
            "order_digest": digest,
            "counter": counter,
            "tac": compute_tac(key=derive_key(self.master_key, self.payer.serial), counter=counter, text=text),
        }


def pay_over_http(town: Town, page_url: str, card: CardInCode) -> httpx.Response:
    """Open the page, read the picture, confirm; the answer of the last request, whatever it is."""
    with httpx.Client(timeout=60, headers={"Accept": "application/json", "Referer": page_url}) as browser:
        page = browser.get(page_url).text
        addresses = dict(re.findall(r'data-(prepare|confirm|picture|csrf)="([^"]+)"', page))
        token = {"X-CSRFToken": addresses["csrf"]}
        asked = {"picture_id": addresses["picture"], "answer": town.picture_answer(addresses["picture"])}
        prepared = browser.post(town.portal + addresses["prepare"], json=asked, headers=token)
        prepared.raise_for_status()
        with card.reader:
            signed = card.sign(prepared.json(), card.payer.accounts[0])
            return browser.post(town.portal + addresses["confirm"], json=signed, headers=token)


@functools.cache
def master_key_of(stack: Stack) -> bytes:
    """The sandbox's own: its cards are no secret."""
    return bytes.fromhex(stack.manage("shell", "-v0", "-c", _MASTER_KEY, settings="sandbox.settings").strip())


def pass_gate_only(visit: Visit, payer: Payer) -> None:
    """A newcomer who has proved identity and paid nothing."""
    visit.order("Paper lamp")
    visit.town.insert(payer)
    visit.to_pay_page()
    visit.confirm(payer)
    visit.pass_gate(payer)
    visit.town.take_out()
