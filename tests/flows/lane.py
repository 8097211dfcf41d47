"""One of several desks at which a canary password is typed: a component, a reader and cards of its own, and every way to fail."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from tests.flows.hand import Hand, WatchedCard
from tests.flows.scripted_page import ScriptedPage
from tests.flows.town import Payer

# The accounts of the payer whose card has the canary as its password, by index.
ACCOUNTS = ("pays", "declined_4501", "debit_reset")
PAYS, DECLINED, UNANSWERED = range(3)
# What the other card's password is: there the canary is wrong.
ANOTHER = "271828"


class Lane:
    """Each method is some flows: the canary goes to the component, and something comes of it. `done` counts them."""

    def __init__(self, *, canary: str, page: ScriptedPage, hand: Hand, platform: httpx.Client) -> None:
        self.canary, self.page, self.hand, self._platform = canary, page, hand, platform
        self.done: Counter[str] = Counter()
        self._orders = 0
        self._holder = page.town.newcomer(*ACCOUNTS)
        self._stranger, self._newcomer = page.town.newcomer(), page.town.newcomer()
        page.town.prove_identity(self._holder, self.order())
        self._card = hand.card_of(self._holder, password=canary, counter=100)
        self._other_card = hand.card_of(self._stranger, password=ANOTHER)
        self._new_card = hand.card_of(self._newcomer, password=canary)

    def order(self) -> str:
        """Another order at the shop: the address of its pay page."""
        self._orders += 1
        asked = {
            "order_number": f"CANARY-{id(self)}-{self._orders}",
            "currency": "CNY",
            "product_minor": 500,
            "rate": "4.5",
            "rate_source": "Test",
            "rate_quoted_at": self.page.town.now().isoformat(),
            "return_url": f"{self.page.town.sandbox}/shop/",
        }
        made: dict[str, Any] = self._platform.post("/payments", json=asked).raise_for_status().json()
        return str(made["page_url"])

    def round(self) -> None:
        """Every way once or more, on as few payments as the product allows."""
        self._begin(self._other_card, self._stranger, self.order())
        for _ in range(10):
            self._three_wrong_and_a_locked_one()
        address = self.order()
        self._begin(self._card, self._holder, address)
        for _ in range(3):
            self._cancelled()
            self._closed()
            self._busy()
        self._removed()
        for _ in range(4):
            self._refused_unread()
            self._malformed()
        self._refused_by_authority(address)
        self._declined(address)
        for page_url in (address, self.order(), self.order(), self.order()):
            self._paid(page_url)
        self._gated()
        self._gated()

    def mistaken(self, number: str) -> None:
        """A person types the password where the picture code belongs, and a broken page sends it along with the signature."""
        address = self.order()
        self._begin(self._card, self._holder, address)
        signed = self._signed()
        assert not self.page.mistype(number).is_success
        self._anew(address)
        assert self.page.confirm(signed, password=number, tac="0" * 16).json()["money_moved"] == "no"

    def last(self) -> None:
        """Those that take long: a silent card, and a bank that hangs up."""
        address = self.order()
        self._begin(self._card, self._holder, address)
        with self._card.paused_while_signing() as pause:
            number = self._send()
            pause.wait_until_reached()
            self._expect(number, "timed_out")
        self.page.stop("timed_out")
        self._begin(self._card, self._holder, address)
        self.page.follow(self._confirmed(UNANSWERED, "unanswered").json().get("next", "/"))

    def _begin(self, card: WatchedCard, payer: Payer, page_url: str) -> None:
        self.hand.insert(card)
        self.page.leave_component()
        self.page.greet()
        self.page.wait_for_card(payer.serial)
        self.page.ask("accounts")
        self._anew(page_url)

    def _anew(self, page_url: str) -> None:
        """Another check code: each is good once."""
        self.page.open(page_url)
        self.page.prepare()

    def _send(self, payer: Payer | None = None, **changes: Any) -> int:
        serial = (payer or self._holder).serial
        fields = self.page.order_to_sign(**{"serial": serial, "password": self.canary, **changes})
        return self.page.send("sign", **fields)

    def _expect(self, number: int | None, code: str) -> None:
        assert self.page.refusal_of(number) == code
        self.done[code] += 1

    def _three_wrong_and_a_locked_one(self) -> None:
        for code in ("wrong_password", "wrong_password", "card_locked", "card_locked"):
            self._expect(self._send(self._stranger), code)
        assert "This card is locked" in self.page.stop("card_locked").text
        self._other_card.renew()

    def _cancelled(self) -> None:
        with self._card.paused_while_signing() as pause:
            number = self._send()
            pause.wait_until_reached()
            assert self.page.ask("cancel")["cancelled"]
            self._expect(number, "cancelled")
        self.page.stop("cancelled")

    def _closed(self) -> None:
        """The page goes while the card is signing, and another one comes."""
        with self._card.paused_while_signing() as pause:
            self._send()
            pause.wait_until_reached()
            self.page.leave_component()
        self.done["page closed"] += 1
        self.page.greet()
        self.page.wait_for_card(self._holder.serial)

    def _busy(self) -> None:
        with self._card.paused_while_signing() as pause:
            first = self._send()
            pause.wait_until_reached()
            self._expect(self._send(), "busy")
        self.page.answer_to(first)
        self.done["signed and not used"] += 1

    def _removed(self) -> None:
        with self._card.paused_while_signing() as pause:
            number = self._send()
            pause.wait_until_reached()
            self.hand.pull()
            self._expect(number, "card_removed")
        self.hand.rest()
        self.page.stop("card_removed")
        self.hand.insert(self._card)
        self.page.wait_for_card(self._holder.serial)

    def _refused_unread(self) -> None:
        """The component says no before the card is told anything."""
        self._expect(self._send(serial="7999999999"), "card_swapped")
        self.page.stop("card_swapped")
        self._expect(self._send(password=f"{self.canary}0"), "password_format")
        self._expect(self._send(password=f" {self.canary}"), "password_format")
        self._expect(self._send(amount_minor=self.page.prepared["amount_minor"] + 1), "amount_mismatch")

    def _malformed(self) -> None:
        page, canary = self.page, self.canary
        self._expect(self._send(password=int(canary)), "password_format")
        self._expect(self._send(password=[canary]), "password_format")
        self._expect(self._send(account_index=canary), "malformed")
        self._expect(self._send(check_code=f"{canary} {canary}"), "malformed")
        self._expect(page.send(canary, password=canary), "malformed")
        page.send_raw(f'{{"type": "sign", "password": "{canary}"}}')
        self._expect(None, "malformed")
        page.send_raw(f'{{"id": 1, "type": "sign", "password": "{canary}')
        self._expect(None, "malformed")
        self._expect(page.send("pair_code", code=canary), "malformed")
        page.send_raw(json.dumps({"type": "sign", "password": canary, "more": "x" * 17_000}))
        with pytest.raises(ConnectionClosed):
            page.ask("state")
        self.done["too long"] += 1
        page.greet()
        page.wait_for_card(self._holder.serial)

    def _signed(self, account_index: int = PAYS, payer: Payer | None = None) -> dict[str, Any]:
        return self.page.answer_to(self._send(payer, account_index=account_index))

    def _confirmed(self, account_index: int, name: str) -> httpx.Response:
        answer = self.page.confirm(self._signed(account_index))
        self.done[name] += 1
        return answer

    def _refused_by_authority(self, page_url: str) -> None:
        """A signature of another order, and one of no card."""
        signed = self._signed()
        forged = "0" * 16 if signed["tac"] != "0" * 16 else "1" * 16
        for changes in ({"tac": forged}, {"counter": "00000001"}, {"order_digest": "0" * 64}):
            self._anew(page_url)
            answer = self.page.confirm({**self._signed(), **changes})
            assert answer.json()["money_moved"] == "no", answer.text
            self.done["refused by the authority"] += 1

    def _declined(self, page_url: str) -> None:
        self._anew(page_url)
        answer = self._confirmed(DECLINED, "declined")
        assert answer.json()["code"] == "balance_too_low", answer.text

    def _paid(self, page_url: str) -> None:
        self._anew(page_url)
        signed = self._signed()
        paid = self.page.confirm(signed).raise_for_status().json()
        self.done["paid"] += 1
        assert "Your account was charged once." in self.page.follow(paid["next"]).text
        again = self.page.confirm(signed)
        assert again.json() == paid, again.text
        self.done["confirmed twice"] += 1

    def _gated(self) -> None:
        self._begin(self._new_card, self._newcomer, self.order())
        gated = self.page.confirm(self._signed(payer=self._newcomer)).raise_for_status().json()
        assert gated["next"].startswith("/identity/")
        self.page.follow(gated["next"])
        self.done["gated"] += 1
