"""An honest card authority in process, for tests: its TAC is a keyed hash over everything that was signed."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field, replace

from cards.chip.port import Invalid, Presentation, Unavailable, Valid

_KEY = b"the fake authority's only key"


@dataclass
class FakeAuthority:
    """`holders` names the customer number of a card; `available` turns it off."""

    holders: dict[str, str] = field(default_factory=dict)
    last_counters: dict[str, tuple[str, str]] = field(default_factory=dict)
    available: bool = True

    def reset(self) -> None:
        self.holders.clear()
        self.last_counters.clear()
        self.available = True

    def sign(self, presentation: Presentation) -> Presentation:
        """The presentation with the TAC that a real card would have given."""
        return replace(presentation, tac=_tac(presentation))

    def verify(self, presentation: Presentation) -> Valid | Invalid | Unavailable:
        if not self.available:
            return Unavailable("no answer")
        if not hmac.compare_digest(presentation.tac, _tac(presentation)):
            return Invalid("tac_mismatch")
        last, request = self.last_counters.get(presentation.card_serial, ("", ""))
        if presentation.counter <= last and request != str(presentation.request_id):
            return Invalid("counter_repeated")
        self.last_counters[presentation.card_serial] = (presentation.counter, str(presentation.request_id))
        return Valid(self.holders.get(presentation.card_serial, f"C-{presentation.card_serial}"))


def _tac(presentation: Presentation) -> str:
    signed = (
        str(presentation.amount.amount_minor),
        presentation.amount.currency,
        presentation.account_number,
        presentation.terminal,
        presentation.check_code,
        presentation.signed_at,
        presentation.order_digest,
        presentation.counter,
        presentation.card_serial,
    )
    return hmac.new(_KEY, "|".join(signed).encode(), hashlib.sha256).hexdigest()[:16]
