"""A small Outpost for the receiver to ask: the event feed, single events, and payments and refunds as last told."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from outpost_conformance.story import Notice

BASE = "/api/v1"
_LIMIT_DEFAULT, _LIMIT_MAX = 100, 500
_WAIT_SECONDS_MAX = 20


class Feed:
    """Serves from `with Feed(…)` on. Any request is let in: who may ask is not what is tested here."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self._events: list[dict[str, Any]] = []
        self._resources: dict[str, dict[str, Any]] = {}
        self._start = 0
        self._grew = threading.Condition()
        self.asked = 0
        self._server = ThreadingHTTPServer((host, port), type("Handler", (_Handler,), {"feed": self}))
        self._server.daemon_threads = True

    def __enter__(self) -> Feed:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}{BASE}"

    @property
    def last(self) -> int:
        """The highest sequence given so far."""
        return self._start + len(self._events)

    def begin_after(self, sequence: int) -> None:
        """Go on where the receiver stands from earlier runs; before the first event only."""
        assert not self._events, "the numbers of a feed never change"
        self._start = sequence

    def publish(self, *notices: Notice) -> None:
        with self._grew:
            for notice in notices:
                self._events.append(notice.as_fed(self.last + 1))
                self._resources[notice.subject] = notice.data
            self._grew.notify_all()

    def page(self, *, after: int, limit: int, wait: float, types: frozenset[str]) -> dict[str, Any]:
        """{"data": […], "next_after": n, "has_more": bool}, at once or when there is something after `after`."""
        end = time.monotonic() + wait
        with self._grew:
            self.asked += 1
            while self.last <= after and (left := end - time.monotonic()) > 0:
                self._grew.wait(left)
            later = [event for event in self._events if event["sequence"] > after]
        page = later[:limit]
        return {
            "data": [event for event in page if not types or event["type"] in types],
            "next_after": page[-1]["sequence"] if page else after,
            "has_more": len(later) > len(page),
        }

    def find(self, kind: str, name: str) -> dict[str, Any] | None:
        """One event, payment or refund; kind as it stands in the path, such as "payments"."""
        with self._grew:
            if kind == "events":
                return next((event for event in self._events if event["id"] == name), None)
            found = self._resources.get(name)
        return found if found and f"{found['object']}s" == kind else None


class _Handler(BaseHTTPRequestHandler):
    feed: Feed
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave together

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        match parts.path.removeprefix(BASE).strip("/").split("/"):
            case ["events"]:
                self._events({name: values[-1] for name, values in parse_qs(parts.query).items()})
            case [kind, name]:
                found = self.feed.find(kind, name)
                self._answer(200, found) if found else self._refuse(404, "not_found")
            case _:
                self._refuse(404, "not_found")

    def _events(self, query: dict[str, str]) -> None:
        try:
            after, limit = int(query.get("after", 0)), int(query.get("limit", _LIMIT_DEFAULT))
            wait = float(query.get("wait", 0))
        except ValueError:
            return self._refuse(422, "invalid_request")
        if after < 0 or not 1 <= limit <= _LIMIT_MAX or not 0 <= wait <= _WAIT_SECONDS_MAX:
            return self._refuse(422, "invalid_request")
        types = frozenset(filter(None, query.get("types", "").split(",")))
        return self._answer(200, self.feed.page(after=after, limit=limit, wait=wait, types=types))

    def _refuse(self, status: int, code: str) -> None:
        problem = {"type": "about:blank", "title": code, "status": status, "code": code, "money_moved": "no"}
        self._answer(status, problem, "application/problem+json")

    def _answer(self, status: int, found: dict[str, Any], kind: str = "application/json") -> None:
        content = json.dumps(found, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that http.server uses
        """Silent: the report says what was asked."""
