"""The card authority over HTTP (docs/wires.md)."""

from __future__ import annotations

from cards.chip.port import Invalid, Presentation, Unavailable, Valid
from common.outbound import Client, Unanswered


class LiveAuthority:
    """One card authority behind an address."""

    def __init__(self, base_url: str, token: str) -> None:
        self._client = Client(base_url, token)

    def verify(self, presentation: Presentation) -> Valid | Invalid | Unavailable:
        body = {
            "request_id": str(presentation.request_id),
            "account": presentation.account_number,
            "issuer": presentation.issuer,
            "card_serial": presentation.card_serial,
            "amount_minor": presentation.amount.amount_minor,
            "currency": presentation.amount.currency,
            "terminal": presentation.terminal,
            "check_code": presentation.check_code,
            "signed_at": presentation.signed_at,
            "order_digest": presentation.order_digest,
            "counter": presentation.counter,
            "tac": presentation.tac,
        }
        try:
            answer = self._client.post("verify", body, request_id=str(presentation.request_id))
            match answer["result"]:
                case "valid":
                    return Valid(str(answer["customer_number"]))
                case "invalid":
                    return Invalid(str(answer["reason"]))
                case other:
                    return Unavailable(f"result {other!r}")
        except (Unanswered, KeyError, TypeError) as error:
            return Unavailable(f"verify: {error}")
