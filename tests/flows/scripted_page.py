"""The pay page as its script works, without a browser: the same messages to component and portal, many times a second."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import html
import json
import re
import secrets
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from tests.flows.town import Town
from tests.flows.wiretap import Record

PATIENCE_SECONDS = 60
_ADDRESSES = re.compile(r'data-(prepare|confirm|picture|csrf|result|stopped)="([^"]+)"')


class ReaderRefused(Exception):
    """The component said no. `code` as in reader/protocol.md."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["code"])
        self.code = error["code"]


class ScriptedPage:
    """One payer's page. `keep` is given every answer of the component and all that passes between page and portal."""

    def __init__(self, town: Town, *, reader_url: str, pairing: dict[str, str], keep: Record) -> None:
        self.town = town
        self._reader_url, self._pairing, self._record = reader_url, pairing, keep
        self._http = keep.watch(httpx.Client(timeout=PATIENCE_SECONDS, cookies={"django_language": "en"}))
        self._connection = contextlib.ExitStack()
        self._socket: ClientConnection | None = None
        self._number = 0
        self._state: dict[str, Any] = {}
        self._answers: dict[int, dict[str, Any]] = {}
        self._at: dict[str, str] = {}
        self.prepared: dict[str, Any] = {}

    def close(self) -> None:
        self.leave_component()
        self._http.close()

    # ── the portal ──

    def open(self, page_url: str) -> None:
        page = self._http.get(page_url, headers={"Accept": "text/html"})
        self._at = {name: html.unescape(value) for name, value in _ADDRESSES.findall(page.text)}
        assert "prepare" in self._at, f"no pay page: {page.status_code} {page.url}"
        self._http.headers["Referer"] = page_url

    def prepare(self) -> None:
        """A right picture code → what the card is to sign."""
        picture = self._at["picture"]
        answer = self._post("prepare", {"picture_id": picture, "answer": self.town.picture_answer(picture)})
        self.prepared = answer.raise_for_status().json()

    def mistype(self, answer: str) -> httpx.Response:
        """Something else where the digits of the picture belong."""
        return self._post("prepare", {"picture_id": self._at["picture"], "answer": answer})

    def confirm(self, signed: dict[str, Any], **changes: str) -> httpx.Response:
        names = ("account", "issuer", "card_serial", "signed_at", "order_digest", "counter", "tac")
        fields = {name: signed[name] for name in names}
        return self._post("confirm", {**fields, "check_code": self.prepared["check_code"], **changes})

    def follow(self, address: str) -> httpx.Response:
        """Where the portal's answer leads."""
        return self._http.get(self.town.portal + address, headers={"Accept": "text/html"}, follow_redirects=True)

    def stop(self, reason: str) -> httpx.Response:
        return self.follow(f"{self._at['stopped']}{reason}/")

    def _post(self, name: str, body: dict[str, Any]) -> httpx.Response:
        headers = {"Accept": "application/json", "X-CSRFToken": self._at["csrf"]}
        return self._http.post(self.town.portal + self._at[name], json=body, headers=headers)

    # ── the component ──

    def greet(self) -> None:
        """Connect, and go no further unless it proves that it is the component of this pairing."""
        connecting = connect(
            self._reader_url,
            origin=self.town.portal,
            subprotocols=["outpost-reader.v2"],
            compression=None,
            open_timeout=PATIENCE_SECONDS,
        )
        self.leave_component()
        self._socket = self._connection.enter_context(connecting)
        challenge = secrets.token_hex(32)
        pairing, secret = self._pairing["pairing"], bytes.fromhex(self._pairing["secret"])
        hello = self.ask("hello", protocol=2, version_min="2.0.0", pairing=pairing, challenge=challenge)
        said = f"outpost-reader|{self.town.portal}|{challenge}".encode()
        assert hmac.compare_digest(hello["proof"], hmac.new(secret, said, hashlib.sha256).hexdigest())

    def leave_component(self) -> None:
        """As a page that is closed: whatever is under way."""
        self._connection.close()
        self._socket = None

    def wait_for_card(self, serial: str) -> None:
        while not (self._state.get("card") in {"ready", "locked"} and self._state["card_serial"] == serial):
            self._take()

    def order_to_sign(self, *, serial: str, password: Any, account_index: int = 0, **changes: Any) -> dict[str, Any]:
        names = ("amount_minor", "currency", "terminal", "check_code", "signed_at", "order")
        asked = {name: self.prepared[name] for name in names}
        return {**asked, "account_index": account_index, "card_serial": serial, "password": password, **changes}

    def ask(self, kind: str, **fields: Any) -> dict[str, Any]:
        return self.answer_to(self.send(kind, **fields))

    def send(self, kind: str, **fields: Any) -> int:
        self._number += 1
        self.send_raw(json.dumps({"id": self._number, "type": kind, **fields}))
        return self._number

    def send_raw(self, text: str) -> None:
        assert self._socket is not None
        self._socket.send(text)

    def answer_to(self, number: int | None) -> dict[str, Any]:
        while number not in self._answers:
            self._take()
        answer = self._answers.pop(number)
        if not answer["ok"]:
            raise ReaderRefused(answer["error"])
        return answer

    def refusal_of(self, number: int | None) -> str:
        try:
            self.answer_to(number)
        except ReaderRefused as refused:
            return refused.code
        raise AssertionError("the component should have refused")

    def _take(self) -> None:
        assert self._socket is not None
        raw = self._socket.recv(timeout=PATIENCE_SECONDS)
        self._record.keep(raw if isinstance(raw, bytes) else raw.encode())
        message = json.loads(raw)
        if "event" in message:
            self._state = message
        else:
            self._answers[message["id"]] = message
