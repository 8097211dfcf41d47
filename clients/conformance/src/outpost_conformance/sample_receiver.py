"""A receiver that does everything right, small enough to read in one go: verify, keep once, order, catch up."""

from __future__ import annotations

import argparse
import base64
import datetime as dt
import hashlib
import hmac
import json
import logging
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

logger = logging.getLogger(__name__)

TOLERANCE_SECONDS = 300
BODY_BYTES_MAX = 1_048_576
FEED_SECONDS_MAX = 30.0
# The feed is read after each notice, and this often without one: the notice itself may be what was lost.
READ_EVERY_SECONDS = 30.0
# A status moves to one that stands later here when two events have the same time; the last row is never left.
RANKS = (("created", "requested"), ("pending", "accepted"), ("crediting",), ("manual",))
FINAL = frozenset({"succeeded", "failed", "cancelled", "expired", "credited"})


class Receiver:
    """Notices in, state out, no HTTP. In earnest `inbox` is a table with a unique id, and `take` one transaction."""

    def __init__(
        self, *, public_keys: Iterable[str] = (), secrets: Iterable[str] = (), clock: Callable[[], float] = time.time
    ) -> None:
        self.public_keys = [base64.b64decode(text.removeprefix("whpk_")) for text in public_keys]
        self.secrets = [base64.b64decode(text.removeprefix("whsec_")) for text in secrets]
        self.clock = clock
        self.lock = threading.RLock()
        self.inbox: set[str] = set()
        self.effects: list[str] = []
        self.statuses: dict[str, dict[str, tuple[dt.datetime, str]]] = {"payment": {}, "refund": {}}
        self.last_sequence = 0

    def answer(self, headers: Mapping[str, str], body: bytes) -> int:
        """The HTTP status for one notice; `headers` by lower-case name."""
        if not self.is_genuine(headers, body):
            return 401
        self.take(json.loads(body))
        return 204

    # ── Is it Outpost's, and of now? ──

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """One signature that fits is enough: during a rotation several keys sign, and not all are known here."""
        notice_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        signatures = headers.get("webhook-signature", "").split()
        signed = f"{notice_id}.{timestamp}.".encode() + body
        return self.is_fresh(timestamp) and any(self.fits(signature, signed) for signature in signatures)

    def is_fresh(self, timestamp: str) -> bool:
        """Whole seconds since 1970, at most five minutes from our clock. A captured request is older."""
        plain = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12  # noqa: PLR2004 - till the year 33658
        return plain and abs(self.clock() - int(timestamp)) <= TOLERANCE_SECONDS

    def fits(self, signature: str, signed: bytes) -> bool:
        """`v1a,<base64>` with a public key, `v1,<base64>` with a secret: never one kind with the other."""
        scheme, _, encoded = signature.partition(",")
        try:
            given = base64.b64decode(encoded, validate=True)
        except ValueError:
            return False
        if scheme == "v1a":
            return any(_verifies(key, given, signed) for key in self.public_keys)
        if scheme == "v1":
            return any(hmac.compare_digest(_mac(secret, signed), given) for secret in self.secrets)
        return False

    # ── What it means, once, in whatever order it comes ──

    def take(self, event: dict[str, Any]) -> None:
        """The event's effect, unless it has had it. Webhook and feed both end here."""
        with self.lock:
            if event["id"] not in self.inbox:
                self.inbox.add(event["id"])
                self.apply(event)

    def apply(self, event: dict[str, Any]) -> None:
        """Kinds that we don't know pass without effect: they are new, not wrong."""
        kept = self.statuses.get(event["type"].partition(".")[0])
        if kept is not None:
            self.effects.append(event["id"])
            self.move(
                kept, event["data"]["id"], dt.datetime.fromisoformat(event["created_at"]), event["data"]["status"]
            )

    def move(self, kept: dict[str, tuple[dt.datetime, str]], reference: str, at: dt.datetime, status: str) -> None:
        """A later event's status wins; of the same moment the one further along. A final status is never left."""
        known = kept.get(reference)
        if known is None or (known[1] not in FINAL and (known[0], _rank(known[1])) < (at, _rank(status))):
            kept[reference] = (at, status)

    def take_from_feed(self, events: Iterable[dict[str, Any]], next_after: int) -> None:
        """A page of the feed, through the same inbox; afterwards it counts as read."""
        for event in events:
            self.take(event)
        self.last_sequence = next_after

    def state(self) -> dict[str, Any]:
        """What the conformance kit asks for."""
        with self.lock:
            shown = {
                kind: {reference: status for reference, (_, status) in kept.items()}
                for kind, kept in self.statuses.items()
            }
            return {
                "events": list(self.effects),
                "payments": shown["payment"],
                "refunds": shown["refund"],
                "last_sequence": self.last_sequence,
            }


