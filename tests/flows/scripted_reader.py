"""The reader component as a script: shows the page any state of reader and card without one, through the page's own WebSocket."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page, WebSocketRoute

PAIRING, SECRET = "a1" * 16, "b2" * 32
SERIAL = "7000000001"


@dataclass
class ScriptedReader:
    """`reader` and `card` are the states of reader/protocol.md; `hello` and `sign` an error to answer with, `waits` for ever.

    The browser was connected with it before, unless it is not `paired`; one that doesn't prove so is `unproved`, and
    a `foreign` one speaks of something else. The number that connects them is always wrong.
    """

    reader: str = "ready"
    card: str = "ready"
    paired: bool = True
    unproved: bool = False
    foreign: bool = False
    hello: dict[str, Any] | None = None
    sign: dict[str, Any] | str = "waits"
    accounts: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {"index": 0, "number": "00012345678901", "label": "薪資帳戶"},
            {"index": 1, "number": "00012345678902", "label": "存簿儲金"},
        ]
    )

    def attach(self, page: Page, url: str, *, origin: str) -> None:
        """Sit where the component would listen; the browser keeps the pairing that it would have made."""
        kept = json.dumps(json.dumps({"pairing": PAIRING, "secret": SECRET}))
        keeps = f"setItem('outpost-reader', {kept})" if self.paired else "removeItem('outpost-reader')"
        page.add_init_script(f"if (location.origin === {json.dumps(origin)}) localStorage.{keeps}")
        page.route_web_socket(url, lambda socket: self._serve(socket, origin))

    def _serve(self, socket: WebSocketRoute, origin: str) -> None:
        def answer(text: str | bytes) -> None:
            if self.foreign:
                socket.send("220 mail service ready")
                return
            request = json.loads(text)
            for message in self._answers(request, origin):
                socket.send(json.dumps(message))

        socket.on_message(answer)

    def _answers(self, request: dict[str, Any], origin: str) -> list[dict[str, Any]]:
        serial = SERIAL if self.card in {"ready", "locked"} else None
        state = {"reader": self.reader, "card": self.card, "card_serial": serial}
        match request["type"]:
            case "hello" if self.hello:
                return [_no(request, self.hello)]
            case "hello":
                challenge = f"outpost-reader|{origin}|{request.get('challenge', '')}"
                secret = bytes(32) if self.unproved else bytes.fromhex(SECRET)
                proof = hmac.new(secret, challenge.encode(), hashlib.sha256).hexdigest() if self.paired else None
                said = {"version": "2.0.0", "protocol": request["protocol"], "transport": "pcsc"}
                return [_yes(request, said | {"paired": self.paired, "proof": proof}), {"event": "state", **state}]
            case "accounts":
                return [_yes(request, {"issuer": "700", "card_serial": SERIAL, "accounts": self.accounts})]
            case "sign" if self.sign == "waits":
                return []
            case "sign" | "pair_code" as kind:
                wrong_number = {"code": "pairing_wrong", "tries_left": 2}
                return [_no(request, wrong_number if kind == "pair_code" else self.sign)]
            case _:
                return [_yes(request, state)]


def _yes(request: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    return {"id": request["id"], "ok": True, **fields}


def _no(request: dict[str, Any], error: dict[str, Any] | str) -> dict[str, Any]:
    return {"id": request["id"], "ok": False, "error": error}