class FeedReader:
    """Reads the feed in a thread of its own, from the last sequence on: whenever woken, and every half minute."""

    def __init__(self, receiver: Receiver, api_base: str, authorization: str = "") -> None:
        self._receiver, self._api_base, self._authorization = receiver, api_base.rstrip("/"), authorization
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self._woken, self._ended = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> FeedReader:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._woken.set()
        self._thread.join()

    def wake(self) -> None:
        self._woken.set()

    def read_on(self) -> None:
        """To the end of the feed; raises OSError when it gives no answer."""
        more = True
        while more and not self._ended.is_set():
            url = f"{self._api_base}/events?after={self._receiver.last_sequence}&limit=500"
            headers = {"Authorization": self._authorization} if self._authorization else {}
            request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the address of our own configuration
            with self._opener.open(request, timeout=FEED_SECONDS_MAX) as answer:
                page = json.load(answer)
            self._receiver.take_from_feed(page["data"], page["next_after"])
            more = page["has_more"]

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self.read_on()
            except OSError as error:
                logger.warning("the feed gives no answer (%s); it is asked again", error)
            except Exception:  # whatever went wrong, the next round must come
                logger.exception("the feed could not be read; it is read again")
            self._woken.wait(READ_EVERY_SECONDS)
            self._woken.clear()


class Server(ThreadingHTTPServer):
    """POST anywhere: a notice. GET /state: what was made of them; in test configuration only."""

    daemon_threads = True

    def __init__(self, receiver: Receiver, place: tuple[str, int], after_notice: Callable[[], None]) -> None:
        super().__init__(place, _Handler)
        self.receiver, self.after_notice = receiver, after_notice


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave together

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or int(length) > BODY_BYTES_MAX:
            self.close_connection = True
            return self._answer(413 if length else 411)
        body = self.rfile.read(int(length))
        try:
            status = self.server.receiver.answer({name.lower(): value for name, value in self.headers.items()}, body)
        except Exception:  # whatever went wrong, Outpost must hear of it and come again
            logger.exception("a notice could not be taken")
            status = 500
        self._answer(status)
        return self.server.after_notice() if status == 204 else None  # noqa: PLR2004 - No Content: it was taken

    def do_GET(self) -> None:
        if self.path == "/state":
            self._answer(200, json.dumps(self.server.receiver.state()).encode())
        else:
            self._answer(404)

    def _answer(self, status: int, content: bytes = b"") -> None:
        self.send_response(status)
        if content:
            self.send_header("Content-Type", "application/json")
        if status != 204:  # noqa: PLR2004 - No Content has no length either
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that http.server uses
        """Silent: `logger` says what goes wrong."""


def _verifies(key: bytes, signature: bytes, signed: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def _mac(secret: bytes, signed: bytes) -> bytes:
    return hmac.new(secret, signed, hashlib.sha256).digest()


def _rank(status: str) -> int:
    return next((rank for rank, statuses in enumerate(RANKS) if status in statuses), len(RANKS))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m outpost_conformance.sample_receiver", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8091)
    parser.add_argument("--public-key", action="append", default=[], metavar="whpk_…")
    parser.add_argument("--secret", action="append", default=[], metavar="whsec_…")
    parser.add_argument("--api", default="http://127.0.0.1:8090/api/v1", help="where the feed is: …/api/v1")
    parser.add_argument("--authorization", default="", help="sent to the feed, such as 'Bearer sk_test_…'")
    given = parser.parse_args()
    receiver = Receiver(public_keys=given.public_key, secrets=given.secret)
    with (
        FeedReader(receiver, given.api, given.authorization) as reader,
        Server(receiver, (given.host, given.port), reader.wake) as server,
    ):
        server.serve_forever()


if __name__ == "__main__":
    main()
